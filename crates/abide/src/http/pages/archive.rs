//! `GET /privacy/versions`: every version of the notice that was ever in force, with the days on which it was. Never lists
//! what was only published.

use std::sync::Arc;

use abide_store::PolicyVersion;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use maud::html;

use super::frame::Framed;
use super::visit::{Visit, encode};
use super::words::fill;
use crate::http::app::App;
use crate::http::problem::Problem;

/// Where it is.
pub const PATH: &str = "/privacy/versions";

/// The page.
pub async fn show(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Problem> {
    let words = &visit.words().archive;
    let policy = visit.policy.as_ref().ok_or(Problem::NoPolicy)?;
    let name = policy.name();
    let mut times = app.store.activations(name).await?;
    times.sort_by_key(|time| time.at);
    let versions = app.store.versions(name).await?;
    let mut until: Option<Timestamp> = None;
    let mut rows = Vec::new();
    for time in times.iter().rev() {
        let version = versions.iter().find(|version| version.hash == time.hash);
        if let Some(version) = version {
            let path = format!("/notice/{}/{}", encode(name), version.hash);
            let held = match until {
                None => fill(words.since, &[&day(&visit, time.at)]),
                Some(end) => fill(words.between, &[&day(&visit, time.at), &day(&visit, end)]),
            };
            let title = fill(words.version, &[&dated(&visit, version)]);
            rows.push((visit.notice_at(policy.policy(), &path), title, held));
        }
        until = Some(time.at);
    }
    let body = html! {
        p.lead { (words.lead) }
        ul.list { @for (path, title, held) in &rows { li { a href=(path) { (title) } br; span.quiet { (held) } } } }
    };
    Ok(Framed::new(&visit, words.title, body).into_response())
}

fn day(visit: &Visit, at: Timestamp) -> String {
    visit.lang.date(at.to_zoned(TimeZone::UTC).date())
}

fn dated(visit: &Visit, version: &PolicyVersion) -> String {
    let date: Result<Date, _> = version.version_date.parse();
    date.map_or_else(
        |_| version.version_date.clone(),
        |date| visit.lang.date(date),
    )
}
