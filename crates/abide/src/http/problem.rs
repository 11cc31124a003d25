//! Every error as an `application/problem+json` document (RFC 9457). The only file that decides the status of an error.
//! Never shows what a caller or a person wrote, nor why the machine failed: that goes to the log, once.

use std::borrow::Cow;

use abide_policy::decide;
use abide_policy::diagnostic::JsonDiagnostic;
use abide_rights::RightsError;
use abide_store::{Refusal, StoreError};
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::decider::check;

/// Why a request was not done.
#[derive(Debug)]
pub enum Problem {
    /// There is nothing at this path.
    NotFound,
    /// The path takes other methods.
    MethodNotAllowed,
    /// There is no such thing as the one named in the path or body; what kind of thing.
    NoSuch(&'static str),
    /// No API key came with the request.
    KeyMissing,
    /// The API key is not known, or was revoked.
    KeyUnknown,
    /// The API key may not do this; the scope that is needed.
    ScopeMissing(&'static str),
    /// A page of another site sent the form.
    FormFromElsewhere,
    /// The body is not said to be JSON.
    NotJson,
    /// The body cannot be read as what this path takes; where and what was expected.
    BodyUnreadable(String),
    /// The body is larger than this many bytes.
    BodyTooLarge(usize),
    /// The body nests deeper than this.
    BodyTooDeep(usize),
    /// The request holds more items than this.
    BatchTooLarge(usize),
    /// A parameter or field has a value that cannot be; which one, and what it takes.
    Invalid {
        /// The parameter or field.
        field: Cow<'static, str>,
        /// What it takes.
        wants: Cow<'static, str>,
    },
    /// The question cannot be asked of this policy; what is wrong.
    QuestionRefused(String),
    /// No policy is active, or none of that name.
    NoPolicy,
    /// Several policies are active and the request names none.
    PolicyNotNamed(Vec<String>),
    /// The policy has errors; the findings.
    PolicyWrong(Vec<JsonDiagnostic>),
    /// This server has not yet heard of the entry that the caller demands.
    Behind {
        /// The entry that is demanded.
        wanted: u64,
        /// The last one heard of.
        have: u64,
    },
    /// The idempotency key was used with another body.
    IdempotencyMismatch,
    /// The idempotency key is not one; what is wrong.
    IdempotencyMalformed,
    /// The state of things does not allow it; what to do.
    Conflict(Cow<'static, str>),
    /// The client took too long.
    TooSlow,
    /// The caller asks too often; seconds to wait.
    TooOften(u64),
    /// The server has too much to do.
    Busy,
    /// The store cannot be used at the moment.
    Outage,
    /// The machine broke. The reason is in the log.
    Broken,
}

/// The body of an error.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemBody {
    /// Which problem: `urn:abide:problem:NAME`.
    #[serde(rename = "type")]
    #[schema(example = "urn:abide:problem:body-unreadable")]
    pub kind: String,
    /// The problem in words, the same each time.
    pub title: &'static str,
    /// The HTTP status.
    #[schema(example = 422)]
    pub status: u16,
    /// What is wrong this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What to do.
    pub help: Cow<'static, str>,
    /// What is wrong with a policy.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub findings: Vec<JsonDiagnostic>,
}

/// What is the same each time for one problem.
struct Kind {
    status: StatusCode,
    name: &'static str,
    title: &'static str,
    help: Cow<'static, str>,
}

impl Problem {
    /// A field that has a value which cannot be.
    pub fn invalid(
        field: impl Into<Cow<'static, str>>,
        wants: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::Invalid {
            field: field.into(),
            wants: wants.into(),
        }
    }

    /// Whether the machine failed or is late, rather than the request being wrong.
    pub fn is_outage(&self) -> bool {
        matches!(
            self,
            Self::Behind { .. } | Self::Busy | Self::Outage | Self::Broken | Self::TooSlow
        )
    }

    /// Logs why the machine failed, and gives the answer that does not say it.
    pub fn broken(doing: &'static str, error: &dyn std::fmt::Display) -> Self {
        tracing::error!(doing, %error, "a request failed");
        Self::Broken
    }

    /// The document that is sent.
    pub fn body(self) -> ProblemBody {
        let kind = self.kind();
        let detail = self.detail();
        let findings = match self {
            Self::PolicyWrong(findings) => findings,
            _ => Vec::new(),
        };
        ProblemBody {
            kind: format!("urn:abide:problem:{}", kind.name),
            title: kind.title,
            status: kind.status.as_u16(),
            detail,
            help: kind.help,
            findings,
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::NotFound
            | Self::MethodNotAllowed
            | Self::NoSuch(_)
            | Self::NoPolicy
            | Self::PolicyNotNamed(_) => self.kind_of_place(),
            Self::KeyMissing
            | Self::KeyUnknown
            | Self::ScopeMissing(_)
            | Self::FormFromElsewhere => self.kind_of_access(),
            Self::NotJson
            | Self::BodyUnreadable(_)
            | Self::BodyTooLarge(_)
            | Self::BodyTooDeep(_)
            | Self::BatchTooLarge(_) => self.kind_of_body(),
            Self::Invalid { .. }
            | Self::QuestionRefused(_)
            | Self::PolicyWrong(_)
            | Self::IdempotencyMismatch
            | Self::IdempotencyMalformed
            | Self::Conflict(_) => self.kind_of_content(),
            Self::Behind { .. }
            | Self::TooSlow
            | Self::TooOften(_)
            | Self::Busy
            | Self::Outage
            | Self::Broken => self.kind_of_moment(),
        }
    }

    fn kind_of_place(&self) -> Kind {
        match self {
            Self::MethodNotAllowed => kind(
                StatusCode::METHOD_NOT_ALLOWED,
                "method-not-allowed",
                "this path takes other methods",
                "see /openapi.json on the internal listener for what each path takes",
            ),
            Self::NoSuch(_) => kind(
                StatusCode::NOT_FOUND,
                "no-such-thing",
                "what the request names is not there",
                "check the name, or list what there is",
            ),
            Self::NoPolicy => kind(
                StatusCode::NOT_FOUND,
                "no-policy",
                "no such policy is active",
                "activate one: `abide serve --policy PATH`, or POST /v1/policies/{policy}/activate",
            ),
            Self::PolicyNotNamed(names) => Kind {
                help: format!("name one in `policy`: {}", names.join(", ")).into(),
                ..kind(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "policy-not-named",
                    "several policies are active",
                    "",
                )
            },
            _ => kind(
                StatusCode::NOT_FOUND,
                "not-found",
                "there is nothing at this path",
                "see /openapi.json on the internal listener for all paths",
            ),
        }
    }

    fn kind_of_access(&self) -> Kind {
        match self {
            Self::ScopeMissing(_) => kind(
                StatusCode::FORBIDDEN,
                "scope-missing",
                "this API key may not do this",
                "use a key with the scope, or add one with `abide keys api add`",
            ),
            Self::FormFromElsewhere => kind(
                StatusCode::FORBIDDEN,
                "form-from-elsewhere",
                "the form was sent by a page of another site",
                "open the privacy centre and fill in the form there",
            ),
            Self::KeyUnknown => kind(
                StatusCode::UNAUTHORIZED,
                "key-unknown",
                "this API key is not known",
                "list the keys with `abide keys api list`, or add one with `abide keys api add`",
            ),
            _ => kind(
                StatusCode::UNAUTHORIZED,
                "key-missing",
                "this path needs an API key",
                "send `Authorization: Bearer abide_…`; `abide keys api add` makes a key",
            ),
        }
    }

    fn kind_of_body(&self) -> Kind {
        match self {
            Self::NotJson => kind(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "not-json",
                "the body is not said to be JSON",
                "send `Content-Type: application/json`",
            ),
            Self::BodyTooLarge(_) => kind(
                StatusCode::PAYLOAD_TOO_LARGE,
                "body-too-large",
                "the body is too large",
                "send less at once",
            ),
            Self::BatchTooLarge(_) => kind(
                StatusCode::PAYLOAD_TOO_LARGE,
                "batch-too-large",
                "the request holds too many items",
                "send fewer at once",
            ),
            Self::BodyTooDeep(_) => kind(
                StatusCode::BAD_REQUEST,
                "body-too-deep",
                "the body nests too deep",
                "nothing that this path takes nests that deep",
            ),
            _ => kind(
                StatusCode::BAD_REQUEST,
                "body-unreadable",
                "the body cannot be read",
                "see /openapi.json on the internal listener for what this path takes",
            ),
        }
    }

    fn kind_of_content(&self) -> Kind {
        match self {
            Self::QuestionRefused(_) => kind(
                StatusCode::UNPROCESSABLE_ENTITY,
                "question-refused",
                "the question cannot be asked of this policy",
                "use names that the policy declares; `abide policy PATH` lists its lines",
            ),
            Self::PolicyWrong(_) => kind(
                StatusCode::UNPROCESSABLE_ENTITY,
                "policy-wrong",
                "the policy has errors",
                "mend the findings; `abide check` shows them with arrows",
            ),
            Self::IdempotencyMismatch => kind(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency-mismatch",
                "this idempotency key was used with another body",
                "use one key for one write",
            ),
            Self::IdempotencyMalformed => kind(
                StatusCode::BAD_REQUEST,
                "idempotency-malformed",
                "the idempotency key cannot be used",
                "send 1 to 128 visible ASCII characters, such as a UUID",
            ),
            Self::Conflict(help) => Kind {
                help: help.clone(),
                ..kind(
                    StatusCode::CONFLICT,
                    "conflict",
                    "the state of things does not allow this",
                    "",
                )
            },
            _ => kind(
                StatusCode::UNPROCESSABLE_ENTITY,
                "value-invalid",
                "a value cannot be used",
                "see /openapi.json on the internal listener for what this path takes",
            ),
        }
    }

    fn kind_of_moment(&self) -> Kind {
        match self {
            Self::Behind { .. } => kind(
                StatusCode::SERVICE_UNAVAILABLE,
                "behind",
                "this server has not heard of that entry yet",
                "try again in a second",
            ),
            Self::TooSlow => kind(
                StatusCode::REQUEST_TIMEOUT,
                "too-slow",
                "the request took too long",
                "try again, with less at once",
            ),
            Self::TooOften(_) => kind(
                StatusCode::TOO_MANY_REQUESTS,
                "too-often",
                "too many requests",
                "wait as long as `Retry-After` says",
            ),
            Self::Busy => kind(
                StatusCode::SERVICE_UNAVAILABLE,
                "busy",
                "the server has too much to do",
                "try again in a second",
            ),
            Self::Outage => kind(
                StatusCode::SERVICE_UNAVAILABLE,
                "outage",
                "the store cannot be used at the moment",
                "whether anything was written is not known; try again with the same idempotency key. `abide doctor` says what is wrong",
            ),
            _ => kind(
                StatusCode::INTERNAL_SERVER_ERROR,
                "broken",
                "the server failed",
                "the reason is in the server's log; try again with the same idempotency key",
            ),
        }
    }

    fn detail(&self) -> Option<String> {
        Some(match self {
            Self::NoSuch(what) => format!("there is no such {what}"),
            Self::ScopeMissing(scope) => format!("it takes the scope `{scope}`"),
            Self::BodyUnreadable(why) | Self::QuestionRefused(why) => why.clone(),
            Self::BodyTooLarge(limit) => format!("at most {limit} bytes are read"),
            Self::BodyTooDeep(limit) => format!("at most {limit} levels are read"),
            Self::BatchTooLarge(limit) => format!("at most {limit} items are taken"),
            Self::Invalid { field, wants } => format!("`{field}` takes {wants}"),
            Self::Behind { wanted, have } => {
                format!("entry {wanted} is demanded, the last one heard of is {have}")
            }
            Self::PolicyWrong(findings) => format!("there are {} findings", findings.len()),
            _ => return None,
        })
    }

    fn retry_after_seconds(&self) -> Option<u64> {
        match self {
            Self::TooOften(seconds) => Some(*seconds),
            Self::Busy | Self::Outage | Self::Behind { .. } => Some(1),
            _ => None,
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Refused(Refusal::IdempotencyMismatch) => Self::IdempotencyMismatch,
            StoreError::Refused(Refusal::NotThere) => Self::NoSuch("thing"),
            StoreError::Refused(refusal) => Self::Conflict(refusal.to_string().into()),
            StoreError::Contention => Self::Busy,
            StoreError::Unavailable { .. } | StoreError::Closed => {
                tracing::error!(%error, "the store cannot be used");
                Self::Outage
            }
            _ => Self::broken("using the store", &error),
        }
    }
}

impl From<RightsError> for Problem {
    fn from(error: RightsError) -> Self {
        match error {
            RightsError::Store(error) => error.into(),
            RightsError::Asked(text) => Self::Conflict(text.into()),
            error => Self::broken("handling a request of a person", &error),
        }
    }
}

impl From<decide::Refusal> for Problem {
    fn from(refusal: decide::Refusal) -> Self {
        Self::QuestionRefused(check::refusal(&refusal))
    }
}

fn kind(status: StatusCode, name: &'static str, title: &'static str, help: &'static str) -> Kind {
    Kind {
        status,
        name,
        title,
        help: Cow::Borrowed(help),
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let retry = self.retry_after_seconds();
        let wants_key = matches!(self, Self::KeyMissing | Self::KeyUnknown);
        let body = self.body();
        let status = StatusCode::from_u16(body.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(seconds) = retry {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if wants_key {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
