//! `POST /v1/consents/import`: takes over what subjects said elsewhere, each with the moment at which it was said.

use std::sync::Arc;

use abide_store::PastWord;
use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::app::App;
use crate::http::consent::Consent;
use crate::http::idempotency::Write;
use crate::http::problem::{Problem, ProblemBody};

/// Many choices.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Import {
    /// The choices, in any order.
    consents: Vec<Past>,
}

/// A choice made elsewhere.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Past {
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// What was said.
    consent: Consent,
}

/// What was taken over.
#[derive(Debug, Serialize, ToSchema)]
pub struct Imported {
    /// The entries of their evidence, in the order sent.
    entries: Vec<String>,
}

/// Takes over what subjects said elsewhere.
///
/// A choice that is older than what a subject said here does not outlive it. After a failure some may be recorded; sent again
/// with the same idempotency key, only the rest is.
#[utoipa::path(
    post,
    path = "/v1/consents/import",
    operation_id = "import-consents",
    tag = "consents",
    params(("Idempotency-Key" = Option<String>, Header, description = "Sent again with the same body, each is taken over once")),
    request_body = Import,
    responses(
        (status = 200, description = "Taken over", body = Imported),
        (status = 422, description = "A name is not known to the policy, or a value cannot be; nothing was taken over", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    write: Write<Import>,
) -> Result<Json<Imported>, Problem> {
    let limit = app.config.limits.batch;
    if write.body.consents.len() > limit {
        return Err(Problem::BatchTooLarge(limit));
    }
    let now = app.clock.now();
    let words: Result<Vec<_>, Problem> = write
        .body
        .consents
        .iter()
        .map(|past| word(&app, past, now))
        .collect();
    let words = words?;
    let entries = app.store.import(&words, write.once.as_ref(), now).await;
    // Also after a failure: some may be recorded.
    for word in &words {
        app.decider
            .changed(app.store.subject(&word.identifier).await?);
    }
    Ok(Json(Imported {
        entries: entries?.iter().map(ToString::to_string).collect(),
    }))
}

fn word(app: &App, past: &Past, now: Timestamp) -> Result<PastWord, Problem> {
    if past.at > now {
        return Err(Problem::invalid("at", "a moment that is not ahead"));
    }
    let consent = &past.consent;
    let mut choice = consent.choice()?;
    app.decider
        .complete(&mut choice, consent.policy.as_deref())?;
    Ok(PastWord {
        identifier: consent.subject.identifier()?,
        choice,
        shown: consent.text(),
        at: past.at,
    })
}
