//! Every route of both listeners, in two lists: path, method, what the caller needs, and the file that answers.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use tower_http::catch_panic::CatchPanicLayer;

use super::access::{self, Needs};
use super::app::App;
use super::endpoint::*;
use super::guard::{self, Guard, Side};
use super::metric::Counters;
use super::problem::Problem;

/// One line of the list.
pub struct Route {
    /// The path, as the log and the metrics name it.
    pub path: &'static str,
    /// What the caller needs.
    pub needs: Needs,
    methods: MethodRouter<Arc<App>>,
}

fn open(path: &'static str, methods: MethodRouter<Arc<App>>) -> Route {
    Route {
        path,
        needs: Needs::Nothing,
        methods,
    }
}

#[expect(dead_code, reason = "the first route that takes a key is not there yet")]
fn keyed(path: &'static str, scope: &'static str, methods: MethodRouter<Arc<App>>) -> Route {
    Route {
        path,
        needs: Needs::Scope(scope),
        methods,
    }
}

/// What people and browsers reach.
pub fn public() -> Vec<Route> {
    vec![open("/healthz", get(healthz::answer))]
}

/// What applications and staff reach.
pub fn internal() -> Vec<Route> {
    vec![
        open("/healthz", get(healthz::answer)),
        open("/readyz", get(readyz::answer)),
        open("/metrics", get(metrics::answer)),
    ]
}

/// The router of one side.
pub fn build(app: &Arc<App>, side: Side) -> Router {
    let routes = match side {
        Side::Public => public(),
        Side::Internal => internal(),
    };
    let mut router = Router::new();
    for route in routes {
        let mut methods = route.methods;
        if let Needs::Scope(scope) = route.needs {
            let state = (Arc::clone(app), scope);
            methods = methods.layer(from_fn_with_state(state, access::authorise));
        }
        let counting = (route.path, Counters::of(route.path));
        router = router.route(
            route.path,
            methods.layer(from_fn_with_state(counting, guard::count)),
        );
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
