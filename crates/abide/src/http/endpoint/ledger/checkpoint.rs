//! `GET /v1/ledger/checkpoint`: the size and root of the log, signed.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::plain;
use crate::http::app::App;
use crate::http::problem::{Problem, ProblemBody};

/// The last checkpoint.
///
/// A signed note after C2SP `tlog-checkpoint`.
#[utoipa::path(
    get,
    path = "/v1/ledger/checkpoint",
    operation_id = "read-checkpoint",
    tag = "ledger",
    responses(
        (status = 200, description = "A signed note", body = String, content_type = "text/plain"),
        (status = 404, description = "Nothing was written yet", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn answer(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    let last = app.store.checkpoint().await?;
    let last = last.ok_or(Problem::NoSuch("checkpoint: nothing has been written yet"))?;
    Ok(plain(last.note, "no-cache"))
}
