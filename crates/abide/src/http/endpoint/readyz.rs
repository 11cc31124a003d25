//! `GET /readyz`: whether the server can answer and record, for whoever spreads requests over servers.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;

use crate::http::app::App;
use crate::http::problem::{Problem, ProblemBody};

const PATIENCE: Duration = Duration::from_secs(1);

/// Says `ok`.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "ready",
    tag = "operation",
    responses(
        (status = 200, description = "Questions can be answered", body = String, content_type = "text/plain"),
        (status = 503, description = "Not yet", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn answer(State(app): State<Arc<App>>) -> Result<&'static str, Problem> {
    let asked = tokio::time::timeout(PATIENCE, app.store.ping()).await;
    asked.map_err(|_| Problem::Outage)??;
    Ok("ok\n")
}
