//! `POST /v1/register`: that a fact holds of a recipient, or of everyone, or does so no more.

use std::sync::Arc;

use abide_policy::vocabulary::Kind;
use abide_store::{Contract, Holding, WriteTx};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::app::App;
use crate::http::consent::parse_hash;
use crate::http::idempotency::Write;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::recorded::Recorded;

/// What is entered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Entered {
    /// The fact, by its name in the policy.
    #[schema(example = "dpa")]
    fact: String,
    /// The recipient of whom it holds; of everyone when nothing is said.
    #[serde(default)]
    recipient: Option<String>,
    /// Whether it holds.
    #[serde(default)]
    holds: Holds,
    /// From when, for a recipient; from this moment when nothing is said.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// Up to when, for a recipient, that moment excluded.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    /// SHA-256 of the contract, in hex.
    #[serde(default)]
    document_hash: Option<String>,
    /// The policy whose names these are; the only active one when nothing is said.
    #[serde(default)]
    policy: Option<String>,
}

/// Whether a fact holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Holds {
    /// It does.
    #[default]
    Yes,
    /// It does not.
    No,
}

/// Enters that a fact holds, or does so no more.
///
/// A later entry about the same recipient and fact takes the place of the earlier one.
#[utoipa::path(
    post,
    path = "/v1/register",
    operation_id = "enter-in-register",
    tag = "register",
    params(("Idempotency-Key" = Option<String>, Header, description = "Sent again with the same body, it is entered once")),
    request_body = Entered,
    responses(
        (status = 201, description = "Entered", body = Recorded),
        (status = 422, description = "The policy has no such name", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    write: Write<Entered>,
) -> Result<Response, Problem> {
    if let Some(kept) = app.answered(write.once.as_ref()).await? {
        return Ok(kept.into_response());
    }
    let entered = &write.body;
    let state = app.decider.state();
    let policy = state.policy(entered.policy.as_deref())?;
    policy.knows(Kind::Fact, "fact", &entered.fact)?;
    let now = app.clock.now();
    let tx = match &entered.recipient {
        Some(recipient) => {
            policy.knows(Kind::Recipient, "recipient", recipient)?;
            contract(&app, entered, recipient, now)?
        }
        None => fact(&app, entered, now)?,
    };
    let kept = Recorded::kept(tx.entry_id())?;
    let earlier = app.commit_once(tx, write.once.as_ref(), &kept, now).await?;
    if let Some(earlier) = earlier {
        return Ok(earlier.into_response());
    }
    app.decider.refresh(&app.store).await?;
    Ok(kept.into_response())
}

fn contract(
    app: &App,
    entered: &Entered,
    recipient: &str,
    now: Timestamp,
) -> Result<WriteTx, Problem> {
    let since = entered.since.unwrap_or(now);
    let until = match entered.holds {
        Holds::Yes => entered.until,
        Holds::No => Some(since),
    };
    if entered.holds == Holds::Yes && until.is_some_and(|until| until <= since) {
        return Err(Problem::invalid("until", "a moment behind `since`"));
    }
    let hash = entered.document_hash.as_deref().map(|text| {
        parse_hash(text).ok_or_else(|| Problem::invalid("document-hash", "64 hex digits"))
    });
    let contract = Contract {
        recipient: recipient.to_owned(),
        fact: entered.fact.clone(),
        since,
        until,
        document_hash: hash.transpose()?,
    };
    Ok(app.store.begin_contract(&contract, "staff", now)?)
}

fn fact(app: &App, entered: &Entered, now: Timestamp) -> Result<WriteTx, Problem> {
    if entered.since.is_some() || entered.until.is_some() || entered.document_hash.is_some() {
        let wants = "a name, where there is a beginning, an end or a document";
        return Err(Problem::invalid("recipient", wants));
    }
    let holds = match entered.holds {
        Holds::Yes => Holding::Holds,
        Holds::No => Holding::Fails,
    };
    Ok(app
        .store
        .begin_global_fact(&entered.fact, holds, "staff", now)?)
}
