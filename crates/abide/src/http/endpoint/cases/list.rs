//! `GET /v1/cases`: the cases there are, a page at a time.

use std::sync::Arc;

use abide_store::Case;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::app::App;
use crate::http::body::Query;
use crate::http::problem::Problem;

/// Cases on one page.
const PAGE: u32 = 500;

/// Where the page begins.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// The id behind which the page begins; the `next` of the page before.
    after: Option<String>,
}

/// Some cases.
#[derive(Debug, Serialize, ToSchema)]
pub struct Cases {
    /// The cases in the order of their ids.
    cases: Vec<CaseBody>,
    /// What to give as `after` for the next page; nothing at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// One case.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct CaseBody {
    /// Its id.
    id: String,
    /// The facts that hold of it.
    facts: Vec<String>,
    /// When it was opened.
    opened_at: String,
    /// When it was closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_at: Option<String>,
}

impl From<Case> for CaseBody {
    fn from(case: Case) -> Self {
        Self {
            id: case.id,
            facts: case.facts,
            opened_at: case.opened_at.to_string(),
            closed_at: case.closed_at.map(|closed| closed.to_string()),
        }
    }
}

/// The cases there are, open and closed.
#[utoipa::path(
    get,
    path = "/v1/cases",
    operation_id = "list-cases",
    tag = "register",
    params(Which),
    responses((status = 200, description = "A page of cases", body = Cases))
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    Query(which): Query<Which>,
) -> Result<Json<Cases>, Problem> {
    let after = which.after.unwrap_or_default();
    if after.contains('\0') {
        return Err(Problem::invalid("after", "the `next` of the page before"));
    }
    let cases = app.store.cases(&after, PAGE).await?;
    let is_last = cases.len() < PAGE as usize;
    let next = cases
        .last()
        .filter(|_| !is_last)
        .map(|case| case.id.clone());
    Ok(Json(Cases {
        cases: cases.into_iter().map(CaseBody::from).collect(),
        next,
    }))
}
