//! `GET /v1/messages/{id}`: what became of a message. Says nothing of whom it went to.

use std::sync::Arc;

use abide_store::EntryId;
use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::app::App;
use crate::http::problem::{Problem, ProblemBody};

/// A message.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct MessageBody {
    /// Its id.
    id: String,
    /// In which stream it goes.
    class: String,
    /// By which channel.
    channel: String,
    /// For which purpose.
    purpose: String,
    /// `queued`, `sent`, `suppressed` or `refused` by the mail server.
    state: &'static str,
    /// When it was asked for.
    asked_at: String,
    /// When it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    sent_at: Option<String>,
}

/// What became of a message.
#[utoipa::path(
    get,
    path = "/v1/messages/{id}",
    operation_id = "read-message",
    tag = "messages",
    params(("id" = String, Path, description = "The message")),
    responses(
        (status = 200, description = "The message", body = MessageBody),
        (status = 404, description = "There is no such message", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<MessageBody>, Problem> {
    let none = || Problem::NoSuch("message");
    let id = EntryId::parse(&id).ok_or_else(none)?;
    let message = app.store.message(id).await?.ok_or_else(none)?;
    Ok(Json(MessageBody {
        id: message.id.to_string(),
        class: message.facts.class,
        channel: message.facts.channel,
        purpose: message.facts.purpose,
        state: message.state.word(),
        asked_at: message.queued_at.to_string(),
        sent_at: message.sent_at.map(|at| at.to_string()),
    }))
}
