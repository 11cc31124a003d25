//! Makes the database of a real program on its engine. Changes nothing that the program's own schema says.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::place::{Database, Engine, Folder};

/// The partitioned tables of one program come without a partition, so that no row fits.
pub(crate) const PARTITIONS: &str = "
CREATE TABLE alarm_comment_d PARTITION OF alarm_comment DEFAULT;
CREATE TABLE audit_log_d PARTITION OF audit_log DEFAULT;
CREATE TABLE edge_event_d PARTITION OF edge_event DEFAULT;
CREATE TABLE notification_d PARTITION OF notification DEFAULT;
CREATE TABLE error_event_d PARTITION OF error_event DEFAULT;
CREATE TABLE lc_event_d PARTITION OF lc_event DEFAULT;
CREATE TABLE stats_event_d PARTITION OF stats_event DEFAULT;
CREATE TABLE rule_node_debug_event_d PARTITION OF rule_node_debug_event DEFAULT;
CREATE TABLE rule_chain_debug_event_d PARTITION OF rule_chain_debug_event DEFAULT;
CREATE TABLE cf_debug_event_d PARTITION OF cf_debug_event DEFAULT;
";

/// A database with the schema of a real program, and its rows if it comes with any.
pub(crate) struct Program {
    pub(crate) database: Database,
    pub(crate) folder: Folder,
}

impl Program {
    /// On PostgreSQL, from these files, and then these statements.
    pub(crate) async fn postgres(files: &[&str], then: &str) -> Option<Self> {
        let schemas = shared("schemas")?;
        let texts: Vec<String> = files
            .iter()
            .map(|file| text(&schemas.join(file)))
            .map(|text| without_owners(&text))
            .collect();
        Some(Self::feed_postgres(&texts, then).await)
    }

    /// The synthetic shop, with fewer people in it.
    pub(crate) async fn shop() -> Option<Self> {
        let file = shared("bench")?.join("shop.sql");
        let smaller = text(&file).replace("100000", "2000");
        Some(Self::feed_postgres(&[smaller], "").await)
    }

    async fn feed_postgres(texts: &[String], then: &str) -> Self {
        let program = Self::empty(Engine::Postgres).await;
        for text in texts {
            let mut command = Command::new("psql");
            command.args(["--quiet", "--set=ON_ERROR_STOP=1", &program.database.url]);
            feed(command, text.as_bytes());
        }
        if !then.is_empty() {
            program.database.run(then).await;
        }
        program
    }

    /// On MariaDB.
    pub(crate) async fn mariadb(file: &str) -> Option<Self> {
        let schemas = shared("schemas")?;
        let program = Self::empty(Engine::Mariadb).await;
        let url = &program.database.url;
        let (account, rest) = url
            .strip_prefix("mysql://")
            .unwrap()
            .rsplit_once('@')
            .unwrap();
        let (user, password) = account.split_once(':').unwrap();
        let (host, database) = rest.split_once('/').unwrap();
        let (host, port) = host.split_once(':').unwrap();
        program
            .database
            .run(&format!(
                "ALTER DATABASE `{database}` CHARACTER SET utf8mb4"
            ))
            .await;
        let mut command = Command::new("mariadb");
        command.args(["--no-defaults", "--protocol=tcp"]);
        command.args([
            "--default-character-set=utf8mb4".to_owned(),
            format!("--host={host}"),
            format!("--port={port}"),
            format!("--user={user}"),
            format!("--password={password}"),
            database.to_owned(),
        ]);
        let dump = text(&schemas.join(file));
        let names_database = |line: &&str| {
            let line = line.to_uppercase();
            line.starts_with("USE ")
                || line.starts_with("CREATE DATABASE")
                || line.starts_with("DROP DATABASE")
        };
        let lines: Vec<&str> = dump.lines().filter(|line| !names_database(line)).collect();
        feed(command, lines.join("\n").as_bytes());
        Some(program)
    }

    /// In SQLite.
    pub(crate) async fn sqlite(file: &str) -> Option<Self> {
        let schemas = shared("schemas")?;
        let program = Self::empty(Engine::Sqlite).await;
        program.database.run(&text(&schemas.join(file))).await;
        Some(program)
    }

    async fn empty(engine: Engine) -> Self {
        let folder = Folder::new();
        let database = Database::create(engine, "real", &folder).await;
        Self { database, folder }
    }
}

/// A folder beside the repository, if it is there.
fn shared(name: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("ABIDE_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let folder = shared.join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: no `{}`; set ABIDE_SHARED", folder.display());
    None
}

/// The text of a file, unpacked.
fn text(path: &Path) -> String {
    let bytes = if path.extension().is_some_and(|end| end == "gz") {
        let output = Command::new("gunzip").arg("-c").arg(path).output().unwrap();
        assert!(output.status.success());
        output.stdout
    } else {
        std::fs::read(path).unwrap()
    };
    String::from_utf8(bytes).unwrap()
}

/// Dumps name the owner of their tables and, some, the database to make.
fn without_owners(dump: &str) -> String {
    let lines = dump.lines().filter(|line| {
        !(line.contains(" OWNER TO ")
            || line.starts_with("\\c ")
            || line.starts_with("CREATE DATABASE")
            || line.starts_with("DROP DATABASE"))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn feed(mut program: Command, input: &[u8]) {
    let mut child = program
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || drop(std::io::Write::write_all(&mut stdin, input)));
        let output = child.wait_with_output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{errors}");
    });
}
