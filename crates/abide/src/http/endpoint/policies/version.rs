//! `GET /v1/policies/{policy}/versions/{version}`: the text of a version, as it was published.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;

use super::{File, Version, find};
use crate::http::app::App;
use crate::http::problem::{Problem, ProblemBody};

/// A version with its text.
#[derive(Debug, Serialize, ToSchema)]
pub struct Archived {
    /// Which.
    #[serde(flatten)]
    version: Version,
    /// Its files.
    files: Vec<File>,
}

/// A version from the archive, by its hash or its date.
#[utoipa::path(
    get,
    path = "/v1/policies/{policy}/versions/{version}",
    operation_id = "read-version",
    tag = "policies",
    params(
        ("policy" = String, Path, description = "The policy's name"),
        ("version" = String, Path, description = "Hash or date"),
    ),
    responses(
        (status = 200, description = "The version with its files", body = Archived),
        (status = 404, description = "There is no such version", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    Path((policy, version)): Path<(String, String)>,
) -> Result<Json<Archived>, Problem> {
    let found = find(&app, &policy, &version).await?;
    let version = Version::from(&found);
    let file = |(name, text)| File { name, text };
    Ok(Json(Archived {
        version,
        files: found.files.into_iter().map(file).collect(),
    }))
}
