//! `GET /v1/policies`: what is in force.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::Version;
use crate::http::app::App;
use crate::http::problem::Problem;

/// All policies.
#[derive(Debug, Serialize, ToSchema)]
pub struct Policies {
    /// Each published policy.
    policies: Vec<PolicyEntry>,
}

/// One policy.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyEntry {
    /// Its name.
    policy: String,
    /// The version in force, if one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    active: Option<Version>,
}

/// The published policies, and what is in force of each.
#[utoipa::path(
    get,
    path = "/v1/policies",
    operation_id = "list-policies",
    tag = "policies",
    responses((status = 200, description = "By name", body = Policies))
)]
pub async fn answer(State(app): State<Arc<App>>) -> Result<Json<Policies>, Problem> {
    let mut policies = Vec::new();
    for policy in app.store.policies().await? {
        let active = app.store.active(&policy).await?;
        policies.push(PolicyEntry {
            active: active.as_ref().map(Version::from),
            policy,
        });
    }
    Ok(Json(Policies { policies }))
}
