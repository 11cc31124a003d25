//! Abide inside a program: decisions and records without HTTP, on the same store as any server. Says what happens when
//! the store is out of reach: it denies, or repeats what it answered lately.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use abide_ledger::Receipt;
use abide_policy::decide::Effect;
use anyhow::Result;
use jiff::{SignedDuration, Timestamp};

use crate::background::Background;
use crate::clock::Clock;
use crate::config::Config;
use crate::decider::{Answer, Ask};
use crate::http::app::App;
use crate::http::consent::Consent;
use crate::http::problem::Problem;
use crate::http::record::Done;
use crate::http::recorded::Recorded;

/// Answers that are kept for an outage.
const LIMIT: usize = 10_000;

/// What happens when no answer can be given in time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnOutage {
    /// It is denied.
    #[default]
    Deny,
    /// The same question is answered as it was at last, if that is no longer ago than this; else it is denied.
    LastKnown(SignedDuration),
}

/// How a client behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behaviour {
    /// How long a decision may take.
    pub patience: Duration,
    /// What happens when it takes longer, or the store is out of reach.
    pub on_outage: OnOutage,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            patience: Duration::from_millis(500),
            on_outage: OnOutage::Deny,
        }
    }
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// What may happen.
    pub effect: Effect,
    /// The answer with its reasons; none if it is denied for an outage.
    pub answer: Option<Answer>,
    /// When it was given, if that is not at this moment.
    pub given_at: Option<Timestamp>,
}

/// Abide inside a program.
#[derive(Debug)]
pub struct Client {
    app: Arc<App>,
    background: Background,
    behaviour: Behaviour,
    last: Mutex<HashMap<[u8; 32], (Timestamp, Answer)>>,
}

impl Client {
    /// Opens the store and puts in force what it says. The listeners of the configuration are not opened.
    pub async fn open(config: Config, behaviour: Behaviour, clock: Clock) -> Result<Self> {
        let app = Arc::new(App::open(config, clock).await?);
        Ok(Self {
            background: Background::start(&app)?,
            app,
            behaviour,
            last: Mutex::default(),
        })
    }

    /// What the endpoints of a server share: everything else that can be done.
    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// Whether something may be done.
    ///
    /// # Errors
    /// A question that cannot be asked. An outage is no error but an answer.
    pub async fn decide(&self, ask: &Ask) -> Result<Reply, Problem> {
        let now = self.app.clock.now();
        let deciding = self.app.decider.answer(&self.app.store, ask, now);
        match tokio::time::timeout(self.behaviour.patience, deciding).await {
            Ok(Ok(answer)) => {
                self.remember(ask, &answer, now);
                Ok(Reply {
                    effect: answer.effect,
                    answer: Some(answer),
                    given_at: None,
                })
            }
            Ok(Err(problem)) if !problem.is_outage() => Err(problem),
            _ => Ok(self.last_known(ask, now)),
        }
    }

    /// Records what a subject says.
    pub async fn record(&self, consent: &Consent) -> Result<Recorded, Problem> {
        match self.app.record(consent, None).await? {
            Done::Recorded(recorded) => Ok(recorded),
            // Without an idempotency key nothing was answered before.
            Done::Before(_) => Err(Problem::Broken),
        }
    }

    /// The receipt of what was recorded, once it is in the log; nothing if that takes more than two seconds.
    pub async fn receipt(&self, recorded: &Recorded) -> Result<Option<Receipt>, Problem> {
        self.app.await_receipt_of(recorded).await
    }

    /// Writes what is still to be written, and closes the store.
    pub async fn close(self) {
        self.background.stop().await;
        self.app.store.close().await;
    }

    fn remember(&self, ask: &Ask, answer: &Answer, now: Timestamp) {
        let OnOutage::LastKnown(_) = self.behaviour.on_outage else {
            return;
        };
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() >= LIMIT {
            last.clear();
        }
        last.insert(ask.key(), (now, answer.clone()));
    }

    fn last_known(&self, ask: &Ask, now: Timestamp) -> Reply {
        let denied = Reply {
            effect: Effect::Deny,
            answer: None,
            given_at: None,
        };
        let OnOutage::LastKnown(age) = self.behaviour.on_outage else {
            return denied;
        };
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match last.get(&ask.key()) {
            Some((given_at, answer)) if now.duration_since(*given_at) <= age => Reply {
                effect: answer.effect,
                answer: Some(answer.clone()),
                given_at: Some(*given_at),
            },
            _ => denied,
        }
    }
}
