//! `GET /v1/ledger/receipt/{entry}`: the proof that something was recorded. On the public listener without its private
//! part, which only the person's own copy opens.

use std::sync::Arc;

use abide_ledger::Receipt;
use abide_store::EntryId;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::http::app::App;
use crate::http::problem::{Problem, ProblemBody};

/// The receipt of an entry, for whoever it is about.
///
/// A JSON file that `abide verify` checks without a server. It opens the private part of the entry for as long as the
/// subject has not been erased.
#[utoipa::path(
    get,
    path = "/v1/ledger/receipt/{entry}",
    operation_id = "read-receipt",
    tag = "ledger",
    params(("entry" = String, Path, description = "The entry, 32 hex digits")),
    responses(
        (status = 200, description = "The receipt", body = Object),
        (status = 404, description = "There is no such entry, or it is not in the log yet", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    Path(entry): Path<String>,
) -> Result<Response, Problem> {
    let receipt = app.store.receipt(parse(&entry)?).await?;
    serve(receipt)
}

/// The same without its private part, for the public listener.
pub async fn answer_anyone(
    State(app): State<Arc<App>>,
    Path(entry): Path<String>,
) -> Result<Response, Problem> {
    let receipt = app.store.public_receipt(parse(&entry)?).await?;
    serve(receipt)
}

fn parse(entry: &str) -> Result<EntryId, Problem> {
    EntryId::parse(entry).ok_or(NO_SUCH)
}

const NO_SUCH: Problem =
    Problem::NoSuch("entry, or it is not in the log yet; that takes up to a second");

fn serve(receipt: Option<Receipt>) -> Result<Response, Problem> {
    let text = receipt
        .ok_or(NO_SUCH)?
        .to_json()
        .map_err(|error| Problem::broken("writing a receipt", &error))?;
    let mut response = text.into_response();
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    Ok(response)
}
