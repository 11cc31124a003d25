//! `GET /v1/requests`: requests of people, a page at a time.

use std::sync::Arc;

use abide_store::{EntryId, WhichRequests};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{RequestBody, any_office};
use crate::http::app::App;
use crate::http::body::Query;
use crate::http::problem::Problem;

/// Requests on one page.
const PAGE: u32 = 100;

/// Which, and where the page begins.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// `open` for those that are not over, which is what is listed when nothing is said; `all` for every one.
    #[serde(default)]
    #[param(inline)]
    which: Wanted,
    /// The id behind which the page begins; the `next` of the page before.
    after: Option<String>,
}

/// Which requests are listed.
#[derive(Debug, Default, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Wanted {
    /// Those that are not over.
    #[default]
    Open,
    /// Every one.
    All,
}

/// Some requests.
#[derive(Debug, Serialize, ToSchema)]
pub struct Requests {
    /// The requests, oldest first.
    requests: Vec<RequestBody>,
    /// What to give as `after` for the next page; nothing at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Requests of people.
#[utoipa::path(
    get,
    path = "/v1/requests",
    operation_id = "list-requests",
    tag = "requests",
    params(Which),
    responses((status = 200, description = "A page of requests", body = Requests))
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    Query(query): Query<Which>,
) -> Result<Json<Requests>, Problem> {
    let wants = || Problem::invalid("after", "the `next` of the page before");
    let after = query.after.as_deref();
    let after = after
        .map(|text| EntryId::parse(text).ok_or_else(wants))
        .transpose()?;
    let which = match query.which {
        Wanted::Open => WhichRequests::Open,
        Wanted::All => WhichRequests::All,
    };
    let found = app.store.subject_requests(which, after, PAGE).await?;
    let is_last = found.len() < PAGE as usize;
    let next = found
        .last()
        .filter(|_| !is_last)
        .map(|request| request.id.to_string());
    let (office, mut requests) = (any_office(&app), Vec::new());
    let desk = office.desk(&app.store, "", app.clock.now());
    for request in &found {
        requests.push(RequestBody::of(request, &desk.standing(request.id).await?));
    }
    Ok(Json(Requests { requests, next }))
}
