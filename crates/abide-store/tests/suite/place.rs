//! Where a store of one test lives. The server is the run's, or one that ends with the run.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use abide_ledger::Checkpoint;
use abide_store::{
    Choice, ConsentState, EngineOptions, EntryId, Evidence, Identifier, Keys, Matter, Sequencer,
    Store, StoreOptions,
};
use jiff::Timestamp;
use sqlx::{Connection as _, PgConnection};

/// A folder that goes away with its owner.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "abide-store-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
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

/// An empty database, and keys for it.
pub(crate) struct Place {
    pub(crate) url: String,
    pub(crate) keys: Keys,
    pub(crate) folder: Folder,
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        let folder = Folder::new();
        let url = format!("sqlite:{}", folder.path("abide.db").display());
        let keys = Keys::generate().unwrap();
        Self { url, keys, folder }
    }

    pub(crate) async fn postgres(test: &str) -> Self {
        let folder = Folder::new();
        let url = empty_database(test).await;
        let keys = Keys::generate().unwrap();
        Self { url, keys, folder }
    }

    pub(crate) async fn open(&self) -> Store {
        self.open_with(StoreOptions::default()).await
    }

    pub(crate) async fn open_with(&self, mut options: StoreOptions) -> Store {
        options.engine = EngineOptions {
            readers: 2,
            writers: 2,
            patience_seconds: 20,
        };
        Store::open(&self.url, self.keys.clone(), options, at(0))
            .await
            .unwrap()
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.url.starts_with("postgres")
    }
}

async fn empty_database(test: &str) -> String {
    let server = std::env::var("ABIDE_TEST_POSTGRES").unwrap_or_else(|_| own_server());
    // The server keeps the first 63 letters, so what tells two runs apart comes first.
    let name = format!("suite_{}_{test}", std::process::id());
    let name = &name[..name.len().min(63)];
    let mut connection = PgConnection::connect(&server).await.unwrap();
    let create = format!("CREATE DATABASE {name}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(create))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let (start, _) = server.rsplit_once('/').unwrap();
    format!("{start}/{name}")
}

fn own_server() -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres");
    let runner = std::os::unix::process::parent_id().to_string();
    let folder = std::env::temp_dir().join(format!("abide-postgres-{runner}"));
    let output = Command::new(script)
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

/// A moment so many seconds after the tests' beginning of time.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

pub(crate) fn person(name: &str) -> Identifier {
    Identifier::new("email", &format!("{name}@example.org")).unwrap()
}

pub(crate) fn consent(state: ConsentState, purpose: &str) -> Choice {
    let mut choice = Choice::new(Matter::Fact("consent".into()), state, "form");
    choice.scope.purposes = vec![purpose.into()];
    choice.clauses = vec!["HB-005".into()];
    choice
}

pub(crate) fn evidence(kind: &str) -> Evidence {
    let mut evidence = Evidence::new(kind, "test", at(0));
    evidence.private = serde_json::json!({ "note": "quince" });
    evidence
}

/// Writes `count` entries about nobody.
pub(crate) async fn write_entries(store: &Store, count: usize) -> Vec<EntryId> {
    let mut entries = Vec::new();
    for _ in 0..count {
        let written = store
            .begin(evidence("test.ran"))
            .unwrap()
            .commit()
            .await
            .unwrap();
        entries.push(written.entry_id);
    }
    entries
}

/// Numbers everything that waits; the last checkpoint.
pub(crate) async fn sequence(store: &Store) -> Checkpoint {
    let mut sequencer = Sequencer::new(store).unwrap();
    let mut last = None;
    // A lease left by an earlier sequencer of the test is over by then.
    static LATER: AtomicU32 = AtomicU32::new(10_000_000);
    let later = at(LATER.fetch_add(10, Ordering::Relaxed).into());
    while let Some(checkpoint) = sequencer.step(later).await.unwrap() {
        last = Some(checkpoint);
    }
    last.unwrap()
}
