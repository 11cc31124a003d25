//! `POST /privacy/opt-out`: records what should stop, at once, and hands out the receipts. Says the same whether or not
//! anybody is known here, and asks for no proof.

use std::sync::Arc;

use abide_store::{EntryId, Identifier};
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use jiff::tz::TimeZone;
use maud::html;

use super::browser::{Browser, Wire};
use super::form::{self, Sent, Taken};
use super::frame::Framed;
use super::offer::{Offer, offers};
use super::opt_out::{FORM, Filled, PATH, Tick, Wrong, page};
use super::receipt;
use super::verify;
use super::visit::{Signal, Visit};
use super::words::{OptOut, Words, fill};
use crate::http::app::App;
use crate::http::consent::{Consent, Said, ScopeBody, ShownBody};
use crate::http::problem::Problem;
use crate::http::subject::SubjectName;

/// Where such a choice was made, as the evidence says it.
const SOURCE: &str = "privacy-centre";
/// The longest mail address, after RFC 5321 §4.5.3.1.3.
const EMAIL_BYTES: usize = 254;

/// For whom something stops.
struct Whom {
    identifier: Identifier,
    label: &'static str,
}

/// One thing that stopped for one address.
struct Stopped {
    title: &'static str,
    whom: &'static str,
    entry: EntryId,
}

/// Takes the form.
pub async fn take(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    sent: Sent,
) -> Result<Response, Problem> {
    let words = visit.words();
    let filled = Filled::of(&sent);
    let wrong = mend(&filled, &words.opt_out);
    if !wrong.is_empty() {
        return page(&app, &visit, &filled, Some(&sent), &wrong);
    }
    let taken = match form::take(&app, FORM, &sent) {
        Ok(taken) => taken,
        Err(doubt) => {
            return page(
                &app,
                &visit,
                &filled,
                Some(&sent),
                &[("main", doubt.say(&words.doubt))],
            );
        }
    };
    let policy = visit.policy.as_ref().ok_or(Problem::NoPolicy)?;
    let mut chosen = offers(policy.policy(), words);
    chosen.retain(|offer| filled.rights.iter().any(|right| right == offer.right));
    if chosen.is_empty() {
        return page(
            &app,
            &visit,
            &filled,
            Some(&sent),
            &[("right-0", words.opt_out.wrong_what)],
        );
    }
    let browser = match filled.browser {
        Tick::On => Some(Browser::of(&headers)?),
        Tick::Off => None,
    };
    let whom = everyone(&filled, browser.as_ref(), words)?;
    let stopped = record(&app, &visit, &chosen, &whom, &taken).await?;
    let mut response = done(&app, &visit, &stopped)?;
    if let Some(cookie) = browser.and_then(|browser| browser.cookie(Wire::of(&app, &headers))) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// What has to be mended before anything is recorded.
fn mend(filled: &Filled, words: &OptOut) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    if filled.rights.is_empty() {
        wrong.push(("right-0", words.wrong_what));
    }
    if !filled.email.is_empty() && !is_email(&filled.email) {
        wrong.push(("email", words.wrong_email));
    }
    if !filled.phone.is_empty() && !is_phone(&filled.phone) {
        wrong.push(("phone", words.wrong_phone));
    }
    if filled.email.is_empty() && filled.phone.is_empty() && filled.browser == Tick::Off {
        wrong.push(("email", words.wrong_whom));
    }
    wrong
}

pub fn is_email(text: &str) -> bool {
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | ',');
    text.len() <= EMAIL_BYTES
        && text.chars().all(plain)
        && text.rsplit_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.')
        })
}

pub fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    // ITU-T E.164: at most 15 digits.
    (5..=15).contains(&digits)
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '.' | '/' | '(' | ')'))
}

fn everyone(
    filled: &Filled,
    browser: Option<&Browser>,
    words: &'static Words,
) -> Result<Vec<Whom>, Problem> {
    let said = &words.opted_out;
    let mut whom = Vec::new();
    for (kind, value, label) in [
        ("email", &filled.email, said.for_email),
        ("phone", &filled.phone, said.for_phone),
    ] {
        if !value.is_empty() {
            let identifier = Identifier::new(kind, value)?;
            whom.push(Whom { identifier, label });
        }
    }
    if let Some(browser) = browser {
        whom.push(Whom {
            identifier: browser.identifier()?,
            label: said.for_browser,
        });
    }
    Ok(whom)
}

async fn record(
    app: &App,
    visit: &Visit,
    chosen: &[Offer],
    whom: &[Whom],
    taken: &Taken,
) -> Result<Vec<Stopped>, Problem> {
    let mut stopped = Vec::new();
    for whom in whom {
        for offer in chosen {
            let consent = consent(visit, offer, &whom.identifier);
            let (kind, value) = (whom.identifier.kind(), whom.identifier.value());
            // A form that is sent twice, or sent again after going back, is one word for each thing and address.
            let key = format!("{SOURCE}:{}:{}:{kind}:{value}", taken.0, offer.right);
            let once = app.store.repeatable(&key, PATH, &[])?;
            let recorded = app.record(&consent, Some(&once)).await?;
            let entry = EntryId::parse(&recorded.entry)
                .ok_or_else(|| Problem::broken("reading an entry", &"it is none"))?;
            stopped.push(Stopped {
                title: offer.title,
                whom: whom.label,
                entry,
            });
        }
    }
    Ok(stopped)
}

fn consent(visit: &Visit, offer: &Offer, identifier: &Identifier) -> Consent {
    let signals = match visit.signal {
        Signal::Gpc => vec!["gpc".to_owned()],
        Signal::Silent => Vec::new(),
    };
    Consent {
        subject: SubjectName {
            kind: identifier.kind().to_owned(),
            value: identifier.value().to_owned(),
        },
        fact: None,
        right: Some(offer.right.to_owned()),
        state: Said::ConsentGiven,
        scope: ScopeBody::default(),
        policy: visit.policy.as_ref().map(|policy| policy.name().to_owned()),
        shown: Some(ShownBody {
            text: Some(format!("{}\n{}", offer.title, offer.meaning)),
            hash: None,
            lang: visit.lang.tag().to_owned(),
            variant: SOURCE.to_owned(),
        }),
        actor: None,
        source: SOURCE.to_owned(),
        signals,
        until: None,
    }
}

fn done(app: &App, visit: &Visit, stopped: &[Stopped]) -> Result<Response, Problem> {
    let words = &visit.words().opted_out;
    let now = app.clock.now().to_zoned(TimeZone::UTC);
    let (date, time) = (
        visit.lang.date(now.date()),
        now.strftime("%H:%M").to_string(),
    );
    let links: Vec<String> = stopped
        .iter()
        .map(|one| receipt::link(app, visit, one.entry))
        .collect::<Result<_, _>>()?;
    let hours = receipt::HOURS.to_string();
    let body = html! {
        div.done role="status" {
            p { (fill(words.done, &[&date, &time])) }
            p { (words.same_for_all) }
        }
        ul.list {
            @for (one, link) in stopped.iter().zip(&links) {
                @let what = fill(words.stopped, &[one.title, one.whom]);
                li {
                    (what) br;
                    a href=(link) aria-label={ (words.receipt) ": " (what) } { (words.receipt) }
                }
            }
        }
        h2 { (words.receipts.0) }
        p { (words.receipts.1) }
        p { (fill(words.receipts_end, &[&hours])) }
        p { a href=(visit.link(verify::PATH)) { (visit.words().verify.title) } }
    };
    Ok(Framed::new(visit, words.title, body).into_response())
}
