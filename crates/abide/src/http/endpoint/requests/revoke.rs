//! `POST /v1/requests/{id}/revoke`: the person takes it back.

use std::sync::Arc;

use abide_rights::request::Decision;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Writing, written};
use crate::http::access::Caller;
use crate::http::app::App;
use crate::http::idempotency::Write;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::recorded::Recorded;

/// Nothing more is needed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Revocation {}

/// Takes a request back.
#[utoipa::path(
    post,
    path = "/v1/requests/{id}/revoke",
    operation_id = "revoke-request",
    tag = "requests",
    params(
        ("id" = String, Path, description = "The request"),
        ("Idempotency-Key" = Option<String>, Header, description = "Sent again with the same body, it is recorded once"),
    ),
    request_body(content = Revocation, content_type = "application/json"),
    responses(
        (status = 201, description = "Recorded", body = Recorded),
        (status = 404, description = "There is no such request", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "Where the request stands does not allow it", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    write: Write<Revocation>,
) -> Result<Response, Problem> {
    let decision = Decision::Revoke;
    written(
        &app,
        &caller,
        &id,
        &Writing::Decision(decision),
        write.once.as_ref(),
    )
    .await
}
