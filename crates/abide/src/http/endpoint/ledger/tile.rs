//! `GET /v1/ledger/tile/…`: pieces of the tree, and the entries under them. A piece never changes.

use std::sync::Arc;

use abide_ledger::Tile;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::http::app::App;
use crate::http::problem::{Problem, ProblemBody};

/// A tile of hashes or a bundle of entries.
///
/// Paths after C2SP `tlog-tiles`: `0/x001/234`, `1/000.p/17`, `entries/003`.
#[utoipa::path(
    get,
    path = "/v1/ledger/tile/{path}",
    operation_id = "read-tile",
    tag = "ledger",
    params(("path" = String, Path, description = "Which tile, as C2SP `tlog-tiles` names it")),
    responses(
        (status = 200, description = "Its bytes", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 404, description = "The log has no such tile", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    Path(path): Path<String>,
) -> Result<Response, Problem> {
    let tile: Tile = format!("tile/{path}")
        .parse()
        .map_err(|_| Problem::NoSuch("tile"))?;
    let bytes = app.store.tile(tile).await?.ok_or(Problem::NoSuch("tile"))?;
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/octet-stream"),
    );
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    Ok(response)
}
