//! `POST /v1/requests`: a person asks for something. The same answer for those who are known and those who are not.

use std::sync::Arc;

use abide_policy::vocabulary::Kind as Noun;
use abide_rights::request::{Ask, Details, Kind, Work};
use abide_store::{Acting, Refusal, StoreError};
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::actor;
use crate::http::access::Caller;
use crate::http::app::App;
use crate::http::idempotency::{Kept, Write};
use crate::http::problem::{Problem, ProblemBody};
use crate::http::subject::SubjectName;
use crate::requests::{Office, PolicyInForce};

/// Where letters go.
const CHANNELS: [&str; 3] = ["email", "phone", "post"];

/// The longest text.
const TEXT_BYTES: usize = 16 * 1024;

/// What a person asks for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AskedRequest {
    /// What is asked for: `know`, `access`, `portability`, `correct`, `erase`, `restrict`, `object`, `anonymise`,
    /// `withdraw-consent`, `opt-out-sale`, `limit-sensitive`, `stop-marketing`, `disclosures`, `complaint`,
    /// `object-to-change`.
    #[schema(example = "access")]
    kind: String,
    /// Everything that the person says to be known by; the first is whom the request is about.
    #[schema(min_items = 1, max_items = 16)]
    subjects: Vec<SubjectName>,
    /// In which role: `self`, `parent`, `agent`, `school`, `staff`.
    #[serde(default)]
    #[schema(example = "self")]
    acting: Option<String>,
    /// How everything in `subjects` was verified before: `account` by your own sign-in, `document`, `known-data`,
    /// `in-person`. Nothing where it was not.
    #[serde(default)]
    verified: Option<String>,
    /// The day on which it really arrived, if that is not today.
    #[serde(default)]
    #[schema(example = "2026-01-05")]
    received_on: Option<String>,
    /// Where the person lives, as a place of the policy. Unknown is the strictest of all.
    #[serde(default)]
    residence: Option<String>,
    /// The language that the person is written to in.
    #[serde(default)]
    #[schema(example = "en")]
    language: Option<String>,
    /// For which purposes, where that matters; none is every one.
    #[serde(default)]
    purposes: Vec<String>,
    /// In the person's own words.
    #[serde(default)]
    text: Option<String>,
    /// Who asks on the person's behalf.
    #[serde(default)]
    on_behalf: Option<String>,
    /// Where letters go, if not to the person.
    #[serde(default)]
    reply_to: Option<SubjectName>,
    /// The policy under which it is answered; the only active one when nothing is said.
    #[serde(default)]
    policy: Option<String>,
}

/// A request that is on its way.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct OpenedRequest {
    /// Its id.
    id: String,
    /// Whether the same was asked before and is on its way: this is the first one's id.
    is_duplicate: bool,
}

/// A person asks for something.
///
/// Opting out and taking back consent are done at once and nobody has to show who they are; everything else waits for that.
#[utoipa::path(
    post,
    path = "/v1/requests",
    operation_id = "open-request",
    tag = "requests",
    params(("Idempotency-Key" = Option<String>, Header, description = "Sent again with the same body, it is recorded once")),
    request_body = AskedRequest,
    responses(
        (status = 201, description = "Recorded", body = OpenedRequest),
        (status = 200, description = "The same is on its way", body = OpenedRequest),
        (status = 422, description = "A value cannot be", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    write: Write<AskedRequest>,
) -> Result<Response, Problem> {
    if let Some(kept) = app.answered(write.once.as_ref()).await? {
        return Ok(kept.into_response());
    }
    let (now, actor) = (app.clock.now(), actor(&caller));
    let ask = read(&write.body, app.clock.today())?;
    let policy = policy_for(&app, &ask, write.body.policy.as_deref())?;
    let office = Office::closed(&app.config, policy);
    let desk = office.desk(&app.store, &actor, now);
    let tx = desk.begin_open(&ask).await?;
    let id = tx.entry_id();
    let opened = OpenedRequest {
        id: id.to_string(),
        is_duplicate: false,
    };
    let kept = Kept::json(StatusCode::CREATED, &opened)?;
    match app.commit_once(tx, write.once.as_ref(), &kept, now).await {
        Ok(Some(earlier)) => return Ok(earlier.into_response()),
        Ok(None) => {}
        Err(StoreError::Refused(Refusal::AlreadyThere)) => {
            let first = desk.same_as(&ask).await?.ok_or(Problem::Busy)?;
            let opened = OpenedRequest {
                id: first.to_string(),
                is_duplicate: true,
            };
            return Ok((StatusCode::OK, axum::Json(opened)).into_response());
        }
        Err(error) => return Err(error.into()),
    }
    if ask.kind.work() == Work::Choice && !ask.kind.needs_proof() {
        // It is recorded and will be done; that it is done at once is all that can fail here.
        if let Err(error) = desk.advance(id).await {
            tracing::warn!(request = %id, %error, "an opt-out is put off");
        }
    }
    app.requests_due.notify_one();
    Ok(kept.into_response())
}

/// The policy that the request is answered under, which has to know the names that it brings. What takes something back is
/// recorded whatever a policy says, and without one.
fn policy_for(app: &App, ask: &Ask, name: Option<&str>) -> Result<PolicyInForce, Problem> {
    let state = app.decider.state();
    let policy = match state.policy(name) {
        Ok(policy) => policy,
        Err(_) if !ask.kind.needs_proof() => {
            return Ok(PolicyInForce::Read(Box::default(), String::new()));
        }
        Err(problem) => return Err(problem),
    };
    if ask.kind.needs_proof() {
        if let Some(place) = &ask.details.residence {
            policy.knows(Noun::Place, "residence", place)?;
        }
        for purpose in &ask.details.purposes {
            policy.knows(Noun::Purpose, "purposes", purpose)?;
        }
    }
    Ok(PolicyInForce::Held(Arc::clone(policy)))
}

fn read(asked: &AskedRequest, today: Date) -> Result<Ask, Problem> {
    let kind = Kind::from_word(&asked.kind);
    let kind = kind.ok_or_else(|| Problem::invalid("kind", "one of the kinds that are listed"))?;
    let acting = asked.acting.as_deref().unwrap_or("self");
    let acting = Acting::from_word(acting).ok_or_else(|| {
        Problem::invalid("acting", "`self`, `parent`, `agent`, `school` or `staff`")
    })?;
    let received = received(asked.received_on.as_deref(), today)?;
    if asked.subjects.is_empty() || asked.subjects.len() > 16 {
        return Err(Problem::invalid("subjects", "between 1 and 16 identifiers"));
    }
    let mut people = Vec::new();
    for name in &asked.subjects {
        let identifier = name.identifier()?;
        people.push((identifier.kind().to_owned(), identifier.value().to_owned()));
    }
    let proofs = ["account", "document", "known-data", "in-person"];
    if asked
        .verified
        .as_deref()
        .is_some_and(|how| !proofs.contains(&how))
    {
        let wants = "`account`, `document`, `known-data` or `in-person`";
        return Err(Problem::invalid("verified", wants));
    }
    let text = asked.text.clone().unwrap_or_default();
    if text.len() > TEXT_BYTES {
        return Err(Problem::invalid("text", "at most 16 KiB"));
    }
    let long = |text: &str| text.len() > 1024;
    if asked.on_behalf.as_deref().is_some_and(long) {
        return Err(Problem::invalid("on-behalf", "at most 1024 bytes"));
    }
    let reply_to = asked.reply_to.as_ref();
    if reply_to.is_some_and(|to| long(&to.value) || !CHANNELS.contains(&to.kind.as_str())) {
        let wants = "an `email`, a `phone` or a `post` address of at most 1024 bytes";
        return Err(Problem::invalid("reply-to", wants));
    }
    let reply_to = reply_to.map(|to| (to.kind.clone(), to.value.clone()));
    Ok(Ask {
        kind,
        acting,
        received,
        lang: language(asked.language.as_deref())?,
        details: Details {
            people,
            residence: asked.residence.clone(),
            purposes: asked.purposes.clone(),
            data: Vec::new(),
            text,
            on_behalf: asked.on_behalf.clone(),
            reply_to,
        },
        verified: asked.verified.clone(),
    })
}

fn received(text: Option<&str>, today: Date) -> Result<Option<Date>, Problem> {
    let wants = "a date such as `2026-01-05`, not to come and no more than ten years ago";
    let wrong = || Problem::invalid("received-on", wants);
    let day: Option<Date> = text.map(str::parse).transpose().map_err(|_| wrong())?;
    let is_in_time = |day: Date| day <= today && today.saturating_sub(10.years()) <= day;
    match day.is_none_or(is_in_time) {
        true => Ok(day),
        false => Err(wrong()),
    }
}

fn language(tag: Option<&str>) -> Result<String, Problem> {
    let tag = tag.unwrap_or("en");
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-';
    match !tag.is_empty() && tag.len() <= 35 && tag.chars().all(is_word) {
        true => Ok(tag.to_owned()),
        false => Err(Problem::invalid("language", "a tag such as `en`")),
    }
}
