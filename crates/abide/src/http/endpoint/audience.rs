//! `POST /v1/audience`: of these subjects, or of all, those with whom something may be done. Answers line by line.

use std::sync::Arc;

use abide_policy::decide::Question;
use abide_store::{Identifier, SubjectToken};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tokio::sync::OwnedSemaphorePermit;
use utoipa::ToSchema;

use crate::decider::{Audience, Total};
use crate::http::app::App;
use crate::http::body::{self, parse};
use crate::http::openapi;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::stream::{Gone, LINES, Lines, Pieces};
use crate::http::subject::SubjectName;

/// How much is written at once.
const PIECE_BYTES: usize = 16 * 1024;
/// Subjects that are decided about at once.
const PAGE: usize = 1000;
/// Subjects of the store that are read at once.
const PAGE_OF_STORE: u32 = 1000;

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
pub struct Last {
    /// How many subjects were permitted, asked and denied, and for which reasons.
    total: Total,
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
    let room = Arc::clone(&app.audiences).try_acquire_owned();
    let room = room.map_err(|_| Problem::Busy)?;
    let limits = &app.config.limits;
    let (asked, rest) = if is_lines(request.headers()) {
        let mut lines = Lines::new(request.into_body(), limits.stream_bytes, limits.request);
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
    let audience = Audience::new(policy, asked.question, mode, app.clock.now())?;
    let (pieces, response) = Pieces::new();
    let writer = Writer::new(Arc::clone(&app), audience, pieces, room);
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
    /// Held until the last line is written.
    _room: OwnedSemaphorePermit,
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
    fn new(app: Arc<App>, audience: Audience, pieces: Pieces, room: OwnedSemaphorePermit) -> Self {
        Self {
            app,
            audience,
            pieces,
            piece: Vec::new(),
            _room: room,
        }
    }

    async fn of_list(mut self, subjects: Vec<SubjectName>) {
        let mut done = Ok(());
        for subjects in subjects.chunks(PAGE) {
            done = self.named(subjects).await;
            if done.is_err() {
                break;
            }
        }
        self.finish(done).await;
    }

    async fn of_lines(mut self, lines: Lines) {
        let done = self.each_line(lines).await;
        self.finish(done).await;
    }

    async fn each_line(&mut self, mut lines: Lines) -> Result<(), Cut> {
        let depth = self.app.config.limits.depth;
        let mut subjects: Vec<SubjectName> = Vec::with_capacity(PAGE);
        while let Some(line) = lines.next().await? {
            subjects.push(parse(&line, depth)?);
            if subjects.len() == PAGE {
                self.named(&subjects).await?;
                subjects.clear();
            }
        }
        self.named(&subjects).await
    }

    async fn of_all(mut self) {
        let done = match self.audience.in_memory(&self.app.decider, 0) {
            Some(_) => self.in_memory().await,
            None => self.in_store().await,
        };
        self.finish(done).await;
    }

    async fn in_memory(&mut self) -> Result<(), Cut> {
        let app = Arc::clone(&self.app);
        for part in 0.. {
            let Some(subjects) = self.audience.in_memory(&app.decider, part) else {
                break;
            };
            for subjects in subjects.chunks(PAGE) {
                let permitted = self
                    .audience
                    .of_tokens(&app.decider, &app.store, subjects)
                    .await?;
                self.recorded(subjects.iter().copied().zip(permitted))
                    .await?;
            }
        }
        Ok(())
    }

    async fn in_store(&mut self) -> Result<(), Cut> {
        let app = Arc::clone(&self.app);
        let now = self.audience.now();
        let mut after = None;
        loop {
            let page = app.store.subjects(after, PAGE_OF_STORE, now).await?;
            let permitted = self.audience.of_states(&app.decider, &page.states)?;
            let subjects = page.states.iter().map(|state| state.subject);
            self.recorded(subjects.zip(permitted)).await?;
            match page.last {
                Some(last) => after = Some(last),
                None => return Ok(()),
            }
        }
    }

    /// Writes those who are permitted by the name they are recorded under.
    async fn recorded(
        &mut self,
        subjects: impl Iterator<Item = (SubjectToken, bool)>,
    ) -> Result<(), Cut> {
        for (subject, _) in subjects.filter(|(_, is_permitted)| *is_permitted) {
            if let Some(identifier) = self.app.store.identifier(subject).await? {
                self.member(&identifier).await?;
            }
        }
        Ok(())
    }

    async fn named(&mut self, subjects: &[SubjectName]) -> Result<(), Cut> {
        let app = Arc::clone(&self.app);
        let mut tokens = Vec::with_capacity(subjects.len());
        for subject in subjects {
            tokens.push(app.store.subject(&subject.identifier()?).await?);
        }
        let permitted = self
            .audience
            .of_tokens(&app.decider, &app.store, &tokens)
            .await?;
        for (subject, is_permitted) in subjects.iter().zip(permitted) {
            if is_permitted {
                self.member(&subject.identifier()?).await?;
            }
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
                let total = self.audience.total();
                self.line(&Last { total });
            }
        }
        let _ = self.pieces.write(self.piece).await;
    }
}
