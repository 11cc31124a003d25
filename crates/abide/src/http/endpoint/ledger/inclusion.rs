//! `GET /v1/ledger/proof/inclusion`: that an entry is in the log.

use std::sync::Arc;

use abide_ledger::Hash;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::app::App;
use crate::http::body::Query;
use crate::http::problem::{Problem, ProblemBody};

/// Which entry, in which tree.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Number of the entry, from 0.
    index: u64,
    /// Size of the tree.
    size: u64,
}

/// Hashes of a proof after RFC 6962.
#[derive(Debug, Serialize, ToSchema)]
pub struct Proof {
    /// The hashes in base64, from the leaf upwards.
    #[schema(value_type = Vec<String>)]
    pub hashes: Vec<Hash>,
}

/// The proof that an entry is in the tree of a size.
#[utoipa::path(
    get,
    path = "/v1/ledger/proof/inclusion",
    operation_id = "prove-inclusion",
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
    let hashes = app.store.inclusion(which.index, which.size).await?;
    Ok(Json(Proof { hashes }))
}
