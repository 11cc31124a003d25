//! `POST /v1/subjects/{subject}/join`: a device or cookie turns out to be someone known. Neither history is lost.

use std::sync::Arc;

use abide_store::{Refusal, StoreError};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::app::App;
use crate::http::idempotency::Write;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::recorded::Recorded;
use crate::http::subject::SubjectName;

/// What is joined.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Joined {
    /// What was known apart until here, such as a device.
    device: SubjectName,
}

/// Joins a device or cookie into a subject.
///
/// From here on both are one subject, with both histories. A device that was joined into someone else before goes over to
/// this subject, with what was said on it.
#[utoipa::path(
    post,
    path = "/v1/subjects/{subject}/join",
    operation_id = "join-subject",
    tag = "subjects",
    params(
        ("subject" = String, Path, description = "`kind:value`, percent-encoded"),
        ("Idempotency-Key" = Option<String>, Header, description = "Sent again with the same body, they are joined once"),
    ),
    request_body = Joined,
    responses(
        (status = 201, description = "Joined", body = Recorded),
        (status = 409, description = "They are one subject already", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    Path(subject): Path<String>,
    write: Write<Joined>,
) -> Result<Response, Problem> {
    let once = write.once.as_ref();
    if let Some(kept) = app.answered(once).await? {
        return Ok(kept.into_response());
    }
    let identifiers = [
        SubjectName::of_path(&subject)?,
        write.body.device.identifier()?,
    ];
    let known = app.store.subject(&identifiers[0]).await?;
    let device = app.store.subject(&identifiers[1]).await?;
    let now = app.clock.now();
    let begun = app.store.begin_join(device, known, "staff", now).await;
    if let Err(StoreError::Refused(Refusal::AlreadyThere)) = begun
        && let Some(kept) = app.answered(once).await?
    {
        return Ok(kept.into_response());
    }
    let mut tx = begun?;
    for (token, identifier) in [known, device].into_iter().zip(&identifiers) {
        tx.register(token, identifier, now);
    }
    let kept = Recorded::kept(tx.entry_id())?;
    let earlier = app.commit_once(tx, once, &kept, now).await?;
    // Also when another request was quicker: it may not have come this far.
    app.decider.joined(&app.store.family(known).await?);
    Ok(earlier.unwrap_or(kept).into_response())
}
