//! `PUT /v1/subjects/{subject}`: sets what is known of a subject, in the place of what was.

use std::sync::Arc;

use super::Profile;
use crate::http::app::App;
use crate::http::idempotency::Write;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::recorded::Recorded;
use crate::http::subject::SubjectName;
use abide_store::Evidence;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

/// Sets what decisions know of a subject besides choices.
#[utoipa::path(
    put,
    path = "/v1/subjects/{subject}",
    operation_id = "write-subject",
    tag = "subjects",
    params(
        ("subject" = String, Path, description = "`kind:value`, percent-encoded"),
        ("Idempotency-Key" = Option<String>, Header, description = "Sent again with the same body, it is written once"),
    ),
    request_body = Profile,
    responses(
        (status = 201, description = "Written", body = Recorded),
        (status = 422, description = "A value cannot be", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    Path(subject): Path<String>,
    write: Write<Profile>,
) -> Result<Response, Problem> {
    if let Some(kept) = app.answered(write.once.as_ref()).await? {
        return Ok(kept.into_response());
    }
    let now = app.clock.now();
    let identifier = SubjectName::of_path(&subject)?;
    let profile = write.body.stored()?;
    let subject = app.store.subject(&identifier).await?;
    let mut evidence = Evidence::new("subject.described", "staff", now);
    evidence.subject = Some(subject);
    evidence.private = serde_json::json!({ "profile": profile });
    let mut tx = app.store.begin(evidence)?;
    tx.register(subject, &identifier, now);
    tx.set_profile(subject, &profile)?;
    let kept = Recorded::kept(tx.entry_id())?;
    if let Some(kept) = app.commit_once(tx, write.once.as_ref(), &kept, now).await? {
        return Ok(kept.into_response());
    }
    app.decider.changed(subject);
    Ok(kept.into_response())
}
