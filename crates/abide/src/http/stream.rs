//! Bodies line by line: read as they arrive, written as they are made, so that memory stays flat however long they are.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use hyper::body::Frame;
use tokio::sync::mpsc;

use super::problem::Problem;

/// The media type of one JSON value a line.
pub const LINES: &str = "application/x-ndjson";
/// Pieces that wait for a slow reader.
const QUEUE: usize = 4;
/// The longest line.
const LINE_LIMIT_BYTES: usize = 64 * 1024;

/// Reads a body line by line.
#[derive(Debug)]
pub struct Lines {
    body: Body,
    held: Vec<u8>,
    start: usize,
    read_bytes: usize,
    limit_bytes: usize,
    patience: Duration,
}

impl Lines {
    /// At most `limit_bytes` of a body, each piece of which arrives within `patience`.
    pub fn new(body: Body, limit_bytes: usize, patience: Duration) -> Self {
        Self {
            patience,
            body,
            held: Vec::new(),
            start: 0,
            read_bytes: 0,
            limit_bytes,
        }
    }

    /// The next line that is not empty, without its end; nothing at the end of the body.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, Problem> {
        let mut searched = self.start;
        loop {
            let end = self
                .held
                .iter()
                .skip(searched)
                .position(|byte| *byte == b'\n');
            if let Some(end) = end.map(|end| searched + end) {
                let line = self.held.get(self.start..end).unwrap_or_default().to_vec();
                self.start = end + 1;
                searched = self.start;
                if line.iter().all(u8::is_ascii_whitespace) {
                    continue;
                }
                return Ok(Some(line));
            }
            self.held.drain(..self.start);
            self.start = 0;
            searched = self.held.len();
            if self.held.len() > LINE_LIMIT_BYTES {
                return Err(Problem::BodyTooLarge(LINE_LIMIT_BYTES));
            }
            if !self.read_more().await? {
                let line = std::mem::take(&mut self.held);
                let is_empty = line.iter().all(u8::is_ascii_whitespace);
                return Ok((!is_empty).then_some(line));
            }
        }
    }

    async fn read_more(&mut self) -> Result<bool, Problem> {
        loop {
            let frame =
                std::future::poll_fn(|context| Pin::new(&mut self.body).poll_frame(context));
            let frame = tokio::time::timeout(self.patience, frame).await;
            let Some(frame) = frame.map_err(|_| Problem::TooSlow)? else {
                return Ok(false);
            };
            let frame = frame
                .map_err(|_| Problem::BodyUnreadable("it ends before it is complete".to_owned()))?;
            let Ok(bytes) = frame.into_data() else {
                continue;
            };
            self.read_bytes += bytes.len();
            if self.read_bytes > self.limit_bytes {
                return Err(Problem::BodyTooLarge(self.limit_bytes));
            }
            self.held.extend_from_slice(&bytes);
            return Ok(true);
        }
    }
}

/// Where a body is written piece by piece.
#[derive(Debug, Clone)]
pub struct Pieces(mpsc::Sender<Bytes>);

/// A client that does not want the rest.
#[derive(Debug)]
pub struct Gone;

impl Pieces {
    /// A body, and where its pieces are handed in.
    pub fn new() -> (Self, Response) {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let kind = [(header::CONTENT_TYPE, LINES)];
        let body = Body::new(Written(receiver));
        (Self(sender), (kind, body).into_response())
    }

    /// Hands in a piece; waits while the reader is slow.
    pub async fn write(&self, piece: Vec<u8>) -> Result<(), Gone> {
        self.0.send(Bytes::from(piece)).await.map_err(|_| Gone)
    }
}

struct Written(mpsc::Receiver<Bytes>);

impl HttpBody for Written {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.0
            .poll_recv(context)
            .map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
    }
}
