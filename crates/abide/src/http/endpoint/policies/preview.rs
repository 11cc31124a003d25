//! `POST /v1/policies/{policy}/preview`: what another version would have answered to the questions of the last days.
//! Changes nothing.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{File, compile, find};
use crate::decider::{Preview, source_files};
use crate::http::app::App;
use crate::http::body::Json as Body;
use crate::http::problem::{Problem, ProblemBody};
use crate::policies::Publishable;

/// Another version: a published one, or files that were not published yet.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewBody {
    /// A published version, by its hash or its date. Either this or `files`.
    version: Option<String>,
    /// The files of a version that is not published.
    files: Option<Vec<File>>,
    /// How many hours to look back; as many as decisions are kept for when nothing is said.
    hours: Option<u32>,
}

/// Answers the recent questions again by another version, and counts what would be different.
#[utoipa::path(
    post,
    path = "/v1/policies/{policy}/preview",
    operation_id = "preview-policy",
    tag = "policies",
    params(("policy" = String, Path, description = "The policy's name")),
    request_body = PreviewBody,
    responses(
        (status = 200, description = "What would be different", body = Preview),
        (status = 404, description = "There is no such version", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "The files have errors", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    Path(policy): Path<String>,
    Body(body): Body<PreviewBody>,
) -> Result<Json<Preview>, Problem> {
    let files = match (body.version, body.files) {
        (Some(version), None) => {
            let found = find(&app, &policy, &version).await?;
            let file = |file: abide_policy::source::SourceFile| File {
                name: file.path,
                text: file.text,
            };
            source_files(&found).into_iter().map(file).collect()
        }
        (None, Some(files)) => files,
        _ => {
            return Err(Problem::invalid(
                "version",
                "a version, or `files` does; one of the two",
            ));
        }
    };
    let Publishable {
        policy: other,
        hash,
        ..
    } = compile(&app, files).await?;
    if other.name != policy {
        return Err(Problem::invalid("files", "a version of this very policy"));
    }
    let kept = app.config.limits.recent;
    let back = body.hours.map_or(kept, |hours| {
        Duration::from_hours(u64::from(hours)).min(kept)
    });
    let now = app.clock.now();
    let preview = app
        .decider
        .preview(&app.store, &other, hash, back, now)
        .await?;
    Ok(Json(preview))
}
