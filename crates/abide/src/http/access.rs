//! Who may do what: API keys with scopes, checked in memory. Never logs a key.

use std::sync::{Arc, PoisonError, RwLock};

use abide_store::{ApiKeys, ApiScope, Store, StoreError};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::app::App;
use super::problem::Problem;
use super::rate::Rate;
use crate::clock;
use crate::config::Limits;

/// What a caller needs for a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: anyone who reaches the listener may ask.
    Nothing,
    /// An API key with this scope.
    Scope(ApiScope),
}

/// Whose request it is: the id of an API key, which is no secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Caller(pub Arc<str>);

/// The keys that are known, and how often each was used lately.
#[derive(Debug)]
pub struct Access {
    keys: RwLock<ApiKeys>,
    per_key: Rate<Arc<str>>,
}

impl Access {
    /// Reads the keys.
    pub async fn open(store: &Store, limits: &Limits) -> Result<Self, StoreError> {
        Ok(Self {
            keys: RwLock::new(store.api_keys().await?),
            per_key: Rate::new(limits.per_key),
        })
    }

    /// Reads the keys again: one was made or revoked.
    pub async fn reload(&self, store: &Store) -> Result<(), StoreError> {
        let fresh = store.api_keys().await?;
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// Whether there is any key at all.
    pub fn has_keys(&self) -> bool {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.list().next().is_some()
    }

    fn caller(&self, headers: &HeaderMap, scope: ApiScope) -> Result<Caller, Problem> {
        let text = bearer(headers)?;
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let key = keys.check(text).ok_or(Problem::KeyUnknown)?;
        if !key.allows(scope) {
            return Err(Problem::ScopeMissing(scope.word()));
        }
        let id: Arc<str> = Arc::from(key.id.as_str());
        drop(keys);
        self.per_key
            .take(Arc::clone(&id), clock::mark())
            .map_err(Problem::TooOften)?;
        Ok(Caller(id))
    }
}

/// The API key of a request.
fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
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
    State((app, scope)): State<(Arc<App>, ApiScope)>,
    mut request: Request,
    next: Next,
) -> Response {
    match app.access.caller(request.headers(), scope) {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}
