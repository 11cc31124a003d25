//! A private MariaDB server for the length of a run. Never touches another server.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::postgres::{run, said};

/// A running server. Stops and removes itself when dropped.
pub struct Mariadb {
    folder: PathBuf,
    url: String,
}

impl Mariadb {
    /// Start a server below `folder`.
    ///
    /// # Errors
    /// What the script said, which names the package that is missing.
    pub fn start(folder: &Path) -> Result<Self, String> {
        let folder = folder.join("mariadb");
        let url = run(Command::new(script()).arg("start").arg(&folder))?;
        Ok(Self {
            folder,
            url: url.trim().to_owned(),
        })
    }

    /// The URL of a fresh database on it, with what the statements of a file make.
    ///
    /// # Errors
    /// What the server said.
    pub fn filled(&self, name: &str, file: &Path) -> Result<String, String> {
        let create = format!("CREATE DATABASE {name} CHARACTER SET utf8mb4");
        run(self.client()?.args(["-e", &create]))?;
        let file = File::open(file).map_err(said)?;
        run(self.client()?.arg(name).stdin(file))?;
        let (server, _) = self.url.rsplit_once('/').ok_or(UNREADABLE)?;
        Ok(format!("{server}/{name}"))
    }

    fn client(&self) -> Result<Command, String> {
        let parts = self.url.strip_prefix("mysql://").and_then(|rest| {
            let (account, rest) = rest.rsplit_once('@')?;
            let (user, password) = account.split_once(':')?;
            let (host, port) = rest.split_once('/')?.0.split_once(':')?;
            Some([user, password, host, port])
        });
        let [user, password, host, port] = parts.ok_or(UNREADABLE)?;
        let mut client = Command::new("mariadb");
        client
            .args(["--no-defaults", "--protocol=tcp"])
            .arg("--default-character-set=utf8mb4")
            .arg(format!("--user={user}"))
            .arg(format!("--host={host}"))
            .arg(format!("--port={port}"))
            .env("MYSQL_PWD", password);
        Ok(client)
    }
}

const UNREADABLE: &str = "the address of the server cannot be read";

impl Drop for Mariadb {
    fn drop(&mut self) {
        let removed = run(Command::new(script()).arg("remove").arg(&self.folder));
        if let Err(problem) = removed {
            eprintln!("{problem}");
        }
    }
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/mariadb")
}
