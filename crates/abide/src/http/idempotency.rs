//! Writes that may be sent twice: the same key and body give the same answer, and the write happens once.

use std::sync::Arc;

use abide_store::{KeptAnswer, RepeatableRequest, StoreError, WriteTx};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::access::Caller;
use super::app::App;
use super::body;
use super::problem::Problem;

const HEADER: &str = "idempotency-key";
const LENGTH_LIMIT: usize = 128;

/// A body together with what makes its write happen once.
#[derive(Debug)]
pub struct Write<T> {
    /// The body.
    pub body: T,
    /// The key, if one was sent.
    pub once: Option<RepeatableRequest>,
}

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Write<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        let caller = request.extensions().get::<Caller>().cloned();
        let key = key_of(request.headers())?;
        let route = format!("{} {}", request.method(), request.uri().path());
        let bytes = body::read(request, app).await?;
        let sender = caller.as_ref().map_or("", |Caller(id)| id);
        let once = key.map(|key| {
            app.store
                .repeatable(&format!("{sender}:{key}"), &route, &bytes)
        });
        Ok(Self {
            body: body::parse(&bytes, app.config.limits.depth)?,
            once: once.transpose()?,
        })
    }
}

fn key_of(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(HEADER) else {
        return Ok(None);
    };
    let text = value.to_str().map_err(|_| Problem::IdempotencyMalformed)?;
    if text.is_empty() || text.len() > LENGTH_LIMIT || !text.chars().all(|c| c.is_ascii_graphic()) {
        return Err(Problem::IdempotencyMalformed);
    }
    Ok(Some(text.to_owned()))
}

/// An answer that can be given again.
#[derive(Debug, Clone)]
pub struct Kept(KeptAnswer);

impl Kept {
    /// An answer of JSON.
    pub fn json(status: StatusCode, body: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_vec(body)
            .map_err(|error| Problem::broken("writing an answer", &error))?;
        let status = status.as_u16();
        Ok(Self(KeptAnswer { status, body }))
    }

    /// What was said in it.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_slice(&self.0.body)
            .map_err(|error| Problem::broken("reading an answer that was kept", &error))
    }
}

impl IntoResponse for Kept {
    fn into_response(self) -> Response {
        let Self(KeptAnswer { status, body }) = self;
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
        let kind = [(header::CONTENT_TYPE, "application/json")];
        (status, kind, body).into_response()
    }
}

impl App {
    /// The answer that was given to this very write before.
    pub async fn answered(
        &self,
        once: Option<&RepeatableRequest>,
    ) -> Result<Option<Kept>, Problem> {
        match once {
            Some(once) => Ok(self.store.kept_answer(once).await?.map(Kept)),
            None => Ok(None),
        }
    }

    /// Commits a write together with its answer. If another request with the same key was quicker, gives its answer,
    /// whatever stood in the way of this one.
    pub async fn commit_once(
        &self,
        mut tx: WriteTx,
        once: Option<&RepeatableRequest>,
        kept: &Kept,
        now: Timestamp,
    ) -> Result<Option<Kept>, StoreError> {
        if let Some(once) = once {
            tx.keep_answer(once, &kept.0, now);
        }
        match (tx.commit().await, once) {
            (Ok(_), _) => Ok(None),
            (Err(refused @ StoreError::Refused(_)), Some(once)) => {
                let quicker = self.store.kept_answer(once).await?;
                quicker.map(|kept| Some(Kept(kept))).ok_or(refused)
            }
            (Err(error), _) => Err(error),
        }
    }
}
