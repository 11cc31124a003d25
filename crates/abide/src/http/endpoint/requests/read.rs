//! `GET /v1/requests/{id}`: where a request stands, and everything that happened to it.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;

use super::{RequestBody, body_of, id_of};
use crate::http::app::App;
use crate::http::problem::{Problem, ProblemBody};

/// A request with its course.
#[derive(Debug, Serialize, ToSchema)]
pub struct WithCourse {
    #[serde(flatten)]
    request: RequestBody,
    /// What happened to it, oldest first.
    events: Vec<EventBody>,
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventBody {
    /// What, in one word.
    #[schema(example = "acknowledged")]
    event: String,
    /// When.
    at: String,
    /// The entry of its evidence.
    entry: String,
}

/// Where a request stands.
#[utoipa::path(
    get,
    path = "/v1/requests/{id}",
    operation_id = "read-request",
    tag = "requests",
    params(("id" = String, Path, description = "The request")),
    responses(
        (status = 200, description = "The request", body = WithCourse),
        (status = 404, description = "There is no such request", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<WithCourse>, Problem> {
    let id = id_of(&id)?;
    let request = body_of(&app, id).await?;
    let events = app.store.request_events(id).await?;
    let events = events.into_iter().map(|event| EventBody {
        event: event.event,
        at: event.at.to_string(),
        entry: event.entry_id.to_string(),
    });
    Ok(Json(WithCourse {
        request,
        events: events.collect(),
    }))
}
