//! Writes down, from time to time, how often each line decided what. Names lines and numbers, never a subject.

use std::sync::PoisonError;
use std::time::Duration;

use abide_store::{Evidence, Store, StoreError};
use jiff::Timestamp;
use tokio::sync::watch;

use super::Decider;
use crate::clock::Clock;

const PACE: Duration = Duration::from_mins(1);

impl Decider {
    /// Writes the counts each minute, and once more when told to stop.
    pub async fn report(&self, store: &Store, clock: &Clock, mut stop: watch::Receiver<bool>) {
        let mut tick = tokio::time::interval(PACE);
        tick.tick().await;
        loop {
            let is_last = tokio::select! {
                _ = tick.tick() => false,
                _ = stop.wait_for(|stop| *stop) => true,
            };
            if let Err(error) = self.write_counts(store, clock.now()).await {
                tracing::warn!(%error, "counts of decisions could not be written");
            }
            if is_last {
                return;
            }
        }
    }

    /// Writes what was counted since the last time.
    pub async fn write_counts(&self, store: &Store, now: Timestamp) -> Result<(), StoreError> {
        let replaced =
            std::mem::take(&mut *self.replaced.lock().unwrap_or_else(PoisonError::into_inner));
        let state = self.state();
        let policies = state
            .policies()
            .cloned()
            .chain(replaced)
            .collect::<Vec<_>>();
        for policy in policies {
            for counted in policy.counts().take() {
                let mut evidence = Evidence::new("decisions.counted", "server", now);
                evidence.policy = Some(policy.hash().to_owned());
                evidence.counts = counted.counts;
                evidence.clauses = counted.lines;
                store.begin(evidence)?.commit().await?;
            }
        }
        Ok(())
    }
}
