//! Data keys: each subject's records are sealed under keys of its own, wrapped by the master key; destroying them erases
//! what they sealed. Never keeps a key in the clear outside memory.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use zeroize::Zeroizing;

use crate::Store;
use crate::engine::Row;
use crate::error::StoreError;
use crate::keys::{KeyKind, Secret};
use crate::random::random;
use crate::seal::{Place, open, seal};
use crate::statement::{Statement, Value};
use crate::subject::SubjectToken;

/// What a wrapped key is bound to.
pub(crate) const DATA_KEY: &str = "data key";

/// How many keys are remembered; beyond that all are forgotten and read again.
const REMEMBERED: usize = 20_000;

/// A data key at hand.
#[derive(Clone)]
pub(crate) struct DataKey {
    pub(crate) id: [u8; 16],
    pub(crate) secret: Secret,
    /// Made for this write, and not stored before it commits.
    pub(crate) is_fresh: bool,
}

struct Remembered {
    key: DataKey,
    /// Whether the subject's identifier is known to be kept.
    is_registered: bool,
}

type Slot = (String, Option<SubjectToken>);

/// Keys that were used lately.
#[derive(Default)]
pub(crate) struct DataKeys(Mutex<HashMap<Slot, Remembered>>);

impl DataKeys {
    fn lock(&self) -> MutexGuard<'_, HashMap<Slot, Remembered>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, slot: &Slot) -> Option<DataKey> {
        self.lock()
            .get(slot)
            .map(|remembered| remembered.key.clone())
    }

    /// Remembers a key that is stored.
    pub(crate) fn remember(&self, tenant: &str, subject: Option<SubjectToken>, mut key: DataKey) {
        key.is_fresh = false;
        let mut keys = self.lock();
        if keys.len() >= REMEMBERED {
            keys.clear();
        }
        let remembered = Remembered {
            key,
            is_registered: false,
        };
        keys.insert((tenant.to_owned(), subject), remembered);
    }

    /// Forgets a key, as when it is destroyed.
    pub(crate) fn forget(&self, tenant: &str, subject: Option<SubjectToken>) {
        self.lock().remove(&(tenant.to_owned(), subject));
    }

    pub(crate) fn forget_all(&self) {
        self.lock().clear();
    }

    pub(crate) fn mark_registered(&self, tenant: &str, subject: SubjectToken) {
        if let Some(remembered) = self.lock().get_mut(&(tenant.to_owned(), Some(subject))) {
            remembered.is_registered = true;
        }
    }

    pub(crate) fn is_registered(&self, tenant: &str, subject: SubjectToken) -> bool {
        let keys = self.lock();
        let remembered = keys.get(&(tenant.to_owned(), Some(subject)));
        remembered.is_some_and(|remembered| remembered.is_registered)
    }
}

const READ_SUBJECT: &str = "SELECT key_id, wrapped, master_id FROM data_keys WHERE tenant = $1 AND subject = $2 ORDER BY key_id LIMIT 1";
const READ_TENANT: &str = "SELECT key_id, wrapped, master_id FROM data_keys WHERE tenant = $1 AND subject IS NULL ORDER BY key_id LIMIT 1";

impl Store {
    /// A data key of the subject, or of the tenant, and the statement that stores it if it is fresh.
    ///
    /// Two writers may each make one for the same subject; both are kept, and an erasure destroys both.
    pub(crate) async fn data_key(
        &self,
        subject: Option<SubjectToken>,
    ) -> Result<(DataKey, Option<Statement>), StoreError> {
        let slot = (self.tenant().to_owned(), subject);
        if let Some(key) = self.data_keys().get(&slot) {
            return Ok((key, None));
        }
        let (sql, params) = match subject {
            Some(subject) => (READ_SUBJECT, vec![self.tenant().into(), subject.into()]),
            None => (READ_TENANT, vec![self.tenant().into()]),
        };
        let row = self.engine().row("reading a data key", sql, params).await?;
        if let Some(row) = row {
            let key = self.unwrap_key(&row)?;
            self.data_keys()
                .remember(self.tenant(), subject, key.clone());
            return Ok((key, None));
        }
        let key = DataKey {
            id: random()?,
            secret: Secret::random()?,
            is_fresh: true,
        };
        let stored = self.store_key(subject, &key)?;
        Ok((key, Some(stored)))
    }

    /// Opens what was sealed under a data key; nothing if that key was destroyed.
    pub(crate) async fn open_sealed(
        &self,
        key_id: &[u8],
        purpose: &'static str,
        id: &[u8],
        sealed: &[u8],
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let row = self
            .engine()
            .row(
                "reading a data key",
                "SELECT key_id, wrapped, master_id FROM data_keys WHERE tenant = $1 AND key_id = $2",
                vec![self.tenant().into(), key_id.into()],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        let key = self.unwrap_key(&row)?;
        let place = Place {
            tenant: self.tenant(),
            purpose,
            id,
        };
        open(&key.secret, &place, sealed).map(Some)
    }

    pub(crate) fn unwrap_key(&self, row: &Row) -> Result<DataKey, StoreError> {
        let id: [u8; 16] = row.array(0)?;
        let master_id = row.text(2)?;
        let keys = self.keys();
        let master = keys.find(KeyKind::Master, &master_id).ok_or_else(|| {
            StoreError::Keys(format!(
                "a data key is wrapped by master key `{master_id}`, which this program has not read; if the key was rotated, send SIGHUP to the server or restart it, else use the key file that belongs to this store"
            ))
        })?;
        let plain = open(&master.secret, &self.key_place(&id), &row.bytes(1)?)?;
        let secret = plain
            .as_slice()
            .try_into()
            .map_err(|_| StoreError::corrupt(DATA_KEY, "it has not 32 bytes"))?;
        Ok(DataKey {
            id,
            secret: Secret::new(secret),
            is_fresh: false,
        })
    }

    fn store_key(
        &self,
        subject: Option<SubjectToken>,
        key: &DataKey,
    ) -> Result<Statement, StoreError> {
        let keys = self.keys();
        let master = keys.current(KeyKind::Master)?;
        let wrapped = seal(&master.secret, &self.key_place(&key.id), key.secret.bytes())?;
        Ok(Statement::new(
            "INSERT INTO data_keys (tenant, key_id, subject, wrapped, master_id) VALUES ($1, $2, $3, $4, $5)",
            vec![
                self.tenant().into(),
                key.id.into(),
                Value::Bytes(subject.map(|subject| subject.0.to_vec())),
                wrapped.into(),
                (&master.id).into(),
            ],
        ))
    }

    fn key_place<'a>(&'a self, id: &'a [u8]) -> Place<'a> {
        Place {
            tenant: self.tenant(),
            purpose: DATA_KEY,
            id,
        }
    }
}
