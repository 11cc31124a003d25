//! What an erasure took away, sealed under a key of its own for as long as it may be undone. Never opens a capsule whose time
//! is over, and never keeps the key of one that was used.

use std::collections::BTreeMap;

use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::engine::Row;
use crate::error::{Refusal, StoreError};
use crate::evidence::{EntryId, Evidence};
use crate::request::Sensitive;
use crate::statement::{Statement, Value};
use crate::subject::SubjectToken;
use crate::write::{SealedPart, Sealing, Step};
use crate::{Store, WriteTx, moment};

/// What a capsule's sealed part is bound to.
const CAPSULE: &str = "capsule";

const OF_REQUEST: &str = "SELECT capsule_id, request_id, source, state, row_count, made_at, until_at FROM capsules WHERE tenant = $1 AND request_id = $2 ORDER BY made_at, capsule_id";
const OF_SOURCE: &str = "SELECT capsule_id, request_id, source, state, row_count, made_at, until_at FROM capsules WHERE tenant = $1 AND state = 'sealed' AND until_at > $3 AND source = $2 ORDER BY made_at, capsule_id";
const DUE: &str = "SELECT capsule_id, request_id, source, state, row_count, made_at, until_at FROM capsules WHERE tenant = $1 AND state = 'sealed' AND until_at <= $2 ORDER BY until_at, capsule_id LIMIT $3";

/// Rows as they were, to be kept with the intent that is about to change them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recoverable {
    /// When it can no longer be opened.
    pub until: Timestamp,
    /// How many rows.
    pub rows: u64,
    /// The rows.
    pub sealed: Sensitive,
}

/// Whether a capsule can still be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CapsuleState {
    /// It can, until its time is over.
    Sealed,
    /// What was in it has been put back.
    Opened,
    /// Its key is destroyed.
    Destroyed,
}

impl CapsuleState {
    const ALL: [Self; 3] = [Self::Sealed, Self::Opened, Self::Destroyed];

    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sealed => "sealed",
            Self::Opened => "opened",
            Self::Destroyed => "destroyed",
        }
    }
}

/// A capsule as it is stored; what is in it is opened by [`Store::open_capsule`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capsule {
    /// Which; the same as the intent that it belongs to.
    pub id: EntryId,
    /// For which request.
    pub request: EntryId,
    /// The source, by name.
    pub source: String,
    /// Whether it can be opened.
    pub state: CapsuleState,
    /// How many rows are in it.
    pub rows: u64,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it can no longer be opened.
    pub until: Timestamp,
}

impl Capsule {
    /// Whether it can be opened at this moment.
    pub fn is_open_to(&self, now: Timestamp) -> bool {
        self.state == CapsuleState::Sealed && now < self.until
    }
}

impl WriteTx {
    /// Keeps rows as they were with the intent that this write records.
    pub(crate) fn keep_capsule(
        &mut self,
        intent: EntryId,
        request: EntryId,
        source: &str,
        kept: &Recoverable,
        now: Timestamp,
    ) {
        let statement = Statement::new(
            "INSERT INTO capsules (tenant, capsule_id, request_id, source, state, row_count, sealed, key_id, made_at, until_at, ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            vec![
                self.store().tenant().into(),
                intent.into(),
                request.into(),
                source.into(),
                CapsuleState::Sealed.word().into(),
                i64::try_from(kept.rows).unwrap_or(i64::MAX).into(),
                Value::Bytes(None),
                Value::Bytes(None),
                now.as_millisecond().into(),
                kept.until.as_millisecond().into(),
                None::<i64>.into(),
            ],
        );
        let sealing = sealing(intent, 6, &kept.sealed);
        self.push_step(Step::sealed(statement, sealing));
    }

    /// Keeps in a capsule what is left of it; one that is ended is refused as [`Refusal::Changed`].
    pub(crate) fn keep_rest(&mut self, id: EntryId, left: &Sensitive) {
        let statement = Statement::new(
            "UPDATE capsules SET sealed = $3, key_id = $4 WHERE tenant = $1 AND capsule_id = $2 AND state = 'sealed'",
            vec![
                self.store().tenant().into(),
                id.into(),
                Value::Bytes(None),
                Value::Bytes(None),
            ],
        );
        let statement = statement.or_refuse(Refusal::Changed);
        self.push_step(Step::sealed(statement, sealing(id, 2, left)));
    }

    /// Ends a capsule, if there is one and it is not ended, and destroys its key.
    pub(crate) fn end_capsule(
        &mut self,
        id: EntryId,
        state: CapsuleState,
        now: Timestamp,
    ) -> Statement {
        let tenant = self.store().tenant().to_owned();
        self.push(Statement::new(
            "DELETE FROM data_keys WHERE tenant = $1 AND subject = $2",
            vec![tenant.as_str().into(), own_key(id).into()],
        ));
        self.destroys(own_key(id));
        Statement::new(
            "UPDATE capsules SET state = $3, sealed = $4, ended_at = $5 WHERE tenant = $1 AND capsule_id = $2 AND state = 'sealed'",
            vec![
                tenant.as_str().into(),
                id.into(),
                state.word().into(),
                Vec::new().into(),
                now.as_millisecond().into(),
            ],
        )
    }
}

impl Store {
    /// The capsules of a request, oldest first.
    pub async fn capsules(&self, request: EntryId) -> Result<Vec<Capsule>, StoreError> {
        let params = vec![self.tenant().into(), request.into()];
        let rows = self
            .engine()
            .rows("reading capsules", OF_REQUEST, params)
            .await?;
        rows.iter().map(read).collect()
    }

    /// What is in a capsule; nothing if it has been used, its time is over, or its key is destroyed.
    pub async fn open_capsule(
        &self,
        id: EntryId,
        now: Timestamp,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let sql = "SELECT key_id, sealed FROM capsules WHERE tenant = $1 AND capsule_id = $2 AND state = 'sealed' AND until_at > $3";
        let params = vec![self.tenant().into(), id.into(), now.as_millisecond().into()];
        let row = self.engine().row("reading a capsule", sql, params).await?;
        match row {
            Some(row) => {
                self.open_sealed(&row.bytes(0)?, CAPSULE, &id.0, &row.bytes(1)?)
                    .await
            }
            None => Ok(None),
        }
    }

    /// The capsules of a source that can be opened at this moment, oldest first, whatever they were made for.
    pub async fn capsules_of(
        &self,
        source: &str,
        now: Timestamp,
    ) -> Result<Vec<Capsule>, StoreError> {
        let params = vec![
            self.tenant().into(),
            source.into(),
            now.as_millisecond().into(),
        ];
        let rows = self
            .engine()
            .rows("reading capsules", OF_SOURCE, params)
            .await?;
        rows.iter().map(read).collect()
    }

    /// Destroys the keys of capsules whose time is over, at most `limit` of them; how many.
    pub async fn destroy_capsules(
        &self,
        actor: &str,
        now: Timestamp,
        limit: u32,
    ) -> Result<u32, StoreError> {
        let params = vec![
            self.tenant().into(),
            now.as_millisecond().into(),
            i64::from(limit).into(),
        ];
        let rows = self.engine().rows("reading capsules", DUE, params).await?;
        let mut count = 0;
        for row in &rows {
            let capsule = read(row)?;
            let mut evidence = Evidence::new("capsule.destroyed", actor, now);
            evidence.counts = BTreeMap::from([("rows".to_owned(), capsule.rows)]);
            evidence.private = about(&capsule);
            let mut tx = self.begin(evidence)?;
            let ended = tx.end_capsule(capsule.id, CapsuleState::Destroyed, now);
            tx.push(ended.or_refuse(Refusal::Changed));
            match tx.commit().await {
                // Another server was first.
                Err(StoreError::Refused(Refusal::Changed)) => {}
                other => {
                    other?;
                    count += 1;
                }
            }
        }
        Ok(count)
    }
}

/// What evidence says of a capsule to those who may open it.
pub(crate) fn about(capsule: &Capsule) -> serde_json::Value {
    serde_json::json!({
        "capsule": capsule.id.to_string(),
        "request": capsule.request.to_string(),
        "source": capsule.source,
    })
}

/// What is sealed in a capsule, the id of its key behind it.
fn sealing(id: EntryId, at: usize, rows: &Sensitive) -> Sealing {
    Sealing {
        subject: Some(own_key(id)),
        key_at: Some(at + 1),
        parts: vec![SealedPart {
            at,
            purpose: CAPSULE,
            id: id.0.to_vec(),
            plain: rows.0.clone(),
        }],
    }
}

/// A capsule has a key of its own, stored as if the capsule were a subject.
fn own_key(capsule: EntryId) -> SubjectToken {
    SubjectToken(capsule.0)
}

fn read(row: &Row) -> Result<Capsule, StoreError> {
    let word = row.text(3)?;
    let state = CapsuleState::ALL
        .into_iter()
        .find(|state| state.word() == word);
    Ok(Capsule {
        id: EntryId(row.array(0)?),
        request: EntryId(row.array(1)?),
        source: row.text(2)?,
        state: state.ok_or_else(|| StoreError::corrupt("capsule", "its state is none"))?,
        rows: u64::try_from(row.int(4)?).unwrap_or_default(),
        made_at: moment(row.int(5)?)?,
        until: moment(row.int(6)?)?,
    })
}
