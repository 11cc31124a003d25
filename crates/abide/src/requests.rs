//! What people ask for, handled by this installation: the sources, rules and policy that a desk works with, and the task of a
//! server that goes on with whatever is due. Says in the log what waits, never whom it is about.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use abide_policy::Library;
use abide_policy::model::Policy;
use abide_rights::Mapped;
use abide_rights::request::{Desk, Rules};
use abide_store::{Store, StoreError};
use jiff::Timestamp;
use jiff::civil::Date;
use tokio::sync::watch;

use crate::config::Config;
use crate::decider::InForce;
use crate::http::app::App;
use crate::http::metric;
use crate::mapped;

/// How often a server looks for what is due.
const PACE: Duration = Duration::from_secs(5);

/// How many requests are gone on with at once.
const AT_ONCE: u32 = 100;

/// How often in a row, before sources are opened afresh.
const ROUNDS: usize = 100;

/// Who goes on with requests by itself, in the evidence.
pub const ACTOR: &str = "server";

/// What requests are handled with.
#[derive(Debug)]
pub struct Office {
    names: Vec<String>,
    sources: Vec<Mapped>,
    rules: Rules,
    folder: PathBuf,
    residence: Option<String>,
    policy: PolicyInForce,
}

/// The policy that requests are answered under.
#[derive(Debug)]
pub enum PolicyInForce {
    /// As the server holds it.
    Held(Arc<InForce>),
    /// As it was read, with the hash of its version.
    Read(Box<Policy>, String),
}

impl PolicyInForce {
    /// The policy itself.
    pub fn policy(&self) -> &Policy {
        self.parts().0
    }

    fn parts(&self) -> (&Policy, &str) {
        match self {
            Self::Held(policy) => (policy.policy(), policy.hash()),
            Self::Read(policy, hash) => (policy, hash),
        }
    }
}

impl Office {
    /// Without any source: for what needs none.
    pub fn closed(config: &Config, policy: PolicyInForce) -> Self {
        Self {
            names: config
                .sources
                .iter()
                .map(|source| source.name.clone())
                .collect(),
            sources: Vec::new(),
            rules: config.requests.rules(),
            folder: packing(config),
            residence: config.assume.residence.clone(),
            policy,
        }
    }

    /// With every source that can be opened.
    pub async fn open(
        config: &Config,
        store: &Store,
        policy: PolicyInForce,
    ) -> Result<Self, StoreError> {
        let mut office = Self::closed(config, policy);
        let held = store.held().await?;
        let (sources, failed) = mapped::open_reachable(config, &office.names, &held).await;
        for (name, error) in failed {
            tracing::warn!(
                source = name,
                error = format!("{error:#}"),
                "a source cannot be opened"
            );
        }
        office.sources = sources;
        Ok(office)
    }

    /// The desk at which somebody works.
    pub fn desk<'a>(&'a self, store: &'a Store, actor: &'a str, now: Timestamp) -> Desk<'a> {
        let (policy, policy_hash) = self.policy.parts();
        Desk {
            store,
            policy,
            policy_hash,
            library: Library::standard(),
            sources: &self.sources,
            source_names: &self.names,
            rules: &self.rules,
            assumed_residence: self.residence.as_deref(),
            folder: &self.folder,
            actor,
            now,
        }
    }
}

/// Where packages are put together, beside the keys.
fn packing(config: &Config) -> PathBuf {
    config.keys.with_extension("packing")
}

/// Goes on with requests until told to stop.
pub async fn keep_going(app: &App, mut stop: watch::Receiver<bool>) {
    // What a server that was killed left of packages, before they were sealed.
    drop(std::fs::remove_dir_all(packing(&app.config)));
    let mut tick = tokio::time::interval(PACE);
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            () = app.requests_due.notified() => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        if let Err(error) = once(app).await {
            tracing::warn!(%error, "requests of people wait");
        }
        if let Ok(asked) = app.store.asked().await {
            let today = app.clock.today();
            let days = |due: Date| today.until(due).map_or(0, |span| span.get_days());
            metric::set_waiting(asked.open, asked.first_due.map(days));
        }
    }
}

/// Goes on with everything that is due.
pub async fn once(app: &App) -> Result<(), abide_rights::RightsError> {
    let now = app.clock.now();
    if app.store.due_requests(now, 1).await?.is_empty() {
        return Ok(());
    }
    let state = app.decider.state();
    let policy = match state.policies().next() {
        Some(policy) => PolicyInForce::Held(Arc::clone(policy)),
        // What requests set running is kept with them: no policy is needed to go on.
        None => PolicyInForce::Read(Box::default(), String::new()),
    };
    let office = Office::open(&app.config, &app.store, policy).await?;
    for _ in 0..ROUNDS {
        if round(app, &office, now).await? < AT_ONCE as usize {
            break;
        }
    }
    Ok(())
}

/// Goes on with so many of them; gives how many there were.
async fn round(
    app: &App,
    office: &Office,
    now: Timestamp,
) -> Result<usize, abide_rights::RightsError> {
    let done = office
        .desk(&app.store, ACTOR, now)
        .advance_due(AT_ONCE)
        .await?;
    let count = done.len();
    for (id, done) in done {
        match done {
            Err(error) => {
                tracing::error!(request = %id, %error, "a request cannot be gone on with");
            }
            Ok(events) if events.iter().any(|event| event == "overdue") => {
                tracing::error!(request = %id, "a request was not answered in time");
            }
            Ok(_) => {}
        }
    }
    Ok(count)
}
