//! `POST /privacy/ask`: records what somebody asks for. Says the same whether or not anybody is known here: what is next
//! stands in a letter to the address, and the number of the request too.

use std::sync::Arc;

use abide_rights::request::{Ask, Desk, Details, Kind, Opened};
use abide_store::{Acting, EntryId, Identifier, Refusal, StoreError};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;

use super::ask::{self, ask_form, kinds, page};
use super::choices;
use super::follow;
use super::form::{self, Sent, Taken};
use super::frame::Framed;
use super::opt_out::Wrong;
use super::opted_out::{is_email, is_phone};
use super::request_words::{self, AskWords};
use super::visit::Visit;
use crate::http::app::App;
use crate::http::idempotency::Kept;
use crate::http::problem::Problem;
use crate::http::recorded::Recorded;
use crate::requests::{Office, PolicyInForce};

/// The longest text, in characters.
const TEXT_CHARS: usize = 8_000;
/// Who records it, in the evidence.
pub const ACTOR: &str = "privacy-centre";

/// Takes the form.
pub async fn take(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    sent: Sent,
) -> Result<Response, Problem> {
    let words = request_words::of(visit.lang);
    let session = choices::session(&app, &headers);
    let binding = session
        .as_ref()
        .map_or("", |session| session.binding.as_str());
    let policy = visit.policy.as_ref().ok_or(Problem::NoPolicy)?;
    let kind = Kind::from_word(sent.get("kind"));
    let kind = kind.filter(|kind| kinds(policy.policy()).contains(kind));
    let account = session.as_ref().map(|session| &session.who);
    let wrong = mend(&sent, kind, account, &words.ask, &visit);
    if !wrong.is_empty() {
        return page(&app, &visit, &headers, Some(&sent), &wrong);
    }
    let taken = match form::take(&app, ask_form(binding), &sent) {
        Ok(taken) => taken,
        Err(doubt) => {
            let say = doubt.say(&visit.words().doubt);
            return page(&app, &visit, &headers, Some(&sent), &[("main", say)]);
        }
    };
    let kind = kind.ok_or(Problem::NoSuch("request"))?;
    let ask = ask_of(&visit, kind, account, &sent);
    let office = Office::closed(&app.config, PolicyInForce::Held(Arc::clone(policy)));
    let desk = office.desk(&app.store, ACTOR, app.clock.now());
    let opened = record(&app, &desk, &ask, &taken).await?;
    app.requests_due.notify_one();
    match account {
        None => Ok(received(&visit)),
        Some(account) => {
            if opened.is_duplicate && is_of(&desk.details(opened.id).await?, account) {
                verify(&desk, opened.id).await?;
            }
            let path = format!("{}/{}", follow::PATH, opened.id);
            Ok(Redirect::to(&visit.link(&path)).into_response())
        }
    }
}

/// Records it, once however often the form is sent.
async fn record(app: &App, desk: &Desk<'_>, ask: &Ask, taken: &Taken) -> Result<Opened, Problem> {
    let first = |id: EntryId| Opened {
        id,
        is_duplicate: false,
    };
    let whom = ask.details.people.first();
    let (kind, value) = whom.map_or(("", ""), |(kind, value)| (kind.as_str(), value.as_str()));
    let key = format!("{ACTOR}:{}:{}:{kind}:{value}", taken.0, ask.kind.word());
    let once = app.store.repeatable(&key, ask::PATH, &[])?;
    if let Some(kept) = app.answered(Some(&once)).await? {
        return entry_of(&kept).map(first);
    }
    let tx = desk.begin_open(ask).await?;
    let id = tx.entry_id();
    let kept = Recorded::kept(id)?;
    match app.commit_once(tx, Some(&once), &kept, desk.now).await {
        Ok(None) => Ok(first(id)),
        Ok(Some(earlier)) => entry_of(&earlier).map(first),
        Err(StoreError::Refused(Refusal::AlreadyThere)) => Ok(Opened {
            id: desk.same_as(ask).await?.ok_or(Problem::Busy)?,
            is_duplicate: true,
        }),
        Err(error) => Err(error.into()),
    }
}

fn entry_of(kept: &Kept) -> Result<EntryId, Problem> {
    let recorded: Recorded = kept.read()?;
    EntryId::parse(&recorded.entry)
        .ok_or_else(|| Problem::broken("reading an entry", &"it is none"))
}

/// Whether a request names nothing but this account, so that signing in shows all of it.
fn is_of(details: &Details, account: &Identifier) -> bool {
    matches!(details.people.as_slice(), [(kind, value)] if kind == account.kind() && value == account.value())
}

/// Somebody who could not show who they are before does so by signing in.
async fn verify(desk: &Desk<'_>, id: EntryId) -> Result<(), Problem> {
    if desk.standing(id).await?.waits_for_proof() {
        desk.verify(id, &[], "account").await?;
    }
    Ok(())
}

fn mend(
    sent: &Sent,
    kind: Option<Kind>,
    account: Option<&Identifier>,
    words: &AskWords,
    visit: &Visit,
) -> Vec<Wrong> {
    let own = &visit.words().opt_out;
    let mut wrong = Vec::new();
    let (email, phone) = (sent.get("email"), sent.get("phone"));
    if kind.is_none() {
        wrong.push(("kind-0", words.wrong_kind));
    }
    let needs_text = matches!(kind, Some(Kind::Correct | Kind::Complaint | Kind::Object));
    if (needs_text && sent.get("text").is_empty()) || sent.get("text").chars().count() > TEXT_CHARS
    {
        wrong.push(("text", words.wrong_text));
    }
    if account.is_none() {
        match (email, phone) {
            ("", "") => wrong.push(("email", words.wrong_whom)),
            // One request is one address: whoever shows that one is theirs sees no other.
            (email, phone) if !email.is_empty() && !phone.is_empty() => {
                wrong.push(("phone", words.wrong_both));
            }
            (email, "") if !is_email(email) => wrong.push(("email", own.wrong_email)),
            ("", phone) if !is_phone(phone) => wrong.push(("phone", own.wrong_phone)),
            _ => {}
        }
    }
    if account.is_none() && acting(sent) != Acting::Subject && sent.get("name").is_empty() {
        wrong.push(("name", words.wrong_name));
    }
    if !sent.get("reply").is_empty() && !is_email(sent.get("reply")) {
        wrong.push(("reply", own.wrong_email));
    }
    wrong
}

fn acting(sent: &Sent) -> Acting {
    match sent.get("acting") {
        "parent" => Acting::Parent,
        "agent" => Acting::Agent,
        _ => Acting::Subject,
    }
}

fn ask_of(visit: &Visit, kind: Kind, account: Option<&Identifier>, sent: &Sent) -> Ask {
    let text = |name: &str| Some(sent.get(name).to_owned()).filter(|text| !text.is_empty());
    // Whoever is signed in asks for themselves: nothing says that another account is theirs to ask for.
    let acting = match account {
        Some(_) => Acting::Subject,
        None => acting(sent),
    };
    let is_another = acting != Acting::Subject;
    let person = match (account, sent.get("email")) {
        (Some(account), _) => (account.kind().to_owned(), account.value().to_owned()),
        (None, "") => ("phone".to_owned(), sent.get("phone").to_owned()),
        (None, email) => ("email".to_owned(), email.to_owned()),
    };
    let details = Details {
        people: vec![person],
        text: sent.get("text").to_owned(),
        on_behalf: text("name").filter(|_| is_another),
        reply_to: text("reply")
            .filter(|_| is_another)
            .map(|to| ("email".to_owned(), to)),
        ..Details::default()
    };
    Ask {
        kind,
        acting,
        received: None,
        lang: visit.lang.tag().to_owned(),
        details,
        verified: account.map(|_| "account".to_owned()),
    }
}

fn received(visit: &Visit) -> Response {
    let words = &request_words::of(visit.lang).ask;
    let body = html! {
        div.done role="status" { p { (words.received) } }
        h2 { (words.next) }
        ol.list { @for step in words.steps { li { (step) } } }
        p { a.button href=(visit.link(follow::PATH)) { (words.follow) } }
    };
    Framed::new(visit, words.received_title, body).into_response()
}

/// The path of the form, for a kind that is chosen already.
pub fn path_of(visit: &Visit, kind: Kind) -> String {
    visit.link_with(ask::PATH, &[("kind", kind.word())])
}
