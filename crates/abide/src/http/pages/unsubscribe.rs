//! `/unsubscribe/{token}`: stops a stream of messages with one press, for whoever holds the link of one of them. Looking at the
//! page changes nothing, and neither page nor answer says who somebody is.

use std::sync::Arc;

use abide_policy::vocabulary::Kind;
use abide_store::{
    Choice, ConsentState, Matter, Message, MessageFacts, Scope, SubjectState, SubjectToken,
};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::form::Sent;
use super::frame::Framed;
use super::visit::{HOME, Visit};
use super::words::fill;
use crate::decider::is_stopped;
use crate::http::app::App;
use crate::http::problem::Problem;
use crate::mail::unsubscribe::message_of;

/// What a mail program sends for its reader: RFC 8058 §3.1.
const FIELD: &str = "List-Unsubscribe";
const ONE_CLICK: &str = "One-Click";

/// Where it was said.
const SOURCE: &str = "unsubscribe";

const NO_SUCH: Problem = Problem::NoSuch("link");

/// The route, below [`crate::mail::unsubscribe::PATH`].
pub const ROUTE: &str = "/unsubscribe/{token}";

/// The page with its one button.
pub async fn show(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let message = find(&app, &token).await?;
    let visit = visit(&app, &message, &uri, &headers);
    let words = &visit.words().unsubscribe;
    let body = html! {
        p.lead { (fill(words.lead, &[&purpose(&app, &message, &visit)])) }
        form method="post" action=(visit.link(uri.path())) {
            input type="hidden" name=(FIELD) value=(ONE_CLICK);
            p { button type="submit" { (words.send) } }
        }
        (rest(&visit))
    };
    Ok(Framed::new(&visit, words.title, body).into_response())
}

/// Stops it.
pub async fn take(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    sent: Sent,
) -> Result<Response, Problem> {
    let message = find(&app, &token).await?;
    if sent.get(FIELD) != ONE_CLICK {
        return Err(Problem::BodyUnreadable(format!(
            "it does not say `{FIELD}={ONE_CLICK}`"
        )));
    }
    // Nobody is left to write to once the person is erased: the answer is the same.
    if let Some(subject) = message.facts.subject {
        stop(&app, subject, &message.facts).await?;
    }
    let visit = visit(&app, &message, &uri, &headers);
    let words = &visit.words().unsubscribe;
    let body = html! {
        div.done role="status" {
            p { (fill(words.done, &[&purpose(&app, &message, &visit)])) }
        }
        (rest(&visit))
    };
    Ok(Framed::new(&visit, words.title, body).into_response())
}

async fn find(app: &App, token: &str) -> Result<Message, Problem> {
    let id = message_of(&app.store, token).ok_or(NO_SUCH)?;
    app.store.message(id).await?.ok_or(NO_SUCH)
}

/// A look at the page; whatever policies are in force, somebody who stops messages is not asked which.
fn visit(app: &App, message: &Message, uri: &Uri, headers: &HeaderMap) -> Visit {
    let state = app.decider.state();
    let policy = state.policy(Some(&message.facts.policy)).ok();
    Visit::about(uri, headers, policy)
}

fn purpose(app: &App, message: &Message, visit: &Visit) -> String {
    let name = &message.facts.purpose;
    let state = app.decider.state();
    let label = state
        .policy(Some(&message.facts.policy))
        .ok()
        .and_then(|policy| {
            let nouns = &policy.policy().nouns;
            let id = nouns.find(Kind::Purpose, name)?;
            Some(nouns.get(id).label(visit.lang.tag()))
        });
    label.unwrap_or_else(|| name.clone())
}

fn rest(visit: &Visit) -> Markup {
    let words = &visit.words().unsubscribe;
    html! {
        p { (words.notices) }
        p { a href=(visit.link(HOME)) { (words.more) } }
    }
}

/// Records that somebody stops messages for a purpose, and takes back what was agreed to; nothing if that is so already.
async fn stop(app: &App, subject: SubjectToken, facts: &MessageFacts) -> Result<(), Problem> {
    let now = app.clock.now();
    let purpose = &facts.purpose;
    let known = app.store.subject_state(subject, now).await?;
    let agreed = has_agreed(&known, purpose);
    if is_stopped(&known, purpose) && !agreed {
        return Ok(());
    }
    let Some(identifier) = app.store.identifier(subject).await? else {
        return Ok(());
    };
    let right = Matter::Right("stop-marketing".to_owned());
    let stopping = choice(app, right, ConsentState::ConsentGiven, facts)?;
    let mut tx = app
        .store
        .begin_choice(subject, Some(&identifier), &stopping, now)?;
    if agreed {
        let consent = Matter::Fact("consent".to_owned());
        let taking_back = choice(app, consent, ConsentState::ConsentWithdrawn, facts)?;
        tx.add_choice(subject, &identifier, &taking_back, now)?;
    }
    tx.commit().await?;
    app.decider.changed(subject);
    Ok(())
}

fn has_agreed(known: &SubjectState, purpose: &str) -> bool {
    known.choices.iter().any(|choice| {
        let purposes = &choice.scope.purposes;
        choice.matter == Matter::Fact("consent".to_owned())
            && choice.state.holds() == Some(true)
            && (purposes.is_empty() || purposes.iter().any(|named| named == purpose))
    })
}

fn choice(
    app: &App,
    matter: Matter,
    state: ConsentState,
    facts: &MessageFacts,
) -> Result<Choice, Problem> {
    let mut choice = Choice {
        scope: Scope {
            purposes: vec![facts.purpose.clone()],
            ..Scope::default()
        },
        ..Choice::new(matter, state, SOURCE)
    };
    app.decider.complete(&mut choice, Some(&facts.policy))?;
    Ok(choice)
}
