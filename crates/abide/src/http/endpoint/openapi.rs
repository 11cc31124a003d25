//! `GET /openapi.json`: the description of the API for programs.

use axum::Json;
use serde_json::Value;

/// The document, OpenAPI 3.1.
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "describe",
    tag = "operation",
    responses((status = 200, description = "OpenAPI 3.1", body = Object))
)]
pub async fn answer() -> Json<&'static Value> {
    Json(crate::http::openapi::document())
}
