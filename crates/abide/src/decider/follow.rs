//! Follows the log, so that what other nodes write is known here within a second. Tells how far it has come.

use std::time::Duration;

use abide_store::{Change, Changes, EntryId, Store, StoreError};
use tokio::sync::watch;

use super::Decider;
use super::ask::MinEntry;
use crate::clock::Clock;
use crate::http::access::Access;
use crate::http::problem::Problem;

/// How long a caller waits who demands to know of an entry.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often an entry is looked for that has no number yet.
const ENTRY_PACE: Duration = Duration::from_millis(20);
/// How often the log is looked at.
const PACE: Duration = Duration::from_millis(150);
/// Entries read at once.
const PAGE: u32 = 1000;

const NO_SUCH: Problem = Problem::NoSuch("entry: `min-entry` is not in the log");

impl Decider {
    /// Follows the log from `first` on until told to stop. What fails is tried again.
    pub async fn follow(
        &self,
        store: &Store,
        access: &Access,
        first: u64,
        mut stop: watch::Receiver<bool>,
    ) {
        let mut next = first;
        let mut is_failing = false;
        let mut tick = tokio::time::interval(PACE);
        loop {
            tokio::select! {
                _ = tick.tick() => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
            // An outage is said once, when it begins, and once more when it is over.
            match self.catch_up(store, access, next).await {
                Ok(come_to) => {
                    next = come_to;
                    if is_failing {
                        tracing::info!("the log is followed again");
                    }
                    is_failing = false;
                }
                Err(error) => {
                    if !is_failing {
                        tracing::warn!(%error, "the log could not be followed, and will be tried again");
                    }
                    is_failing = true;
                }
            }
        }
    }

    async fn catch_up(
        &self,
        store: &Store,
        access: &Access,
        first: u64,
    ) -> Result<u64, StoreError> {
        let mut next = first;
        loop {
            let changes = store.changes_after(next, PAGE).await?;
            if changes.next == next {
                return Ok(next);
            }
            self.take_in(store, access, &changes).await?;
            next = changes.next;
            self.has_come_to(next);
        }
    }

    async fn take_in(
        &self,
        store: &Store,
        access: &Access,
        changes: &Changes,
    ) -> Result<(), StoreError> {
        let mut is_other_law = false;
        for change in &changes.changes {
            match change {
                Change::Subject(subject) => self.changed(*subject),
                Change::Erased(subject) => self.erased(&[*subject]),
                Change::SomeoneErased => self.all_changed(),
                Change::Joined(subject) => self.joined(&store.family(*subject).await?),
                Change::Policy | Change::Register => is_other_law = true,
                Change::Access => access.reload(store).await?,
                Change::Other => {}
            }
        }
        if is_other_law {
            self.refresh(store).await?;
        }
        Ok(())
    }

    /// Reads subjects into memory whenever something was put in force, until told to stop.
    pub async fn keep_filled(&self, store: &Store, clock: &Clock, mut stop: watch::Receiver<bool>) {
        loop {
            tokio::select! {
                () = self.wants_filling() => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
            if let Err(error) = self.fill(store, clock.now()).await {
                tracing::warn!(%error, "subjects are read from the store as they are asked about");
            }
        }
    }

    /// Waits until an entry is taken into account, for at most a second.
    pub(super) async fn await_entry(&self, store: &Store, entry: &MinEntry) -> Result<(), Problem> {
        let waited = tokio::time::timeout(PATIENCE, self.await_size_of(store, entry)).await;
        waited.unwrap_or_else(|_| {
            let wanted = match entry {
                MinEntry::Size(size) => *size,
                MinEntry::Id(_) => self.as_of() + 1,
            };
            Err(Problem::Behind {
                wanted,
                have: self.as_of(),
            })
        })
    }

    async fn await_size_of(&self, store: &Store, entry: &MinEntry) -> Result<(), Problem> {
        let size = match entry {
            MinEntry::Size(size) => {
                if *size > self.as_of() && *size > store.size().await? {
                    return Err(NO_SUCH);
                }
                *size
            }
            MinEntry::Id(id) => {
                let id = EntryId::parse(id).ok_or_else(|| {
                    Problem::invalid("min-entry", "a number, or an entry's 32 hex digits")
                })?;
                // What is neither waiting for a number nor has one does not exist, and will not come.
                let is_waiting = store.pending(id).await?;
                if !is_waiting && store.number_of(id).await?.is_none() {
                    return Err(NO_SUCH);
                }
                let mut tick = tokio::time::interval(ENTRY_PACE);
                loop {
                    tick.tick().await;
                    if let Some(number) = store.number_of(id).await? {
                        break number + 1;
                    }
                }
            }
        };
        let mut as_of = self.as_of.subscribe();
        // The sender lives as long as the decider.
        let _ = as_of.wait_for(|have| *have >= size).await;
        Ok(())
    }

    /// Entries up to this size of the log are taken into account.
    pub(crate) fn has_come_to(&self, size: u64) {
        self.as_of.send_if_modified(|have| {
            let is_further = size > *have;
            *have = size.max(*have);
            is_further
        });
    }
}
