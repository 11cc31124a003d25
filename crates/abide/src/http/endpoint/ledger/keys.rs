//! `GET /v1/ledger/keys`: the public keys of the log, to be compared with what the company says elsewhere.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::plain;
use crate::http::app::App;
use crate::http::problem::Problem;

/// The public keys that sign checkpoints.
///
/// One verifier key a line, as `abide verify --key` takes it, and after each the statement by which it named its
/// successor, if it did.
#[utoipa::path(
    get,
    path = "/v1/ledger/keys",
    operation_id = "read-log-keys",
    tag = "ledger",
    responses((status = 200, description = "Verifier keys, one a line", body = String, content_type = "text/plain"))
)]
pub async fn answer(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    let ring = app.store.key_ring().await?;
    let lines: String = ring.verifiers().map(|key| format!("{key}\n")).collect();
    Ok(plain(lines, "no-cache"))
}
