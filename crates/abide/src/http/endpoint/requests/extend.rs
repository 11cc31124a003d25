//! `POST /v1/requests/{id}/extend`: the answer is put off, and the person told.

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

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Delay {
    /// Why: `complexity` or `number-of-requests`.
    #[schema(example = "complexity")]
    because: String,
}

/// Puts an answer off, as far as policy and law let it be.
#[utoipa::path(
    post,
    path = "/v1/requests/{id}/extend",
    operation_id = "extend-request",
    tag = "requests",
    params(
        ("id" = String, Path, description = "The request"),
        ("Idempotency-Key" = Option<String>, Header, description = "Sent again with the same body, it is recorded once"),
    ),
    request_body(content = Delay, content_type = "application/json"),
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
    write: Write<Delay>,
) -> Result<Response, Problem> {
    let said = write.body;
    let decision = Decision::Extend {
        because: &said.because,
    };
    written(
        &app,
        &caller,
        &id,
        &Writing::Decision(decision),
        write.once.as_ref(),
    )
    .await
}
