//! `/privacy/verify`: what a receipt proves, for whoever holds it. Checks with the same code as `abide verify`, and keeps
//! nothing of what was sent.

use std::sync::Arc;

use abide_ledger::{LedgerError, Opening, Receipt, Shown, Verified};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use maud::{Markup, html};

use super::form::{self, Form, Sent};
use super::frame::Framed;
use super::opt_out::{Wrong, error, summary};
use super::visit::Visit;
use super::words::{Said, Verify, fill};
use crate::http::app::App;
use crate::http::problem::Problem;

/// Where it is.
pub const PATH: &str = "/privacy/verify";
const FORM: Form<'static> = Form {
    name: "verify",
    binding: "",
};
/// The largest receipt.
const RECEIPT_BYTES: usize = 512 * 1024;

/// The empty form.
pub async fn show(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Problem> {
    page(&app, &visit, None, &[])
}

/// Checks what was sent.
pub async fn check(
    State(app): State<Arc<App>>,
    visit: Visit,
    sent: Sent,
) -> Result<Response, Problem> {
    let words = visit.words();
    let (file, text) = (sent.get("file"), sent.get("text"));
    let (field, given) = match (file, text) {
        ("", "") => {
            return page(
                &app,
                &visit,
                Some(&sent),
                &[("file", words.verify.wrong_none)],
            );
        }
        ("", text) => ("text", text),
        (file, _) => ("file", file),
    };
    if let Err(doubt) = form::take(&app, FORM, &sent) {
        return page(
            &app,
            &visit,
            Some(&sent),
            &[("main", doubt.say(&words.doubt))],
        );
    }
    let read = (given.len() <= RECEIPT_BYTES).then(|| Receipt::from_json(given).ok());
    let Some(receipt) = read.flatten() else {
        return page(
            &app,
            &visit,
            Some(&sent),
            &[(field, words.verify.wrong_form)],
        );
    };
    let ring = app.store.key_ring().await?;
    let body = match receipt.verify(&ring) {
        Ok(verified) => proven(&app, &visit, &receipt, &verified),
        Err(LedgerError::UntrustedKeys { .. }) => verdict("note", words.verify.untrusted),
        Err(_) => verdict("wrong", words.verify.refuted),
    };
    let body = html! { (body) (offline(&words.verify)) };
    Ok(Framed::new(&visit, words.verify.title, body).into_response())
}

fn page(
    app: &App,
    visit: &Visit,
    sent: Option<&Sent>,
    wrong: &[Wrong],
) -> Result<Response, Problem> {
    let text = sent.map_or("", |sent| sent.get("text"));
    let words = &visit.words().verify;
    let (no_file, no_text) = (error(wrong, "file"), error(wrong, "text"));
    let body = html! {
        p.lead { (words.lead) }
        @if !wrong.is_empty() { (summary(words.wrong, wrong)) }
        form method="post" action=(visit.link(PATH)) enctype="multipart/form-data" novalidate {
            (form::hidden(app, visit, FORM, sent)?)
            div.field {
                label for="file" { (words.file) }
                p.hint id="file-hint" { (words.file_hint) }
                @if let Some(mend) = no_file { p.error id="file-error" { (mend) } }
                input type="file" id="file" name="file" accept=".json,application/json"
                    aria-describedby={ "file-hint" @if no_file.is_some() { " file-error" } }
                    aria-invalid=[no_file.map(|_| "true")];
            }
            div.field {
                label for="text" { (words.text) }
                p.hint id="text-hint" { (words.text_hint) }
                @if let Some(mend) = no_text { p.error id="text-error" { (mend) } }
                textarea id="text" name="text" spellcheck="false" autocomplete="off"
                    aria-describedby={ "text-hint" @if no_text.is_some() { " text-error" } }
                    aria-invalid=[no_text.map(|_| "true")] { (text) }
            }
            p { button type="submit" { (words.send) } }
        }
        (proves(words))
    };
    let mut page = Framed::new(visit, words.title, body);
    if !wrong.is_empty() {
        page.status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page.into_response())
}

fn verdict(class: &str, (title, what): Said) -> Markup {
    html! { div class=(class) role="status" { h2 { (title) } p { (what) } } }
}

fn proven(app: &App, visit: &Visit, receipt: &Receipt, verified: &Verified) -> Markup {
    let words = &visit.words().verify;
    let entry = receipt.entry().ok();
    let public = entry.as_ref().map(abide_ledger::Entry::public);
    let (number, size) = (
        verified.index.to_string(),
        verified.checkpoint.size.to_string(),
    );
    let place = fill(
        words.place_of,
        &[&number, &size, &verified.checkpoint.origin],
    );
    html! {
        (verdict("done", words.proven))
        dl {
            @if let Some(public) = public {
                dt { (words.what) } dd { (kind(words, &public.kind)) }
                dt { (words.day) } dd { (day(visit, &public.day.to_string())) }
            }
            @if let (Some(matter), Opening::Opened) = (matter(app, visit, receipt), verified.opening) {
                dt { (words.said) } dd { (matter) }
            }
            dt { (words.place) } dd { (place) }
        }
        p {
            @match verified.opening {
                Opening::Opened => (words.opened),
                Opening::Withheld => (words.withheld),
            }
        }
        @match verified.shown {
            Shown::Sealed => p { (words.shown) },
            Shown::Unsealed => p { (words.unsealed) },
            Shown::Absent => {},
        }
        (proves(words))
    }
}

fn kind(words: &Verify, kind: &str) -> Markup {
    let known = words.kinds.iter().find(|(name, _)| *name == kind);
    match known {
        Some((_, said)) => html! { (said) },
        None => html! { code { (kind) } },
    }
}

fn day(visit: &Visit, day: &str) -> String {
    let date: Result<Date, _> = day.parse();
    date.map_or_else(|_| day.to_owned(), |date| visit.lang.date(date))
}

/// What the opened private part says of a right or a fact, in the words of the page or the policy.
fn matter(app: &App, visit: &Visit, receipt: &Receipt) -> Option<String> {
    let json = receipt.to_json().ok()?;
    let json: serde_json::Value = serde_json::from_str(&json).ok()?;
    let private: serde_json::Value = serde_json::from_str(json["private"].as_str()?).ok()?;
    let matter = private["details"]["matter"].as_object()?;
    let (kind, name) = matter.iter().next()?;
    let name = name.as_str()?;
    let own = visit
        .words()
        .opt_out
        .rights
        .iter()
        .find(|(right, ..)| *right == name);
    if let Some((_, title, _)) = own {
        return Some((*title).to_owned());
    }
    let state = app.decider.state();
    let found = state.policies().find_map(|policy| {
        let nouns = &policy.policy().nouns;
        let kind = match kind.as_str() {
            "right" => abide_policy::vocabulary::Kind::Right,
            _ => abide_policy::vocabulary::Kind::Fact,
        };
        Some(nouns.get(nouns.find(kind, name)?).label(visit.lang.tag()))
    });
    Some(found.unwrap_or_else(|| name.to_owned()))
}

fn proves(words: &Verify) -> Markup {
    html! {
        h2 { (words.proves) }
        ul.list { @for line in words.proves_list { li { (line) } } }
        h2 { (words.proves_not) }
        ul.list { @for line in words.proves_not_list { li { (line) } } }
    }
}

fn offline(words: &Verify) -> Markup {
    html! {
        h2 { (words.offline.0) }
        p { (words.offline.1) }
        pre { "abide verify receipt.json --key keys.txt" }
        p { a href="/v1/ledger/keys" { (words.keys) } }
    }
}
