//! `POST /v1/requests/{id}/verify`: it is shown who asks.

use std::sync::Arc;

use abide_rights::request::Verified;
use axum::extract::{Path, State};
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{RequestBody, actor, any_office, known, went_on};
use crate::http::access::Caller;
use crate::http::app::App;
use crate::http::body::Json as Body;
use crate::http::problem::{Problem, ProblemBody};

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
    params(("id" = String, Path, description = "The request")),
    request_body(content = Verification, content_type = "application/json"),
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
    Body(said): Body<Verification>,
) -> Result<Json<RequestBody>, Problem> {
    let id = known(&app, &id).await?;
    let (office, actor) = (any_office(&app), actor(&caller));
    let desk = office.desk(&app.store, &actor, app.clock.now());
    if said.addresses.len() > 16 {
        return Err(Problem::invalid("addresses", "at most 16"));
    }
    match (&said.code, &said.how) {
        (Some(code), None) => {
            let address = said.addresses.first().copied().unwrap_or(0);
            match desk.verify_by_code(id, address, code).await? {
                Verified::Yes => {}
                Verified::No { .. } => {
                    return Err(Problem::Conflict("this is not the code".into()));
                }
                Verified::Over => {
                    let over = "no code of this address counts any more; have another one sent";
                    return Err(Problem::Conflict(over.into()));
                }
            }
        }
        (None, Some(how)) => desk.verify(id, &said.addresses, how).await?,
        _ => return Err(Problem::invalid("code", "a code, or `how` in its place")),
    }
    went_on(&app, id).await
}
