//! Every route of both listeners, in two lists: path, method, what the caller needs, and the file that answers.

use std::sync::Arc;

use abide_store::ApiScope::{
    Admin, Audience, ConsentsRead, ConsentsWrite, Decide, LedgerRead, MessagesSend, PoliciesRead,
    PoliciesWrite, RequestsRead, RequestsWrite,
};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use tower_http::catch_panic::CatchPanicLayer;

use super::access;
use super::access::Needs::{self, Nothing, Scope};
use super::app::App;
use super::endpoint::*;
use super::guard::{self, Guard, Side};
use super::metric::Counters;
use super::pages;
use super::problem::Problem;

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PUT: Method = Method::PUT;

/// One line of the list.
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, as the log and the metrics name it.
    pub path: &'static str,
    /// What the caller needs.
    pub needs: Needs,
    answer: MethodRouter<Arc<App>>,
}

impl Route {
    /// The path as the description of the API spells it.
    pub fn described_path(&self) -> String {
        self.path.replace("{*", "{")
    }
}

impl std::fmt::Debug for Route {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} {} ({:?})", self.method, self.path, self.needs)
    }
}

/// A line of a list.
pub fn route<H, T>(method: Method, path: &'static str, needs: Needs, handler: H) -> Route
where
    H: Handler<T, Arc<App>>,
    T: 'static,
{
    // Every method of the lists below has a filter.
    let filter = MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::GET);
    Route {
        method,
        path,
        needs,
        answer: on(filter, handler),
    }
}

/// What people and browsers reach, besides the pages of the privacy centre.
pub fn public() -> Vec<Route> {
    let mut routes = ledger_routes(Nothing, ledger::receipt::answer_anyone);
    routes.extend(notice_routes());
    routes.push(route(GET, "/healthz", Nothing, healthz::answer));
    routes
}

/// What applications and staff reach.
pub fn internal() -> Vec<Route> {
    let mut routes = decision_routes();
    routes.extend(consent_routes());
    routes.extend(subject_routes());
    routes.extend(request_routes());
    routes.extend(message_routes());
    routes.extend(register_routes());
    routes.extend(policy_routes());
    routes.extend(notice_routes());
    routes.extend(ledger_routes(Scope(LedgerRead), ledger::receipt::answer));
    let reads = Scope(LedgerRead);
    routes.push(route(
        GET,
        "/v1/ledger/bundle",
        reads,
        ledger::bundle::answer,
    ));
    routes.extend(operation_routes());
    routes
}

fn decision_routes() -> Vec<Route> {
    vec![
        route(POST, "/v1/decide", Scope(Decide), decide::answer),
        route(POST, "/v1/audience", Scope(Audience), audience::answer),
    ]
}

fn consent_routes() -> Vec<Route> {
    let (reads, writes) = (Scope(ConsentsRead), Scope(ConsentsWrite));
    vec![
        route(POST, "/v1/consents", writes, consents::record::answer),
        route(
            POST,
            "/v1/consents/import",
            writes,
            consents::import::answer,
        ),
        route(
            GET,
            "/v1/subjects/{subject}/consents",
            reads,
            consents::history::answer,
        ),
    ]
}

fn subject_routes() -> Vec<Route> {
    let (reads, writes) = (Scope(ConsentsRead), Scope(ConsentsWrite));
    vec![
        route(GET, "/v1/subjects/{subject}", reads, subjects::read::answer),
        route(
            PUT,
            "/v1/subjects/{subject}",
            writes,
            subjects::write::answer,
        ),
        route(
            POST,
            "/v1/subjects/{subject}/join",
            writes,
            subjects::join::answer,
        ),
        route(
            GET,
            "/v1/subjects/{subject}/receipts",
            reads,
            subjects::receipts::answer,
        ),
        route(
            POST,
            "/v1/subjects/{subject}/erase",
            Scope(Admin),
            subjects::erase::answer,
        ),
        route(POST, "/v1/occurrences", writes, occurrences::answer),
    ]
}

fn request_routes() -> Vec<Route> {
    let (reads, writes) = (Scope(RequestsRead), Scope(RequestsWrite));
    vec![
        route(POST, "/v1/requests", writes, requests::open::answer),
        route(GET, "/v1/requests", reads, requests::list::answer),
        route(GET, "/v1/requests/{id}", reads, requests::read::answer),
        route(
            POST,
            "/v1/requests/{id}/verify",
            writes,
            requests::verify::answer,
        ),
        route(
            POST,
            "/v1/requests/{id}/authorise",
            writes,
            requests::authorise::answer,
        ),
        route(
            POST,
            "/v1/requests/{id}/approve",
            writes,
            requests::approve::answer,
        ),
        route(
            POST,
            "/v1/requests/{id}/refuse",
            writes,
            requests::refuse::answer,
        ),
        route(
            POST,
            "/v1/requests/{id}/appeal",
            writes,
            requests::appeal::answer,
        ),
        route(
            POST,
            "/v1/requests/{id}/extend",
            writes,
            requests::extend::answer,
        ),
        route(
            POST,
            "/v1/requests/{id}/fulfil",
            writes,
            requests::fulfil::answer,
        ),
        route(
            POST,
            "/v1/requests/{id}/revoke",
            writes,
            requests::revoke::answer,
        ),
    ]
}

fn message_routes() -> Vec<Route> {
    let sends = Scope(MessagesSend);
    vec![
        route(POST, "/v1/messages", sends, messages::send::answer),
        route(GET, "/v1/messages/{id}", sends, messages::read::answer),
    ]
}

fn policy_routes() -> Vec<Route> {
    let (reads, writes) = (Scope(PoliciesRead), Scope(PoliciesWrite));
    vec![
        route(GET, "/v1/policies", reads, policies::list::answer),
        route(POST, "/v1/policies", writes, policies::publish::answer),
        route(GET, "/v1/policies/{policy}", reads, policies::read::answer),
        route(
            GET,
            "/v1/policies/{policy}/versions/{version}",
            reads,
            policies::version::answer,
        ),
        route(
            POST,
            "/v1/policies/{policy}/preview",
            reads,
            policies::preview::answer,
        ),
        route(
            POST,
            "/v1/policies/{policy}/activate",
            writes,
            policies::activate::answer,
        ),
        route(
            POST,
            "/v1/policies/{policy}/rollback",
            writes,
            policies::rollback::answer,
        ),
        route(
            POST,
            "/v1/policies/{policy}/mode",
            writes,
            policies::mode::answer,
        ),
    ]
}

fn notice_routes() -> Vec<Route> {
    vec![
        route(GET, "/notice/{policy}", Nothing, notice::latest),
        route(GET, "/notice/{policy}/{version}", Nothing, notice::past),
    ]
}

fn register_routes() -> Vec<Route> {
    let (reads, writes) = (Scope(PoliciesRead), Scope(PoliciesWrite));
    vec![
        route(GET, "/v1/register", reads, register::read::answer),
        route(POST, "/v1/register", writes, register::write::answer),
        route(GET, "/v1/cases", reads, cases::list::answer),
        route(POST, "/v1/cases", writes, cases::open::answer),
        route(POST, "/v1/cases/{id}/close", writes, cases::close::answer),
    ]
}

fn ledger_routes<H, T>(needs: Needs, receipt: H) -> Vec<Route>
where
    H: Handler<T, Arc<App>>,
    T: 'static,
{
    vec![
        route(
            GET,
            "/v1/ledger/checkpoint",
            needs,
            ledger::checkpoint::answer,
        ),
        route(GET, "/v1/ledger/keys", needs, ledger::keys::answer),
        route(GET, "/v1/ledger/tile/{*path}", needs, ledger::tile::answer),
        route(
            GET,
            "/v1/ledger/proof/inclusion",
            needs,
            ledger::inclusion::answer,
        ),
        route(
            GET,
            "/v1/ledger/proof/consistency",
            needs,
            ledger::consistency::answer,
        ),
        route(GET, "/v1/ledger/receipt/{entry}", needs, receipt),
    ]
}

fn operation_routes() -> Vec<Route> {
    vec![
        route(GET, "/healthz", Nothing, healthz::answer),
        route(GET, "/readyz", Nothing, readyz::answer),
        route(GET, "/metrics", Nothing, metrics::answer),
        route(GET, "/openapi.json", Nothing, openapi::answer),
        route(GET, "/docs", Nothing, docs::answer),
    ]
}

/// The router of one side.
pub fn build(app: &Arc<App>, side: Side) -> Router {
    let routes = match side {
        Side::Public => public().into_iter().chain(pages::routes()).collect(),
        Side::Internal => internal(),
    };
    let router = assemble(app, side, routes);
    match side {
        Side::Public => router.layer(from_fn(pages::draw_problems)),
        Side::Internal => router,
    }
}

/// A router of these routes, with everything around them that the requests of that side pass through.
pub fn assemble(app: &Arc<App>, side: Side, routes: Vec<Route>) -> Router {
    let mut router = Router::new();
    for route in routes {
        let mut answer = route.answer;
        if let Scope(scope) = route.needs {
            let state = (Arc::clone(app), scope);
            answer = answer.route_layer(from_fn_with_state(state, access::authorise));
        }
        let counting = (route.path, Counters::of(route.path));
        answer = answer.route_layer(from_fn_with_state(counting, guard::count));
        router = router.route(route.path, answer);
    }
    let guard = Arc::new(Guard::new(&app.config, side));
    router
        .fallback(async || Problem::NotFound)
        .method_not_allowed_fallback(async || Problem::MethodNotAllowed)
        .layer(DefaultBodyLimit::max(app.config.limits.body_bytes))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(guard, guard::guard))
        .with_state(Arc::clone(app))
}

/// The panic's own words may hold anything, so they are not logged; the standard error stream has them with their place.
fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    Problem::broken("answering", &"a panic, which is a defect of the program").into_response()
}
