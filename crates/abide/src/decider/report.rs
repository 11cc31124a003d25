//! Writes down, from time to time, how often each line decided what. Names lines and numbers, never a subject.

use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use abide_store::{Evidence, Store, StoreError};
use jiff::Timestamp;
use tokio::sync::watch;

use super::{Decider, InForce};
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

    /// Writes what was counted since the last time. What an outage keeps from being written is written the next time.
    pub async fn write_counts(&self, store: &Store, now: Timestamp) -> Result<(), StoreError> {
        let (state, replaced) = (self.state(), std::mem::take(&mut *self.replaced()));
        let mut written = Ok(());
        for policy in state.policies().chain(&replaced) {
            written = write_counts_of(policy, store, now).await;
            if written.is_err() {
                break;
            }
        }
        if written.is_err() {
            self.replaced().extend(replaced);
        }
        written
    }

    fn replaced(&self) -> MutexGuard<'_, Vec<Arc<InForce>>> {
        self.replaced.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn write_counts_of(
    policy: &InForce,
    store: &Store,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut portions = policy.counts().take().into_iter();
    while let Some(counted) = portions.next() {
        let mut evidence = Evidence::new("decisions.counted", "server", now);
        evidence.policy = Some(policy.hash().to_owned());
        evidence.counts.clone_from(&counted.counts);
        evidence.clauses.clone_from(&counted.lines);
        let written = match store.begin(evidence) {
            Ok(tx) => tx.commit().await.map(drop),
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            // What the store can never take would stand in the way of all later counts.
            if error.is_outage() || matches!(error, StoreError::Contention) {
                let rest = std::iter::once(counted).chain(portions);
                rest.for_each(|counted| policy.counts().put_back(&counted));
            }
            return Err(error);
        }
    }
    Ok(())
}
