//! What every request passes through: room, rate, time, headers, a count and a line in the log. Knows no endpoint.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

use super::header::{self, Wire};
use super::listener::Peer;
use super::metric::{self, Counters};
use super::problem::Problem;
use super::rate::Rate;
use crate::clock;
use crate::config::Config;

/// Which listener a request came in by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// People and browsers.
    Public,
    /// Applications and staff.
    Internal,
}

/// The limits of one listener.
#[derive(Debug)]
pub struct Guard {
    room: Semaphore,
    per_address: Option<Rate<IpAddr>>,
    patience: std::time::Duration,
    wire: Wire,
}

impl Guard {
    /// The limits of a side.
    pub fn new(config: &Config, side: Side) -> Self {
        let limits = &config.limits;
        Self {
            room: Semaphore::new(limits.concurrency),
            per_address: (side == Side::Public).then(|| Rate::new(limits.per_address)),
            patience: limits.request,
            wire: match config.tls {
                Some(_) => Wire::Tls,
                None => Wire::Plain,
            },
        }
    }

    async fn run(&self, request: Request, next: Next) -> Result<Response, Problem> {
        if let (Some(rate), Some(Peer(address))) = (&self.per_address, request.extensions().get()) {
            rate.take(block_of(*address), clock::mark())
                .map_err(Problem::TooOften)?;
        }
        let _permit = self.room.try_acquire().map_err(|_| Problem::Busy)?;
        tokio::time::timeout(self.patience, next.run(request))
            .await
            .map_err(|_| Problem::TooSlow)
    }
}

/// The part of an address that one household or company has: all of an IPv4 address, the first 64 bits of an IPv6 one.
fn block_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(six) => match six.to_ipv4_mapped() {
            Some(four) => IpAddr::V4(four),
            None => {
                let [a, b, c, d, ..] = six.segments();
                IpAddr::from([a, b, c, d, 0, 0, 0, 0])
            }
        },
    }
}

/// Around everything, also what is not found.
pub async fn guard(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    let mut response = match guard.run(request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    };
    header::secure(response.headers_mut(), guard.wire);
    response
}

/// Around one route: counts and logs under the route's name.
pub async fn count(
    State((route, counters)): State<(&'static str, Counters)>,
    request: Request,
    next: Next,
) -> Response {
    let start = clock::mark();
    let method = request.method().clone();
    let response = next.run(request).await;
    let took = start.elapsed();
    counters.count(response.status(), took);
    metric::log(route, &method, response.status(), took);
    response
}
