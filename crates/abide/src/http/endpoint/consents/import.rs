//! `POST /v1/consents/import`: takes over what subjects said elsewhere, each with the moment at which it was said.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::app::App;
use crate::http::body::Json as Body;
use crate::http::consent::Consent;
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
/// A choice that is older than what a subject said here does not outlive it. After a failure those before it are recorded;
/// sending all again does no harm to decisions, only leaves more evidence.
#[utoipa::path(
    post,
    path = "/v1/consents/import",
    operation_id = "import-consents",
    tag = "consents",
    request_body = Import,
    responses(
        (status = 200, description = "Taken over", body = Imported),
        (status = 422, description = "A name is not known to the policy, or a value cannot be; nothing was taken over", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    Body(import): Body<Import>,
) -> Result<Json<Imported>, Problem> {
    let limit = app.config.limits.batch;
    if import.consents.len() > limit {
        return Err(Problem::BatchTooLarge(limit));
    }
    let now = app.clock.now();
    let mut choices = Vec::with_capacity(import.consents.len());
    for past in &import.consents {
        if past.at > now {
            return Err(Problem::invalid("at", "a moment that is not ahead"));
        }
        let mut choice = past.consent.choice()?;
        app.decider
            .complete(&mut choice, past.consent.policy.as_deref())?;
        choices.push((past.consent.subject.identifier()?, choice, past.at));
    }
    let entries = app.store.import(&choices, now).await?;
    for (identifier, _, _) in &choices {
        app.decider.changed(app.store.subject(identifier).await?);
    }
    Ok(Json(Imported {
        entries: entries.iter().map(ToString::to_string).collect(),
    }))
}
