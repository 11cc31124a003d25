//! `POST /v1/consents`: records what a subject said. Taking back takes the same call as giving, and is never refused for
//! what a policy says.

use std::sync::Arc;

use abide_ledger::Receipt;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::app::App;
use crate::http::body::Query;
use crate::http::consent::{Consent, Said};
use crate::http::idempotency::Write;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::recorded::Recorded;

/// What should come back.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wish {
    /// Whether the answer waits for the receipt, up to two seconds. Taking back and refusing do unless told otherwise.
    #[param(inline)]
    receipt: Option<ReceiptWish>,
}

/// How a receipt is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReceiptWish {
    /// Within the answer.
    Inline,
    /// As a path, at which it can be read a moment later.
    Path,
}

/// The same with the receipt.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct WithReceipt<'a> {
    #[serde(flatten)]
    recorded: &'a Recorded,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<Receipt>,
}

/// Records what a subject said.
///
/// Consent given, refused, withdrawn or renewed, an objection, an opt-out, a right that is used: all are the same call with
/// another `fact` or `right` and `state`. It holds for every later decision at once.
#[utoipa::path(
    post,
    path = "/v1/consents",
    operation_id = "record-consent",
    tag = "consents",
    params(Wish, ("Idempotency-Key" = Option<String>, Header, description = "Sent again with the same body, it is recorded once")),
    request_body = Consent,
    responses(
        (status = 201, description = "Recorded. With `receipt` if it was waited for", body = Recorded),
        (status = 422, description = "A name is not known to the policy, or a value cannot be", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    Query(wish): Query<Wish>,
    write: Write<Consent>,
) -> Result<Response, Problem> {
    let recorded = app.record(&write.body, write.once.as_ref()).await?;
    let is_no = matches!(
        write.body.state,
        Said::ConsentWithdrawn | Said::ConsentRefused
    );
    let waits = match wish.receipt {
        Some(receipt) => receipt == ReceiptWish::Inline,
        None => is_no,
    };
    let receipt = match waits {
        true => app.await_receipt_of(&recorded).await?,
        false => None,
    };
    let body = WithReceipt {
        recorded: &recorded,
        receipt,
    };
    Ok((StatusCode::CREATED, Json(body)).into_response())
}
