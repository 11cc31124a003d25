//! `POST /v1/audience`: of these subjects, or of all, those with whom something may be done. Answers line by line.

use std::sync::Arc;

use abide_policy::decide::{Effect, Question};
use abide_store::Identifier;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::decider::{Audience, Reasons};
use crate::http::app::App;
use crate::http::body::{self, parse};
use crate::http::openapi;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::stream::{Gone, LINES, Lines, Pieces};
use crate::http::subject::SubjectName;

/// How much is written at once.
const PIECE_BYTES: usize = 16 * 1024;
/// Subjects of the store that are read at once.
const PAGE: u32 = 500;

/// Which subjects, for what. As JSON Lines, the first line is this and each further line a subject.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AudienceBody {
    /// The policy; the only active one when nothing is said.
    #[serde(default)]
    policy: Option<String>,
    /// What is to be done.
    #[schema(schema_with = openapi::question)]
    question: Question,
    /// The property that asks, for what is observed and what enforced.
    #[serde(default)]
    property: Option<String>,
    /// The subjects; all that are known when nothing is said.
    #[serde(default)]
    subjects: Option<Vec<SubjectName>>,
}

/// One line of the answer: a subject that may be reached.
#[derive(Serialize, ToSchema)]
pub struct Member<'a> {
    /// Who, as asked or as recorded.
    subject: Named<'a>,
}

/// A subject by name.
#[derive(Serialize, ToSchema)]
struct Named<'a> {
    kind: &'a str,
    value: &'a str,
}

/// The last line of the answer: how many of what, and why.
#[derive(Serialize, ToSchema)]
pub struct Total {
    /// How many subjects were permitted, asked and denied, and for which reasons.
    total: Reasons,
}

/// The subjects with whom something may be done.
///
/// JSON Lines: a `subject` for each that is permitted, and at last a `total` with counts per reason. With the content type
/// `application/x-ndjson` the request may have any length: the question on the first line, a subject on each further one.
#[utoipa::path(
    post,
    path = "/v1/audience",
    operation_id = "filter-audience",
    tag = "decisions",
    request_body(content = AudienceBody, content_type = "application/json"),
    responses(
        (status = 200, description = "One line per subject that is permitted, then the total", body = String, content_type = "application/x-ndjson"),
        (status = 422, description = "A name is not known to the policy", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn answer(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let limits = &app.config.limits;
    let (asked, rest) = if is_lines(request.headers()) {
        let mut lines = Lines::new(request.into_body(), limits.stream_bytes);
        let first = lines.next().await?.unwrap_or_default();
        let asked: AudienceBody = parse(&first, limits.depth)?;
        (asked, Some(lines))
    } else {
        let bytes = body::read(request, &app).await?;
        (parse(&bytes, limits.depth)?, None)
    };
    let state = app.decider.state();
    let policy = Arc::clone(state.policy(asked.policy.as_deref())?);
    let purpose = asked.question.purpose.as_deref();
    let mode = state
        .modes()
        .of(policy.name(), asked.property.as_deref(), purpose);
    let audience = Audience::new(policy, asked.question, mode)?;
    let (pieces, response) = Pieces::new();
    let writer = Writer::new(Arc::clone(&app), audience, pieces);
    match (asked.subjects, rest) {
        (Some(_), Some(_)) => {
            return Err(Problem::invalid(
                "subjects",
                "nothing, where subjects stand on lines of their own",
            ));
        }
        (Some(subjects), None) => tokio::spawn(writer.of_list(subjects)),
        (None, Some(lines)) => tokio::spawn(writer.of_lines(lines)),
        (None, None) => tokio::spawn(writer.of_all()),
    };
    Ok(response)
}

fn is_lines(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(LINES.as_bytes()))
}

/// Decides subject by subject and writes those that are permitted.
struct Writer {
    app: Arc<App>,
    audience: Audience,
    pieces: Pieces,
    piece: Vec<u8>,
}

/// Why writing ended early.
enum Cut {
    Gone,
    Failed(Problem),
}

impl From<Gone> for Cut {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

impl<E: Into<Problem>> From<E> for Cut {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Writer {
    fn new(app: Arc<App>, audience: Audience, pieces: Pieces) -> Self {
        Self {
            app,
            audience,
            pieces,
            piece: Vec::new(),
        }
    }

    async fn of_list(mut self, subjects: Vec<SubjectName>) {
        let mut done = Ok(());
        for subject in &subjects {
            done = self.one_named(subject).await;
            if done.is_err() {
                break;
            }
        }
        self.finish(done).await;
    }

    async fn of_lines(mut self, mut lines: Lines) {
        let done = loop {
            let line = match lines.next().await {
                Ok(Some(line)) => line,
                Ok(None) => break Ok(()),
                Err(problem) => break Err(problem.into()),
            };
            let depth = self.app.config.limits.depth;
            let done = match parse::<SubjectName>(&line, depth) {
                Ok(subject) => self.one_named(&subject).await,
                Err(problem) => Err(problem.into()),
            };
            if done.is_err() {
                break done;
            }
        };
        self.finish(done).await;
    }

    async fn of_all(mut self) {
        let done = self.all().await;
        self.finish(done).await;
    }

    async fn all(&mut self) -> Result<(), Cut> {
        let mut after = None;
        loop {
            let now = self.app.clock.now();
            let page = self.app.store.subjects(after, PAGE, now).await?;
            for state in &page.states {
                let effect = self.audience.of_state(&self.app.decider, state, now)?;
                if effect != Effect::Permit {
                    continue;
                }
                if let Some(identifier) = self.app.store.identifier(state.subject).await? {
                    self.member(&identifier).await?;
                }
            }
            match page.last {
                Some(last) => after = Some(last),
                None => return Ok(()),
            }
        }
    }

    async fn one_named(&mut self, subject: &SubjectName) -> Result<(), Cut> {
        let identifier = subject.identifier()?;
        let token = self.app.store.subject(&identifier).await?;
        let (decider, store) = (&self.app.decider, &self.app.store);
        let now = self.app.clock.now();
        let effect = self.audience.of_subject(decider, store, token, now).await?;
        if effect == Effect::Permit {
            self.member(&identifier).await?;
        }
        Ok(())
    }

    async fn member(&mut self, identifier: &Identifier) -> Result<(), Cut> {
        let subject = Named {
            kind: identifier.kind(),
            value: identifier.value(),
        };
        self.line(&Member { subject });
        if self.piece.len() >= PIECE_BYTES {
            self.pieces.write(std::mem::take(&mut self.piece)).await?;
        }
        Ok(())
    }

    fn line(&mut self, value: &impl Serialize) {
        if serde_json::to_writer(&mut self.piece, value).is_ok() {
            self.piece.push(b'\n');
        }
    }

    /// Writes the total, or what went wrong: a status can be sent no more.
    async fn finish(mut self, done: Result<(), Cut>) {
        match done {
            Err(Cut::Gone) => return,
            Err(Cut::Failed(problem)) => {
                self.line(&serde_json::json!({ "problem": problem.body() }))
            }
            Ok(()) => {
                let total = self.audience.reasons();
                self.line(&Total { total });
            }
        }
        let _ = self.pieces.write(self.piece).await;
    }
}
