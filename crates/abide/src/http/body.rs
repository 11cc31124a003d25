//! Reads JSON bodies within limits. What it says about a wrong one names fields of ours, never a value of the caller's.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;

use super::app::App;
use super::problem::Problem;

/// A body that was read as JSON.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        let bytes = read(request, app).await?;
        parse(&bytes, app.config.limits.depth).map(Self)
    }
}

/// Parameters behind the `?` of a path.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let read = axum::extract::Query::try_from_uri(&parts.uri);
        // The reader's own words quote what was sent.
        let axum::extract::Query(value) = read.map_err(|_| {
            Problem::BodyUnreadable(
                "a parameter behind `?` is missing, unknown or of the wrong form".to_owned(),
            )
        })?;
        Ok(Self(value))
    }
}

/// The bytes of a body that is said to be JSON, if there are not too many.
pub async fn read(request: Request, app: &App) -> Result<Bytes, Problem> {
    if !is_json(request.headers()) {
        return Err(Problem::NotJson);
    }
    let limit = app.config.limits.body_bytes;
    if content_length(request.headers()).is_some_and(|length| length > limit) {
        return Err(Problem::BodyTooLarge(limit));
    }
    Bytes::from_request(request, &())
        .await
        .map_err(|rejection| match rejection {
            BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => {
                Problem::BodyTooLarge(limit)
            }
            _ => Problem::BodyUnreadable("it ends before it is complete".to_owned()),
        })
}

/// Reads bytes as JSON that nests no deeper than `depth`.
pub fn parse<T: DeserializeOwned>(bytes: &[u8], depth: usize) -> Result<T, Problem> {
    if is_deeper(bytes, depth) {
        return Err(Problem::BodyTooDeep(depth));
    }
    serde_json::from_slice(bytes).map_err(|error| Problem::BodyUnreadable(say(&error)))
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

fn content_length(headers: &HeaderMap) -> Option<usize> {
    headers
        .get(header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

/// Whether brackets outside of strings nest deeper than `limit`.
fn is_deeper(bytes: &[u8], limit: usize) -> bool {
    let mut depth = 0_usize;
    let mut is_text = false;
    let mut is_escaped = false;
    for byte in bytes {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            b'{' | b'[' if !is_text => {
                depth += 1;
                if depth > limit {
                    return true;
                }
            }
            b'}' | b']' if !is_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

/// What is wrong and where. The parser's own message quotes what it found, which may be about a person, so only the parts
/// that come from our types are kept.
fn say(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = if let Some(expected) = text.split("expected ").nth(1) {
        let expected = expected.split(" at line ").next().unwrap_or(expected);
        if text.starts_with("unknown field") {
            format!(
                "there is an unknown field; there are {}",
                in_words(expected)
            )
        } else {
            format!("expected {}", in_words(expected))
        }
    } else if text.starts_with("missing field") || text.starts_with("duplicate field") {
        text.split(" at line ")
            .next()
            .unwrap_or_default()
            .to_owned()
    } else if error.is_eof() {
        "it ends before it is complete".to_owned()
    } else if error.is_syntax() {
        "it is not JSON".to_owned()
    } else {
        "a value has not the form it should have".to_owned()
    };
    format!("line {}, column {}: {what}", error.line(), error.column())
}

/// What was expected, in words of JSON.
fn in_words(expected: &str) -> &str {
    match expected.strip_prefix("one of ").unwrap_or(expected) {
        "a sequence" => "a list",
        "a map" | "map" => "an object",
        "value" => "JSON",
        other if other.starts_with("struct ") || other.contains("enum") => "an object",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use abide_policy::decide::Question;

    use super::{Problem, parse};

    fn check_body(text: &str, expected: &str) {
        let found = match parse::<Question>(text.as_bytes(), 4) {
            Ok(question) => format!("{question:?}"),
            Err(Problem::BodyUnreadable(why)) => why,
            Err(other) => format!("{other:?}"),
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn what_is_wrong_is_said_without_what_was_written() {
        check_body("", "line 1, column 0: it ends before it is complete");
        check_body(
            "{\"action\":\"use\"",
            "line 1, column 15: it ends before it is complete",
        );
        check_body("jane@example.com", "line 1, column 1: expected JSON");
        check_body(
            "{\"action\":\"use\",\"data\":\"jane@example.com\"}",
            "line 1, column 41: expected a list",
        );
        check_body(
            "{\"jane@example.com\":1}",
            "line 1, column 19: there is an unknown field; there are `action`, `data`, `for`, `with`, `in`, `from`, \
             `as`, `by`, `at`, `via`, `when`",
        );
        check_body(
            "{\"action\":\"use\"}",
            "line 1, column 16: missing field `data`",
        );
        check_body(
            "{\"action\":\"jane\",\"data\":[]}",
            "line 1, column 16: expected `collect`, `use`, `share`, `sell`, `keep`, `link`, `erase`, `transfer`, \
             `message`, `prompt`",
        );
        check_body("[[[[[]]]]]", "BodyTooDeep(4)");
        check_body(
            "\"[[[[[[\\\"[[[[\"",
            "line 1, column 14: expected an object",
        );
    }
}
