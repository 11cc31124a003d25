//! `POST /v1/subjects/{subject}/erase`: what we hold of a subject is gone for good. Answers alike whether anyone knew it.

use std::sync::Arc;

use abide_policy::vocabulary::Action;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::decider::InForce;
use crate::http::app::App;
use crate::http::idempotency::Write;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::recorded::Recorded;
use crate::http::subject::SubjectName;

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Erasure {
    /// The policy under which it is asked for; its clauses on erasing stand in the evidence.
    #[serde(default)]
    policy: Option<String>,
}

/// Erases what we hold of a subject: identifier, profile, key. Evidence stays, and says nothing of anyone.
#[utoipa::path(
    post,
    path = "/v1/subjects/{subject}/erase",
    operation_id = "erase-subject",
    tag = "subjects",
    params(
        ("subject" = String, Path, description = "`kind:value`, percent-encoded"),
        ("Idempotency-Key" = Option<String>, Header, description = "Sent again with the same body, it is done once"),
    ),
    request_body = Erasure,
    responses(
        (status = 201, description = "Erased", body = Recorded),
        (status = 404, description = "No such policy is active", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    Path(subject): Path<String>,
    write: Write<Erasure>,
) -> Result<Response, Problem> {
    if let Some(kept) = app.answered(write.once.as_ref()).await? {
        return Ok(kept.into_response());
    }
    let subject = app.store.subject(&SubjectName::of_path(&subject)?).await?;
    let state = app.decider.state();
    let clauses = match &write.body.policy {
        Some(name) => clauses(state.policy(Some(name))?),
        None => Vec::new(),
    };
    let family = app.store.family(subject).await?;
    let now = app.clock.now();
    let tx = app
        .store
        .begin_erasure(subject, &clauses, "staff", now)
        .await?;
    let kept = Recorded::kept(tx.entry_id())?;
    let earlier = app.commit_once(tx, write.once.as_ref(), &kept, now).await?;
    // Also when another request was quicker: it may not have come this far.
    app.decider.erased(&family);
    Ok(earlier.unwrap_or(kept).into_response())
}

/// The clauses by which a policy offers erasure.
fn clauses(policy: &InForce) -> Vec<String> {
    let offers = policy.policy().norms.iter().filter(|norm| {
        norm.action == Action::Right
            && norm
                .objects
                .iter()
                .any(|object| object.name.as_ref() == "erase")
    });
    let mut clauses: Vec<String> = offers
        .flat_map(|norm| norm.clauses.iter().map(|clause| clause.value.clone()))
        .collect();
    clauses.sort();
    clauses.dedup();
    clauses
}
