//! `GET /v1/subjects/{subject}`: what is known of a subject.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};

use super::Profile;
use crate::http::app::App;
use crate::http::problem::Problem;
use crate::http::subject::SubjectName;

/// What decisions know of a subject besides choices.
#[utoipa::path(
    get,
    path = "/v1/subjects/{subject}",
    operation_id = "read-subject",
    tag = "subjects",
    params(("subject" = String, Path, description = "`kind:value`, percent-encoded")),
    responses((status = 200, description = "Empty for one who is not known", body = Profile))
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    Path(subject): Path<String>,
) -> Result<Json<Profile>, Problem> {
    let subject = app.store.subject(&SubjectName::of_path(&subject)?).await?;
    Ok(Json(app.store.profile(subject).await?.into()))
}
