//! `GET /metrics`: counts and times for Prometheus. Holds no name of a person, a policy or a path.

use axum::http::header;
use axum::response::IntoResponse;

use crate::http::metric;

/// The page.
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "metrics",
    tag = "operation",
    responses((status = 200, description = "Counts and times", body = String, content_type = "text/plain"))
)]
pub async fn answer() -> impl IntoResponse {
    (
        [(
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        )],
        metric::page(),
    )
}
