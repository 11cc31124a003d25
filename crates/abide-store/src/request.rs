//! Rights that are carried out over other people's databases: a request with its people sealed under a key of its own,
//! what is about to be done in each source, and what came of it. Never keeps whom a closed request was about.

use std::collections::BTreeMap;

use abide_ledger::Receipt;
use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::capsule::{CapsuleState, Recoverable};
use crate::engine::Row;
use crate::error::{Refusal, StoreError};
use crate::evidence::{EntryId, Evidence};
use crate::journal::Erasures;
use crate::statement::{Statement, Value};
use crate::subject::{Identifier, SubjectToken};
use crate::write::{SealedPart, Sealing, Step};
use crate::{Store, WriteTx, Written, moment};

/// What a request's sealed part is bound to.
const REQUEST: &str = "request";

/// What an intent's sealed part is bound to.
const INTENT: &str = "intent";

/// A right that is being exercised, before it has an id.
#[derive(Debug)]
pub struct Asked<'a> {
    /// The right, such as `erase`.
    pub right: &'a str,
    /// Everything that the person is known by and that was verified.
    pub identifiers: &'a [Identifier],
    /// What the request needs to go on after a crash. It is sealed, and gone once the request closes.
    pub sealed: &'a [u8],
    /// The clauses that it answers to.
    pub clauses: &'a [String],
}

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestState {
    /// Something is left to do.
    Open,
    /// Carried out everywhere and looked at again; its people are remembered for a scan.
    Checked,
    /// Done, and whom it was about is forgotten.
    Closed,
}

impl RequestState {
    const ALL: [Self; 3] = [Self::Open, Self::Checked, Self::Closed];

    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Checked => "checked",
            Self::Closed => "closed",
        }
    }
}

/// A request as it is stored.
pub struct Request {
    /// Which.
    pub id: EntryId,
    /// The right, such as `erase`.
    pub right: String,
    /// Where it stands.
    pub state: RequestState,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// What [`Asked::sealed`] said, until it closes.
    pub sealed: Option<Zeroizing<Vec<u8>>>,
}

/// Hides the sealed part.
impl std::fmt::Debug for Request {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Request({} {} {:?})", self.id, self.right, self.state)
    }
}

/// What is about to be done in a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intended {
    /// For which request.
    pub request: EntryId,
    /// The source, by name.
    pub source: String,
    /// Hash of the map and the schema that the plan was made over.
    pub fingerprint: String,
    /// Hash of the statements.
    pub statements: String,
    /// How many rows each step was to touch, as JSON.
    pub expected: String,
    /// Clauses that the steps answer to.
    pub clauses: Vec<String>,
    /// The keys of the rows that it is about. They are sealed, and gone once the request closes.
    pub sealed: Sensitive,
    /// The rows as they are, where the map lets the erasure be undone; never read back with the intent.
    pub capsule: Option<Recoverable>,
}

/// Bytes that may say something of a person. Never shown, and wiped from memory when dropped.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Sensitive(pub Zeroizing<Vec<u8>>);

/// Hides the bytes.
impl std::fmt::Debug for Sensitive {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Sensitive({} bytes)", self.0.len())
    }
}

/// What came of an intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntentState {
    /// Nobody knows yet.
    Planned,
    /// The source committed it.
    Done,
    /// It was not carried out, or nobody can tell how far.
    Failed,
    /// There was nothing to do: the source is clean of the request, and the outcome says what stays.
    Clean,
}

impl IntentState {
    const ALL: [Self; 4] = [Self::Planned, Self::Done, Self::Failed, Self::Clean];

    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Clean => "clean",
        }
    }
}

/// An intent as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// Which; also what its marker in the source is called.
    pub id: EntryId,
    /// What was to be done.
    pub intended: Intended,
    /// What came of it.
    pub state: IntentState,
    /// What came of it, as JSON; empty until then.
    pub outcome: String,
    /// When it was recorded.
    pub at: Timestamp,
}

/// What came of an intent, to be recorded.
#[derive(Debug, Clone)]
pub struct Settlement<'a> {
    /// Done or failed.
    pub state: IntentState,
    /// As JSON, without anything of a person.
    pub outcome: &'a str,
    /// How many of what, for everyone to see.
    pub counts: BTreeMap<String, u64>,
    /// Whether the source certainly kept nothing, so that there is nothing to undo.
    pub is_void: bool,
}

/// What is certified of a request.
#[derive(Debug, Clone)]
pub struct Certified<'a> {
    /// For which request.
    pub request: EntryId,
    /// How far somebody looked: `erased` or `scanned`.
    pub grade: &'a str,
    /// The certificate, word for word. Nothing in it says of whom.
    pub text: &'a str,
    /// How many of what, for everyone to see.
    pub counts: BTreeMap<String, u64>,
    /// The clauses that it answers to.
    pub clauses: Vec<String>,
    /// Where the request stands from here on.
    pub then: RequestState,
}

impl Store {
    /// Opens a request, with an entry for each identifier that it names. An erasure is in the journal from here on, so
    /// that whatever is restored forgets it again, here and in every source.
    pub async fn open_request(
        &self,
        asked: &Asked<'_>,
        actor: &str,
        now: Timestamp,
    ) -> Result<EntryId, StoreError> {
        let tx = self.begin_open_request(asked, actor, now).await?;
        let id = tx.entry_id();
        tx.commit().await?;
        Ok(id)
    }

    /// Begins to open a request; its id is that of the write.
    pub async fn begin_open_request(
        &self,
        asked: &Asked<'_>,
        actor: &str,
        now: Timestamp,
    ) -> Result<WriteTx, StoreError> {
        let mut evidence = Evidence::new("request.opened", actor, now);
        evidence.outcome = Some(asked.right.to_owned());
        evidence.clauses = asked.clauses.to_vec();
        if let Some(first) = asked.identifiers.first() {
            evidence.subject = Some(self.subject(first).await?);
        }
        if asked.right == "erase" {
            self.journal_erasure(asked.identifiers, now).await?;
        }
        let mut tx = self.begin(evidence)?;
        let id = tx.entry_id();
        for other in asked.identifiers.iter().skip(1) {
            let mut evidence = Evidence::new("request.named", actor, now);
            evidence.outcome = Some(asked.right.to_owned());
            evidence.subject = Some(self.subject(other).await?);
            evidence.private = serde_json::json!({ "request": id.to_string() });
            tx.witness(&evidence)?;
        }
        let statement = Statement::new(
            "INSERT INTO requests (tenant, request_id, right_name, state, sealed, key_id, opened_at, closed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            vec![
                self.tenant().into(),
                id.into(),
                asked.right.into(),
                RequestState::Open.word().into(),
                Value::Bytes(None),
                Value::Bytes(None),
                now.as_millisecond().into(),
                None::<i64>.into(),
            ],
        );
        let sealing = Sealing {
            subject: Some(own_key(id)),
            key_at: Some(5),
            parts: vec![SealedPart {
                at: 4,
                purpose: REQUEST,
                id: id.0.to_vec(),
                plain: Zeroizing::new(asked.sealed.to_vec()),
            }],
        };
        tx.push_step(Step::sealed(statement, sealing));
        Ok(tx)
    }

    async fn journal_erasure(
        &self,
        identifiers: &[Identifier],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Some(journal) = self.journal() else {
            return Ok(());
        };
        let mut tokens = Vec::new();
        for identifier in identifiers {
            tokens.extend(self.tokens(identifier)?);
        }
        journal.append(self.tenant(), &tokens, now).await
    }

    /// The requests of a state, oldest first, at most `limit` of them behind `after`.
    pub async fn requests(
        &self,
        state: RequestState,
        after: Option<EntryId>,
        limit: u32,
    ) -> Result<Vec<Request>, StoreError> {
        let after = after.map_or(Vec::new(), |id| id.0.to_vec());
        let params = vec![
            self.tenant().into(),
            state.word().into(),
            after.into(),
            i64::from(limit).into(),
        ];
        let sql = "SELECT request_id, right_name, state, opened_at, key_id, sealed FROM requests WHERE tenant = $1 AND state = $2 AND request_id > $3 ORDER BY request_id LIMIT $4";
        let mut requests = Vec::new();
        for row in self.engine().rows("reading requests", sql, params).await? {
            requests.push(self.read_request(&row).await?);
        }
        Ok(requests)
    }

    /// A request.
    pub async fn request(&self, id: EntryId) -> Result<Option<Request>, StoreError> {
        let sql = "SELECT request_id, right_name, state, opened_at, key_id, sealed FROM requests WHERE tenant = $1 AND request_id = $2";
        let params = vec![self.tenant().into(), id.into()];
        let row = self.engine().row("reading a request", sql, params).await?;
        match row {
            Some(row) => self.read_request(&row).await.map(Some),
            None => Ok(None),
        }
    }

    async fn read_request(&self, row: &Row) -> Result<Request, StoreError> {
        let id = EntryId(row.array(0)?);
        let (key, sealed) = (row.bytes(4)?, row.bytes(5)?);
        let sealed = match sealed.is_empty() {
            true => None,
            false => self.open_sealed(&key, REQUEST, &id.0, &sealed).await?,
        };
        Ok(Request {
            id,
            right: row.text(1)?,
            state: read_state(&row.text(2)?)?,
            opened_at: moment(row.int(3)?)?,
            sealed,
        })
    }

    /// Nothing of a write is kept if the request is closed: what it remembers of a person would be sealed under a key that
    /// nobody destroys.
    fn only_open(&self, tx: &mut WriteTx, request: EntryId) {
        let params = vec![self.tenant().into(), request.into()];
        let held = Statement::new(
            "UPDATE requests SET state = state WHERE tenant = $1 AND request_id = $2 AND state <> 'closed'",
            params,
        );
        tx.push(held.or_refuse(Refusal::Changed));
    }

    /// Records what is about to be done in a source; on disk when it answers, and before the source is touched. Of a request
    /// that is closed it is refused as [`Refusal::Changed`].
    pub async fn record_intent(
        &self,
        intended: &Intended,
        actor: &str,
        now: Timestamp,
    ) -> Result<EntryId, StoreError> {
        let mut evidence = Evidence::new("request.intended", actor, now);
        evidence.clauses = intended.clauses.clone();
        evidence.private = serde_json::json!({
            "request": intended.request.to_string(),
            "source": intended.source,
            "fingerprint": intended.fingerprint,
            "statements": intended.statements,
            "expected": intended.expected,
        });
        let mut tx = self.begin(evidence)?;
        let id = tx.entry_id();
        self.only_open(&mut tx, intended.request);
        tx.push_step(self.intent_row(id, intended, None, now));
        if let Some(kept) = &intended.capsule {
            tx.keep_capsule(id, intended.request, &intended.source, kept, now);
        }
        tx.commit().await?;
        Ok(id)
    }

    /// Records that a source is clean of a request: a fresh plan found nothing left to do, and `outcome` says what stays. From
    /// then on the request changes nothing there. Of a request that is closed it is refused as [`Refusal::Changed`].
    pub async fn record_clean(
        &self,
        looked: &Intended,
        outcome: &str,
        actor: &str,
        now: Timestamp,
    ) -> Result<EntryId, StoreError> {
        let mut evidence = Evidence::new("request.looked", actor, now);
        evidence.outcome = Some(IntentState::Clean.word().to_owned());
        evidence.clauses = looked.clauses.clone();
        evidence.private = serde_json::json!({
            "request": looked.request.to_string(),
            "source": looked.source,
            "fingerprint": looked.fingerprint,
            "statements": looked.statements,
            "outcome": outcome,
        });
        let mut tx = self.begin(evidence)?;
        let id = tx.entry_id();
        self.only_open(&mut tx, looked.request);
        tx.push_step(self.intent_row(id, looked, Some(outcome), now));
        tx.commit().await?;
        Ok(id)
    }

    /// The row of an intent: planned, or clean with an outcome at once.
    fn intent_row(
        &self,
        id: EntryId,
        intended: &Intended,
        clean: Option<&str>,
        now: Timestamp,
    ) -> Step {
        let state = clean.map_or(IntentState::Planned, |_| IntentState::Clean);
        let statement = Statement::new(
            "INSERT INTO intents (tenant, intent_id, request_id, source, fingerprint, statements, expected, state, outcome, sealed, key_id, at, ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            vec![
                self.tenant().into(),
                id.into(),
                intended.request.into(),
                (&intended.source).into(),
                (&intended.fingerprint).into(),
                (&intended.statements).into(),
                (&intended.expected).into(),
                state.word().into(),
                clean.unwrap_or_default().into(),
                Value::Bytes(None),
                Value::Bytes(None),
                now.as_millisecond().into(),
                clean.map(|_| now.as_millisecond()).into(),
            ],
        );
        let sealing = Sealing {
            subject: Some(own_key(intended.request)),
            key_at: Some(10),
            parts: vec![SealedPart {
                at: 9,
                purpose: INTENT,
                id: id.0.to_vec(),
                plain: intended.sealed.0.clone(),
            }],
        };
        Step::sealed(statement, sealing)
    }

    /// Records what came of an intent, once: a second time is refused as [`Refusal::Changed`]. Where
    /// certainly nothing came of it, there is nothing to undo, and its capsule is destroyed.
    pub async fn settle_intent(
        &self,
        id: EntryId,
        settlement: &Settlement<'_>,
        actor: &str,
        now: Timestamp,
    ) -> Result<Written, StoreError> {
        let mut evidence = Evidence::new("request.settled", actor, now);
        evidence.outcome = Some(settlement.state.word().to_owned());
        evidence.counts = settlement.counts.clone();
        evidence.private = serde_json::json!({
            "intent": id.to_string(),
            "outcome": settlement.outcome,
        });
        let mut tx = self.begin(evidence)?;
        let params = vec![
            self.tenant().into(),
            id.into(),
            settlement.state.word().into(),
            settlement.outcome.into(),
            now.as_millisecond().into(),
        ];
        tx.push(
            Statement::new(
                "UPDATE intents SET state = $3, outcome = $4, ended_at = $5 WHERE tenant = $1 AND intent_id = $2 AND state = 'planned'",
                params,
            )
            .or_refuse(Refusal::Changed),
        );
        if settlement.is_void {
            let ended = tx.end_capsule(id, CapsuleState::Destroyed, now);
            tx.push(ended);
        }
        tx.commit().await
    }

    /// What was to be done for a request and what came of it, oldest first.
    pub async fn intents(&self, request: EntryId) -> Result<Vec<Intent>, StoreError> {
        let sql = "SELECT intent_id, request_id, source, fingerprint, statements, expected, state, outcome, at, key_id, sealed FROM intents WHERE tenant = $1 AND request_id = $2 ORDER BY at, intent_id";
        let params = vec![self.tenant().into(), request.into()];
        let mut intents = Vec::new();
        for row in self.engine().rows("reading intents", sql, params).await? {
            let mut intent = read_intent(&row)?;
            let (key, sealed) = (row.bytes(9)?, row.bytes(10)?);
            let opened = self
                .open_sealed(&key, INTENT, &intent.id.0, &sealed)
                .await?;
            intent.intended.sealed = Sensitive(opened.unwrap_or_default());
            intents.push(intent);
        }
        Ok(intents)
    }

    /// Certifies what was done for a request and says where it stands from here on. When it closes, the key to whom it
    /// was about is destroyed. Gives the entry that anchors the certificate. One that was closed meanwhile is refused as
    /// [`Refusal::Changed`].
    pub async fn certify(
        &self,
        certified: &Certified<'_>,
        actor: &str,
        now: Timestamp,
    ) -> Result<EntryId, StoreError> {
        let mut evidence = Evidence::new("request.certified", actor, now);
        evidence.outcome = Some(certified.grade.to_owned());
        evidence.counts = certified.counts.clone();
        evidence.clauses = certified.clauses.clone();
        evidence.private = serde_json::json!({
            "request": certified.request.to_string(),
            "shown": abide_ledger::shown_seal(certified.text),
        });
        let mut tx = self.begin(evidence)?;
        let entry = tx.entry_id();
        tx.keep_certificate(certified.request, certified.grade, certified.text, now);
        let closed_at = (certified.then == RequestState::Closed).then_some(now.as_millisecond());
        tx.push(
            Statement::new(
                "UPDATE requests SET state = $3, closed_at = $4 WHERE tenant = $1 AND request_id = $2 AND state <> 'closed'",
                vec![
                    self.tenant().into(),
                    certified.request.into(),
                    certified.then.word().into(),
                    closed_at.into(),
                ],
            )
            .or_refuse(Refusal::Changed),
        );
        if certified.then == RequestState::Closed {
            self.forget_request(&mut tx, certified.request);
        }
        tx.commit().await?;
        Ok(entry)
    }

    /// Closes a request, if it is not closed, and destroys the key to whom it was about.
    pub(crate) fn close_request(&self, tx: &mut WriteTx, id: EntryId, now: Timestamp) {
        tx.push(Statement::new(
            "UPDATE requests SET state = 'closed', closed_at = $3 WHERE tenant = $1 AND request_id = $2 AND state <> 'closed'",
            vec![
                self.tenant().into(),
                id.into(),
                now.as_millisecond().into(),
            ],
        ));
        self.forget_request(tx, id);
    }

    /// What a closed request is left without: whom it was about, and the key to it.
    fn forget_request(&self, tx: &mut WriteTx, id: EntryId) {
        tx.push(Statement::new(
            "UPDATE requests SET sealed = $3 WHERE tenant = $1 AND request_id = $2",
            vec![self.tenant().into(), id.into(), Vec::new().into()],
        ));
        tx.push(Statement::new(
            "DELETE FROM data_keys WHERE tenant = $1 AND subject = $2",
            vec![self.tenant().into(), own_key(id).into()],
        ));
        tx.destroys(own_key(id));
    }

    /// Opens a request again, because something of the person was found after all.
    pub async fn reopen_request(
        &self,
        id: EntryId,
        counts: BTreeMap<String, u64>,
        actor: &str,
        now: Timestamp,
    ) -> Result<Written, StoreError> {
        let mut evidence = Evidence::new("request.reopened", actor, now);
        evidence.counts = counts;
        evidence.private = serde_json::json!({ "request": id.to_string() });
        let mut tx = self.begin(evidence)?;
        let params = vec![self.tenant().into(), id.into()];
        tx.push(
            Statement::new(
                "UPDATE requests SET state = 'open' WHERE tenant = $1 AND request_id = $2 AND state = 'checked'",
                params,
            )
            .or_refuse(Refusal::Changed),
        );
        tx.commit().await
    }

    /// The certificates of a request: the entry that anchors each, its grade and its text, oldest first, and one that takes the
    /// others back last.
    pub async fn certificates(
        &self,
        request: EntryId,
    ) -> Result<Vec<(EntryId, String, String)>, StoreError> {
        let sql = "SELECT entry_id, grade, text FROM certificates WHERE tenant = $1 AND request_id = $2 ORDER BY at, CASE WHEN grade = 'undone' THEN 1 ELSE 0 END, entry_id";
        let params = vec![self.tenant().into(), request.into()];
        let rows = self
            .engine()
            .rows("reading certificates", sql, params)
            .await?;
        rows.iter()
            .map(|row| Ok((EntryId(row.array(0)?), row.text(1)?, row.text(2)?)))
            .collect()
    }

    /// The receipt of a certificate, once its entry has a number: it opens the entry and seals the text.
    pub async fn certificate_receipt(&self, entry: EntryId) -> Result<Option<Receipt>, StoreError> {
        let sql = "SELECT text FROM certificates WHERE tenant = $1 AND entry_id = $2";
        let params = vec![self.tenant().into(), entry.into()];
        let row = self
            .engine()
            .row("reading a certificate", sql, params)
            .await?;
        let (Some(row), Some(receipt)) = (row, self.receipt(entry).await?) else {
            return Ok(None);
        };
        Ok(Some(receipt.showing(&row.text(0)?)))
    }

    /// What the journal remembers of erasures; nothing without a journal.
    pub async fn erasures(&self) -> Result<Option<Erasures>, StoreError> {
        match self.journal() {
            Some(journal) => journal.read().await.map(Some),
            None => Ok(None),
        }
    }

    /// When an erasure of this identifier was last asked for, as the journal remembers it.
    pub fn erased_at(
        &self,
        erasures: &Erasures,
        identifier: &Identifier,
    ) -> Result<Option<Timestamp>, StoreError> {
        let tokens = self.tokens(identifier)?;
        let last = tokens
            .iter()
            .filter_map(|token| erasures.last_erasure(self.tenant(), *token))
            .max();
        last.map(moment).transpose()
    }
}

impl WriteTx {
    /// Keeps a certificate, which the entry that the write began with anchors.
    pub(crate) fn keep_certificate(
        &mut self,
        request: EntryId,
        grade: &str,
        text: &str,
        now: Timestamp,
    ) {
        let entry = self.first_entry();
        self.push(Statement::new(
            "INSERT INTO certificates (tenant, entry_id, request_id, grade, text, at) VALUES ($1, $2, $3, $4, $5, $6)",
            vec![
                self.store().tenant().into(),
                entry.into(),
                request.into(),
                grade.into(),
                text.into(),
                now.as_millisecond().into(),
            ],
        ));
    }
}

/// A request's sealed part has a key of its own, stored as if the request were a subject.
fn own_key(request: EntryId) -> SubjectToken {
    SubjectToken(request.0)
}

fn read_state(word: &str) -> Result<RequestState, StoreError> {
    let found = RequestState::ALL
        .into_iter()
        .find(|state| state.word() == word);
    found.ok_or_else(|| StoreError::corrupt("request", "its state is none"))
}

fn read_intent(row: &Row) -> Result<Intent, StoreError> {
    let word = row.text(6)?;
    let state = IntentState::ALL
        .into_iter()
        .find(|state| state.word() == word);
    Ok(Intent {
        id: EntryId(row.array(0)?),
        intended: Intended {
            request: EntryId(row.array(1)?),
            source: row.text(2)?,
            fingerprint: row.text(3)?,
            statements: row.text(4)?,
            expected: row.text(5)?,
            clauses: Vec::new(),
            sealed: Sensitive::default(),
            capsule: None,
        },
        state: state.ok_or_else(|| StoreError::corrupt("intent", "its state is none"))?,
        outcome: row.text(7)?,
        at: moment(row.int(8)?)?,
    })
}
