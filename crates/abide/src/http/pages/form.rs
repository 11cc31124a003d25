//! Forms: read within limits, and taken only if they come from a page of ours that somebody had time to read. Asks nobody
//! else, and never keeps what is in them.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::browser::number;
use super::multipart;
use super::visit::{Visit, read_query};
use super::words::Doubts;
use crate::http::app::App;
use crate::http::problem::Problem;

/// The largest form without a file.
const PLAIN_BYTES: usize = 16 * 1024;
/// The largest form with a file.
const FILE_BYTES: usize = 600 * 1024;
/// What nobody reads and fills in faster.
const SOONEST_MS: i64 = 2_000;
/// How long a form may stay open.
const LATEST_MS: i64 = 6 * 60 * 60 * 1_000;

/// The hidden field with the form's age.
const TICKET: &str = "ticket";
/// The field that only programs fill in.
const TRAP: &str = "website";

/// The fields of a form, as they were sent.
pub struct Sent(Vec<(String, String)>);

/// Hides what was written.
impl std::fmt::Debug for Sent {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Sent({} fields)", self.0.len())
    }
}

impl Sent {
    /// The value of a field, without spaces around it; empty if it was not sent.
    pub fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(found, _)| found == name);
        found.map_or("", |(_, value)| value.trim())
    }

    /// All values of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        let named = self.0.iter().filter(move |(found, _)| found == name);
        named.map(|(_, value)| value.as_str())
    }
}

impl FromRequest<Arc<App>> for Sent {
    type Rejection = Response;

    async fn from_request(request: Request, _: &Arc<App>) -> Result<Self, Response> {
        let headers = request.headers().clone();
        if is_from_elsewhere(&headers) {
            return Err(Problem::FormFromElsewhere.into_response());
        }
        let kind = headers.get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let boundary = multipart::boundary(kind);
        let limit = boundary.map_or(PLAIN_BYTES, |_| FILE_BYTES);
        let bytes = to_bytes(request.into_body(), limit).await;
        let bytes = bytes.map_err(|_| Problem::BodyTooLarge(limit).into_response())?;
        let fields = match boundary {
            Some(boundary) => multipart::read(&bytes, boundary),
            None if kind.starts_with("application/x-www-form-urlencoded") => {
                std::str::from_utf8(&bytes).ok().map(read_query)
            }
            None => None,
        };
        let unreadable = || Problem::BodyUnreadable("it is not a form".to_owned()).into_response();
        fields.map(Self).ok_or_else(unreadable)
    }
}

/// Whether a browser says that a page of another site sent it: `Sec-Fetch-Site`, and `Origin` where that is not sent.
fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => !matches!(site, "same-origin" | "none"),
        // Pages with our referrer policy send the origin `null` to themselves.
        (None, None | Some("null")) => false,
        (None, Some(origin)) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_none() || host != text("host")
        }
    }
}

/// Why a form is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// Faster than a person.
    TooSoon,
    /// Open for too long.
    TooLate,
    /// Not a form of ours.
    Forged,
    /// The field that only programs fill in was filled in.
    Trap,
}

impl Doubt {
    /// What to do about it.
    pub fn say(self, words: &Doubts) -> &'static str {
        match self {
            Self::TooSoon => words.too_soon,
            Self::TooLate => words.too_late,
            Self::Forged => words.forged,
            Self::Trap => words.trap,
        }
    }
}

/// A form that was taken: what makes it this one, so that pressing twice is sending once. Whoever comes back to it later means
/// it anew, so the minute is part of it.
#[derive(Debug)]
pub struct Taken(pub String);

/// What a form is: its name, and what it is bound to, which is nothing or a session.
#[derive(Debug, Clone, Copy)]
pub struct Form<'a> {
    /// Its name.
    pub name: &'static str,
    /// What it is bound to.
    pub binding: &'a str,
}

impl Form<'_> {
    fn purpose(self) -> String {
        format!("form {} {}", self.name, self.binding)
    }
}

/// The hidden fields of a form: its age, stamped for this form, and the field that only programs fill in. It stands outside
/// the view and is hidden from screen readers. A form that comes back to be mended is as old as when it was first shown.
pub fn hidden(
    app: &App,
    visit: &Visit,
    form: Form<'_>,
    earlier: Option<&Sent>,
) -> Result<Markup, Problem> {
    let earlier = earlier.map(|sent| sent.get(TICKET));
    let ticket = match earlier.filter(|ticket| age(app, form, ticket).is_ok()) {
        Some(ticket) => ticket.to_owned(),
        None => ticket(app, form)?,
    };
    if !form.binding.is_empty() {
        return Ok(html! { input type="hidden" name=(TICKET) value=(ticket); });
    }
    Ok(html! {
        input type="hidden" name=(TICKET) value=(ticket);
        div.trap aria-hidden="true" {
            label for="website" { (visit.words().opt_out.trap) }
            input id="website" type="text" name=(TRAP) tabindex="-1" autocomplete="off";
        }
    })
}

/// The hidden age of a form that shares its page with another, which has the other field.
pub fn ticket_alone(app: &App, form: Form<'_>) -> Result<Markup, Problem> {
    let ticket = ticket(app, form)?;
    Ok(html! { input type="hidden" name=(TICKET) value=(ticket); })
}

fn ticket(app: &App, form: Form<'_>) -> Result<String, Problem> {
    let text = format!("{}.{}", app.clock.now().as_millisecond(), number()?);
    let stamp = app.store.stamp(&form.purpose(), &text)?;
    Ok(format!("{text}.{stamp}"))
}

/// How old a form is in milliseconds, if it is ours and has not been open for too long.
fn age(app: &App, form: Form<'_>, ticket: &str) -> Result<i64, Doubt> {
    let (text, stamp) = ticket.rsplit_once('.').ok_or(Doubt::Forged)?;
    if !app.store.is_stamp(&form.purpose(), text, stamp) {
        return Err(Doubt::Forged);
    }
    let issued = text.split('.').next().and_then(|ms| ms.parse::<i64>().ok());
    let age = app.clock.now().as_millisecond() - issued.ok_or(Doubt::Forged)?;
    match age > LATEST_MS {
        true => Err(Doubt::TooLate),
        false => Ok(age),
    }
}

/// Takes a form or says why not.
pub fn take(app: &App, form: Form<'_>, sent: &Sent) -> Result<Taken, Doubt> {
    let ticket = sent.get(TICKET);
    let age = age(app, form, ticket);
    // Whoever is signed in is no program.
    if form.binding.is_empty() {
        if !sent.get(TRAP).is_empty() {
            return Err(Doubt::Trap);
        }
        if age? < SOONEST_MS {
            return Err(Doubt::TooSoon);
        }
    }
    age?;
    let minute = app.clock.now().as_second() / 60;
    Ok(Taken(format!("{ticket} {minute}")))
}
