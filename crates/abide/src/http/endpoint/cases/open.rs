//! `POST /v1/cases`: opens a case.

use std::sync::Arc;

use abide_policy::vocabulary::Kind;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::app::App;
use crate::http::idempotency::Write;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::recorded::Recorded;

/// A case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Opened {
    /// An id of your own, which says nothing of a person.
    #[schema(
        example = "2026-17",
        min_length = 1,
        max_length = 64,
        pattern = "^[A-Za-z0-9._-]+$"
    )]
    id: String,
    /// The facts that hold of it, by their names in the policy.
    #[schema(example = json!(["court-order"]))]
    facts: Vec<String>,
    /// The policy whose names these are; the only active one when nothing is said.
    #[serde(default)]
    policy: Option<String>,
}

/// Opens a case.
#[utoipa::path(
    post,
    path = "/v1/cases",
    operation_id = "open-case",
    tag = "register",
    params(("Idempotency-Key" = Option<String>, Header, description = "Sent again with the same body, it is opened once")),
    request_body = Opened,
    responses(
        (status = 201, description = "Opened", body = Recorded),
        (status = 409, description = "There is a case of this id", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    write: Write<Opened>,
) -> Result<Response, Problem> {
    if let Some(kept) = app.answered(write.once.as_ref()).await? {
        return Ok(kept.into_response());
    }
    let opened = &write.body;
    check_id(&opened.id)?;
    if opened.facts.len() > 64 {
        return Err(Problem::invalid("facts", "at most 64 names"));
    }
    let state = app.decider.state();
    let policy = state.policy(opened.policy.as_deref())?;
    for fact in &opened.facts {
        policy.knows(Kind::Fact, "facts", fact)?;
    }
    let now = app.clock.now();
    let tx = app
        .store
        .begin_open_case(&opened.id, &opened.facts, "staff", now)?;
    let kept = Recorded::kept(tx.entry_id())?;
    let earlier = app.commit_once(tx, write.once.as_ref(), &kept, now).await?;
    Ok(earlier.unwrap_or(kept).into_response())
}

/// An id of a case is a short word.
pub(super) fn check_id(id: &str) -> Result<(), Problem> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if id.is_empty() || id.len() > 64 || !id.chars().all(is_word) {
        let wants = "1 to 64 letters, digits, `.`, `_` or `-`";
        return Err(Problem::invalid("id", wants));
    }
    Ok(())
}
