//! `POST /v1/decide`: may this be done, about this subject, now? One question or many.

use std::sync::Arc;

use abide_policy::decide::{Known, Question};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::decider::{Answer, Ask, MinEntry};
use crate::http::app::App;
use crate::http::body::Json as Body;
use crate::http::openapi;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::subject::SubjectName;

/// One question, or `questions` with many.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Asked {
    /// Many questions, answered in order. Then nothing else is given.
    questions: Option<Vec<Ask>>,
    /// The policy; the only active one when nothing is said.
    policy: Option<String>,
    /// About whom. Without a subject only `known` counts.
    subject: Option<SubjectName>,
    /// What is to be done.
    #[schema(schema_with = openapi::question, required = false)]
    question: Option<Question>,
    /// What the caller knows.
    #[schema(schema_with = openapi::known, required = false)]
    known: Option<Known>,
    /// An open case whose facts count, by its id.
    case: Option<String>,
    /// The property that asks, such as a site, for what is observed and what enforced.
    property: Option<String>,
    /// The answer has to know of at least this entry of the log.
    min_entry: Option<MinEntry>,
}

/// Answers to many questions.
#[derive(Debug, Serialize, ToSchema)]
pub struct Answers {
    /// In the order asked.
    answers: Vec<Answer>,
}

/// Answers whether something may be done.
///
/// `permit`, `ask` (with what is missing) or `deny`, always with the lines that decided.
#[utoipa::path(
    post,
    path = "/v1/decide",
    operation_id = "decide",
    tag = "decisions",
    request_body = Asked,
    responses(
        (status = 200, description = "The answer; with `questions`, `answers` in their order", body = inline(OneOrMany)),
        (status = 404, description = "No such policy is active, or there is no such case or entry", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A name is not known to the policy, or a slot is missing", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn answer(
    State(app): State<Arc<App>>,
    Body(asked): Body<Asked>,
) -> Result<Response, Problem> {
    let now = app.clock.now();
    let question = match (asked.question, asked.questions) {
        (Some(question), None) => question,
        (None, Some(questions)) => {
            let limit = app.config.limits.batch;
            if questions.len() > limit {
                return Err(Problem::BatchTooLarge(limit));
            }
            let mut answers = Vec::with_capacity(questions.len());
            for ask in &questions {
                answers.push(app.decider.answer(&app.store, ask, now).await?);
            }
            return Ok(Json(Answers { answers }).into_response());
        }
        _ => {
            let wants = "a question, or `questions` does; one of the two";
            return Err(Problem::invalid("question", wants));
        }
    };
    let ask = Ask {
        policy: asked.policy,
        subject: asked.subject,
        question,
        known: asked.known,
        case: asked.case,
        property: asked.property,
        min_entry: asked.min_entry,
    };
    let answer = app.decider.answer(&app.store, &ask, now).await?;
    Ok(Json(answer).into_response())
}

/// For the description only.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes the two shapes of an answer")]
enum OneOrMany {
    One(Answer),
    Many(Answers),
}
