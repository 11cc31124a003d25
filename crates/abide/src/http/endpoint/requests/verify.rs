//! `POST /v1/requests/{id}/verify`: it is shown who asks.

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

/// A code, or how it was shown.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Verification {
    /// The code that was sent to an address.
    #[serde(default)]
    code: Option<String>,
    /// How it was shown without a code: `account`, `document`, `known-data`, `in-person`.
    #[serde(default)]
    how: Option<String>,
    /// Which of what the request names, by place from 0: with a code the one it was sent to, the first when nothing is
    /// said; without, those that were shown, all when nothing is said.
    #[serde(default)]
    #[schema(max_items = 16)]
    addresses: Vec<u32>,
}

/// Says that it was shown who asks. A code has few tries.
#[utoipa::path(
    post,
    path = "/v1/requests/{id}/verify",
    operation_id = "verify-request",
    tag = "requests",
    params(
        ("id" = String, Path, description = "The request"),
        ("Idempotency-Key" = Option<String>, Header, description = "Sent again with the same body, it is recorded once"),
    ),
    request_body(content = Verification, content_type = "application/json"),
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
    write: Write<Verification>,
) -> Result<Response, Problem> {
    let said = write.body;
    if said.addresses.len() > 16 {
        return Err(Problem::invalid("addresses", "at most 16"));
    }
    let writing = match (&said.code, &said.how) {
        (Some(code), None) => Writing::Code {
            address: said.addresses.first().copied().unwrap_or(0),
            code,
        },
        (None, Some(how)) => Writing::Decision(Decision::Verify {
            addresses: &said.addresses,
            how,
        }),
        _ => return Err(Problem::invalid("code", "a code, or `how` in its place")),
    };
    written(&app, &caller, &id, &writing, write.once.as_ref()).await
}
