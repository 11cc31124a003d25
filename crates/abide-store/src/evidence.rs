//! Evidence as a write brings it, and as it is stored: the public part in clear, everything else sealed.
//! Never puts a subject into the public part.

use std::collections::BTreeMap;
use std::fmt;

use abide_ledger::{Commitment, Day, Entry, Hash, Public, Salt, commit};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use zeroize::Zeroizing;

use crate::Store;
use crate::error::StoreError;
use crate::random::random;
use crate::statement::{Statement, Value};
use crate::subject::SubjectToken;
use crate::write::{SealedPart, Sealing, Step};

/// Which entry; random but for its first six bytes, which are the time, so that an index over ids grows at its end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(pub [u8; 16]);

impl EntryId {
    pub(crate) fn random(now: Timestamp) -> Result<Self, StoreError> {
        let mut id: [u8; 16] = random()?;
        id[..6].copy_from_slice(&now.as_millisecond().to_be_bytes()[2..]);
        Ok(Self(id))
    }

    /// When it was made, in milliseconds since 1970: they are its first six bytes.
    pub fn made_at_ms(&self) -> i64 {
        self.0[..6]
            .iter()
            .fold(0, |ms, byte| ms << 8 | i64::from(*byte))
    }

    /// Reads what `Display` writes: 32 hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        crate::hex::decode(text).map(Self)
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&crate::hex::encode(&self.0))
    }
}

impl fmt::Debug for EntryId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "EntryId({self})")
    }
}

impl From<EntryId> for Value {
    fn from(id: EntryId) -> Self {
        id.0.into()
    }
}

/// What was done, for whom and by whom. Only kind, clauses, control, policy, outcome, counts and the day of `now` are
/// public.
#[derive(Clone)]
pub struct Evidence {
    /// What happened, such as `consent.given`.
    pub kind: String,
    /// The clauses that it carries out.
    pub clauses: Vec<String>,
    /// The control that was at work.
    pub control: Option<String>,
    /// Hash of the policy version in force, in hex.
    pub policy: Option<String>,
    /// How it ended.
    pub outcome: Option<String>,
    /// How many of what.
    pub counts: BTreeMap<String, u64>,
    /// Whom it is about.
    pub subject: Option<SubjectToken>,
    /// Who did it.
    pub actor: String,
    /// Details, sealed.
    pub private: serde_json::Value,
    /// When.
    pub now: Timestamp,
}

/// Hides who it is about and the details.
impl fmt::Debug for Evidence {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Evidence({} {:?} …)", self.kind, self.clauses)
    }
}

impl Evidence {
    /// Evidence of a kind by an actor, about nobody; set the other fields as needed.
    pub fn new(kind: &str, actor: &str, now: Timestamp) -> Self {
        Self {
            kind: kind.to_owned(),
            clauses: Vec::new(),
            control: None,
            policy: None,
            outcome: None,
            counts: BTreeMap::new(),
            subject: None,
            actor: actor.to_owned(),
            private: serde_json::Value::Null,
            now,
        }
    }

    fn public(&self) -> Result<Public, StoreError> {
        let date = self.now.to_zoned(TimeZone::UTC).date();
        let day = Day::new(
            date.year().unsigned_abs(),
            date.month().unsigned_abs(),
            date.day().unsigned_abs(),
        )?;
        Ok(Public {
            clauses: self.clauses.clone(),
            control: self.control.clone(),
            policy: self.policy.clone(),
            outcome: self.outcome.clone(),
            counts: self.counts.clone(),
            ..Public::new(&self.kind, day)
        })
    }

    /// The bytes that the entry commits to: moment, actor, subject and details as JSON.
    fn private_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut object = serde_json::Map::new();
        object.insert("actor".into(), self.actor.as_str().into());
        object.insert("at".into(), self.now.to_string().into());
        // A receipt looks for the seal of what was shown at the top.
        if let Some(shown) = self.private.get("shown") {
            object.insert("shown".into(), shown.clone());
        }
        if !self.private.is_null() {
            object.insert("details".into(), self.private.clone());
        }
        if let Some(subject) = self.subject {
            object.insert("subject".into(), subject.to_hex().into());
        }
        Zeroizing::new(serde_json::Value::Object(object).to_string().into_bytes())
    }

    /// The two rows of an entry: itself, and its place among those that have no number yet.
    pub(crate) fn steps(&self, tenant: &str, id: EntryId) -> Result<[Step; 2], StoreError> {
        let salt = Salt::new(random()?);
        let private = self.private_bytes();
        // What a caller names may be no word: that is the caller's to mend.
        let entry = Entry::from_parts(self.public()?, commit(&salt, &private))
            .map_err(|error| StoreError::Setting(error.to_string()))?;
        let plain = Zeroizing::new([salt.bytes().as_slice(), &private].concat());
        let stored = Statement::new(
            "INSERT INTO evidence (tenant, id, arrival, public, commitment, sealed, key_id, subject, written_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            vec![
                tenant.into(),
                id.into(),
                Value::Arrival(None),
                entry.public().to_canonical_json()?.into(),
                entry.commitment().0.0.into(),
                Value::Bytes(None),
                Value::Bytes(None),
                Value::Bytes(self.subject.map(|subject| subject.0.to_vec())),
                self.now.as_millisecond().into(),
            ],
        );
        let pending = Statement::new(
            "INSERT INTO pending (tenant, arrival, entry_id, leaf_hash) VALUES ($1, $2, $3, $4)",
            vec![
                tenant.into(),
                Value::Arrival(None),
                id.into(),
                entry.leaf_hash().0.into(),
            ],
        );
        let sealing = Sealing {
            subject: self.subject,
            key_at: Some(6),
            parts: vec![SealedPart {
                at: 5,
                purpose: ENTRY,
                id: id.0.to_vec(),
                plain,
            }],
        };
        Ok([Step::sealed(stored, sealing), Step::plain(pending)])
    }
}

/// What an entry's sealed part is bound to.
pub(crate) const ENTRY: &str = "entry";

/// A stored entry, opened as far as keys allow.
pub struct StoredEntry {
    /// Which.
    pub id: EntryId,
    /// What stands in the tree.
    pub entry: Entry,
    /// Whom it is about, until an erasure.
    pub subject: Option<SubjectToken>,
    /// Salt and private part, while the key to them exists.
    pub opened: Option<(Salt, Zeroizing<Vec<u8>>)>,
    /// When it was written.
    pub written_at: Timestamp,
}

impl Store {
    /// Whether the entry is stored and has no number yet.
    pub async fn pending(&self, id: EntryId) -> Result<bool, StoreError> {
        let row = self
            .engine()
            .row(
                "reading evidence",
                "SELECT 1 FROM evidence e WHERE e.tenant = $1 AND e.id = $2 AND NOT EXISTS (SELECT 1 FROM sequence s WHERE s.tenant = e.tenant AND s.entry_id = e.id)",
                vec![self.tenant().into(), id.into()],
            )
            .await?;
        Ok(row.is_some())
    }

    /// The entry, with its private part while the key to it exists.
    pub async fn entry(&self, id: EntryId) -> Result<Option<StoredEntry>, StoreError> {
        let row = self
            .engine()
            .row(
                "reading evidence",
                "SELECT public, commitment, sealed, key_id, subject, written_at FROM evidence WHERE tenant = $1 AND id = $2",
                vec![self.tenant().into(), id.into()],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        let public = Public::from_canonical_json(&row.text(0)?)?;
        let entry = Entry::from_parts(public, Commitment(Hash(row.array(1)?)))?;
        let plain = self
            .open_sealed(&row.bytes(3)?, ENTRY, &id.0, &row.bytes(2)?)
            .await?;
        let opened = plain.and_then(|plain| {
            let (salt, private) = plain.split_first_chunk::<32>()?;
            Some((Salt::new(*salt), Zeroizing::new(private.to_vec())))
        });
        if let Some((salt, private)) = &opened {
            entry.opens(salt, private)?;
        }
        Ok(Some(StoredEntry {
            id,
            entry,
            subject: SubjectToken::from_row(row.maybe_bytes(4)?)?,
            opened,
            written_at: crate::moment(row.int(5)?)?,
        }))
    }
}
