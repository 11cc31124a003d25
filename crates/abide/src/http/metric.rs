//! Counts and times for `/metrics`. Labels are routes, methods and classes of status: never a path, a name or a value.

use std::sync::OnceLock;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

const SECONDS: &str = "abide_request_seconds";
const REQUESTS: &str = "abide_requests_total";
const BUCKETS: &[f64] = &[
    0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0,
];

static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Starts counting. All servers of a process count together.
pub fn install() {
    HANDLE.get_or_init(|| {
        let builder = PrometheusBuilder::new().set_buckets(BUCKETS).ok()?;
        builder.install_recorder().ok()
    });
}

/// The page for Prometheus.
pub fn page() -> String {
    match HANDLE.get() {
        Some(Some(handle)) => handle.render(),
        _ => String::new(),
    }
}

/// Settles what was counted, so that memory stays flat. To be called every few seconds.
pub fn settle() {
    if let Some(Some(handle)) = HANDLE.get() {
        handle.run_upkeep();
    }
}

/// The counters of one route.
#[derive(Clone)]
pub struct Counters {
    requests: [metrics::Counter; 5],
    seconds: metrics::Histogram,
}

impl std::fmt::Debug for Counters {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Counters")
    }
}

impl Counters {
    /// Counters for a route, as the list of routes spells it.
    pub fn of(route: &'static str) -> Self {
        let of_class = |class| metrics::counter!(REQUESTS, "route" => route, "status" => class);
        Self {
            requests: ["1xx", "2xx", "3xx", "4xx", "5xx"].map(of_class),
            seconds: metrics::histogram!(SECONDS, "route" => route),
        }
    }

    /// Counts one answer.
    pub fn count(&self, status: StatusCode, took: Duration) {
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        if let Some(counter) = self.requests.get(class) {
            counter.increment(1);
        }
        self.seconds.record(took.as_secs_f64());
    }
}

/// How many people wait for an answer, and in how many days the first is due: below zero, somebody was not answered in time.
pub fn set_waiting(open: u64, first_due_days: Option<i32>) {
    let open = u32::try_from(open).unwrap_or(u32::MAX);
    metrics::gauge!("abide_people_waiting").set(open);
    let days = first_due_days.map_or(f64::NAN, f64::from);
    metrics::gauge!("abide_first_answer_due_days").set(days);
}

/// How many letters wait and how many were refused, and how long the first has waited.
pub fn set_letters(waiting: u64, refused: u64, waited: Option<jiff::SignedDuration>) {
    let count = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    metrics::gauge!("abide_letters_waiting").set(count(waiting));
    metrics::gauge!("abide_letters_refused").set(count(refused));
    let seconds = waited.map_or(0.0, |waited| waited.as_secs_f64());
    metrics::gauge!("abide_letters_oldest_seconds").set(seconds);
}

/// The line of the log about one request. The route stands for the path, which may name a person.
pub fn log(route: &'static str, method: &Method, status: StatusCode, took: Duration) {
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    let status = status.as_u16();
    if status >= 500 {
        tracing::warn!(route, %method, status, micros, "answered");
    } else {
        tracing::debug!(route, %method, status, micros, "answered");
    }
}
