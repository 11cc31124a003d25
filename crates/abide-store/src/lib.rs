//! Our own records. Never commits a write about a person or a policy without its evidence.
//!
//! A [`Store`] is opened on SQLite or PostgreSQL; nothing above `engine.rs` can tell which. Every write goes through
//! [`Store::begin`], which takes its [`Evidence`], and is on disk when [`WriteTx::commit`] answers. A [`Sequencer`]
//! numbers entries, grows the tree and signs checkpoints. Times are arguments everywhere.

mod api_key;
mod backup;
mod bundle;
mod capsule;
mod choice;
mod data_key;
mod decision;
mod disk;
mod engine;
mod erase;
mod error;
mod evidence;
mod health;
mod hex;
mod hold;
mod idempotency;
mod journal;
mod keys;
mod ledger;
mod mailing;
mod message;
mod migrate;
mod policy;
mod random;
mod register;
mod request;
mod restore;
mod rotate;
mod seal;
mod sequencer;
mod stamp;
mod statement;
mod subject;
mod subject_request;
mod sweep;
mod table;
mod tail;
mod tile;
mod undo;
mod write;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use tokio::sync::Notify;

pub use api_key::{ApiKey, ApiKeys, ApiScope};
pub use backup::{BackedUpTable, Manifest};
pub use capsule::{Capsule, CapsuleState, Recoverable};
pub use choice::{
    Acting, Actor, Choice, ConsentState, Matter, PastChoice, PastWord, Recorded, Scope, Shown,
    ShownText, current_of,
};
pub use decision::{DecisionCursor, PastDecision};
pub use engine::{Engine, EngineOptions};
pub use error::{Refusal, StoreError};
pub use evidence::{EntryId, Evidence, StoredEntry};
pub use health::{AskedHealth, Health, LogHealth, RequestHealth};
pub use hold::HeldSubject;
pub use idempotency::{KeptAnswer, RepeatableRequest};
pub use journal::{Erasures, Journal};
pub use keys::{Key, KeyKind, Keys, Secret};
pub use ledger::SignedCheckpoint;
pub use mailing::{BY_HAND, MailHealth, Mailing, MailingState, MessageFacts};
pub use message::{Message, MessageState, NewMessage};
pub use policy::{Activation, ActivationKind, Mode, ModeSetting, PolicyVersion, policy_hash};
pub use register::{Case, Contract, GlobalFact, Holding, Occurrence};
pub use request::{
    Asked, Certified, Intended, Intent, IntentState, Request, RequestState, Sensitive, Settlement,
};
pub use restore::Restoration;
pub use sequencer::Sequencer;
pub use statement::{Expect, Statement, Value};
pub use subject::{Identifier, Profile, SubjectToken};
pub use subject_request::{
    CodeAnswer, Course, Duplicates, Happening, Letter, NewSubjectRequest, PackageId, Posted,
    QueuedLetter, RequestEvent, SubjectRequest, Then, WhichRequests, fresh_code,
};
pub use tail::{Change, Changes, SubjectPage, SubjectState};
pub use undo::{UNDONE, Undoing};
pub use write::{WriteTx, Written};

use data_key::DataKeys;
use write::Queue;

/// How a store is opened.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// Whose records: one installation may keep several organisations apart.
    pub tenant: String,
    /// Connections and patience.
    pub engine: EngineOptions,
    /// How many writes may wait before callers do.
    pub queue_length: usize,
    /// A file beside the keys that always holds the last checkpoint signed, for the day the store is lost.
    pub last_checkpoint: Option<PathBuf>,
    /// Where erasures are noted apart from the store, for backups that are restored.
    pub journal: Option<Journal>,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            tenant: "main".into(),
            engine: EngineOptions::default(),
            queue_length: 1024,
            last_checkpoint: None,
            journal: None,
        }
    }
}

/// Our records, of one tenant. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
    tenant: Arc<str>,
}

struct Shared {
    engine: Engine,
    keys: RwLock<Arc<Keys>>,
    queue: Queue,
    data_keys: DataKeys,
    written: Notify,
    last_checkpoint: Option<PathBuf>,
    journal: Option<Journal>,
}

impl fmt::Debug for Store {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Store({}, {})", self.shared.engine.name(), self.tenant)
    }
}

impl Store {
    /// Opens a store, brings its schema up to date, makes the tenant's log if there is none, and ends a restoration that
    /// was cut short.
    ///
    /// `url` is `sqlite:PATH`, a plain path or `postgres://…`.
    pub async fn open(
        url: &str,
        keys: Keys,
        options: StoreOptions,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let engine = Engine::open(url, &options.engine).await?;
        migrate::migrate(&engine, migrate::MIGRATIONS, now).await?;
        let queue = Queue::start(&engine, options.queue_length);
        let store = Self {
            shared: Arc::new(Shared {
                engine,
                keys: RwLock::new(Arc::new(keys)),
                queue,
                data_keys: DataKeys::default(),
                written: Notify::new(),
                last_checkpoint: options.last_checkpoint,
                journal: options.journal,
            }),
            tenant: Arc::from(options.tenant),
        };
        store.ensure_log().await?;
        store.finish_restoration(now).await?;
        Ok(store)
    }

    /// Answers the writes under way and closes every connection. Other clones of this store are closed with it.
    pub async fn close(&self) {
        self.shared.queue.close().await;
        self.shared.engine.close().await;
    }

    /// Whose records these are.
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let row = self
            .engine()
            .row("asking the store", "SELECT 1", Vec::new())
            .await?;
        row.map(drop).ok_or(StoreError::Closed)
    }

    /// Uses other keys from here on, as after a rotation.
    pub fn use_keys(&self, keys: Keys) {
        *self
            .shared
            .keys
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
        self.shared.data_keys.forget_all();
    }

    /// Resolves once something was written here that has no number yet.
    pub(crate) async fn evidence_written(&self) {
        self.shared.written.notified().await;
    }

    pub(crate) fn wake_sequencer(&self) {
        self.shared.written.notify_one();
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.shared.engine
    }

    pub(crate) fn keys(&self) -> Arc<Keys> {
        Arc::clone(
            &self
                .shared
                .keys
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    pub(crate) fn queue(&self) -> &Queue {
        &self.shared.queue
    }

    pub(crate) fn data_keys(&self) -> &DataKeys {
        &self.shared.data_keys
    }

    pub(crate) fn journal(&self) -> Option<&Journal> {
        self.shared.journal.as_ref()
    }

    pub(crate) fn last_checkpoint(&self) -> Option<&PathBuf> {
        self.shared.last_checkpoint.as_ref()
    }
}

/// A stored time: milliseconds since 1970.
pub(crate) fn moment(milliseconds: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(milliseconds).map_err(|error| StoreError::corrupt("time", error))
}
