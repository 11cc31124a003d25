//! `POST /v1/requests/{id}/refuse`: it is refused, on a ground that policy or law gives.

use std::sync::Arc;

use abide_rights::request::Reason;
use axum::extract::{Path, State};
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{RequestBody, actor, any_office, known, went_on};
use crate::http::access::Caller;
use crate::http::app::App;
use crate::http::body::Json as Body;
use crate::http::problem::{Problem, ProblemBody};

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
    params(("id" = String, Path, description = "The request")),
    request_body(content = RequestRefusal, content_type = "application/json"),
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
    Body(said): Body<RequestRefusal>,
) -> Result<Json<RequestBody>, Problem> {
    let id = known(&app, &id).await?;
    let (office, actor) = (any_office(&app), actor(&caller));
    let desk = office.desk(&app.store, &actor, app.clock.now());
    let reason = Reason::from_word(&said.reason)
        .ok_or_else(|| Problem::invalid("reason", "one of the reasons that are listed"))?;
    desk.refuse(id, reason, said.ground.as_deref()).await?;
    went_on(&app, id).await
}
