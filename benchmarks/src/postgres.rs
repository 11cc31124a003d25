//! A private PostgreSQL server for the length of a run, and its own load generator, pgbench. Never touches another
//! server.

use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

/// A running server. Stops and removes itself when dropped.
pub struct Postgres {
    folder: PathBuf,
    programs: PathBuf,
    url: String,
}

impl Postgres {
    /// Start a server below `folder`.
    ///
    /// # Errors
    /// What the script said, which names the package that is missing.
    pub fn start(folder: &Path) -> Result<Self, String> {
        let folder = folder.join("postgres");
        let url = run(Command::new(script()).arg("start").arg(&folder))?;
        Ok(Self {
            folder,
            programs: programs(),
            url: url.trim().to_owned(),
        })
    }

    /// The URL of a fresh database on it.
    ///
    /// # Errors
    /// What the server said.
    pub fn database(&self, name: &str) -> Result<String, String> {
        self.sql(&self.url, &format!("CREATE DATABASE {name}"))?;
        let (server, _) = self
            .url
            .rsplit_once('/')
            .ok_or("the URL of the server names no database")?;
        Ok(format!("{server}/{name}"))
    }

    /// The definition of everything in a database, by pg_dump; gives how many bytes that is.
    ///
    /// # Errors
    /// What it said.
    pub fn dump_schema(&self, url: &str) -> Result<usize, String> {
        let mut dump = Command::new(self.programs.join("pg_dump"));
        run(dump.arg("--schema-only").arg(url)).map(|text| text.len())
    }

    /// Run statements with psql.
    ///
    /// # Errors
    /// What the server said.
    pub fn sql(&self, url: &str, statements: &str) -> Result<String, String> {
        let mut psql = Command::new(self.programs.join("psql"));
        run(psql
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", url, "-c"])
            .arg(statements))
    }

    /// A fresh database with what `statements` make, its statistics up to date and its dead rows gone.
    ///
    /// # Errors
    /// What the server said.
    pub fn filled(&self, name: &str, statements: &str) -> Result<String, String> {
        let url = self.database(name)?;
        self.sql(&url, statements)?;
        self.sql(&url, "VACUUM ANALYZE")?;
        self.sql(&url, "CHECKPOINT")?;
        Ok(url)
    }

    /// A fresh database with what the statements of a file make.
    ///
    /// # Errors
    /// What the server said.
    pub fn loaded(&self, name: &str, file: &Path) -> Result<String, String> {
        let url = self.database(name)?;
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", &url, "-f"]);
        run(psql.arg(file))?;
        Ok(url)
    }

    /// Let `clients` run a script over and over for `length`, as prepared statements; gives runs per second.
    ///
    /// # Errors
    /// What pgbench said.
    pub fn bench(
        &self,
        url: &str,
        script: &str,
        clients: usize,
        length: Duration,
    ) -> Result<f64, String> {
        let file = self.folder.with_extension("sql");
        fs::write(&file, script)
            .map_err(|error| format!("writing `{}`: {error}", file.display()))?;
        let mut pgbench = Command::new(self.programs.join("pgbench"));
        pgbench
            .args(["--no-vacuum", "--protocol=prepared", "--jobs=2"])
            .arg(format!("--client={clients}"))
            .arg(format!("--time={}", length.as_secs()))
            .arg("--file")
            .arg(&file)
            .arg(url);
        let report = run(&mut pgbench)?;
        let per_second = report
            .lines()
            .find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
        per_second.ok_or_else(|| format!("pgbench printed no rate: {report}"))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let removed = run(Command::new(script()).arg("remove").arg(&self.folder));
        if let Err(problem) = removed {
            eprintln!("{problem}");
        }
    }
}

/// What went wrong, as text.
#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
pub fn said(error: impl Display) -> String {
    error.to_string()
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/postgres")
}

/// Debian keeps them off the path; an empty folder means the path.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    versions
        .map(|version| version.path().join("bin"))
        .filter(|folder| folder.join("pgbench").exists())
        .max()
        .unwrap_or_default()
}

/// What a program printed.
///
/// # Errors
/// What it said instead.
pub fn run(command: &mut Command) -> Result<String, String> {
    let program = Path::new(command.get_program()).display().to_string();
    let Output {
        status,
        stdout,
        stderr,
    } = command
        .output()
        .map_err(|error| format!("running `{program}`: {error}"))?;
    if !status.success() {
        let said = String::from_utf8_lossy(&stderr);
        return Err(format!("`{program}` failed: {}", said.trim()));
    }
    Ok(String::from_utf8_lossy(&stdout).into_owned())
}
