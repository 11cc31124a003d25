//! `GET /privacy/receipt/{entry}`: the person's own copy of a receipt, for whoever holds a link that we made and that ends.
//! Without such a link nobody gets the private part.

use std::sync::Arc;

use abide_store::EntryId;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::visit::Visit;
use crate::http::app::App;
use crate::http::problem::Problem;

/// For how long a link works.
pub const HOURS: i64 = 24;

const PURPOSE: &str = "receipt";
const NO_SUCH: Problem = Problem::NoSuch("receipt, or its link has ended");

/// A link to the person's copy.
pub fn link(app: &App, visit: &Visit, entry: EntryId) -> Result<String, Problem> {
    let until = (app.clock.now().as_second() + HOURS * 3600).to_string();
    let stamp = app.store.stamp(PURPOSE, &format!("{entry}.{until}"))?;
    let with = [("until", until.as_str()), ("stamp", stamp.as_str())];
    Ok(visit.link_with(&format!("/privacy/receipt/{entry}"), &with))
}

/// The copy, as a file.
pub async fn download(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(entry): Path<String>,
) -> Result<Response, Problem> {
    let entry = EntryId::parse(&entry).ok_or(NO_SUCH)?;
    let until = visit.parameter("until").unwrap_or_default();
    let stamp = visit.parameter("stamp").unwrap_or_default();
    let text = format!("{entry}.{until}");
    let ends: i64 = until.parse().map_err(|_| NO_SUCH)?;
    if !app.store.is_stamp(PURPOSE, &text, stamp) || app.clock.now().as_second() >= ends {
        return Err(NO_SUCH);
    }
    // What was recorded a moment ago is in the log within a second.
    let receipt = app.await_receipt(entry).await?.ok_or(Problem::Busy)?;
    let text = receipt
        .to_json()
        .map_err(|error| Problem::broken("writing a receipt", &error))?;
    let name = entry.to_string();
    let name = format!(
        "attachment; filename=\"receipt-{}.json\"",
        name.get(..8).unwrap_or(&name)
    );
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}
