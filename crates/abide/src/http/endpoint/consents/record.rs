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
use crate::http::idempotency::{Kept, Write};
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
    receipt: Receipt,
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
    let consent = &write.body;
    if let Some(kept) = app.answered(write.once.as_ref()).await? {
        return Ok(kept.into_response());
    }
    let now = app.clock.now();
    let identifier = consent.subject.identifier()?;
    let mut choice = consent.choice()?;
    app.decider
        .complete(&mut choice, consent.policy.as_deref())?;
    let subject = app.store.subject(&identifier).await?;
    let mut tx = app
        .store
        .begin_choice(subject, Some(&identifier), &choice, now)?;
    if let Some(text) = consent.text() {
        tx.show(&text);
    }
    let entry = tx.entry_id();
    let recorded = Recorded::of(entry);
    let kept = Kept::json(StatusCode::CREATED, &recorded)?;
    if let Some(kept) = app.commit_once(tx, write.once.as_ref(), &kept, now).await? {
        return Ok(kept.into_response());
    }
    app.decider.changed(subject);
    let is_no = matches!(consent.state, Said::ConsentWithdrawn | Said::ConsentRefused);
    let waits = match wish.receipt {
        Some(receipt) => receipt == ReceiptWish::Inline,
        None => is_no,
    };
    if waits && let Some(receipt) = app.await_receipt(entry).await? {
        let body = WithReceipt {
            recorded: &recorded,
            receipt,
        };
        return Ok((StatusCode::CREATED, Json(body)).into_response());
    }
    Ok(kept.into_response())
}
