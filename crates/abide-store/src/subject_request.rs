//! What people ask for: a request as its course of events, who asks and for what sealed under a key of its own. Never
//! changes what happened, and lets one of two writers at most go on from where a request stands.

mod code;
mod letter;
mod package;

use jiff::Timestamp;
use jiff::civil::Date;
use zeroize::Zeroizing;

use crate::choice::Acting;
use crate::engine::Row;
use crate::error::{Refusal, StoreError};
use crate::evidence::{EntryId, Evidence};
use crate::statement::{Statement, Value};
use crate::subject::SubjectToken;
use crate::write::{SealedPart, Sealing, Step};
use crate::{Store, WriteTx, moment};

pub use code::{CodeAnswer, fresh_code};
pub(crate) use letter::{LETTER, LETTER_COLUMNS};
pub use letter::{Letter, Posted, QueuedLetter};
pub use package::PackageId;

/// What a request's sealed part is bound to.
const REQUEST: &str = "subject request";

/// What an event's sealed part is bound to.
const EVENT: &str = "request event";

const COLUMNS: &str = "SELECT request_id, subject, kind, acting, state, received_on, due_on, opened_at, closed_at, version, next_at, sealed, key_id FROM subject_requests";

/// Whether another request of the same kind by the same person is a duplicate while this one is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duplicates {
    /// It is.
    Refused,
    /// Each is for itself, such as a complaint.
    Kept,
}

/// A request before it has an id.
#[derive(Debug)]
pub struct NewSubjectRequest<'a> {
    /// What is asked for.
    pub kind: &'a str,
    /// In which role.
    pub acting: Acting,
    /// Whom it is about, as far as can be told from what was given.
    pub subject: Option<SubjectToken>,
    /// Whether there may be another.
    pub duplicates: Duplicates,
    /// The day on which it arrived.
    pub received: Date,
    /// Who asks and for what; sealed.
    pub sealed: &'a [u8],
    /// The clauses that it answers to.
    pub clauses: &'a [String],
}

/// A request as it is stored.
#[derive(Clone)]
pub struct SubjectRequest {
    /// Which; also the entry that anchors its arrival.
    pub id: EntryId,
    /// Whom it is about; nothing once the person is erased.
    pub subject: Option<SubjectToken>,
    /// What is asked for.
    pub kind: String,
    /// In which role.
    pub acting: Acting,
    /// Where it stands.
    pub state: String,
    /// The day on which it arrived.
    pub received: Date,
    /// By when it is answered.
    pub due: Option<Date>,
    /// When it was recorded.
    pub opened_at: Timestamp,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// How many events it has.
    pub version: i64,
    /// When something is due by itself.
    pub next_at: Option<Timestamp>,
    /// Who asks and for what, until it is forgotten.
    pub sealed: Option<Zeroizing<Vec<u8>>>,
}

/// Hides whom it is about.
impl std::fmt::Debug for SubjectRequest {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "SubjectRequest({} {} {})",
            self.id, self.kind, self.state
        )
    }
}

/// Something that happens to a request.
#[derive(Debug)]
pub struct Happening<'a> {
    /// What, in one word.
    pub event: &'a str,
    /// As JSON, without anything of a person.
    pub detail: &'a serde_json::Value,
    /// What of it says something of a person.
    pub sealed: Option<&'a [u8]>,
    /// Where the request stands from here on.
    pub then: Then<'a>,
}

/// Where a request stands after an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Then<'a> {
    /// The state.
    pub state: &'a str,
    /// By when it is answered.
    pub due: Option<Date>,
    /// When something is due by itself; nothing if only people can go on.
    pub next_at: Option<Timestamp>,
    /// Whether it is over.
    pub course: Course,
}

/// Whether a request goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// It goes on.
    Open,
    /// It is over; whom it was about is still known.
    Closed,
    /// It is over, and whom it was about is forgotten.
    Forgotten,
}

/// An event as it is stored.
#[derive(Clone, Debug)]
pub struct RequestEvent {
    /// Its place, from 1.
    pub number: i64,
    /// What, in one word.
    pub event: String,
    /// As JSON.
    pub detail: serde_json::Value,
    /// Who did it.
    pub actor: String,
    /// The entry of its evidence.
    pub entry_id: EntryId,
    /// When.
    pub at: Timestamp,
}

impl Store {
    /// Begins to record a request together with its first event. Refused as [`Refusal::AlreadyThere`] if it is a duplicate.
    pub fn begin_subject_request(
        &self,
        asked: &NewSubjectRequest<'_>,
        first: &Happening<'_>,
        actor: &str,
        now: Timestamp,
    ) -> Result<WriteTx, StoreError> {
        let mut evidence = evidence_of(first.event, actor, now);
        evidence.outcome = Some(asked.kind.to_owned());
        evidence.clauses = asked.clauses.to_vec();
        evidence.subject = asked.subject;
        evidence.private = serde_json::json!({ "detail": first.detail });
        let mut tx = self.begin(evidence)?;
        let id = tx.entry_id();
        let sole = asked
            .subject
            .filter(|_| asked.duplicates == Duplicates::Refused);
        let token = |token: Option<SubjectToken>| Value::Bytes(token.map(|it| it.0.to_vec()));
        let statement = Statement::new(
            "INSERT INTO subject_requests (tenant, request_id, subject, sole, kind, acting, state, received_on, due_on, opened_at, closed_at, version, next_at, sealed, key_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT DO NOTHING",
            vec![
                self.tenant().into(),
                id.into(),
                token(asked.subject),
                token(sole),
                asked.kind.into(),
                asked.acting.word().into(),
                first.then.state.into(),
                asked.received.to_string().into(),
                first.then.due.map(|due| due.to_string()).into(),
                now.as_millisecond().into(),
                None::<i64>.into(),
                1_i64.into(),
                first.then.next_at.map(Timestamp::as_millisecond).into(),
                Value::Bytes(None),
                Value::Bytes(None),
            ],
        );
        let sealing = sealing(id, Some(14), 13, REQUEST, id.0.to_vec(), asked.sealed);
        tx.push_step(Step::sealed(
            statement.or_refuse(Refusal::AlreadyThere),
            sealing,
        ));
        tx.push_event(id, 1, id, first, actor, now);
        Ok(tx)
    }

    /// Begins to record an event of a request as it was read; refused as [`Refusal::Changed`] if it went on meanwhile.
    pub fn begin_request_event(
        &self,
        request: &SubjectRequest,
        happening: &Happening<'_>,
        actor: &str,
        now: Timestamp,
    ) -> Result<WriteTx, StoreError> {
        let mut tx = self.begin(event_evidence(request.id, happening, actor, now))?;
        let entry = tx.entry_id();
        tx.push_next(request, entry, happening, actor, now);
        Ok(tx)
    }

    /// The request.
    pub async fn subject_request(&self, id: EntryId) -> Result<Option<SubjectRequest>, StoreError> {
        let found = self
            .subject_requests_where("tenant = $1 AND request_id = $2", vec![id.into()])
            .await?;
        Ok(found.into_iter().next())
    }

    /// Requests in the order of their ids behind `after`, at most `limit`; only those that are open, or all.
    pub async fn subject_requests(
        &self,
        which: WhichRequests,
        after: Option<EntryId>,
        limit: u32,
    ) -> Result<Vec<SubjectRequest>, StoreError> {
        let after = after.map_or(Vec::new(), |id| id.0.to_vec());
        let params = vec![after.into(), i64::from(limit).into()];
        let condition = match which {
            WhichRequests::All => "tenant = $1 AND request_id > $2 ORDER BY request_id LIMIT $3",
            WhichRequests::Open => {
                "tenant = $1 AND closed_at IS NULL AND request_id > $2 ORDER BY request_id LIMIT $3"
            }
        };
        self.subject_requests_where(condition, params).await
    }

    /// Requests for which something is due by itself at `now`, longest due first, at most `limit`.
    pub async fn due_requests(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<SubjectRequest>, StoreError> {
        let params = vec![now.as_millisecond().into(), i64::from(limit).into()];
        let condition = "tenant = $1 AND next_at <= $2 ORDER BY next_at, request_id LIMIT $3";
        self.subject_requests_where(condition, params).await
    }

    /// Says when something is due by itself, without anything having happened; refused as [`Refusal::Changed`] if the
    /// request went on meanwhile.
    pub async fn postpone_request(
        &self,
        request: &SubjectRequest,
        next_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let params = vec![
            self.tenant().into(),
            request.id.into(),
            request.version.into(),
            next_at.map(Timestamp::as_millisecond).into(),
        ];
        let mut tx = self.begin_housekeeping(now)?;
        tx.push(
            Statement::new(
                "UPDATE subject_requests SET next_at = $4 WHERE tenant = $1 AND request_id = $2 AND version = $3",
                params,
            )
            .or_refuse(Refusal::Changed),
        );
        tx.commit().await.map(drop)
    }

    /// What was asked about a subject, oldest first.
    pub async fn requests_about(
        &self,
        subject: SubjectToken,
    ) -> Result<Vec<SubjectRequest>, StoreError> {
        let condition = "tenant = $1 AND subject = $2 ORDER BY request_id";
        self.subject_requests_where(condition, vec![subject.into()])
            .await
    }

    /// The open request of this kind that another of the same subject is a duplicate of.
    pub async fn sole_request(
        &self,
        kind: &str,
        subject: SubjectToken,
    ) -> Result<Option<SubjectRequest>, StoreError> {
        let condition = "tenant = $1 AND kind = $2 AND sole = $3";
        let found = self
            .subject_requests_where(condition, vec![kind.into(), subject.into()])
            .await?;
        Ok(found.into_iter().next())
    }

    /// What happened to a request, in order.
    pub async fn request_events(&self, id: EntryId) -> Result<Vec<RequestEvent>, StoreError> {
        let sql = "SELECT number, event, detail, actor, entry_id, at FROM request_events WHERE tenant = $1 AND request_id = $2 ORDER BY number";
        let params = vec![self.tenant().into(), id.into()];
        let rows = self.engine().rows("reading a request", sql, params).await?;
        rows.iter().map(read_event).collect()
    }

    /// What of an event says something of a person, until the request is forgotten.
    pub async fn event_secret(
        &self,
        id: EntryId,
        number: i64,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let sql = "SELECT key_id, sealed FROM request_events WHERE tenant = $1 AND request_id = $2 AND number = $3 AND sealed IS NOT NULL";
        let params = vec![self.tenant().into(), id.into(), number.into()];
        let row = self.engine().row("reading a request", sql, params).await?;
        match row {
            None => Ok(None),
            Some(row) => {
                let place = event_place(id, number);
                self.open_sealed(&row.bytes(0)?, EVENT, &place, &row.bytes(1)?)
                    .await
            }
        }
    }

    async fn subject_requests_where(
        &self,
        condition: &str,
        mut params: Vec<Value>,
    ) -> Result<Vec<SubjectRequest>, StoreError> {
        params.insert(0, self.tenant().into());
        let sql = crate::engine::Sql::from(format!("{COLUMNS} WHERE {condition}"));
        let rows = self.engine().rows("reading requests", sql, params).await?;
        let mut requests = Vec::with_capacity(rows.len());
        for row in rows {
            requests.push(self.read_subject_request(&row).await?);
        }
        Ok(requests)
    }

    async fn read_subject_request(&self, row: &Row) -> Result<SubjectRequest, StoreError> {
        let id = EntryId(row.array(0)?);
        let (sealed, key) = (row.bytes(11)?, row.bytes(12)?);
        let sealed = match sealed.is_empty() {
            true => None,
            false => self.open_sealed(&key, REQUEST, &id.0, &sealed).await?,
        };
        let acting = Acting::from_word(&row.text(3)?);
        Ok(SubjectRequest {
            id,
            subject: SubjectToken::from_row(row.maybe_bytes(1)?)?,
            kind: row.text(2)?,
            acting: acting.ok_or_else(|| StoreError::corrupt("request", "its role is none"))?,
            state: row.text(4)?,
            received: read_date(&row.text(5)?)?,
            due: row.maybe_text(6)?.map(|due| read_date(&due)).transpose()?,
            opened_at: moment(row.int(7)?)?,
            closed_at: row.maybe_int(8)?.map(moment).transpose()?,
            version: row.int(9)?,
            next_at: row.maybe_int(10)?.map(moment).transpose()?,
            sealed,
        })
    }
}

/// Which requests are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhichRequests {
    /// Those that are not over.
    Open,
    /// Every one.
    All,
}

impl WriteTx {
    /// Adds an event of a request to the same write, with evidence of its own; the write is refused as
    /// [`Refusal::Changed`] if the request went on meanwhile.
    pub fn add_request_event(
        &mut self,
        request: &SubjectRequest,
        happening: &Happening<'_>,
        actor: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let entry = self.witness(&event_evidence(request.id, happening, actor, now))?;
        self.push_next(request, entry, happening, actor, now);
        Ok(())
    }

    /// The request first: whoever is too late writes nothing.
    fn push_next(
        &mut self,
        request: &SubjectRequest,
        entry: EntryId,
        happening: &Happening<'_>,
        actor: &str,
        now: Timestamp,
    ) {
        let (id, number, then) = (request.id, request.version + 1, &happening.then);
        let tenant = self.store().tenant().to_owned();
        let closed_at = match then.course {
            Course::Open => None,
            _ => Some(request.closed_at.unwrap_or(now).as_millisecond()),
        };
        self.push(
            Statement::new(
                "UPDATE subject_requests SET version = $4, state = $5, due_on = $6, next_at = $7, closed_at = $8 WHERE tenant = $1 AND request_id = $2 AND version = $3",
                vec![
                    tenant.as_str().into(),
                    id.into(),
                    request.version.into(),
                    number.into(),
                    then.state.into(),
                    then.due.map(|due| due.to_string()).into(),
                    then.next_at.map(Timestamp::as_millisecond).into(),
                    closed_at.into(),
                ],
            )
            .or_refuse(Refusal::Changed),
        );
        if then.course != Course::Open {
            self.push(Statement::new(
                "UPDATE subject_requests SET sole = NULL WHERE tenant = $1 AND request_id = $2",
                vec![tenant.as_str().into(), id.into()],
            ));
        }
        match then.course {
            // Nothing more is sealed for it, not even the event that forgets.
            Course::Forgotten => {
                self.push_plain_event(id, number, entry, happening, actor, now);
                self.forget_request(id);
            }
            _ => self.push_event(id, number, entry, happening, actor, now),
        }
    }

    fn push_event(
        &mut self,
        id: EntryId,
        number: i64,
        entry: EntryId,
        happening: &Happening<'_>,
        actor: &str,
        now: Timestamp,
    ) {
        let Some(plain) = happening.sealed else {
            self.push_plain_event(id, number, entry, happening, actor, now);
            return;
        };
        let tenant = self.store().tenant().to_owned();
        let statement = event_row(&tenant, id, number, entry, happening, actor, now);
        let sealing = sealing(id, Some(6), 5, EVENT, event_place(id, number), plain);
        self.push_step(Step::sealed(statement, sealing));
    }

    fn push_plain_event(
        &mut self,
        id: EntryId,
        number: i64,
        entry: EntryId,
        happening: &Happening<'_>,
        actor: &str,
        now: Timestamp,
    ) {
        let tenant = self.store().tenant().to_owned();
        self.push(event_row(&tenant, id, number, entry, happening, actor, now));
    }

    /// Destroys the key to whom a request is about, and everything that waits to be handed over.
    fn forget_request(&mut self, id: EntryId) {
        let tenant = self.store().tenant().to_owned();
        let about = || vec![tenant.as_str().into(), id.into()];
        for sql in [
            "DELETE FROM package_parts WHERE tenant = $1 AND request_id = $2",
            "DELETE FROM request_codes WHERE tenant = $1 AND request_id = $2",
            "DELETE FROM mailings WHERE tenant = $1 AND letter_id IN (SELECT letter_id FROM letters WHERE tenant = $1 AND request_id = $2)",
            "DELETE FROM letters WHERE tenant = $1 AND request_id = $2 AND sent_at IS NULL",
            "DELETE FROM data_keys WHERE tenant = $1 AND subject = $2",
        ] {
            self.push(Statement::new(sql, about()));
        }
        self.destroys(own_key(id));
    }
}

/// A request's sealed parts have a key of their own, stored as if the request were a subject.
fn own_key(request: EntryId) -> SubjectToken {
    SubjectToken(request.0)
}

fn sealing(
    request: EntryId,
    key_at: Option<usize>,
    at: usize,
    purpose: &'static str,
    id: Vec<u8>,
    plain: &[u8],
) -> Sealing {
    Sealing {
        subject: Some(own_key(request)),
        key_at,
        parts: vec![SealedPart {
            at,
            purpose,
            id,
            plain: Zeroizing::new(plain.to_vec()),
        }],
    }
}

fn evidence_of(event: &str, actor: &str, now: Timestamp) -> Evidence {
    Evidence::new(&format!("request.{event}"), actor, now)
}

/// Evidence of a later event. It names the request, not whom it is about: the person may be erased by then.
fn event_evidence(
    request: EntryId,
    happening: &Happening<'_>,
    actor: &str,
    now: Timestamp,
) -> Evidence {
    let mut evidence = evidence_of(happening.event, actor, now);
    evidence.outcome = Some(happening.then.state.to_owned());
    evidence.private = serde_json::json!({
        "request": request.to_string(),
        "detail": happening.detail,
    });
    evidence
}

fn event_place(request: EntryId, number: i64) -> Vec<u8> {
    [request.0.as_slice(), &number.to_be_bytes()].concat()
}

fn event_row(
    tenant: &str,
    id: EntryId,
    number: i64,
    entry: EntryId,
    happening: &Happening<'_>,
    actor: &str,
    now: Timestamp,
) -> Statement {
    Statement::new(
        "INSERT INTO request_events (tenant, request_id, number, event, detail, sealed, key_id, actor, entry_id, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
        vec![
            tenant.into(),
            id.into(),
            number.into(),
            happening.event.into(),
            happening.detail.to_string().into(),
            Value::Bytes(None),
            Value::Bytes(None),
            actor.into(),
            entry.into(),
            now.as_millisecond().into(),
        ],
    )
    .or_refuse(Refusal::Changed)
}

fn read_event(row: &Row) -> Result<RequestEvent, StoreError> {
    Ok(RequestEvent {
        number: row.int(0)?,
        event: row.text(1)?,
        detail: serde_json::from_str(&row.text(2)?)
            .map_err(|_| StoreError::corrupt("event", "it is not JSON"))?,
        actor: row.text(3)?,
        entry_id: EntryId(row.array(4)?),
        at: moment(row.int(5)?)?,
    })
}

fn read_date(text: &str) -> Result<Date, StoreError> {
    text.parse()
        .map_err(|_| StoreError::corrupt("request", "its date is none"))
}
