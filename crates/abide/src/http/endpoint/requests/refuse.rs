//! `POST /v1/requests/{id}/refuse`: it is refused, on a ground that policy or law gives.

use std::sync::Arc;

use abide_rights::request::{Decision, Reason};
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
pub struct RequestRefusal {
    /// In the words of the Data Rights Protocol: `suspected_fraud`, `insuf_verification`, `no_match`, `claim_not_covered`,
    /// `outside_jurisdiction`, `too_many_requests`, `other`.
    #[schema(example = "claim_not_covered")]
    reason: String,
    /// The ground, by the name of its fact: one of the request's `grounds`.
    #[serde(default)]
    ground: Option<String>,
}

/// Refuses a request, and tells the person why.
#[utoipa::path(
    post,
    path = "/v1/requests/{id}/refuse",
    operation_id = "refuse-request",
    tag = "requests",
    params(
        ("id" = String, Path, description = "The request"),
        ("Idempotency-Key" = Option<String>, Header, description = "Sent again with the same body, it is recorded once"),
    ),
    request_body(content = RequestRefusal, content_type = "application/json"),
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
    write: Write<RequestRefusal>,
) -> Result<Response, Problem> {
    let said = write.body;
    let reason = Reason::from_word(&said.reason)
        .ok_or_else(|| Problem::invalid("reason", "one of the reasons that are listed"))?;
    let ground = said.ground.as_deref();
    let decision = Decision::Refuse { reason, ground };
    written(
        &app,
        &caller,
        &id,
        &Writing::Decision(decision),
        write.once.as_ref(),
    )
    .await
}
