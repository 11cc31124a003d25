//! `GET /privacy/ask`: the form for everything that takes showing who asks, and for complaints. Asks for no more than is needed
//! to answer.

use std::sync::Arc;

use abide_policy::model::Policy;
use abide_rights::request::Kind;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::choices;
use super::form::{self, Form, Sent};
use super::frame::Framed;
use super::offer::offers_any;
use super::opt_out::{self, Wrong, address, error, summary};
use super::request_words::{self, AskWords};
use super::visit::Visit;
use crate::http::app::App;
use crate::http::problem::Problem;

/// Where it is.
pub const PATH: &str = "/privacy/ask";

/// The form, bound to the session of whoever is signed in.
pub fn ask_form(binding: &str) -> Form<'_> {
    Form {
        name: "ask",
        binding,
    }
}

/// The empty form.
pub async fn show(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    page(&app, &visit, &headers, None, &[])
}

/// What can be asked for: what the policy offers, and a complaint always.
pub fn kinds(policy: &Policy) -> Vec<Kind> {
    let is_asked_here = |kind: &Kind| match kind {
        Kind::Complaint => true,
        Kind::ObjectToChange => false,
        kind => kind.needs_proof() && offers_any(policy, kind.rights()),
    };
    Kind::ALL.iter().copied().filter(is_asked_here).collect()
}

/// The form with what was filled in, and what has to be mended.
pub fn page(
    app: &App,
    visit: &Visit,
    headers: &HeaderMap,
    sent: Option<&Sent>,
    wrong: &[Wrong],
) -> Result<Response, Problem> {
    let words = request_words::of(visit.lang);
    let policy = visit.policy.as_ref().ok_or(Problem::NoPolicy)?;
    let session = choices::session(app, headers);
    let binding = session
        .as_ref()
        .map_or("", |session| session.binding.as_str());
    let get = |name: &str| sent.map_or("", |sent| sent.get(name));
    let chosen = match get("kind") {
        "" => visit.parameter("kind").unwrap_or_default(),
        kind => kind,
    };
    let ask = &words.ask;
    let body = html! {
        p.lead { (ask.lead) }
        p { (ask.sooner) " " a href=(visit.link(opt_out::PATH)) { (visit.words().opt_out.title) } }
        @if !wrong.is_empty() { (summary(visit.words().opt_out.wrong, wrong)) }
        form method="post" action=(visit.link(PATH)) enctype="multipart/form-data" novalidate {
            (form::hidden(app, visit, ask_form(binding), sent)?)
            (what(words, &kinds(policy.policy()), chosen, wrong))
            div.field {
                label for="text" { (ask.text) }
                p.hint id="text-hint" { (ask.text_hint) }
                @if let Some(mend) = error(wrong, "text") { p.error id="text-error" { (mend) } }
                textarea id="text" name="text" maxlength="8000"
                    aria-describedby={ "text-hint" @if error(wrong, "text").is_some() { " text-error" } }
                    aria-invalid=[error(wrong, "text").map(|_| "true")] { (get("text")) }
            }
            @match &session {
                Some(_) => p { (ask.signed_in) },
                None => fieldset {
                    legend { (ask.whom) }
                    p.hint { (ask.whom_hint) }
                    (address("email", "email", (visit.words().opt_out.email, visit.words().opt_out.email_hint), get("email"), error(wrong, "email")))
                    (address("phone", "tel", (visit.words().opt_out.phone, visit.words().opt_out.phone_hint), get("phone"), error(wrong, "phone")))
                },
            }
            @if session.is_none() { (behalf(ask, sent, wrong)) }
            button type="submit" { (ask.send) }
        }
    };
    let mut page = Framed::new(visit, ask.title, body);
    if !wrong.is_empty() {
        page.status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page.into_response())
}

fn what(
    words: &request_words::RequestWords,
    kinds: &[Kind],
    chosen: &str,
    wrong: &[Wrong],
) -> Markup {
    html! {
        fieldset {
            legend { (words.ask.what) }
            @if let Some(mend) = error(wrong, "kind-0") { p.error { (mend) } }
            @for (number, kind) in kinds.iter().enumerate() {
                @let id = format!("kind-{number}");
                @let (title, meaning) = words.kind(*kind);
                div.choice {
                    input type="radio" id=(id) name="kind" value=(kind.word()) checked[kind.word() == chosen]
                        aria-describedby={ (id) "-hint" };
                    label for=(id) { (title) }
                    p.hint id={ (id) "-hint" } { (meaning) }
                }
            }
        }
    }
}

/// Who asks for somebody else.
fn behalf(words: &AskWords, sent: Option<&Sent>, wrong: &[Wrong]) -> Markup {
    let get = |name: &str| sent.map_or("", |sent| sent.get(name));
    let acting = match get("acting") {
        "" => "self",
        acting => acting,
    };
    html! {
        fieldset {
            legend { (words.acting) }
            @for (word, label) in [("self", words.myself), ("parent", words.parent), ("agent", words.agent)] {
                @let id = format!("acting-{word}");
                div.choice {
                    input type="radio" id=(id) name="acting" value=(word) checked[word == acting];
                    label for=(id) { (label) }
                }
            }
            (address("name", "text", (words.name, words.name_hint), get("name"), error(wrong, "name")))
            (address("reply", "email", (words.reply, words.reply_hint), get("reply"), error(wrong, "reply")))
        }
    }
}
