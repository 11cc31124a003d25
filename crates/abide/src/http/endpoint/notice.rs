//! Notices, as people read them: the one in force, and every version that ever was. In the language that the reader
//! prefers, of those the policy has.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use abide_policy::model::Policy;
use abide_policy::nouns::NounId;
use abide_policy::sentence::Language;
use abide_policy::vocabulary::Kind;
use abide_policy::{Library, compile, notice};
use abide_store::PolicyVersion;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::decider::source_files;
use crate::http::app::App;
use crate::http::body::Query;
use crate::http::language::preferred;
use crate::http::page::Page;
use crate::http::problem::{Problem, ProblemBody};

/// How it should be shown.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wish {
    /// The language, as a tag; what the browser prefers when nothing is said.
    lang: Option<String>,
    /// Only what holds for people of this place, as an ISO 3166 code.
    #[serde(rename = "for")]
    #[param(rename = "for")]
    place: Option<String>,
}

/// Pages that were drawn. A version never changes, so a page is drawn once.
#[derive(Debug, Default)]
pub struct Pages(Mutex<HashMap<Which, Arc<str>>>);

/// Version, language, place.
type Which = (String, &'static str, Option<String>);

/// Pages that are kept drawn; all are drawn anew when there are more.
const LIMIT: usize = 128;

/// The notice in force.
#[utoipa::path(
    get,
    path = "/notice/{policy}",
    operation_id = "read-notice",
    tag = "notices",
    params(("policy" = String, Path, description = "The policy's name"), Wish),
    responses(
        (status = 200, description = "The notice", body = String, content_type = "text/html"),
        (status = 404, description = "No such policy is in force", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn latest(
    State(app): State<Arc<App>>,
    Path(policy): Path<String>,
    Query(wish): Query<Wish>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let state = app.decider.state();
    let in_force = state.policy(Some(&policy))?;
    show(&app, in_force.version(), in_force.policy(), &wish, &headers)
}

/// A notice from the archive, by the hash or the date of its version.
#[utoipa::path(
    get,
    path = "/notice/{policy}/{version}",
    operation_id = "read-past-notice",
    tag = "notices",
    params(
        ("policy" = String, Path, description = "The policy's name"),
        ("version" = String, Path, description = "Hash or date"),
        Wish,
    ),
    responses(
        (status = 200, description = "The notice as it was", body = String, content_type = "text/html"),
        (status = 404, description = "There is no such version", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn past(
    State(app): State<Arc<App>>,
    Path((policy, version)): Path<(String, String)>,
    Query(wish): Query<Wish>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let version = super::policies::find(&app, &policy, &version).await?;
    if app
        .store
        .activations(&policy)
        .await?
        .iter()
        .all(|past| past.hash != version.hash)
    {
        // What never was in force was never said to anyone.
        return Err(Problem::NoSuch("version of a policy"));
    }
    let files = source_files(&version);
    let compiling = tokio::task::spawn_blocking(move || compile(Library::standard(), &files, None));
    let compiled = compiling
        .await
        .map_err(|error| Problem::broken("compiling a notice", &error))?;
    let found = compiled.policies.iter().find(|found| found.name == policy);
    let found = found.ok_or(Problem::NoSuch("version of a policy"))?;
    show(&app, &version, found, &wish, &headers)
}

fn show(
    app: &App,
    version: &PolicyVersion,
    policy: &Policy,
    wish: &Wish,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let language = language(policy, wish, headers)?;
    let place = wish
        .place
        .as_deref()
        .map(|code| place(policy, code))
        .transpose()?;
    let which = (version.hash.clone(), language.tag(), wish.place.clone());
    let page = app.pages.page(which, || {
        notice::html(policy, Library::standard(), language, place)
    });
    let mut response = Page(page.to_string()).into_response();
    let set = response.headers_mut();
    set.insert(
        header::CONTENT_LANGUAGE,
        HeaderValue::from_static(language.tag()),
    );
    set.insert(header::VARY, HeaderValue::from_static("accept-language"));
    set.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

impl Pages {
    fn page(&self, which: Which, draw: impl FnOnce() -> String) -> Arc<str> {
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(page) = pages.get(&which) {
            return Arc::clone(page);
        }
        drop(pages);
        let page: Arc<str> = Arc::from(draw());
        pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if pages.len() >= LIMIT {
            pages.clear();
        }
        pages.insert(which, Arc::clone(&page));
        page
    }
}

fn language(policy: &Policy, wish: &Wish, headers: &HeaderMap) -> Result<Language, Problem> {
    let mut there: Vec<Language> = policy
        .languages
        .iter()
        .filter_map(|tag| Language::of(&tag.value))
        .collect();
    if there.is_empty() {
        there.push(Language::English);
    }
    match &wish.lang {
        Some(tag) => Language::of(tag)
            .filter(|language| there.contains(language))
            .ok_or_else(|| {
                let tags: Vec<_> = there.iter().map(|language| language.tag()).collect();
                Problem::invalid("lang", format!("one of {}", tags.join(", ")))
            }),
        None => {
            let accepted = headers.get(header::ACCEPT_LANGUAGE);
            let accepted = accepted.and_then(|value| value.to_str().ok());
            Ok(preferred(accepted.unwrap_or_default(), &there))
        }
    }
}

fn place(policy: &Policy, code: &str) -> Result<NounId, Problem> {
    let found = policy.nouns.find(Kind::Place, code);
    found.ok_or_else(|| Problem::invalid("for", "an ISO 3166 code, such as `NL` or `US-CA`"))
}
