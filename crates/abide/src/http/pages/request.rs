//! `/privacy/request/{id}`: where a request stands, for whoever showed that it is theirs: what happened, what is next, by when
//! and who says so; the package, once; and the way to take it back. Nobody else learns that it exists.

use std::sync::Arc;

use abide_policy::Library;
use abide_rights::request::{Decision, Hindrance, Kind, Outcome, Parcel, Standing};
use abide_store::{EntryId, RequestEvent};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use tokio::runtime::Handle;

use super::asked::{ACTOR, path_of};
use super::browser::Wire;
use super::choices;
use super::follow::PATH;
use super::form::{self, Form, Sent};
use super::frame::Framed;
use super::receipt;
use super::request_words::{self, RequestWords};
use super::visit::{Visit, encode};
use super::words::fill;
use crate::http::app::App;
use crate::http::endpoint::requests::any_office;
use crate::http::problem::Problem;
use crate::requests;

/// The largest package that is handed over here; staff hand over larger ones.
const PACKAGE_BYTES: u64 = 256 << 20;

/// How somebody showed that a request is theirs.
struct Seen {
    id: EntryId,
    binding: String,
    /// Whether everything in its package is theirs.
    may_fetch: bool,
    standing: Standing,
}

fn form(binding: &str) -> Form<'_> {
    Form {
        name: "request",
        binding,
    }
}

/// The request of a path, if it is of whoever looks.
async fn seen(app: &App, headers: &HeaderMap, id: &str) -> Result<Seen, Problem> {
    const NO_SUCH: Problem = Problem::NoSuch("request");
    let id = EntryId::parse(id).ok_or(NO_SUCH)?;
    let request = app.store.subject_request(id).await?.ok_or(NO_SUCH)?;
    let (wire, now) = (Wire::of(app, headers), app.clock.now());
    let office = any_office(app);
    let follower = app.followers.of(headers, wire, now);
    if let Some(session) = follower.filter(|session| session.who.request == id) {
        let standing = office.desk(&app.store, ACTOR, now).standing(id).await?;
        // A package holds what was found by every address that was shown; one of them does not open the others.
        let may_fetch = standing
            .verified
            .keys()
            .all(|at| *at == session.who.address);
        let binding = session.binding;
        return Ok(Seen {
            id,
            binding,
            may_fetch,
            standing,
        });
    }
    let session = choices::session(app, headers).ok_or(NO_SUCH)?;
    let subject = app.store.subject(&session.who).await?;
    let family = app.store.family(subject).await?;
    if !request.subject.is_some_and(|about| family.contains(&about)) {
        return Err(NO_SUCH);
    }
    let standing = office.desk(&app.store, ACTOR, now).standing(id).await?;
    let may_fetch = standing.verified.values().all(|how| how == "account");
    let binding = session.binding;
    Ok(Seen {
        id,
        binding,
        may_fetch,
        standing,
    })
}

/// The page.
pub async fn show(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let seen = seen(&app, &headers, &id).await?;
    let words = request_words::of(visit.lang);
    let events = app.store.request_events(seen.id).await?;
    let (title, _) = words.kind(seen.standing.kind);
    let body = html! {
        p.lead { (state(words, &seen.standing)) }
        h2 { (words.request.next) }
        (next(&app, &visit, words, &seen)?)
        @if seen.standing.ended.is_none() { (due(&visit, words, &seen.standing)) }
        h2 { (words.request.happened) }
        (happened(&app, &visit, words, &events)?)
        dl { dt { (words.follow.number) } dd { code { (seen.id) } } }
        h2 { (words.request.unhappy) }
        p { (words.request.unhappy_lead) }
        p { a href=(path_of(&visit, Kind::Complaint)) { (words.kind(Kind::Complaint).0) } }
    };
    Ok(Framed::new(&visit, title, body).into_response())
}

fn state(words: &RequestWords, standing: &Standing) -> &'static str {
    match &standing.ended {
        Some((Outcome::Fulfilled, _)) => words.request.fulfilled,
        Some((Outcome::Denied(_), _)) => words.request.denied,
        Some((Outcome::Revoked, _)) => words.request.revoked,
        Some((Outcome::Expired, _)) => words.request.expired,
        None if waits_for_authority(standing) => words.request.waits_for_authority,
        None if standing.waits_for_proof() => words.request.waits_for_proof,
        None if standing.is_appealed => words.request.appealed,
        None => words.request.in_progress,
    }
}

/// What is next, and what the person can do about it.
fn next(app: &App, visit: &Visit, words: &RequestWords, seen: &Seen) -> Result<Markup, Problem> {
    let (own, standing) = (&words.request, &seen.standing);
    let hidden = form::hidden(app, visit, form(&seen.binding), None)?;
    let press = |what: &str, label: &str, class: &str| {
        html! {
            form method="post" action=(visit.link(&format!("{PATH}/{}/{what}", seen.id))) {
                (hidden)
                button class=(class) type="submit" { (label) }
            }
        }
    };
    Ok(html! {
        @if let Parcel::Ready(packed, _) = &standing.parcel {
            @if seen.may_fetch && packed.bytes <= PACKAGE_BYTES {
                div.done { p { (own.ready) } (press("package", own.fetch, "")) }
            } @else {
                div.note { p { (own.ready_elsewhere) } }
            }
        } @else if matches!(standing.parcel, Parcel::Delivered | Parcel::Fetched) {
            p { (own.delivered) }
        } @else if standing.parcel == Parcel::Dropped {
            p { (own.dropped) }
        } @else if let Some((Outcome::Denied(reason), _)) = &standing.ended {
            p { (words.reason(*reason)) }
            @if may_appeal(standing) { p { (own.appeal_lead) } (press("appeal", own.appeal, "second")) }
        } @else if standing.ended.is_some() {
            p { (own.nothing) }
        } @else if waits_for_authority(standing) {
            p { (own.next_authority) }
        } @else if standing.waits_for_proof() {
            p { (own.next_proof) }
        } @else if standing.waits_for_approval() {
            p { (own.next_approval) }
        } @else if let Some((_, hindrance)) = &standing.hindered {
            p { (match hindrance { Hindrance::Held(_) => own.next_held, Hindrance::Stuck(_) => own.next_stuck }) }
        } @else {
            p { (own.next_us) }
        }
        @if may_revoke(standing) { (press("revoke", own.revoke, "second")) }
    })
}

/// Whether nothing has been done about it yet.
fn may_revoke(standing: &Standing) -> bool {
    standing.ended.is_none() && standing.run.is_none()
}

/// Whether the person is known, and only that somebody may ask for them is not.
fn waits_for_authority(standing: &Standing) -> bool {
    standing.waits_for_proof() && !standing.verified.is_empty()
}

/// Whether a refusal can still be looked at again.
fn may_appeal(standing: &Standing) -> bool {
    let is_denied = matches!(standing.ended, Some((Outcome::Denied(_), _)));
    is_denied && !standing.is_appealed && !standing.is_forgotten
}

/// By when it is answered, and who says so.
fn due(visit: &Visit, words: &RequestWords, standing: &Standing) -> Markup {
    let due = standing.due(Library::standard());
    let date = visit.lang.date(due.date);
    html! {
        @if !standing.overdue.is_empty() { div.wrong { p { (words.request.late) } } }
        p { (fill(words.request.due, &[&date])) }
        @if due.sources.is_empty() { p.quiet { (words.request.due_house) } }
        @else {
            ul.list {
                @for source in &due.sources {
                    li {
                        @match &source.law {
                            Some(law) => (fill(words.request.due_law, &[&law.law.replace('-', " ").to_uppercase(), &law.cite])),
                            None => (notice(visit, words, &source.clauses)),
                        }
                    }
                }
            }
        }
    }
}

fn notice(visit: &Visit, words: &RequestWords, clauses: &[String]) -> Markup {
    html! {
        (words.request.due_notice)
        @for clause in clauses {
            " "
            @match visit.notice() {
                Some(notice) => a href={ (notice) "#" (encode(clause)) } { (clause) },
                None => (clause),
            }
        }
    }
}

/// What happened, in order; with a receipt where the person can want one.
fn happened(
    app: &App,
    visit: &Visit,
    words: &RequestWords,
    events: &[RequestEvent],
) -> Result<Markup, Problem> {
    let receipt = visit.words().choices.receipt;
    let mut lines = Vec::new();
    for event in events {
        // What is about our own work, such as a reminder, says nothing to the person.
        let Some(said) = words.event(&event.event) else {
            continue;
        };
        let moment = moment(visit, event.at);
        let link = match has_receipt(event) {
            true => Some(receipt::link(app, visit, event.entry_id)?),
            false => None,
        };
        lines.push(html! {
            li {
                (fill(words.request.at, &[&moment, said]))
                @if let Some(link) = link { " " a href=(link) aria-label={ (receipt) ", " (said) ", " (moment) } { (receipt) } }
            }
        });
    }
    Ok(html! { ol.list { @for line in &lines { (line) } } })
}

/// What the person said and how it ended. A receipt opens all of its entry: what staff did would name them, and what stood in
/// the way would name our systems.
fn has_receipt(event: &RequestEvent) -> bool {
    let words = [
        "asked",
        "verified",
        "recorded",
        "delivered",
        "fulfilled",
        "appealed",
        "revoked",
        "expired",
    ];
    let is_ours = event.actor == ACTOR || event.actor == requests::ACTOR;
    is_ours && words.contains(&event.event.as_str())
}

fn moment(visit: &Visit, at: Timestamp) -> String {
    let at = at.to_zoned(TimeZone::UTC);
    format!(
        "{} {} UTC",
        visit.lang.date(at.date()),
        at.strftime("%H:%M")
    )
}

/// Hands the package over, once.
pub async fn fetch(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, Problem> {
    let seen = seen(&app, &headers, &id).await?;
    form::take(&app, form(&seen.binding), &sent).map_err(|_| Problem::FormFromElsewhere)?;
    let Parcel::Ready(packed, _) = &seen.standing.parcel else {
        // It was fetched before: the page says so.
        return Ok(Redirect::to(&visit.link(&format!("{PATH}/{}", seen.id))).into_response());
    };
    if !seen.may_fetch || packed.bytes > PACKAGE_BYTES {
        return Err(Problem::NoSuch("package"));
    }
    let bytes = hand_over(&app, seen.id).await?;
    app.requests_due.notify_one();
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/zip"),
    );
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"my-data.zip\""),
    );
    Ok(response)
}

/// All of a package. Whoever it is written to need not be shared between threads, so that one thread does all of it.
async fn hand_over(app: &Arc<App>, id: EntryId) -> Result<Vec<u8>, Problem> {
    let app = Arc::clone(app);
    let handing = tokio::task::spawn_blocking(move || {
        let office = any_office(&app);
        let desk = office.desk(&app.store, ACTOR, app.clock.now());
        let mut bytes = Vec::new();
        let delivered = Handle::current().block_on(desk.deliver(id, &mut bytes));
        delivered.map(|_| bytes)
    });
    let handed = handing
        .await
        .map_err(|error| Problem::broken("handing a package over", &error))?;
    Ok(handed?)
}

/// Takes the request back.
pub async fn revoke(
    app: State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    id: Path<String>,
    sent: Sent,
) -> Result<Response, Problem> {
    decide(app, visit, headers, id, sent, may_revoke, Decision::Revoke).await
}

/// Has a refusal looked at again, by somebody else.
pub async fn appeal(
    app: State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    id: Path<String>,
    sent: Sent,
) -> Result<Response, Problem> {
    decide(app, visit, headers, id, sent, may_appeal, Decision::Appeal).await
}

/// What the person decides about a request, where it stands so that they may; the page says how it stands then.
async fn decide(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Path(id): Path<String>,
    sent: Sent,
    may: fn(&Standing) -> bool,
    decision: Decision<'static>,
) -> Result<Response, Problem> {
    let seen = seen(&app, &headers, &id).await?;
    form::take(&app, form(&seen.binding), &sent).map_err(|_| Problem::FormFromElsewhere)?;
    if may(&seen.standing) {
        let office = any_office(&app);
        let desk = office.desk(&app.store, ACTOR, app.clock.now());
        desk.decide(seen.id, &decision).await?;
        app.requests_due.notify_one();
    }
    Ok(Redirect::to(&visit.link(&format!("{PATH}/{}", seen.id))).into_response())
}
