//! `POST /v1/policies`: publishes a version of a policy. It is in force only once it is activated.

use std::sync::Arc;

use abide_store::{Refusal, StoreError};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{File, compile};
use crate::http::app::App;
use crate::http::idempotency::{Kept, Write};
use crate::http::problem::{Problem, ProblemBody};
use crate::policies::version_date;

/// The files of a policy.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Publication {
    /// Its files, together exactly one policy.
    files: Vec<File>,
}

/// What was published.
#[derive(Debug, Serialize, ToSchema)]
pub struct Published {
    /// The policy's name.
    policy: String,
    /// The version: SHA-256 over names and texts of its files, in hex.
    version: String,
}

/// Publishes a version of a policy.
///
/// A policy with errors is refused with its findings. The same text again is the same version.
#[utoipa::path(
    post,
    path = "/v1/policies",
    operation_id = "publish-policy",
    tag = "policies",
    params(("Idempotency-Key" = Option<String>, Header, description = "Sent again with the same body, it is published once")),
    request_body = Publication,
    responses(
        (status = 201, description = "Published, or published before", body = Published),
        (status = 422, description = "The policy has errors; `findings` says where", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    write: Write<Publication>,
) -> Result<Response, Problem> {
    if let Some(kept) = app.answered(write.once.as_ref()).await? {
        return Ok(kept.into_response());
    }
    let found = compile(&app, write.body.files).await?;
    let name = &found.policy.name;
    let date = version_date(&found.policy);
    let now = app.clock.now();
    let (tx, version) = app
        .store
        .begin_publication(name, &date, &found.files, "staff", now)?;
    let policy = name.clone();
    let kept = Kept::json(StatusCode::CREATED, &Published { policy, version })?;
    let once = write.once.as_ref();
    let earlier = match app.commit_once(tx, once, &kept, now).await {
        // It was published before, so that there is nothing to write but the answer.
        Err(StoreError::Refused(Refusal::AlreadyThere)) => {
            let tx = app.store.begin_housekeeping(now)?;
            app.commit_once(tx, once, &kept, now).await?
        }
        done => done?,
    };
    Ok(earlier.unwrap_or(kept).into_response())
}
