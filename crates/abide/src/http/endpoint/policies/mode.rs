//! `POST /v1/policies/{policy}/mode`: observe or enforce, per property and purpose.

use std::sync::Arc;

use abide_policy::vocabulary::Kind;
use abide_store::ModeSetting;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::decider::Mode;
use crate::http::app::App;
use crate::http::idempotency::Write;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::recorded::Recorded;

/// What to do about answers.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ModeBody {
    /// Observe permits, and says what it would have answered.
    mode: Mode,
    /// Only for this property, in the words of those who ask.
    #[serde(default)]
    property: String,
    /// Only for this purpose.
    #[serde(default)]
    purpose: String,
}

/// Observes or enforces. The most precise setting counts.
#[utoipa::path(
    post,
    path = "/v1/policies/{policy}/mode",
    operation_id = "set-mode",
    tag = "policies",
    params(
        ("policy" = String, Path, description = "The policy's name"),
        ("Idempotency-Key" = Option<String>, Header, description = "Sent again with the same body, it is set once"),
    ),
    request_body = ModeBody,
    responses(
        (status = 201, description = "Set", body = Recorded),
        (status = 404, description = "No such policy is active", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    Path(policy): Path<String>,
    write: Write<ModeBody>,
) -> Result<Response, Problem> {
    if let Some(kept) = app.answered(write.once.as_ref()).await? {
        return Ok(kept.into_response());
    }
    let ModeBody {
        mode,
        property,
        purpose,
    } = write.body;
    let state = app.decider.state();
    let in_force = state.policy(Some(&policy))?;
    if !purpose.is_empty() {
        in_force.knows(Kind::Purpose, "purpose", &purpose)?;
    }
    if property.len() > 256 || property.contains('\0') {
        return Err(Problem::invalid(
            "property",
            "at most 256 bytes, and no NUL",
        ));
    }
    let setting = ModeSetting {
        property,
        purpose,
        mode: mode.into(),
    };
    let now = app.clock.now();
    let tx = app.store.begin_mode(&policy, &setting, "staff", now)?;
    let kept = Recorded::kept(tx.entry_id())?;
    if let Some(kept) = app.commit_once(tx, write.once.as_ref(), &kept, now).await? {
        return Ok(kept.into_response());
    }
    app.decider.refresh(&app.store).await?;
    Ok(kept.into_response())
}
