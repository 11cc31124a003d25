//! `GET /healthz`: whether the process answers at all. Looks at nothing else, so that a busy store restarts nobody.

/// Says `ok`.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "health",
    tag = "operation",
    responses((status = 200, description = "The process answers", body = String, content_type = "text/plain"))
)]
pub async fn answer() -> &'static str {
    "ok\n"
}
