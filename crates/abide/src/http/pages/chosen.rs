//! `POST /privacy/choices`: records what the person who is signed in says about one thing. Taking back is never refused.

use std::sync::Arc;

use abide_store::{Identifier, Matter};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};

use super::choices::{self, Item, PATH, items};
use super::form::{self, Sent};
use super::session::Session;
use super::visit::{Signal, Visit};
use crate::http::app::App;
use crate::http::consent::{Consent, Said, ScopeBody, ShownBody};
use crate::http::problem::Problem;
use crate::http::subject::SubjectName;

/// Where such a choice was made, as the evidence says it.
const SOURCE: &str = "privacy-centre";

/// Takes the form.
pub async fn take(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    sent: Sent,
) -> Result<Response, Problem> {
    let Some(session) = choices::session(&app, &headers) else {
        return Ok(Redirect::to(&visit.link(PATH)).into_response());
    };
    // A form that another session was shown, or none, is as good as one of another site.
    let taken = form::take(&app, choices::form(&session.binding), &sent)
        .map_err(|_| Problem::FormFromElsewhere)?;
    let policy = visit.policy.as_ref().ok_or(Problem::NoPolicy)?;
    let items = items(&visit, policy.policy());
    let item = items.iter().find(|item| item.name == sent.get("item"));
    let item = item.ok_or(Problem::NoSuch("choice"))?;
    let say = match sent.get("say") {
        "yes" => Said::ConsentGiven,
        "no" => Said::ConsentWithdrawn,
        _ => return Err(Problem::invalid("say", "`yes` or `no`")),
    };
    let consent = consent(&visit, &session, item, say);
    let key = format!("{SOURCE}:{}:{}:{say:?}", taken.0, item.name);
    let once = app.store.repeatable(&key, PATH, &[])?;
    app.record(&consent, Some(&once)).await?;
    let back = visit.link_with(PATH, &[("done", "1")]);
    Ok(Redirect::to(&back).into_response())
}

fn consent(visit: &Visit, session: &Session<Identifier>, item: &Item, say: Said) -> Consent {
    let (fact, right) = match &item.matter {
        Matter::Fact(name) => (Some(name.clone()), None),
        Matter::Right(name) => (None, Some(name.clone())),
    };
    let signals = match visit.signal {
        Signal::Gpc => vec!["gpc".to_owned()],
        Signal::Silent => Vec::new(),
    };
    Consent {
        subject: SubjectName {
            kind: session.who.kind().to_owned(),
            value: session.who.value().to_owned(),
        },
        fact,
        right,
        state: say,
        scope: ScopeBody {
            purposes: item.scope.purposes.clone(),
            ..ScopeBody::default()
        },
        policy: visit.policy.as_ref().map(|policy| policy.name().to_owned()),
        shown: Some(ShownBody {
            text: Some(item.shown()),
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
