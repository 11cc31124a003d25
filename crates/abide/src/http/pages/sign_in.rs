//! Signing in by the company's own login: away to it, and back with what it says. Knows no password, and takes nothing twice.

use std::sync::Arc;

use abide_store::{Identifier, KeptAnswer, Refusal, StoreError};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;

use super::assertion::{self, Expected};
use super::browser::{Wire, cookie, number};
use super::choices;
use super::form::{self, Form, Sent};
use super::frame::Framed;
use super::visit::{HOME, Visit, encode};
use crate::config::SignIn;
use crate::http::app::App;
use crate::http::problem::Problem;

/// Where signing in begins.
pub const PATH: &str = "/privacy/sign-in";
/// Where the login sends people back to.
pub const BACK: &str = "/privacy/signed-in";
/// Where a session ends.
pub const OUT: &str = "/privacy/sign-out";
/// The number that one sign-in begins with.
const COOKIE: &str = "abide-sign-in";

/// The form that ends a session.
pub fn out_form(binding: &str) -> Form<'_> {
    Form {
        name: "sign-out",
        binding,
    }
}

fn setting(app: &App) -> Result<&SignIn, Problem> {
    app.config.sign_in.as_ref().ok_or(Problem::NotFound)
}

/// Sends the browser to the login, with a number that only this browser and the answer will have.
pub async fn begin(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let sign_in = setting(&app)?;
    let nonce = number()?;
    let mark = if sign_in.url.contains('?') { '&' } else { '?' };
    let lang = visit.lang.tag();
    let url = format!("{}{mark}nonce={}&lang={lang}", sign_in.url, encode(&nonce));
    let mut response = Redirect::to(&url).into_response();
    keep_nonce(&mut response, &nonce, 600, Wire::of(&app, &headers));
    Ok(response)
}

fn keep_nonce(response: &mut Response, nonce: &str, seconds: u32, wire: Wire) {
    let secure = match wire {
        Wire::Secure => "; Secure",
        Wire::Plain => "",
    };
    let text = format!(
        "{COOKIE}={nonce}; Path=/privacy; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
    );
    if let Ok(text) = HeaderValue::from_str(&text) {
        response.headers_mut().append(header::SET_COOKIE, text);
    }
}

/// Takes what the login says, once, and opens a session.
pub async fn back(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let sign_in = setting(&app)?;
    let now = app.clock.now();
    let expected = Expected {
        issuer: &sign_in.issuer,
        audience: &sign_in.audience,
        nonce: cookie(&headers, COOKIE).unwrap_or_default(),
        now_seconds: now.as_second(),
    };
    let token = visit.parameter("assertion").unwrap_or_default();
    let key = app.assertion_key.as_ref().ok_or(Problem::NotFound)?;
    let asserted = match assertion::check(token, key, &expected) {
        Ok(asserted) => asserted,
        Err(reason) => {
            tracing::warn!(?reason, "a sign-in was refused");
            return Ok(refused(&visit));
        }
    };
    let once = app.store.repeatable(
        &format!("assertion:{}:{}", sign_in.issuer, asserted.id),
        BACK,
        &[],
    )?;
    let mut tx = app.store.begin_housekeeping(now)?;
    let (status, body) = (StatusCode::SEE_OTHER.as_u16(), Vec::new());
    tx.keep_answer(&once, &KeptAnswer { status, body }, now);
    match tx.commit().await {
        Ok(_) => {}
        Err(StoreError::Refused(Refusal::IdempotencyTaken)) => {
            tracing::warn!("a sign-in was refused: its assertion was used before");
            return Ok(refused(&visit));
        }
        Err(error) => return Err(error.into()),
    }
    let identifier = Identifier::new(&sign_in.subject, &asserted.subject)?;
    let wire = Wire::of(&app, &headers);
    let kept = app.sessions.open(identifier, &headers, wire, now)?;
    let mut response = Redirect::to(&visit.link(choices::PATH)).into_response();
    if let Some(kept) = kept {
        response.headers_mut().append(header::SET_COOKIE, kept);
    }
    keep_nonce(&mut response, "", 0, wire);
    Ok(response)
}

/// The page says the same whatever was wrong.
fn refused(visit: &Visit) -> Response {
    let words = &visit.words().sign_in;
    let body = html! {
        p { (words.refused.1) }
        p { a.button href=(visit.link(PATH)) { (words.again) } }
    };
    let mut page = Framed::new(visit, words.refused.0, body);
    page.status = StatusCode::FORBIDDEN;
    page.into_response()
}

/// Ends the session.
pub async fn out(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    sent: Sent,
) -> Result<Response, Problem> {
    let wire = Wire::of(&app, &headers);
    let session = app.sessions.of(&headers, wire, app.clock.now());
    if let Some(session) = session {
        form::take(&app, out_form(&session.binding), &sent)
            .map_err(|_| Problem::FormFromElsewhere)?;
    }
    let mut response = Redirect::to(&visit.link(HOME)).into_response();
    if let Some(forgotten) = app.sessions.close(&headers, wire) {
        response.headers_mut().append(header::SET_COOKIE, forgotten);
    }
    Ok(response)
}
