//! Problems as pages: what went wrong and what to do, for whoever asked with a browser. Programs get the problem document.

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use maud::html;

use super::frame::Framed;
use super::visit::{HOME, Visit};

/// Around everything on the public listener.
pub async fn draw_problems(request: Request, next: Next) -> Response {
    let visit =
        is_browser(request.headers()).then(|| Visit::of(request.uri(), request.headers(), &[]));
    let response = next.run(request).await;
    let kind = response.headers().get(header::CONTENT_TYPE);
    match visit {
        Some(visit) if kind.is_some_and(|kind| kind == "application/problem+json") => {
            draw(&visit, response)
        }
        _ => response,
    }
}

fn is_browser(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT);
    let accepted = accepted.and_then(|value| value.to_str().ok());
    accepted.is_some_and(|accepted| accepted.contains("text/html"))
}

fn draw(visit: &Visit, problem: Response) -> Response {
    let words = visit.words();
    let status = problem.status();
    let (title, what) = match status {
        StatusCode::NOT_FOUND => words.trouble.not_found,
        StatusCode::TOO_MANY_REQUESTS => words.trouble.too_often,
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::REQUEST_TIMEOUT => words.trouble.busy,
        StatusCode::PAYLOAD_TOO_LARGE => words.trouble.too_large,
        StatusCode::FORBIDDEN => words.trouble.elsewhere,
        status if status.is_client_error() => words.trouble.unreadable,
        _ => words.trouble.broken,
    };
    let body = html! {
        p { (what) }
        p { a href=(visit.link(HOME)) { (words.trouble.home) } }
    };
    let mut page = Framed::new(visit, title, body);
    page.status = status;
    let mut response = page.into_response();
    let (retry, headers) = (header::RETRY_AFTER, response.headers_mut());
    if let Some(seconds) = problem.headers().get(&retry) {
        headers.insert(retry, seconds.clone());
    }
    for (name, value) in problem.headers() {
        if !headers.contains_key(name) && name != header::CONTENT_LENGTH {
            headers.insert(name.clone(), value.clone());
        }
    }
    response
}
