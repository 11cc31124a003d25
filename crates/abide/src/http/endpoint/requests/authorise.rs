//! `POST /v1/requests/{id}/authorise`: whoever asks for somebody else showed that they may.

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

/// How.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Authorisation {
    /// How it was shown: `permission`, `power-of-attorney`, `custody` or `registration`.
    #[schema(example = "permission")]
    how: String,
}

/// Says that an agent or parent may ask for the person.
#[utoipa::path(
    post,
    path = "/v1/requests/{id}/authorise",
    operation_id = "authorise-request",
    tag = "requests",
    params(("id" = String, Path, description = "The request")),
    request_body(content = Authorisation, content_type = "application/json"),
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
    Body(said): Body<Authorisation>,
) -> Result<Json<RequestBody>, Problem> {
    let id = known(&app, &id).await?;
    let (office, actor) = (any_office(&app), actor(&caller));
    let desk = office.desk(&app.store, &actor, app.clock.now());
    desk.authorise(id, &said.how).await?;
    went_on(&app, id).await
}
