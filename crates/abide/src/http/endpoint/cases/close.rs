//! `POST /v1/cases/{id}/close`: a case is over, and its facts count no more.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::open::check_id;
use crate::http::app::App;
use crate::http::idempotency::Write;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::recorded::Recorded;

/// Nothing more is needed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Closed {}

/// Closes a case.
#[utoipa::path(
    post,
    path = "/v1/cases/{id}/close",
    operation_id = "close-case",
    tag = "register",
    params(
        ("id" = String, Path, description = "The id it was opened with"),
        ("Idempotency-Key" = Option<String>, Header, description = "Sent again with the same body, it is closed once"),
    ),
    request_body = Closed,
    responses(
        (status = 201, description = "Closed", body = Recorded),
        (status = 404, description = "No case of this id is open", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    write: Write<Closed>,
) -> Result<Response, Problem> {
    if let Some(kept) = app.answered(write.once.as_ref()).await? {
        return Ok(kept.into_response());
    }
    let Closed {} = write.body;
    check_id(&id)?;
    let now = app.clock.now();
    let tx = app.store.begin_close_case(&id, "staff", now)?;
    let kept = Recorded::kept(tx.entry_id())?;
    let earlier = app.commit_once(tx, write.once.as_ref(), &kept, now).await?;
    Ok(earlier.unwrap_or(kept).into_response())
}
