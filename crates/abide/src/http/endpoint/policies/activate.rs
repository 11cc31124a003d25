//! `POST /v1/policies/{policy}/activate`: puts a published version in force.

use std::sync::Arc;

use abide_store::ActivationKind;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::find;
use crate::http::app::App;
use crate::http::idempotency::Write;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::recorded::Recorded;

/// Which version.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Activation {
    /// The version, by its hash or its date.
    #[schema(example = "2026-03-01")]
    version: String,
}

/// Puts a published version in force. From the answer on, questions are decided by it.
#[utoipa::path(
    post,
    path = "/v1/policies/{policy}/activate",
    operation_id = "activate-policy",
    tag = "policies",
    params(
        ("policy" = String, Path, description = "The policy's name"),
        ("Idempotency-Key" = Option<String>, Header, description = "Sent again with the same body, it is activated once"),
    ),
    request_body = Activation,
    responses(
        (status = 201, description = "In force", body = Recorded),
        (status = 404, description = "There is no such version", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    Path(policy): Path<String>,
    write: Write<Activation>,
) -> Result<Response, Problem> {
    if let Some(kept) = app.answered(write.once.as_ref()).await? {
        return Ok(kept.into_response());
    }
    let version = find(&app, &policy, &write.body.version).await?;
    let kind = ActivationKind::Activate;
    let now = app.clock.now();
    let tx = app
        .store
        .begin_activation(&policy, &version.hash, kind, "staff", now)?;
    let kept = Recorded::kept(tx.entry_id())?;
    if let Some(kept) = app.commit_once(tx, write.once.as_ref(), &kept, now).await? {
        return Ok(kept.into_response());
    }
    app.decider.refresh(&app.store).await?;
    Ok(kept.into_response())
}
