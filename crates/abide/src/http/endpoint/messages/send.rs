//! `POST /v1/messages`: an application asks for a message to be sent. The policy decides, and again when it goes out; what is
//! promised to the person stops it.

use std::sync::Arc;

use abide_store::{Identifier, Letter, MessageFacts, NewMessage};
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::access::Caller;
use crate::http::app::App;
use crate::http::idempotency::{Kept, Write};
use crate::http::problem::{Problem, ProblemBody};
use crate::http::subject::SubjectName;
use crate::mail::Class;

/// The longest line of what a message is about, and the longest text.
const SUBJECT_BYTES: usize = 1024;
const TEXT_BYTES: usize = 64 * 1024;
const EMAIL: &str = "email";

/// A message that an application asks for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AskedMessage {
    /// In which stream: `marketing`, which people can stop with one press; `service`; or `notice`, which the policy says must
    /// be told.
    #[schema(example = "marketing")]
    class: String,
    /// By which channel: `email`.
    #[serde(default)]
    #[schema(example = "email")]
    channel: Option<String>,
    /// For which purpose of the policy; for a notice, what must be told.
    #[schema(example = "newsletter")]
    purpose: String,
    /// Whom it goes to.
    to: SubjectName,
    /// The mail address, where `to` is not one.
    #[serde(default)]
    address: Option<String>,
    /// The language that it is written in.
    #[serde(default)]
    #[schema(example = "en")]
    language: Option<String>,
    /// What it is about, in a line.
    subject: String,
    /// The text; an empty line ends a paragraph.
    text: String,
    /// The policy; the only active one when nothing is said.
    #[serde(default)]
    policy: Option<String>,
}

/// Hides whom it goes to and what it says.
impl std::fmt::Debug for AskedMessage {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "AskedMessage({} {} …)", self.class, self.purpose)
    }
}

/// What becomes of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct TakenMessage {
    /// Its id, which is also that of its evidence.
    id: String,
    /// `queued`, or `suppressed`: what is promised to the person does not let it go.
    #[schema(example = "queued")]
    state: &'static str,
    /// Why it is suppressed: `stopped` by the person, or `not-permitted` by the policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'static str>,
    /// The clauses that decided.
    clauses: Vec<String>,
}

/// An application asks for a message to be sent.
///
/// The policy decides about it, and again in the moment in which it goes out. What it does not permit, and what the person
/// stopped, is suppressed and recorded.
#[utoipa::path(
    post,
    path = "/v1/messages",
    operation_id = "send-message",
    tag = "messages",
    params(("Idempotency-Key" = Option<String>, Header, description = "Sent again with the same body, it is sent once")),
    request_body = AskedMessage,
    responses(
        (status = 201, description = "Recorded: it waits to be sent, or is suppressed", body = TakenMessage),
        (status = 404, description = "No such policy is active", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A value cannot be", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    Extension(Caller(key)): Extension<Caller>,
    write: Write<AskedMessage>,
) -> Result<Response, Problem> {
    if let Some(kept) = app.answered(write.once.as_ref()).await? {
        return Ok(kept.into_response());
    }
    let (now, asked) = (app.clock.now(), &write.body);
    let identifier = asked.to.identifier()?;
    let letter = read(asked, &identifier)?;
    must_be_stoppable(&app, asked)?;
    let subject = app.store.subject(&identifier).await?;
    let address = Identifier::new(EMAIL, &letter.to)
        .map_err(|_| Problem::invalid("address", "a mail address"))?;
    let mut known_as = vec![subject, app.store.subject(&address).await?];
    known_as.dedup();
    let facts = MessageFacts {
        subject: Some(subject),
        class: asked.class.clone(),
        channel: EMAIL.to_owned(),
        purpose: asked.purpose.clone(),
        policy: asked.policy.clone().unwrap_or_default(),
    };
    let verdict = app
        .decider
        .message(&app.store, &facts, &known_as, now)
        .await?;
    let message = NewMessage {
        subject,
        identifier: &identifier,
        class: &facts.class,
        channel: &facts.channel,
        purpose: &facts.purpose,
        policy: &verdict.policy,
        version: &verdict.version,
        clauses: &verdict.clauses,
        lang: asked.language.as_deref().unwrap_or("en"),
        letter: match verdict.suppressed {
            None => Some(&letter),
            Some(_) => None,
        },
    };
    let tx = app
        .store
        .begin_message(&message, &format!("api:{key}"), now)?;
    let taken = TakenMessage {
        id: tx.entry_id().to_string(),
        state: match verdict.suppressed {
            None => "queued",
            Some(_) => "suppressed",
        },
        why: verdict.suppressed,
        clauses: verdict.clauses.clone(),
    };
    let kept = Kept::json(StatusCode::CREATED, &taken)?;
    let earlier = app.commit_once(tx, write.once.as_ref(), &kept, now).await?;
    Ok(earlier.unwrap_or(kept).into_response())
}

/// What people can stop has to say how, and the link leads to our own pages.
fn must_be_stoppable(app: &App, asked: &AskedMessage) -> Result<(), Problem> {
    let centre = app
        .config
        .mail
        .as_ref()
        .and_then(|mail| mail.centre.as_ref());
    match Class::of(&asked.class) == Some(Class::Marketing) && centre.is_none() {
        false => Ok(()),
        true => Err(Problem::invalid(
            "class",
            "another one until the configuration names the `privacy-centre` in `mail`, where people stop such messages",
        )),
    }
}

fn read(asked: &AskedMessage, identifier: &Identifier) -> Result<Letter, Problem> {
    if asked
        .channel
        .as_deref()
        .is_some_and(|channel| channel != EMAIL)
    {
        return Err(Problem::invalid("channel", "`email`"));
    }
    let short = |text: &str| !text.is_empty() && text.len() <= 256 && !text.contains('\0');
    if !short(&asked.purpose) {
        return Err(Problem::invalid("purpose", "a name of the policy"));
    }
    let is_tag = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let language = asked.language.as_deref().unwrap_or("en");
    if language.is_empty() || language.len() > 35 || !language.chars().all(is_tag) {
        return Err(Problem::invalid("language", "a tag such as `en`"));
    }
    for (field, text, limit, wants) in [
        (
            "subject",
            &asked.subject,
            SUBJECT_BYTES,
            "a line of at most 1024 bytes",
        ),
        ("text", &asked.text, TEXT_BYTES, "a text of at most 64 KiB"),
    ] {
        if text.trim().is_empty() || text.len() > limit || text.contains('\0') {
            return Err(Problem::invalid(field, wants));
        }
    }
    let (field, to) = match (&asked.address, identifier.kind()) {
        (Some(address), _) => ("address", address.as_str()),
        (None, EMAIL) => ("to", identifier.value()),
        (None, _) => {
            return Err(Problem::invalid(
                "address",
                "a mail address, as `to` is none",
            ));
        }
    };
    if to.parse::<lettre::Address>().is_err() {
        return Err(Problem::invalid(field, "a mail address"));
    }
    Ok(Letter {
        channel: EMAIL.to_owned(),
        to: to.to_owned(),
        subject: asked.subject.clone(),
        text: asked.text.clone(),
    })
}
