//! `GET /v1/register`: everything that stands in the register.

use std::sync::Arc;

use abide_store::{Contract, GlobalFact, Holding};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::app::App;
use crate::http::problem::Problem;

/// The register.
#[derive(Debug, Serialize, ToSchema)]
pub struct Register {
    /// The last entry for each recipient and fact.
    entries: Vec<RegisterEntry>,
}

/// One entry.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct RegisterEntry {
    /// The fact.
    fact: String,
    /// The recipient of whom it holds; of everyone without.
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient: Option<String>,
    /// Whether it holds at this moment.
    holds: bool,
    /// From when.
    since: String,
    /// Up to when.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

/// Everything that stands in the register.
#[utoipa::path(
    get,
    path = "/v1/register",
    operation_id = "read-register",
    tag = "register",
    responses((status = 200, description = "The register", body = Register))
)]
pub async fn answer(State(app): State<Arc<App>>) -> Result<Json<Register>, Problem> {
    let now = app.clock.now();
    let contracts = app.store.contracts().await?;
    let facts = app.store.global_facts().await?;
    let of_contract = |contract: Contract| RegisterEntry {
        holds: contract.holds(now),
        fact: contract.fact,
        recipient: Some(contract.recipient),
        since: contract.since.to_string(),
        until: contract.until.map(|until| until.to_string()),
    };
    let of_fact = |fact: GlobalFact| RegisterEntry {
        fact: fact.fact,
        recipient: None,
        holds: fact.holds == Holding::Holds,
        since: fact.at.to_string(),
        until: None,
    };
    let contracts = contracts.into_iter().map(of_contract);
    Ok(Json(Register {
        entries: contracts.chain(facts.into_iter().map(of_fact)).collect(),
    }))
}
