//! Keeps recent decisions for previews, at the pace the store can take: a decision never waits for it. Keeps nothing of
//! what a caller said about a person.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use abide_policy::decide::{Effect, Question};
use abide_store::{PastDecision, Store, SubjectToken};
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::sync::watch;

use crate::clock::Clock;

/// Decisions that wait to be kept.
const QUEUE: usize = 4096;
/// Decisions kept in a second; a preview needs a fair sample, not every one.
const PER_SECOND: u32 = 500;
const PACE: Duration = Duration::from_secs(1);

/// Where decisions are handed in.
#[derive(Debug)]
pub(super) struct Recent {
    queue: mpsc::Sender<PastDecision>,
    taken: tokio::sync::Mutex<mpsc::Receiver<PastDecision>>,
    /// How many may still be handed in during this second.
    room: AtomicU32,
}

impl Default for Recent {
    fn default() -> Self {
        let (queue, taken) = mpsc::channel(QUEUE);
        Self {
            queue,
            taken: tokio::sync::Mutex::new(taken),
            room: AtomicU32::new(PER_SECOND),
        }
    }
}

/// What is kept of a decision.
pub(super) struct Given<'a> {
    pub subject: Option<SubjectToken>,
    pub question: &'a Question,
    pub effect: Effect,
    pub would: Option<Effect>,
    pub version: &'a str,
}

impl Recent {
    /// Hands a decision in, if there is room.
    pub(super) fn note(&self, given: &Given<'_>, now: Timestamp) {
        let take = |room: u32| room.checked_sub(1);
        if self
            .room
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
            .is_err()
        {
            return;
        }
        let Ok(question) = serde_json::to_string(given.question) else {
            return;
        };
        // Whoever is too many is left out.
        let _ = self.queue.try_send(PastDecision {
            at: now,
            subject: given.subject,
            question,
            effect: word(given.effect).to_owned(),
            would: given.would.map(|would| word(would).to_owned()),
            policy: given.version.to_owned(),
        });
    }

    /// Keeps what is handed in, until told to stop and once more then.
    pub(super) async fn keep(&self, store: &Store, clock: &Clock, mut stop: watch::Receiver<bool>) {
        let mut taken = self.taken.lock().await;
        let mut tick = tokio::time::interval(PACE);
        loop {
            let is_last = tokio::select! {
                _ = tick.tick() => false,
                _ = stop.wait_for(|stop| *stop) => true,
            };
            let mut batch = Vec::new();
            while let Ok(decision) = taken.try_recv() {
                batch.push(decision);
            }
            self.room.store(PER_SECOND, Ordering::Relaxed);
            if !batch.is_empty()
                && let Err(error) = store.keep_decisions(&batch, clock.now()).await
            {
                tracing::warn!(%error, count = batch.len(), "recent decisions could not be kept");
            }
            if is_last {
                return;
            }
        }
    }
}

/// The word of an effect.
pub(super) fn word(effect: Effect) -> &'static str {
    match effect {
        Effect::Permit => "permit",
        Effect::Ask => "ask",
        Effect::Deny => "deny",
    }
}
