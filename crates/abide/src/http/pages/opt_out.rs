//! `GET /privacy/opt-out`: the form that stops a use of data, without account and without verification. Ticks nothing that
//! neither the person nor their browser asked for.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::form::{self, Form, Sent};
use super::frame::Framed;
use super::offer::{GPC, Offer, offers};
use super::visit::{Signal, Visit};
use crate::http::app::App;
use crate::http::problem::Problem;

/// Where it is.
pub const PATH: &str = "/privacy/opt-out";
/// The form: it is bound to nobody.
pub const FORM: Form<'static> = Form {
    name: "opt-out",
    binding: "",
};

/// What has to be mended, and the field where.
pub type Wrong = (&'static str, &'static str);

/// The empty form.
pub async fn show(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Problem> {
    let signalled = match visit.signal {
        Signal::Gpc => GPC,
        Signal::Silent => &[],
    };
    let filled = Filled {
        rights: signalled.iter().map(ToString::to_string).collect(),
        ..Filled::default()
    };
    page(&app, &visit, &filled, None, &[])
}

/// What stands in the fields.
#[derive(Default)]
pub struct Filled {
    /// The rights that are ticked.
    pub rights: Vec<String>,
    /// The address.
    pub email: String,
    /// The number.
    pub phone: String,
    /// Whether this browser is ticked.
    pub browser: Tick,
}

/// Hides the addresses.
impl std::fmt::Debug for Filled {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Filled({:?} …)", self.rights)
    }
}

/// A box to tick.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tick {
    /// Ticked.
    On,
    /// Not ticked.
    #[default]
    Off,
}

impl Filled {
    /// What was sent.
    pub fn of(sent: &Sent) -> Self {
        Self {
            rights: sent.all("right").map(str::to_owned).collect(),
            email: sent.get("email").to_owned(),
            phone: sent.get("phone").to_owned(),
            browser: match sent.get("browser") {
                "" => Tick::Off,
                _ => Tick::On,
            },
        }
    }
}

/// The form with what was filled in, and what has to be mended.
pub fn page(
    app: &App,
    visit: &Visit,
    filled: &Filled,
    sent: Option<&Sent>,
    wrong: &[Wrong],
) -> Result<Response, Problem> {
    let words = &visit.words().opt_out;
    let Some(policy) = &visit.policy else {
        return Err(Problem::NoPolicy);
    };
    let offers = offers(policy.policy(), visit.words());
    let body = match offers.is_empty() {
        true => html! { p { (words.nothing) } },
        false => html! {
            p.lead { (words.lead) }
            @if !wrong.is_empty() { (summary(words.wrong, wrong)) }
            @if visit.signal == Signal::Gpc {
                div.note { h2 { (words.signal.0) } p { (words.signal.1) } }
            }
            form method="post" action=(visit.link(PATH)) novalidate {
                (form::hidden(app, visit, FORM, sent)?)
                (rights(visit, &offers, filled, wrong))
                (whom(visit, filled, wrong))
                button type="submit" { (words.send) }
            }
        },
    };
    let mut page = Framed::new(visit, words.title, body);
    if !wrong.is_empty() {
        page.status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page.into_response())
}

/// What has to be mended, each with a link to its field.
pub fn summary(title: &str, wrong: &[Wrong]) -> Markup {
    html! {
        div.wrong role="alert" aria-labelledby="wrong" {
            h2 id="wrong" { (title) }
            ul { @for (field, what) in wrong { li { a href={ "#" (field) } { (what) } } } }
        }
    }
}

/// What is wrong with a field, if anything is.
pub fn error(wrong: &[Wrong], field: &str) -> Option<&'static str> {
    wrong
        .iter()
        .find(|(found, _)| *found == field)
        .map(|(_, what)| *what)
}

fn rights(visit: &Visit, offers: &[Offer], filled: &Filled, wrong: &[Wrong]) -> Markup {
    let words = &visit.words().opt_out;
    let mend = error(wrong, "right-0");
    html! {
        fieldset aria-describedby=[mend.map(|_| "right-error")] {
            legend { (words.what) }
            @if let Some(mend) = mend { p.error id="right-error" { (mend) } }
            @for (number, offer) in offers.iter().enumerate() {
                @let id = format!("right-{number}");
                div.choice {
                    input type="checkbox" id=(id) name="right" value=(offer.right)
                        checked[filled.rights.iter().any(|right| right == offer.right)]
                        aria-describedby={ (id) "-hint" };
                    label for=(id) { (offer.title) }
                    p.hint id={ (id) "-hint" } { (offer.meaning) }
                }
            }
        }
    }
}

fn whom(visit: &Visit, filled: &Filled, wrong: &[Wrong]) -> Markup {
    let words = &visit.words().opt_out;
    html! {
        fieldset aria-describedby="whom-hint" {
            legend { (words.whom) }
            p.hint id="whom-hint" { (words.whom_hint) }
            (address("email", "email", (words.email, words.email_hint), &filled.email, error(wrong, "email")))
            (address("phone", "tel", (words.phone, words.phone_hint), &filled.phone, error(wrong, "phone")))
            div.choice {
                input type="checkbox" id="browser" name="browser" value="on"
                    checked[filled.browser == Tick::On] aria-describedby="browser-hint";
                label for="browser" { (words.browser) }
                p.hint id="browser-hint" { (words.browser_hint) }
            }
        }
    }
}

/// A field for an address, with what it takes and what has to be mended.
pub fn address(
    name: &str,
    kind: &str,
    (label, hint): (&str, &str),
    value: &str,
    mend: Option<&str>,
) -> Markup {
    let filler = match kind {
        "text" => "name",
        kind => kind,
    };
    let described = match mend {
        Some(_) => format!("{name}-hint {name}-error"),
        None => format!("{name}-hint"),
    };
    html! {
        div.field {
            label for=(name) { (label) }
            p.hint id={ (name) "-hint" } { (hint) }
            @if let Some(mend) = mend { p.error id={ (name) "-error" } { (mend) } }
            input type=(kind) id=(name) name=(name) value=(value) autocomplete=(filler) maxlength="254"
                aria-describedby=(described) aria-invalid=[mend.map(|_| "true")];
        }
    }
}
