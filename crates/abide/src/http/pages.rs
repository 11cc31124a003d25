//! The privacy centre: pages for people, on the public listener alone. Server-rendered, useful without script, nothing from
//! elsewhere; one file per page, one file of words per language. Never tells whether somebody is known here.

mod archive;
mod ask;
mod asked;
mod assertion;
mod browser;
mod choices;
mod chosen;
mod follow;
mod form;
mod frame;
mod home;
mod multipart;
mod offer;
mod opt_out;
mod opted_out;
mod receipt;
mod request;
mod request_words;
mod session;
mod sign_in;
mod style;
mod trouble;
mod unsubscribe;
mod verify;
mod visit;
mod words;

use axum::http::Method;

use super::access::Needs::Nothing;
use super::router::{Route, route};

pub use assertion::AssertionKey;
pub use follow::{Follower, PATH as FOLLOW};
pub use session::Sessions;
pub use trouble::draw_problems;
pub use visit::HOME;

const GET: Method = Method::GET;
const POST: Method = Method::POST;

/// Every page. They are for people, so the description of the API does not list them.
pub fn routes() -> Vec<Route> {
    vec![
        route(GET, "/privacy", Nothing, home::show),
        route(GET, style::PATH, Nothing, style::answer),
        route(GET, archive::PATH, Nothing, archive::show),
        route(GET, opt_out::PATH, Nothing, opt_out::show),
        route(POST, opt_out::PATH, Nothing, opted_out::take),
        route(GET, "/privacy/receipt/{entry}", Nothing, receipt::download),
        route(GET, verify::PATH, Nothing, verify::show),
        route(POST, verify::PATH, Nothing, verify::check),
        route(GET, ask::PATH, Nothing, ask::show),
        route(POST, ask::PATH, Nothing, asked::take),
        route(GET, follow::PATH, Nothing, follow::show),
        route(POST, follow::PATH, Nothing, follow::enter),
        route(POST, "/privacy/request/code", Nothing, follow::send_code),
        route(GET, "/privacy/request/{id}", Nothing, request::show),
        route(
            POST,
            "/privacy/request/{id}/package",
            Nothing,
            request::fetch,
        ),
        route(
            POST,
            "/privacy/request/{id}/revoke",
            Nothing,
            request::revoke,
        ),
        route(
            POST,
            "/privacy/request/{id}/appeal",
            Nothing,
            request::appeal,
        ),
        route(GET, choices::PATH, Nothing, choices::show),
        route(POST, choices::PATH, Nothing, chosen::take),
        route(GET, sign_in::PATH, Nothing, sign_in::begin),
        route(GET, sign_in::BACK, Nothing, sign_in::back),
        route(POST, sign_in::OUT, Nothing, sign_in::out),
        route(GET, unsubscribe::ROUTE, Nothing, unsubscribe::show),
        route(POST, unsubscribe::ROUTE, Nothing, unsubscribe::take),
    ]
}
