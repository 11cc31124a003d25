//! What tests do with a store, in a few words, on either engine. Never looks at tables: that is `audit.rs`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use abide_store::{
    Choice, ConsentState, EntryId, Evidence, Identifier, Keys, Matter, Sequencer, Store,
    StoreError, StoreOptions,
};
use jiff::{SignedDuration, Timestamp};

use crate::server::empty_database;

/// The moment from which the clocks of tests count.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

/// A clock that runs from `start` on; each process has one of its own, so no two agree.
pub(crate) fn clock_from(start: Timestamp) -> impl Fn() -> Timestamp + Clone + Send + 'static {
    let began = tokio::time::Instant::now();
    move || start + SignedDuration::try_from(began.elapsed()).unwrap()
}

/// A place for a store, on one of the engines.
pub(crate) struct Place {
    pub(crate) url: String,
    folder: Option<PathBuf>,
}

impl Place {
    /// An empty place on SQLite and one on PostgreSQL: most tests run on both.
    pub(crate) async fn both(test: &str) -> [Self; 2] {
        let folder = std::env::temp_dir().join(format!("abide-{test}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let sqlite = Self {
            url: sqlite_url(&folder),
            folder: Some(folder),
        };
        let postgres = Self {
            url: empty_database(test).await,
            folder: None,
        };
        [sqlite, postgres]
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// The address of a database file.
pub(crate) fn sqlite_url(folder: &Path) -> String {
    format!("sqlite:{}/abide.db", folder.display())
}

/// One node of an installation: a store of its own on a database that others may use too.
#[derive(Clone)]
pub(crate) struct Node {
    pub(crate) store: Store,
}

impl Node {
    /// Open the store at `url`; every node has the keys of `keys`.
    pub(crate) async fn open(url: &str, keys: &Keys, now: Timestamp) -> Result<Self, StoreError> {
        let store = Store::open(url, keys.clone(), StoreOptions::default(), now).await?;
        Ok(Self { store })
    }

    /// Record that the account agrees to everything.
    pub(crate) async fn give(&self, account: &str, now: Timestamp) -> Result<EntryId, StoreError> {
        let recorded = self.store.record(&named(account), &consent(), now).await?;
        Ok(recorded.entry_id)
    }

    /// Record that the account takes it back.
    pub(crate) async fn withdraw(
        &self,
        account: &str,
        now: Timestamp,
    ) -> Result<EntryId, StoreError> {
        let recorded = self
            .store
            .withdraw(&named(account), &consent(), now)
            .await?;
        Ok(recorded.entry_id)
    }

    /// Whether the account's consent holds at `now`.
    pub(crate) async fn is_given(&self, account: &str, now: Timestamp) -> bool {
        let subject = self.store.subject(&named(account)).await.unwrap();
        let current = self.store.current(subject, now).await.unwrap();
        current
            .iter()
            .any(|choice| choice.state.holds() == Some(true))
    }

    /// Write evidence of something that is about nobody.
    pub(crate) async fn note(&self, now: Timestamp) -> Result<EntryId, StoreError> {
        let tx = self
            .store
            .begin(Evidence::new("probe.passed", "probe", now))?;
        Ok(tx.commit().await?.entry_id)
    }

    /// Number everything that waits, as a node that is alone and whose clock is `now`.
    pub(crate) async fn sequence_all(&self, now: Timestamp) {
        let mut sequencer = Sequencer::new(&self.store).unwrap();
        while sequencer.step(now).await.unwrap().is_some() {}
    }

    pub(crate) async fn close(self) {
        self.store.close().await;
    }
}

pub(crate) fn named(account: &str) -> Identifier {
    Identifier::new("account", account).unwrap()
}

pub(crate) fn consent() -> Choice {
    Choice::new(
        Matter::Fact("consent".into()),
        ConsentState::ConsentGiven,
        "form",
    )
}

/// Fail instead of waiting for ever.
pub(crate) async fn within_deadline<T>(what: &str, work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), work)
        .await
        .unwrap_or_else(|_| panic!("{what}: not after a minute"))
}
