//! `/privacy/request`: the way to a request by the number and the code that a letter brought. Says the same of a wrong number,
//! a wrong code and a code whose time is over.

use std::sync::Arc;

use abide_rights::request::{Desk, Standing, Verified};
use abide_store::{
    CodeAnswer, EntryId, KeptAnswer, Letter, Refusal, StoreError, SubjectRequest, fresh_code,
};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::SignedDuration;
use maud::{Markup, html};

use super::asked::ACTOR;
use super::browser::Wire;
use super::form::{self, Form, Sent};
use super::frame::Framed;
use super::opt_out::{Wrong, summary};
use super::request_words;
use super::visit::Visit;
use super::words::fill;
use crate::http::app::App;
use crate::http::endpoint::requests::any_office;
use crate::http::problem::Problem;

/// Where it is.
pub const PATH: &str = "/privacy/request";
const CODE_PATH: &str = "/privacy/request/code";
const FORM: Form<'static> = Form {
    name: "follow",
    binding: "",
};
const CODE_FORM: Form<'static> = Form {
    name: "code",
    binding: "",
};
/// How long a code of ours counts, and how often it may be tried.
const CODE_MINUTES: u32 = 30;
const CODE_TRIES: u32 = 5;
/// Nobody gets more than one code of ours in this time for one request.
const PAUSE_SECONDS: i64 = 10 * 60;

/// Whoever follows a request, and by which of its addresses they showed that they may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Follower {
    /// The request.
    pub request: EntryId,
    /// The address, by its place.
    pub address: u32,
}

/// The empty forms.
pub async fn show(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Problem> {
    page(&app, &visit, None, &[])
}

fn page(
    app: &App,
    visit: &Visit,
    sent: Option<&Sent>,
    wrong: &[Wrong],
) -> Result<Response, Problem> {
    let words = &request_words::of(visit.lang).follow;
    let number = sent.map_or("", |sent| sent.get("number"));
    let body = html! {
        p.lead { (words.lead) }
        @if !wrong.is_empty() { (summary(visit.words().opt_out.wrong, wrong)) }
        form method="post" action=(visit.link(PATH)) novalidate {
            (form::hidden(app, visit, FORM, sent)?)
            (field("number", words.number, words.number_hint, number))
            (field("code", words.code, words.code_hint, ""))
            p { button type="submit" { (words.send) } }
        }
        h2 { (words.again) }
        p { (words.again_lead) }
        form method="post" action=(visit.link(CODE_PATH)) novalidate {
            (form::ticket_alone(app, CODE_FORM)?)
            (field("again", words.number, words.number_hint, ""))
            p { button.second type="submit" { (words.again_send) } }
        }
    };
    let mut page = Framed::new(visit, words.title, body);
    if !wrong.is_empty() {
        page.status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page.into_response())
}

fn field(name: &str, label: &str, hint: &str, value: &str) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            p.hint id={ (name) "-hint" } { (hint) }
            input type="text" id=(name) name=(name) value=(value) autocomplete="off" autocapitalize="none"
                spellcheck="false" maxlength="64" aria-describedby={ (name) "-hint" };
        }
    }
}

/// The number of a request, as people type it.
fn number(text: &str) -> Option<EntryId> {
    let plain: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    EntryId::parse(&plain.to_ascii_lowercase())
}

/// Takes number and code.
pub async fn enter(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    sent: Sent,
) -> Result<Response, Problem> {
    let words = &request_words::of(visit.lang).follow;
    if let Err(doubt) = form::take(&app, FORM, &sent) {
        let say = doubt.say(&visit.words().doubt);
        return page(&app, &visit, Some(&sent), &[("main", say)]);
    }
    let id = number(sent.get("number"));
    let follower = match id {
        Some(id) => try_code(&app, id, sent.get("code")).await?,
        None => None,
    };
    let Some(follower) = follower else {
        return page(&app, &visit, Some(&sent), &[("number", words.wrong)]);
    };
    app.requests_due.notify_one();
    let path = format!("{PATH}/{}", follower.request);
    let (now, wire) = (app.clock.now(), Wire::of(&app, &headers));
    let kept = app.followers.open(follower, &headers, wire, now)?;
    let mut response = Redirect::to(&visit.link(&path)).into_response();
    if let Some(kept) = kept {
        response.headers_mut().append(header::SET_COOKIE, kept);
    }
    Ok(response)
}

/// Tries a code for each address of a request that one can go to.
async fn try_code(app: &App, id: EntryId, code: &str) -> Result<Option<Follower>, Problem> {
    let Some(request) = app.store.subject_request(id).await? else {
        return Ok(None);
    };
    let (office, now) = (any_office(app), app.clock.now());
    let desk = office.desk(&app.store, ACTOR, now);
    let standing = desk.standing(id).await?;
    for address in addresses(&standing) {
        let is_right = match standing.ended {
            None => match desk.verify_by_code(id, address, code).await {
                Ok(answer) => answer == Verified::Yes,
                Err(error) if desk.standing(id).await?.ended.is_none() => return Err(error.into()),
                // It ended between the two.
                Err(_) => try_late(app, &request, address, code).await?,
            },
            Some(_) => try_late(app, &request, address, code).await?,
        };
        if is_right {
            let request = id;
            return Ok(Some(Follower { request, address }));
        }
    }
    Ok(None)
}

/// The same for a request that is over: nothing happens to it any more.
async fn try_late(
    app: &App,
    request: &SubjectRequest,
    address: u32,
    code: &str,
) -> Result<bool, Problem> {
    let now = app.clock.now();
    let answer = app.store.try_code(request.id, address, code, now).await?;
    if answer != CodeAnswer::Right {
        return Ok(false);
    }
    let mut tx = app.store.begin_housekeeping(now)?;
    tx.use_code(request, address);
    match tx.commit().await {
        Ok(_) => Ok(true),
        Err(StoreError::Refused(Refusal::Changed)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn addresses(standing: &Standing) -> Vec<u32> {
    let kinds = (0_u32..).zip(&standing.known_by);
    kinds
        .filter(|(_, kind)| matches!(kind.as_str(), "email" | "phone"))
        .map(|(at, _)| at)
        .collect()
}

/// Has another code sent, if there is such a request. Says the same if there is none.
pub async fn send_code(
    State(app): State<Arc<App>>,
    visit: Visit,
    sent: Sent,
) -> Result<Response, Problem> {
    if let Err(doubt) = form::take(&app, CODE_FORM, &sent) {
        let say = doubt.say(&visit.words().doubt);
        return page(&app, &visit, None, &[("again", say)]);
    }
    if let Some(id) = number(sent.get("again")) {
        send_to(&app, id).await?;
    }
    let words = &request_words::of(visit.lang).follow;
    let body = html! {
        div.done role="status" { p { (words.sent) } }
        p { a href=(visit.link(PATH)) { (words.title) } }
    };
    Ok(Framed::new(&visit, words.sent_title, body).into_response())
}

async fn send_to(app: &App, id: EntryId) -> Result<(), Problem> {
    if app.store.subject_request(id).await?.is_none() || !is_time(app, id).await? {
        return Ok(());
    }
    let office = any_office(app);
    let desk = office.desk(&app.store, ACTOR, app.clock.now());
    let standing = desk.standing(id).await?;
    if standing.ended.is_none() && standing.verified.is_empty() {
        // That codes were sent often enough for this request is nobody's to learn here.
        if let Err(error) = desk.send_codes_again(id).await {
            tracing::info!(request = %id, %error, "no code is sent");
        }
        return Ok(());
    }
    send_again(app, &desk, id, &standing).await
}

/// Whether the last code that was asked for here is long enough ago.
async fn is_time(app: &App, id: EntryId) -> Result<bool, Problem> {
    let now = app.clock.now();
    let pause = now.as_second() / PAUSE_SECONDS;
    let once = app
        .store
        .repeatable(&format!("code:{id}:{pause}"), CODE_PATH, &[])?;
    let mut tx = app.store.begin_housekeeping(now)?;
    let (status, body) = (StatusCode::OK.as_u16(), Vec::new());
    tx.keep_answer(&once, &KeptAnswer { status, body }, now);
    match tx.commit().await {
        Ok(_) => Ok(true),
        Err(StoreError::Refused(Refusal::IdempotencyTaken)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// A code for whoever showed before that an address is theirs, and comes back.
async fn send_again(
    app: &App,
    desk: &Desk<'_>,
    id: EntryId,
    standing: &Standing,
) -> Result<(), Problem> {
    let now = app.clock.now();
    let details = desk.details(id).await?;
    let words = &request_words::in_tag(&standing.lang).follow;
    let life = SignedDuration::from_mins(i64::from(CODE_MINUTES));
    let expires = now.checked_add(life).unwrap_or(now);
    let mut tx = app.store.begin_housekeeping(now)?;
    let verified = addresses(standing);
    let verified = verified
        .iter()
        .filter(|at| standing.verified.contains_key(*at));
    for at in verified {
        let named = usize::try_from(*at)
            .ok()
            .and_then(|at| details.people.get(at));
        let Some((channel, to)) = named else { continue };
        let code = fresh_code()?;
        tx.keep_code(id, *at, &code, CODE_TRIES, expires)?;
        let letter = Letter {
            channel: channel.clone(),
            to: to.clone(),
            subject: words.letter.0.to_owned(),
            text: fill(
                words.letter.1,
                &[&code, &CODE_MINUTES.to_string(), &id.to_string()],
            ),
        };
        tx.queue_letter(id, "code", &standing.lang, &letter, now)?;
    }
    tx.commit().await?;
    Ok(())
}
