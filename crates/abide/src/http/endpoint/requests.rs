//! Requests of people. What comes back says nothing of whom a request is about.

pub mod appeal;
pub mod approve;
pub mod authorise;
pub mod extend;
pub mod fulfil;
pub mod list;
pub mod open;
pub mod read;
pub mod refuse;
pub mod revoke;
pub mod verify;

use std::sync::Arc;

use abide_policy::Library;
use abide_policy::clocks::Due;
use abide_rights::request::{Deadline, Decision, Desk, Parcel, Standing, Tried};
use abide_store::{EntryId, Refusal, RepeatableRequest, StoreError, SubjectRequest, WriteTx};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::access::Caller;
use crate::http::app::App;
use crate::http::problem::Problem;
use crate::http::recorded::Recorded;
use crate::requests::{Office, PolicyInForce};

/// A request of a person.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct RequestBody {
    /// Its id.
    id: String,
    /// What is asked for.
    kind: String,
    /// In which role: `self`, `parent`, `agent`, `school`, `staff`.
    acting: &'static str,
    /// Where it stands, in the words of the Data Rights Protocol.
    #[schema(example = "in_progress")]
    state: String,
    /// Why it stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// The day on which it arrived.
    received_on: String,
    /// By when its arrival is confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    acknowledge_by: Option<ByWhen>,
    /// By when it is answered.
    answer_by: ByWhen,
    /// The times that were missed.
    overdue: Vec<&'static str>,
    /// Whether it waits for the approval of a second person.
    waits_for_approval: bool,
    /// Grounds on which it may be refused.
    grounds: Vec<String>,
    /// Whether its package waits to be fetched.
    package_ready: bool,
    /// The entry of its certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<String>,
}

/// A date, and who set it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ByWhen {
    /// The last day.
    #[schema(example = "2026-02-19")]
    date: String,
    /// Clauses of the policy and facts of the law that say so; none where neither does.
    because: Vec<String>,
}

impl From<Due> for ByWhen {
    fn from(due: Due) -> Self {
        let mut because: Vec<String> = due
            .sources
            .into_iter()
            .flat_map(|source| source.clauses)
            .collect();
        because.dedup();
        Self {
            date: due.date.to_string(),
            because,
        }
    }
}

impl RequestBody {
    fn of(request: &SubjectRequest, standing: &Standing) -> Self {
        let library = Library::standard();
        let grounds = standing.clocks.grounds.iter();
        Self {
            id: request.id.to_string(),
            kind: request.kind.clone(),
            acting: request.acting.word(),
            state: standing.state().to_owned(),
            reason: standing.reason(),
            received_on: request.received.to_string(),
            acknowledge_by: standing.acknowledge_by(library).map(ByWhen::from),
            answer_by: standing.due(library).into(),
            overdue: standing
                .overdue
                .iter()
                .copied()
                .map(Deadline::word)
                .collect(),
            waits_for_approval: standing.waits_for_approval() && standing.ended.is_none(),
            grounds: grounds.map(|ground| ground.fact.clone()).collect(),
            package_ready: matches!(standing.parcel, Parcel::Ready(..)),
            certificate: standing.certificate.clone(),
        }
    }
}

/// Whoever called, in the evidence.
fn actor(Caller(key): &Caller) -> String {
    format!("api:{key}")
}

/// The id in a path.
fn id_of(text: &str) -> Result<EntryId, Problem> {
    EntryId::parse(text).ok_or(Problem::NoSuch("request"))
}

/// What requests are handled with, without a source. It needs no policy: what a request set running is kept with it.
pub fn any_office(app: &App) -> Office {
    let state = app.decider.state();
    let policy = match state.policies().next() {
        Some(policy) => PolicyInForce::Held(Arc::clone(policy)),
        None => PolicyInForce::Read(Box::default(), String::new()),
    };
    Office::closed(&app.config, policy)
}

/// A request as it stands.
async fn body_of(app: &App, id: EntryId) -> Result<RequestBody, Problem> {
    let request = app.store.subject_request(id).await?;
    let request = request.ok_or(Problem::NoSuch("request"))?;
    let office = any_office(app);
    let standing = office
        .desk(&app.store, "", app.clock.now())
        .standing(id)
        .await?;
    Ok(RequestBody::of(&request, &standing))
}

/// How often a decision is tried that the server's own work on the request comes before.
const TRIES: usize = 8;

/// What is written about a request that stands.
enum Writing<'a> {
    /// A decision.
    Decision(Decision<'a>),
    /// A try at the code that went to an address.
    Code { address: u32, code: &'a str },
}

impl Writing<'_> {
    async fn begin(&self, desk: &Desk<'_>, id: EntryId) -> Result<WriteTx, Problem> {
        match self {
            Self::Decision(decision) => Ok(desk.begin_decision(id, decision).await?),
            Self::Code { address, code } => match desk.try_code(id, *address, code).await? {
                Tried::Right(tx) => Ok(*tx),
                Tried::Wrong { .. } => Err(Problem::Conflict("this is not the code".into())),
                Tried::Over => {
                    let over = "no code of this address counts any more; have another one sent";
                    Err(Problem::Conflict(over.into()))
                }
            },
        }
    }
}

/// Records what somebody writes about the request in a path together with its answer, once however often it is sent, and lets the
/// server go on. If the request went on meanwhile, it is begun again: that may be the server itself, which is no news to
/// whoever writes.
async fn written(
    app: &App,
    caller: &Caller,
    id: &str,
    writing: &Writing<'_>,
    once: Option<&RepeatableRequest>,
) -> Result<Response, Problem> {
    if let Some(kept) = app.answered(once).await? {
        return Ok(kept.into_response());
    }
    let id = known(app, id).await?;
    let (office, actor) = (any_office(app), actor(caller));
    let desk = office.desk(&app.store, &actor, app.clock.now());
    for _ in 0..TRIES {
        let tx = writing.begin(&desk, id).await?;
        if let Some(answer) = committed(app, tx, once).await? {
            return Ok(answer);
        }
    }
    Err(StoreError::Refused(Refusal::Changed).into())
}

/// Commits a write about a request together with its answer; nothing if the request went on meanwhile.
async fn committed(
    app: &App,
    tx: WriteTx,
    once: Option<&RepeatableRequest>,
) -> Result<Option<Response>, Problem> {
    let kept = Recorded::kept(tx.entry_id())?;
    match app.commit_once(tx, once, &kept, app.clock.now()).await {
        Ok(earlier) => {
            app.requests_due.notify_one();
            Ok(Some(earlier.unwrap_or(kept).into_response()))
        }
        Err(StoreError::Refused(Refusal::Changed)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Refuses an id that no request has, before anything is done with it.
async fn known(app: &App, text: &str) -> Result<EntryId, Problem> {
    let id = id_of(text)?;
    match app.store.subject_request(id).await? {
        Some(_) => Ok(id),
        None => Err(Problem::NoSuch("request")),
    }
}
