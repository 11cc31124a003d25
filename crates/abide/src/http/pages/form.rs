//! Forms: read within limits, and taken only if they come from a page of ours that somebody had time to read. Asks nobody
//! else, and never keeps what is in them.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use maud::{Markup, html};

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

/// A form that was taken: what makes it this one, so that sending it twice is doing it once.
#[derive(Debug)]
pub struct Taken(pub String);

/// The hidden fields of a form: its age, stamped for this form and this binding, which is empty or a session, and the field
/// that only programs fill in. It stands outside the view and is hidden from screen readers.
pub fn hidden(app: &App, visit: &Visit, form: &str, binding: &str) -> Result<Markup, Problem> {
    let ticket = ticket(app, form, binding)?;
    Ok(html! {
        input type="hidden" name=(TICKET) value=(ticket);
        div.trap aria-hidden="true" {
            label for="website" { (visit.words().opt_out.trap) }
            input id="website" type="text" name=(TRAP) tabindex="-1" autocomplete="off";
        }
    })
}

fn ticket(app: &App, form: &str, binding: &str) -> Result<String, Problem> {
    let issued = app.clock.now().as_millisecond();
    let mut nonce = [0; 16];
    getrandom::fill(&mut nonce)
        .map_err(|error| Problem::broken("drawing a random number", &error))?;
    let nonce: String = nonce.iter().map(|byte| format!("{byte:02x}")).collect();
    let text = format!("{issued}.{nonce}");
    let stamp = app.store.stamp(&purpose(form, binding), &text)?;
    Ok(format!("{text}.{stamp}"))
}

fn purpose(form: &str, binding: &str) -> String {
    format!("form {form} {binding}")
}

/// Takes a form or says why not.
pub fn take(app: &App, form: &str, binding: &str, sent: &Sent) -> Result<Taken, Doubt> {
    if !sent.get(TRAP).is_empty() {
        return Err(Doubt::Trap);
    }
    let ticket = sent.get(TICKET);
    let (text, stamp) = ticket.rsplit_once('.').ok_or(Doubt::Forged)?;
    if !app.store.is_stamp(&purpose(form, binding), text, stamp) {
        return Err(Doubt::Forged);
    }
    let issued = text.split('.').next().and_then(|ms| ms.parse().ok());
    let issued = Timestamp::from_millisecond(issued.ok_or(Doubt::Forged)?);
    let issued = issued.map_err(|_| Doubt::Forged)?;
    match app.clock.now().as_millisecond() - issued.as_millisecond() {
        age if age < SOONEST_MS => Err(Doubt::TooSoon),
        age if age > LATEST_MS => Err(Doubt::TooLate),
        _ => Ok(Taken(text.to_owned())),
    }
}
