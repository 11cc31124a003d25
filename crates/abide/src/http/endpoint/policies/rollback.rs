//! `POST /v1/policies/{policy}/rollback`: puts the version in force again that was before.

use std::sync::Arc;

use abide_store::{Activation, ActivationKind};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::app::App;
use crate::http::idempotency::Write;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::recorded::Recorded;

/// Nothing more is needed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rollback {}

/// Takes the last activation back. From the answer on, questions are decided by the version before.
#[utoipa::path(
    post,
    path = "/v1/policies/{policy}/rollback",
    operation_id = "roll-back-policy",
    tag = "policies",
    params(
        ("policy" = String, Path, description = "The policy's name"),
        ("Idempotency-Key" = Option<String>, Header, description = "Sent again with the same body, it is rolled back once"),
    ),
    request_body = Rollback,
    responses(
        (status = 201, description = "Rolled back", body = Recorded),
        (status = 409, description = "There is no version before", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    Path(policy): Path<String>,
    write: Write<Rollback>,
) -> Result<Response, Problem> {
    if let Some(kept) = app.answered(write.once.as_ref()).await? {
        return Ok(kept.into_response());
    }
    let Rollback {} = write.body;
    let past = app.store.activations(&policy).await?;
    let before = before(&past).ok_or_else(|| {
        Problem::Conflict("no version was in force before; activate one by its hash".into())
    })?;
    let kind = ActivationKind::Rollback;
    let now = app.clock.now();
    let tx = app
        .store
        .begin_activation(&policy, &before, kind, "staff", now)?;
    let kept = Recorded::kept(tx.entry_id())?;
    if let Some(kept) = app.commit_once(tx, write.once.as_ref(), &kept, now).await? {
        return Ok(kept.into_response());
    }
    app.decider.refresh(&app.store).await?;
    Ok(kept.into_response())
}

/// The version before the one in force: each activation follows one, each rollback takes one back.
fn before(past: &[Activation]) -> Option<String> {
    let mut stack: Vec<&str> = Vec::new();
    for activation in past {
        match activation.kind {
            ActivationKind::Activate => stack.push(&activation.hash),
            ActivationKind::Rollback => {
                stack.pop();
            }
        }
    }
    stack.pop();
    stack.pop().map(str::to_owned)
}
