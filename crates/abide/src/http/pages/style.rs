//! The one stylesheet of the pages. Loads nothing.

use std::sync::LazyLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

/// Where it is.
pub const PATH: &str = "/privacy/style.css";

const STYLE: &str = include_str!("style.css");

/// The address of this very text, so that no browser shows a page with the style of another version.
pub fn address() -> &'static str {
    static ADDRESS: LazyLock<String> = LazyLock::new(|| {
        let hash = Sha256::digest(STYLE);
        let start: String = hash
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("{PATH}?{start}")
    });
    &ADDRESS
}

/// The stylesheet.
pub async fn answer() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=86400"),
    ];
    (headers, STYLE).into_response()
}
