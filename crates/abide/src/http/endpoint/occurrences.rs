//! `POST /v1/occurrences`: something happened to a subject that lines of the policy wait for, such as the end of an account.

use std::sync::Arc;

use abide_policy::vocabulary::Kind;
use abide_store::Occurrence;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::app::App;
use crate::http::idempotency::Write;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::recorded::Recorded;
use crate::http::subject::SubjectName;

/// What happened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Happened {
    /// To whom.
    subject: SubjectName,
    /// The event, by its name in the policy.
    #[schema(example = "account-deletion")]
    event: String,
    /// When; at this moment when nothing is said.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
    /// The policy whose name it is; the only active one when nothing is said.
    #[serde(default)]
    policy: Option<String>,
}

/// Records that something happened to a subject.
#[utoipa::path(
    post,
    path = "/v1/occurrences",
    operation_id = "record-occurrence",
    tag = "subjects",
    params(("Idempotency-Key" = Option<String>, Header, description = "Sent again with the same body, it is recorded once")),
    request_body = Happened,
    responses(
        (status = 201, description = "Recorded", body = Recorded),
        (status = 422, description = "The policy has no such event", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    write: Write<Happened>,
) -> Result<Response, Problem> {
    if let Some(kept) = app.answered(write.once.as_ref()).await? {
        return Ok(kept.into_response());
    }
    let happened = &write.body;
    let now = app.clock.now();
    let at = happened.at.unwrap_or(now);
    if at > now {
        return Err(Problem::invalid("at", "a moment that is not ahead"));
    }
    let state = app.decider.state();
    let policy = state.policy(happened.policy.as_deref())?;
    policy.knows(Kind::Event, "event", &happened.event)?;
    let identifier = happened.subject.identifier()?;
    let subject = app.store.subject(&identifier).await?;
    let event = happened.event.clone();
    let past = Occurrence { event, at };
    let mut tx = app
        .store
        .begin_occurrence(subject, &past, "application", now)?;
    tx.register(subject, &identifier, now);
    let kept = Recorded::kept(tx.entry_id())?;
    if let Some(kept) = app.commit_once(tx, write.once.as_ref(), &kept, now).await? {
        return Ok(kept.into_response());
    }
    app.decider.changed(subject);
    Ok(kept.into_response())
}
