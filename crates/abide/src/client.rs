//! Abide inside a program: decisions and records without HTTP, on the same store as any server. Says what happens when
//! the store is out of reach: it denies, or repeats what it answered lately.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use abide_ledger::Receipt;
use abide_policy::decide::Effect;
use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use crate::background::Background;
use crate::clock::Clock;
use crate::config::Config;
use crate::decider::{Answer, Ask};
use crate::http::app::App;
use crate::http::consent::Consent;
use crate::http::problem::Problem;
use crate::http::recorded::Recorded;
use crate::http::subject::SubjectName;

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
    last: Mutex<LastAnswers>,
}

/// What was answered at last, by question.
#[derive(Debug, Default)]
struct LastAnswers {
    by_question: HashMap<[u8; 32], Last>,
    /// How often some were forgotten: an answer that was on its way by then is not kept.
    forgotten: u64,
}

#[derive(Debug)]
struct Last {
    at: Timestamp,
    answer: Answer,
    /// About whom, as a hash.
    subject: Option<[u8; 32]>,
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
        let forgotten = self.last().forgotten;
        let deciding = self.app.decider.answer(&self.app.store, ask, now);
        match tokio::time::timeout(self.behaviour.patience, deciding).await {
            Ok(Ok(answer)) => {
                self.remember(ask, &answer, now, forgotten);
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

    /// Records what a subject says. What was answered about the subject before is forgotten, also if recording fails: it may
    /// have been recorded all the same.
    pub async fn record(&self, consent: &Consent) -> Result<Recorded, Problem> {
        let recorded = self.app.record(consent, None).await;
        let subject = hash_of(&consent.subject);
        let mut last = self.last();
        last.forgotten += 1;
        last.by_question.retain(|_, kept| kept.subject != subject);
        recorded
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

    fn last(&self) -> MutexGuard<'_, LastAnswers> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, ask: &Ask, answer: &Answer, now: Timestamp, forgotten: u64) {
        let OnOutage::LastKnown(_) = self.behaviour.on_outage else {
            return;
        };
        let mut last = self.last();
        if last.forgotten != forgotten {
            return;
        }
        if last.by_question.len() >= LIMIT {
            last.by_question.clear();
        }
        let kept = Last {
            at: now,
            answer: answer.clone(),
            subject: ask.subject.as_ref().and_then(hash_of),
        };
        last.by_question.insert(ask.key(), kept);
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
        match self.last().by_question.get(&ask.key()) {
            Some(last) if now.duration_since(last.at) <= age => Reply {
                effect: last.answer.effect,
                answer: Some(last.answer.clone()),
                given_at: Some(last.at),
            },
            _ => denied,
        }
    }
}

/// A subject in whatever spelling; nothing for what is no identifier, of which nothing is ever answered.
fn hash_of(subject: &SubjectName) -> Option<[u8; 32]> {
    let identifier = subject.identifier().ok()?;
    let kind = Sha256::new().chain_update(identifier.kind());
    let value = kind.chain_update([0]).chain_update(identifier.value());
    Some(value.finalize().into())
}
