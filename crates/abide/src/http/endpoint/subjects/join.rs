//! `POST /v1/subjects/{subject}/join`: a device or cookie turns out to be someone known. Neither history is lost.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use utoipa::ToSchema;

use super::write::Entry;
use crate::http::app::App;
use crate::http::body::Json as Body;
use crate::http::problem::{Problem, ProblemBody};
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
        (status = 200, description = "Joined", body = Entry),
        (status = 409, description = "They are one subject already", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    Path(subject): Path<String>,
    Body(joined): Body<Joined>,
) -> Result<Json<Entry>, Problem> {
    let known = app.store.subject(&SubjectName::of_path(&subject)?).await?;
    let device = app.store.subject(&joined.device.identifier()?).await?;
    let written = app
        .store
        .join(device, known, "staff", app.clock.now())
        .await?;
    let family = app.store.family(known).await?;
    app.decider.joined(&family);
    Ok(Json(Entry {
        entry: written.entry_id.to_string(),
    }))
}
