//! `POST /v1/subjects/{subject}/join`: a device or cookie turns out to be someone known. Neither history is lost.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::app::App;
use crate::http::idempotency::Write;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::recorded::Recorded;
use crate::http::subject::SubjectName;

/// What is joined.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Joined {
    /// What was known apart until here, such as a device.
    device: SubjectName,
}

/// Joins a device or cookie into a subject.
///
/// From here on both are one subject, with both histories.
#[utoipa::path(
    post,
    path = "/v1/subjects/{subject}/join",
    operation_id = "join-subject",
    tag = "subjects",
    params(("subject" = String, Path, description = "`kind:value`, percent-encoded")),
    request_body = Joined,
    responses(
        (status = 201, description = "Joined", body = Recorded),
        (status = 409, description = "They are one subject already", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    Path(subject): Path<String>,
    write: Write<Joined>,
) -> Result<Response, Problem> {
    if let Some(kept) = app.answered(write.once.as_ref()).await? {
        return Ok(kept.into_response());
    }
    let known = app.store.subject(&SubjectName::of_path(&subject)?).await?;
    let device = app.store.subject(&write.body.device.identifier()?).await?;
    let written = app
        .store
        .join(device, known, "staff", app.clock.now())
        .await?;
    app.decider.joined(&app.store.family(known).await?);
    app.keep(write.once.as_ref(), Recorded::kept(written.entry_id)?)
        .await
}
