//! `GET /privacy/choices`: everything that the person who is signed in can decide, what they said about it, and the receipt of
//! each word. Giving and taking back are one press each. Never shows anybody else's.

use std::sync::Arc;

use abide_policy::model::{Norm, Policy};
use abide_policy::sentence::sentence;
use abide_policy::vocabulary::{Kind, Mode, Slot};
use abide_store::{ConsentState, Matter, PastChoice, Scope, current_of};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::browser::Wire;
use super::form::{self, Form};
use super::frame::Framed;
use super::offer::offers;
use super::session::Session;
use super::sign_in;
use super::visit::Visit;
use super::words::{Choices, fill};
use super::{opt_out, receipt};
use crate::http::app::App;
use crate::http::problem::Problem;
use abide_store::Identifier;

/// Where it is.
pub const PATH: &str = "/privacy/choices";

/// The form of every choice.
pub fn form(binding: &str) -> Form<'_> {
    Form {
        name: "choice",
        binding,
    }
}

/// Something that the person can decide.
#[derive(Debug, Clone)]
pub struct Item {
    /// What a form calls it.
    pub name: String,
    /// What is said yes or no to.
    pub matter: Matter,
    /// For what.
    pub scope: Scope,
    /// The heading.
    pub title: String,
    /// What it means, as the person sees it.
    pub meaning: Vec<String>,
}

impl Item {
    /// Everything that is shown of it, to the byte.
    pub fn shown(&self) -> String {
        format!("{}\n{}", self.title, self.meaning.join("\n"))
    }

    /// What counts of everything that was said about it.
    pub fn state(&self, current: &[PastChoice]) -> Option<PastChoice> {
        let speaks =
            |past: &&PastChoice| past.matter == self.matter && past.scope.covers(&self.scope);
        current.iter().rev().find(speaks).cloned()
    }

    fn is_about(&self, past: &PastChoice) -> bool {
        past.matter == self.matter
            && (past.scope.covers(&self.scope) || self.scope.covers(&past.scope))
    }
}

/// What a policy asks consent for, and what it lets people stop.
pub fn items(visit: &Visit, policy: &Policy) -> Vec<Item> {
    let mut items = Vec::new();
    let asks = |norm: &&Norm| norm.mode == Mode::May && norm.needs_fact(&policy.nouns, "consent");
    for norm in policy.norms.iter().filter(asks) {
        let meaning = sentence(norm, policy, visit.lang);
        for purpose in norm.names(Slot::For) {
            let name = format!("consent:{}", purpose.name);
            let known = items.iter_mut().find(|item: &&mut Item| item.name == name);
            match known {
                Some(item) => item.meaning.push(meaning.clone()),
                None => items.push(Item {
                    name,
                    matter: Matter::Fact("consent".to_owned()),
                    scope: Scope {
                        purposes: vec![purpose.name.to_string()],
                        ..Scope::default()
                    },
                    title: label(visit, policy, Kind::Purpose, &purpose.name),
                    meaning: vec![meaning.clone()],
                }),
            }
        }
    }
    items.extend(offers(policy, visit.words()).into_iter().map(|offer| Item {
        name: format!("stop:{}", offer.right),
        matter: Matter::Right(offer.right.to_owned()),
        scope: Scope::default(),
        title: offer.title.to_owned(),
        meaning: vec![offer.meaning.to_owned()],
    }));
    items
}

fn label(visit: &Visit, policy: &Policy, kind: Kind, name: &str) -> String {
    let noun = policy.nouns.find(kind, name);
    noun.map_or_else(
        || name.replace('-', " "),
        |id| policy.nouns.get(id).label(visit.lang.tag()),
    )
}

/// Whoever is signed in.
pub fn session(app: &App, headers: &HeaderMap) -> Option<Session<Identifier>> {
    app.config.sign_in.as_ref()?;
    let wire = Wire::of(app, headers);
    app.sessions.of(headers, wire, app.clock.now())
}

/// The page; without a session, the way to one.
pub async fn show(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if app.config.sign_in.is_none() {
        return Err(Problem::NotFound);
    }
    let words = &visit.words().choices;
    let Some(session) = session(&app, &headers) else {
        return Ok(Framed::new(&visit, words.title, closed(&visit)).into_response());
    };
    let Some(policy) = visit.policy.as_ref().map(|policy| policy.policy()) else {
        return Ok(Redirect::to(super::visit::HOME).into_response());
    };
    let subject = app.store.subject(&session.who).await?;
    let history = app.store.history(subject).await?;
    let current = current_of(history.clone(), app.clock.now());
    let items = items(&visit, policy);
    let other: Vec<&PastChoice> = history
        .iter()
        .filter(|past| !items.iter().any(|item| item.is_about(past)))
        .collect();
    // Every form of a session carries the same ticket.
    let hidden = form::hidden(&app, &visit, form(&session.binding), None)?;
    let body = html! {
        p.lead { (words.lead) }
        @if visit.parameter("done").is_some() { div.done role="status" { p { (words.done) } } }
        @for (number, item) in items.iter().enumerate() {
            @let past: Vec<_> = history.iter().filter(|past| item.is_about(past)).collect();
            section.card aria-labelledby={ "choice-" (number) } {
                h2 id={ "choice-" (number) } { (item.title) }
                @for line in &item.meaning { p { (line) } }
                (state(&visit, item, &current))
                (button(&visit, item, &current, &hidden, number))
                (log(&app, &visit, policy, &past)?)
            }
        }
        @if !other.is_empty() {
            h2 { (words.other) }
            (log(&app, &visit, policy, &other)?)
        }
        form method="post" action=(visit.link(sign_in::OUT)) {
            (form::hidden(&app, &visit, sign_in::out_form(&session.binding), None)?)
            button.second type="submit" { (words.sign_out) }
        }
    };
    Ok(Framed::new(&visit, words.title, body).into_response())
}

fn closed(visit: &Visit) -> Markup {
    let words = &visit.words().choices;
    html! {
        p.lead { (words.lead) }
        p { (words.closed) }
        p { a.button href=(visit.link(sign_in::PATH)) { (words.sign_in) } }
        p { a href=(visit.link(opt_out::PATH)) { (words.without) } }
    }
}

/// Whether the item holds, and since when.
fn state(visit: &Visit, item: &Item, current: &[PastChoice]) -> Markup {
    let words = &visit.words().choices;
    let found = item.state(current);
    let holds = found.as_ref().and_then(|past| past.state.holds());
    let is_stop = matches!(item.matter, Matter::Right(_));
    let text = match (holds, is_stop) {
        (Some(true), false) => words.agreed,
        (Some(true), true) => words.stopped,
        (Some(false), false) => words.not_agreed,
        (None, false) => words.never_asked,
        (_, true) => words.running,
    };
    let since = found.map(|past| moment(visit, &past)).unwrap_or_default();
    html! { p.state { strong { (fill(text, &[&since])) } } }
}

/// The one press that changes it, the same for yes and for no.
fn button(
    visit: &Visit,
    item: &Item,
    current: &[PastChoice],
    hidden: &Markup,
    number: usize,
) -> Markup {
    let words = &visit.words().choices;
    let holds = item.state(current).and_then(|past| past.state.holds()) == Some(true);
    let is_stop = matches!(item.matter, Matter::Right(_));
    let (say, label) = match (holds, is_stop) {
        (false, false) => ("yes", words.agree),
        (true, false) => ("no", words.take_back),
        (false, true) => ("yes", words.stop),
        (true, true) => ("no", words.allow),
    };
    html! {
        form method="post" action=(visit.link(PATH)) {
            (hidden)
            input type="hidden" name="item" value=(item.name);
            button type="submit" name="say" value=(say) aria-describedby={ "choice-" (number) } { (label) }
        }
    }
}

/// What was said, the latest first, each word with its receipt.
fn log(app: &App, visit: &Visit, policy: &Policy, past: &[&PastChoice]) -> Result<Markup, Problem> {
    let words = &visit.words().choices;
    if past.is_empty() {
        return Ok(html! {});
    }
    let mut lines = Vec::new();
    for past in past.iter().rev() {
        let link = receipt::link(app, visit, past.entry_id)?;
        lines.push((moment(visit, past), said(words, past, policy, visit), link));
    }
    let count = lines.len().to_string();
    Ok(html! {
        details {
            summary { (fill(words.history, &[&count])) }
            ol.list reversed {
                @for (moment, said, link) in &lines {
                    li {
                        (moment) ": " (said) " "
                        a href=(link) aria-label={ (words.receipt) ", " (moment) } { (words.receipt) }
                    }
                }
            }
        }
    })
}

fn said(words: &Choices, past: &PastChoice, policy: &Policy, visit: &Visit) -> String {
    let name = match &past.matter {
        Matter::Fact(name) => label(visit, policy, Kind::Fact, name),
        Matter::Right(name) => label(visit, policy, Kind::Right, name),
    };
    let state = match past.state {
        ConsentState::ConsentGiven | ConsentState::RenewedConsentGiven => words.was_yes,
        ConsentState::ConsentWithdrawn => words.was_back,
        ConsentState::ConsentRefused => words.was_no,
        ConsentState::ConsentExpired => words.was_over,
        ConsentState::ConsentRequested | ConsentState::ConsentRequestDeferred => words.was_asked,
        ConsentState::ConsentInvalidated | ConsentState::ConsentUnknown => words.was_unclear,
    };
    fill(state, &[&name])
}

fn moment(visit: &Visit, past: &PastChoice) -> String {
    let at = past.at.to_zoned(TimeZone::UTC);
    format!(
        "{} {} UTC",
        visit.lang.date(at.date()),
        at.strftime("%H:%M")
    )
}
