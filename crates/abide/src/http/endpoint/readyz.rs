//! `GET /readyz`: whether the server can answer questions.

/// Says `ok`.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "ready",
    tag = "operation",
    responses(
        (status = 200, description = "Questions can be answered", body = String, content_type = "text/plain"),
        (status = 503, description = "Not yet", body = crate::http::problem::ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn answer() -> &'static str {
    "ok\n"
}
