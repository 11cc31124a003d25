//! `POST /v1/requests/{id}/fulfil`: what is done by hand is done.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{RequestBody, actor, any_office, known, went_on};
use crate::http::access::Caller;
use crate::http::app::App;
use crate::http::body::Json as Body;
use crate::http::problem::{Problem, ProblemBody};

/// What was done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Fulfilment {
    /// What was done, in words; it is sealed.
    #[schema(max_length = 16384)]
    note: String,
}

/// Says that what is done by hand is done.
#[utoipa::path(
    post,
    path = "/v1/requests/{id}/fulfil",
    operation_id = "fulfil-request",
    tag = "requests",
    params(("id" = String, Path, description = "The request")),
    request_body(content = Fulfilment, content_type = "application/json"),
    responses(
        (status = 200, description = "Where the request stands", body = RequestBody),
        (status = 404, description = "There is no such request", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "Where the request stands does not allow it", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Body(said): Body<Fulfilment>,
) -> Result<Json<RequestBody>, Problem> {
    let id = known(&app, &id).await?;
    let (office, actor) = (any_office(&app), actor(&caller));
    let desk = office.desk(&app.store, &actor, app.clock.now());
    if said.note.len() > 16_384 {
        return Err(Problem::invalid("note", "at most 16 KiB"));
    }
    desk.fulfil(id, &said.note).await?;
    went_on(&app, id).await
}
