//! `GET /v1/ledger/proof/consistency`: that a longer log begins with a shorter one.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::inclusion::Proof;
use crate::http::app::App;
use crate::http::body::Query;
use crate::http::problem::{Problem, ProblemBody};

/// Which two trees.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Size of the shorter one.
    old: u64,
    /// Size of the longer one.
    new: u64,
}

/// The proof that the log was only ever added to.
#[utoipa::path(
    get,
    path = "/v1/ledger/proof/consistency",
    operation_id = "prove-consistency",
    tag = "ledger",
    params(Which),
    responses(
        (status = 200, description = "The hashes", body = Proof),
        (status = 404, description = "The log is not that long", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    Query(which): Query<Which>,
) -> Result<Json<Proof>, Problem> {
    let hashes = app.store.consistency(which.old, which.new).await?;
    Ok(Json(Proof { hashes }))
}
