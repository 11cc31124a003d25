//! Who looks at a page: in which language, and of which policy. Knows no person.

use std::sync::Arc;

use abide_policy::model::Policy;
use abide_policy::sentence::Language;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::words::{self, Words};
use crate::decider::InForce;
use crate::http::app::App;
use crate::http::language::preferred;
use crate::http::problem::Problem;

/// One look at a page.
#[derive(Debug)]
pub struct Visit {
    /// The language of the page.
    pub lang: Language,
    /// What the page can be read in, the policy's own languages first.
    pub languages: Vec<Language>,
    /// The policy that the page is about; nothing while the reader has yet to choose one of several.
    pub policy: Option<Arc<InForce>>,
    /// The path of the page.
    pub path: String,
    /// Whether the reader's browser sends the Global Privacy Control, <https://www.w3.org/TR/gpc/>.
    pub signal: Signal,
    /// Whether people can sign in.
    pub sign_in: SignInWay,
    chosen: Vec<(&'static str, String)>,
    query: Vec<(String, String)>,
}

/// Whether people can sign in here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInWay {
    /// By the company's own login.
    Login,
    /// Not at all.
    None,
}

/// Whether a browser says that data may not be sold or shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// It does: `Sec-GPC: 1`.
    Gpc,
    /// It says nothing.
    Silent,
}

impl FromRequestParts<Arc<App>> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let state = app.decider.state();
        let mut visit = Self::of(&parts.uri, &parts.headers, &[]);
        let named = visit.parameter("policy").map(str::to_owned);
        match state.policy(named.as_deref()) {
            Ok(policy) => {
                let policy = Arc::clone(policy);
                visit = Self::of(&parts.uri, &parts.headers, &languages_of(policy.policy()));
                if let Some(named) = named {
                    visit.chosen.push(("policy", named));
                }
                visit.policy = Some(policy);
                if app.config.sign_in.is_some() {
                    visit.sign_in = SignInWay::Login;
                }
                Ok(visit)
            }
            Err(Problem::PolicyNotNamed(_)) if visit.path == HOME => Ok(visit),
            Err(Problem::PolicyNotNamed(_)) => Err(Redirect::to(HOME).into_response()),
            Err(problem) => Err(problem.into_response()),
        }
    }
}

/// The first page.
pub const HOME: &str = "/privacy";

impl Visit {
    /// A look at a page that is about no policy; `own` are the languages to prefer.
    pub fn of(uri: &Uri, headers: &HeaderMap, own: &[Language]) -> Self {
        let mut languages = own.to_vec();
        languages.extend(Language::all().filter(|lang| !own.contains(lang)));
        let query = read_query(uri.query().unwrap_or_default());
        let named = query.iter().find(|(name, _)| name == "lang");
        let named = named.and_then(|(_, tag)| Language::of(tag));
        let accepted = headers.get(header::ACCEPT_LANGUAGE);
        let accepted = accepted.and_then(|value| value.to_str().ok());
        let lang = named.unwrap_or_else(|| preferred(accepted.unwrap_or_default(), &languages));
        let is_on = headers.get("sec-gpc").is_some_and(|value| value == "1");
        Self {
            lang,
            languages,
            policy: None,
            path: uri.path().to_owned(),
            signal: if is_on { Signal::Gpc } else { Signal::Silent },
            sign_in: SignInWay::None,
            chosen: named
                .map(|lang| ("lang", lang.tag().to_owned()))
                .into_iter()
                .collect(),
            query,
        }
    }

    /// A look at a page that is about one policy, whatever others are in force.
    pub fn about(uri: &Uri, headers: &HeaderMap, policy: Option<&Arc<InForce>>) -> Self {
        let own = policy.map_or(Vec::new(), |policy| languages_of(policy.policy()));
        let mut visit = Self::of(uri, headers, &own);
        if let Some(policy) = policy {
            visit.chosen.push(("policy", policy.name().to_owned()));
            visit.policy = Some(Arc::clone(policy));
        }
        visit
    }

    /// A parameter behind the `?`.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    /// The words of the page.
    pub fn words(&self) -> &'static Words {
        words::of(self.lang)
    }

    /// Who answers for the policy, by its legal name.
    pub fn company(&self) -> Option<&str> {
        let policy = self.policy.as_ref()?.policy();
        let first = policy
            .controllers
            .iter()
            .min_by_key(|controller| controller.part);
        Some(first.map_or(policy.name.as_str(), |found| &found.label))
    }

    /// A path of ours that keeps the language and the policy that the reader chose.
    pub fn link(&self, path: &str) -> String {
        self.link_with(path, &[])
    }

    /// The same with parameters that win over what was chosen.
    pub fn link_with(&self, path: &str, with: &[(&'static str, &str)]) -> String {
        let kept = self
            .chosen
            .iter()
            .filter(|(name, _)| with.iter().all(|(other, _)| other != name))
            .map(|(name, value)| (*name, value.as_str()));
        let pairs: Vec<String> = kept
            .chain(with.iter().copied())
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        match pairs.as_slice() {
            [] => path.to_owned(),
            pairs => format!("{path}?{}", pairs.join("&")),
        }
    }

    /// The notice in force, in the reader's language if the policy has it.
    pub fn notice(&self) -> Option<String> {
        let policy = self.policy.as_ref()?;
        Some(self.notice_at(
            policy.policy(),
            &format!("/notice/{}", encode(policy.name())),
        ))
    }

    /// A notice at a path, in the reader's language if the policy has it.
    pub fn notice_at(&self, policy: &Policy, path: &str) -> String {
        match languages_of(policy).contains(&self.lang) {
            true => format!("{path}?lang={}", self.lang.tag()),
            false => path.to_owned(),
        }
    }
}

fn languages_of(policy: &Policy) -> Vec<Language> {
    let tags = policy.languages.iter();
    let mut languages: Vec<_> = tags.filter_map(|tag| Language::of(&tag.value)).collect();
    languages.dedup();
    if languages.is_empty() {
        languages.push(Language::English);
    }
    languages
}

/// The pairs of a query or of a form's body, `application/x-www-form-urlencoded`; none if it is not one.
pub fn read_query(text: &str) -> Vec<(String, String)> {
    let uri = Uri::builder().path_and_query(format!("/?{text}")).build();
    let read = uri.map(|uri| axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&uri));
    match read {
        Ok(Ok(axum::extract::Query(pairs))) => pairs,
        _ => Vec::new(),
    }
}

/// A value for a query: what RFC 3986 leaves unreserved stays.
pub fn encode(value: &str) -> String {
    let mut text = String::new();
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                text.push(char::from(byte));
            }
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}
