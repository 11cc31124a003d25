//! PostgreSQL servers for tests: the one of the run, with a database of its own for each test, and private ones that a
//! test may crash. Never touches a server that the tests did not start.

use std::path::{Path, PathBuf};
use std::process::Command;

use sqlx::{Connection as _, PgConnection};

fn script(arguments: &[&str]) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres");
    let output = Command::new(script).args(arguments).output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The URL of the run's server. `./test` starts it; a run by hand starts one that ends with its runner.
fn shared_url() -> String {
    std::env::var("ABIDE_TEST_POSTGRES").unwrap_or_else(|_| {
        let runner = std::os::unix::process::parent_id().to_string();
        let folder = std::env::temp_dir().join(format!("abide-postgres-{runner}"));
        script(&["start", folder.to_str().unwrap(), &runner])
    })
}

/// Make an empty database on the run's server; answers its URL.
pub(crate) async fn empty_database(test: &str) -> String {
    make_database(&shared_url(), test).await
}

async fn make_database(server: &str, test: &str) -> String {
    let name = format!("{}_{}", test.replace('-', "_"), std::process::id());
    let mut connection = PgConnection::connect(server).await.unwrap();
    for statement in [
        format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
        format!("CREATE DATABASE {name}"),
    ] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
            .execute(&mut connection)
            .await
            .unwrap();
    }
    connection.close().await.unwrap();
    let (start, _) = server.rsplit_once('/').unwrap();
    format!("{start}/{name}")
}

/// A server that one test has for itself, to crash it.
pub(crate) struct PrivateServer {
    folder: PathBuf,
}

impl PrivateServer {
    /// Start one; it ends with this test's process at the latest.
    pub(crate) fn start(test: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("abide-pg-{test}-{}", std::process::id()));
        let server = Self { folder };
        server.wake();
        server
    }

    /// Start it, or start it again; answers the URL of its first database.
    pub(crate) fn wake(&self) -> String {
        let this = std::process::id().to_string();
        script(&["start", self.path(), &this])
    }

    /// Make an empty database on it; answers its URL.
    pub(crate) async fn database(&self, name: &str) -> String {
        make_database(&self.wake(), name).await
    }

    /// End it without a checkpoint, as a crash does.
    pub(crate) fn crash(&self) {
        script(&["crash", self.path()]);
    }

    fn path(&self) -> &str {
        self.folder.to_str().unwrap()
    }
}

impl Drop for PrivateServer {
    fn drop(&mut self) {
        script(&["remove", self.path()]);
    }
}

#[tokio::test]
async fn a_crashed_server_wakes_with_what_was_committed() {
    let server = PrivateServer::start("crash");
    let url = server.database("crash").await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let fill = "CREATE TABLE line AS SELECT generate_series(1, 1000) AS number";
    sqlx::raw_sql(fill).execute(&mut connection).await.unwrap();
    server.crash();
    assert!(
        sqlx::raw_sql("SELECT 1")
            .execute(&mut connection)
            .await
            .is_err()
    );
    server.wake();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM line")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(count, 1000);
}

#[tokio::test]
async fn the_server_of_the_run_syncs_what_it_commits() {
    let url = empty_database("syncs").await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let setting: String = sqlx::query_scalar("SHOW fsync")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(setting, "on");
}
