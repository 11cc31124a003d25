//! The log for anyone who checks it: checkpoint, tiles, proofs, receipts, keys. After C2SP `tlog-tiles`, so that others'
//! programs read it too. Serves only what was signed.

pub mod bundle;
pub mod checkpoint;
pub mod consistency;
pub mod inclusion;
pub mod keys;
pub mod receipt;
pub mod tile;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

/// Plain text that may be kept for a while.
fn plain(text: String, cache: &'static str) -> Response {
    let mut response = text.into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}
