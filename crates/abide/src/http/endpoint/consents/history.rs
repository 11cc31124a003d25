//! `GET /v1/subjects/{subject}/consents`: everything a subject said. One who is not known has said nothing.

use std::sync::Arc;

use abide_store::{Matter, PastChoice, Scope};
use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::app::App;
use crate::http::consent::ScopeBody;
use crate::http::problem::Problem;
use crate::http::subject::SubjectName;

/// Everything said, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct History {
    /// The choices.
    consents: Vec<PastConsent>,
}

/// One choice.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PastConsent {
    /// The entry of its evidence.
    entry: String,
    /// The fact it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    fact: Option<String>,
    /// The right that was used.
    #[serde(skip_serializing_if = "Option::is_none")]
    right: Option<String>,
    /// What was said, in the words of the W3C Data Privacy Vocabulary.
    state: &'static str,
    /// For what.
    #[schema(value_type = ScopeBody)]
    scope: Scope,
    /// Hash of the policy version in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<String>,
    /// SHA-256 of the text that was shown, in hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    shown: Option<String>,
    /// In which role it was said.
    acting: &'static str,
    /// Where it was said.
    source: String,
    /// Signals that were on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    signals: Vec<String>,
    /// When.
    at: String,
    /// Up to when it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

impl From<PastChoice> for PastConsent {
    fn from(choice: PastChoice) -> Self {
        let (fact, right) = match choice.matter {
            Matter::Fact(name) => (Some(name), None),
            Matter::Right(name) => (None, Some(name)),
        };
        Self {
            entry: choice.entry_id.to_string(),
            fact,
            right,
            state: choice.state.name(),
            scope: choice.scope,
            policy: choice.policy,
            shown: choice.shown.map(|shown| {
                shown
                    .hash
                    .iter()
                    .map(|byte| format!("{byte:02x}"))
                    .collect()
            }),
            acting: choice.acting.word(),
            source: choice.source,
            signals: choice.signals,
            at: choice.at.to_string(),
            until: choice.until.map(|until| until.to_string()),
        }
    }
}

/// Everything a subject and whoever was joined into it ever said.
#[utoipa::path(
    get,
    path = "/v1/subjects/{subject}/consents",
    operation_id = "read-consents",
    tag = "consents",
    params(("subject" = String, Path, description = "`kind:value`, percent-encoded")),
    responses((status = 200, description = "Oldest first", body = History))
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    Path(subject): Path<String>,
) -> Result<Json<History>, Problem> {
    let subject = app.store.subject(&SubjectName::of_path(&subject)?).await?;
    let history = app.store.history(subject).await?;
    Ok(Json(History {
        consents: history.into_iter().map(PastConsent::from).collect(),
    }))
}
