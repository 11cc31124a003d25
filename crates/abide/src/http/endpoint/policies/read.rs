//! `GET /v1/policies/{policy}`: every version of a policy, and what was in force when.

use std::sync::Arc;

use abide_store::{Activation, ActivationKind};
use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;

use super::Version;
use crate::decider::Mode;
use crate::http::app::App;
use crate::http::problem::{Problem, ProblemBody};

/// A policy through time.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyHistory {
    /// Every published version, oldest first.
    versions: Vec<Version>,
    /// What came into force, oldest first; the last is in force.
    activations: Vec<PastActivation>,
    /// What is set to be observed or enforced.
    modes: Vec<ModeEntry>,
}

/// That a version came into force.
#[derive(Debug, Serialize, ToSchema)]
pub struct PastActivation {
    /// The version's hash.
    version: String,
    /// `activate`, or `rollback` where the one after it was taken back.
    kind: &'static str,
    /// When.
    at: String,
    /// The entry of its evidence.
    entry: String,
}

/// A mode that is set.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModeEntry {
    /// The property; every one when empty.
    property: String,
    /// The purpose; every one when empty.
    purpose: String,
    /// What is done.
    mode: Mode,
}

impl From<Activation> for PastActivation {
    fn from(activation: Activation) -> Self {
        Self {
            version: activation.hash,
            kind: match activation.kind {
                ActivationKind::Activate => "activate",
                ActivationKind::Rollback => "rollback",
            },
            at: activation.at.to_string(),
            entry: activation.entry_id.to_string(),
        }
    }
}

/// Every version of a policy, what was in force when, and what is observed.
#[utoipa::path(
    get,
    path = "/v1/policies/{policy}",
    operation_id = "read-policy",
    tag = "policies",
    params(("policy" = String, Path, description = "The policy's name")),
    responses(
        (status = 200, description = "The policy through time", body = PolicyHistory),
        (status = 404, description = "There is no such policy", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    Path(policy): Path<String>,
) -> Result<Json<PolicyHistory>, Problem> {
    let versions = app.store.versions(&policy).await?;
    if versions.is_empty() {
        return Err(Problem::NoSuch("policy"));
    }
    let activations = app.store.activations(&policy).await?;
    let modes = app.store.modes(&policy).await?;
    Ok(Json(PolicyHistory {
        versions: versions.iter().map(Version::from).collect(),
        activations: activations.into_iter().map(PastActivation::from).collect(),
        modes: modes
            .into_iter()
            .map(|setting| ModeEntry {
                property: setting.property,
                purpose: setting.purpose,
                mode: setting.mode.into(),
            })
            .collect(),
    }))
}
