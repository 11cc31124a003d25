//! `GET /v1/ledger/bundle`: the whole log as one file for an auditor, streamed. Holds no private part, and nothing that names
//! a subject.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use abide_store::{Store, StoreError};
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use hyper::body::Frame;

use crate::http::app::App;
use crate::http::problem::Problem;

/// Entries read at once.
const AT_ONCE: u32 = 2048;

/// The whole log for an auditor.
///
/// Lines of JSON: keys and checkpoints first, then every entry in order, as `abide verify` reads them.
#[utoipa::path(
    get,
    path = "/v1/ledger/bundle",
    operation_id = "read-bundle",
    tag = "ledger",
    responses((status = 200, description = "The bundle, as long as the log", body = String, content_type = "application/x-ndjson"))
)]
pub async fn answer(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    let (header, size) = app.store.bundle_header().await?;
    let mut response = Response::new(Body::new(Bundle {
        step: Step::Have(header + "\n"),
        store: app.store.clone(),
        next: 0,
        size,
    }));
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/x-ndjson"),
    );
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"bundle.jsonl\""),
    );
    Ok(response)
}

/// The lines, read as they are taken.
struct Bundle {
    step: Step,
    store: Store,
    next: u64,
    size: u64,
}

type Reading = Pin<Box<dyn Future<Output = Result<Vec<String>, StoreError>> + Send>>;

enum Step {
    Have(String),
    Read(Reading),
    Rest,
}

impl HttpBody for Bundle {
    type Data = Bytes;
    type Error = StoreError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, StoreError>>> {
        let this = self.get_mut();
        if matches!(this.step, Step::Rest) {
            if this.next >= this.size {
                return Poll::Ready(None);
            }
            let (store, next, size) = (this.store.clone(), this.next, this.size);
            let reading = async move { store.bundle_lines(next, AT_ONCE, size).await };
            this.step = Step::Read(Box::pin(reading));
        }
        let text = match &mut this.step {
            Step::Have(text) => Ok(std::mem::take(text)),
            Step::Read(reading) => ready!(reading.as_mut().poll(context)).and_then(|lines| {
                this.next += lines.len() as u64;
                // What a checkpoint covers is there.
                match lines.is_empty() {
                    true => Err(StoreError::Closed),
                    false => Ok(lines.into_iter().map(|line| line + "\n").collect()),
                }
            }),
            Step::Rest => Ok(String::new()),
        };
        this.step = Step::Rest;
        if let Err(error) = &text {
            // The status is sent by then; the client sees the stream break off.
            tracing::error!(%error, "a bundle was cut short");
            this.next = this.size;
        }
        Poll::Ready(Some(text.map(|text| Frame::data(text.into()))))
    }
}
