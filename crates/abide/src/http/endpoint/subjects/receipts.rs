//! `GET /v1/subjects/{subject}/receipts`: what was recorded about a subject, each with the path of its receipt.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::app::App;
use crate::http::problem::Problem;
use crate::http::recorded::Recorded;
use crate::http::subject::SubjectName;

/// Entries about a subject, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Receipts {
    /// The entries.
    receipts: Vec<Recorded>,
}

/// What was recorded about a subject.
#[utoipa::path(
    get,
    path = "/v1/subjects/{subject}/receipts",
    operation_id = "list-receipts",
    tag = "subjects",
    params(("subject" = String, Path, description = "`kind:value`, percent-encoded")),
    responses((status = 200, description = "Oldest first", body = Receipts))
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    Path(subject): Path<String>,
) -> Result<Json<Receipts>, Problem> {
    let subject = app.store.subject(&SubjectName::of_path(&subject)?).await?;
    let entries = app.store.receipts(subject).await?;
    Ok(Json(Receipts {
        receipts: entries.into_iter().map(Recorded::of).collect(),
    }))
}
