//! Where a database of one test lives. Servers are the run's, or ones that end with the run.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection as _};

/// A folder that goes away with its owner.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("abide-rights-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// Which engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
    Mariadb,
}

/// A database of one test.
pub(crate) struct Database {
    pub(crate) engine: Engine,
    pub(crate) url: String,
}

impl Database {
    pub(crate) async fn create(engine: Engine, test: &str, folder: &Folder) -> Self {
        let url = match engine {
            Engine::Sqlite => format!("sqlite:{}", folder.path("shop.db").display()),
            Engine::Postgres => on_server(server("ABIDE_TEST_POSTGRES", "postgres"), test).await,
            Engine::Mariadb => on_server(server("ABIDE_TEST_MARIADB", "mariadb"), test).await,
        };
        Self { engine, url }
    }

    /// Runs SQL past everything of ours.
    pub(crate) async fn run(&self, sql: &str) {
        self.try_run(sql).await.unwrap();
    }

    pub(crate) async fn try_run(&self, sql: &str) -> Result<(), sqlx::Error> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self.engine {
            Engine::Sqlite => {
                let url = format!("{}?mode=rwc", self.url);
                let mut connection = sqlx::SqliteConnection::connect(&url).await?;
                sqlx::raw_sql(sql).execute(&mut connection).await?;
                connection.close().await
            }
            Engine::Postgres => {
                let mut connection = sqlx::PgConnection::connect(&self.url).await?;
                sqlx::raw_sql(sql).execute(&mut connection).await?;
                connection.close().await
            }
            Engine::Mariadb => {
                let mut connection = sqlx::MySqlConnection::connect(&self.url).await?;
                sqlx::raw_sql(sql).execute(&mut connection).await?;
                connection.close().await
            }
        }
    }
}

/// An empty database on a server; gives its address.
async fn on_server(server: String, test: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("r{}_{number}_{test}", std::process::id());
    let name = &name[..name.len().min(60)];
    let (start, _) = server.rsplit_once('/').unwrap();
    let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
    if server.starts_with("postgres") {
        let mut connection = sqlx::PgConnection::connect(&server).await.unwrap();
        sqlx::raw_sql(create)
            .execute(&mut connection)
            .await
            .unwrap();
    } else {
        let mut connection = sqlx::MySqlConnection::connect(&server).await.unwrap();
        sqlx::raw_sql(create)
            .execute(&mut connection)
            .await
            .unwrap();
    }
    format!("{start}/{name}")
}

/// The run's server, or one that ends with the run.
fn server(variable: &str, script: &str) -> String {
    if let Ok(url) = std::env::var(variable) {
        return url;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../scripts/{script}"));
    let runner = std::os::unix::process::parent_id().to_string();
    let folder = std::env::temp_dir().join(format!("abide-{script}-{runner}"));
    let output = Command::new(path)
        .args(["start", folder.to_str().unwrap(), &runner])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
