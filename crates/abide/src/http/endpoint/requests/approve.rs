//! `POST /v1/requests/{id}/approve`: a second person approves it.

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

/// Nothing more is needed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Approval {}

/// Approves a request; whoever recorded it cannot.
#[utoipa::path(
    post,
    path = "/v1/requests/{id}/approve",
    operation_id = "approve-request",
    tag = "requests",
    params(("id" = String, Path, description = "The request")),
    request_body(content = Approval, content_type = "application/json"),
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
    Body(said): Body<Approval>,
) -> Result<Json<RequestBody>, Problem> {
    let id = known(&app, &id).await?;
    let (office, actor) = (any_office(&app), actor(&caller));
    let desk = office.desk(&app.store, &actor, app.clock.now());
    let Approval {} = said;
    desk.approve(id).await?;
    went_on(&app, id).await
}
