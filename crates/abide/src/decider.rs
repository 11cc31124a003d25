//! Answers questions from memory: policies in force as tables, subjects as bits. Never holds a lock while it decides, and
//! never takes a choice from a request for one that was recorded.

mod answer;
mod ask;
mod audience;
pub(crate) mod check;
mod count;
mod example;
mod follow;
mod in_force;
mod knowledge;
mod message;
mod mode;
mod preview;
mod questions;
mod recent;
mod refresh;
mod report;
mod roster;
mod subjects;
mod terms;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use abide_store::{Store, SubjectToken};
use tokio::sync::{Notify, watch};

pub use answer::Answer;
pub use ask::{Ask, MinEntry};
pub use audience::{Audience, Total};
pub use example::example;
pub use in_force::{InForce, source_files};
pub(crate) use knowledge::{is_age_band, is_birth};
pub use message::{Verdict, is_stopped};
pub use mode::{Mode, Modes};
pub use preview::Preview;

use crate::clock::Clock;
use crate::config::{Assume, Observe};
use crate::http::problem::Problem;

/// Answers questions.
#[derive(Debug)]
pub struct Decider {
    state: RwLock<Arc<State>>,
    assume: Assume,
    observe: Vec<Observe>,
    /// Subjects that were joined with others, few of all.
    families: RwLock<HashMap<SubjectToken, Arc<[SubjectToken]>>>,
    /// How many entries of the log are taken into account.
    as_of: watch::Sender<u64>,
    /// Recent decisions on their way to the store.
    recent: recent::Recent,
    /// What was in force until lately, whose counts are still to be written.
    replaced: Mutex<Vec<Arc<InForce>>>,
    /// One at a time reads what is in force.
    refreshing: tokio::sync::Mutex<()>,
    /// Something was put in force of whose subjects nothing is in memory.
    to_fill: Notify,
}

/// What is in force. Replaced as a whole, so that a question sees one state from beginning to end.
#[derive(Debug, Default)]
pub struct State {
    policies: BTreeMap<String, Arc<InForce>>,
    modes: Modes,
}

impl Decider {
    /// A decider without a policy.
    pub fn new(assume: Assume, observe: Vec<Observe>) -> Self {
        Self {
            state: RwLock::default(),
            assume,
            observe,
            families: RwLock::default(),
            as_of: watch::Sender::new(0),
            recent: recent::Recent::default(),
            replaced: Mutex::default(),
            refreshing: tokio::sync::Mutex::default(),
            to_fill: Notify::new(),
        }
    }

    /// What is in force at this moment.
    pub fn state(&self) -> Arc<State> {
        Arc::clone(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// How many entries of the log are taken into account.
    pub fn as_of(&self) -> u64 {
        *self.as_of.borrow()
    }

    /// Something about a subject was recorded: what is held in memory of it, and of whoever was joined with it, is out of
    /// date.
    pub fn changed(&self, subject: SubjectToken) {
        let families = self.families.read().unwrap_or_else(PoisonError::into_inner);
        let family = families.get(&subject).cloned();
        drop(families);
        let members = family.as_deref().unwrap_or(std::slice::from_ref(&subject));
        for policy in self.state().policies.values() {
            for member in members {
                policy.subjects().change(*member);
            }
        }
    }

    /// Something about someone was recorded, and nothing says of whom: what is held in memory of anyone is out of date.
    fn all_changed(&self) {
        for policy in self.state().policies.values() {
            policy.subjects().change_all();
        }
    }

    /// These are one subject from here on. Whoever was one with any of them before is out of date too.
    pub fn joined(&self, family: &[SubjectToken]) {
        for member in family {
            self.changed(*member);
        }
        self.note_family(family);
        for member in family {
            self.changed(*member);
        }
    }

    /// Whether a subject is another one by a further name, such as a device that was joined.
    fn is_alias(&self, subject: SubjectToken) -> bool {
        let families = self.families.read().unwrap_or_else(PoisonError::into_inner);
        let family = families.get(&subject);
        family.is_some_and(|family| family.first() != Some(&subject))
    }

    /// Keeps recent decisions for previews, until told to stop.
    pub async fn keep_recent(&self, store: &Store, clock: &Clock, stop: watch::Receiver<bool>) {
        self.recent.keep(store, clock, stop).await;
    }

    /// These are erased: nothing is held of them from here on.
    pub fn erased(&self, family: &[SubjectToken]) {
        family.iter().for_each(|member| self.changed(*member));
        let mut families = self
            .families
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        for member in family {
            families.remove(member);
        }
    }

    fn note_family(&self, family: &[SubjectToken]) {
        let shared: Arc<[SubjectToken]> = Arc::from(family);
        let mut families = self
            .families
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        for member in family {
            families.insert(*member, Arc::clone(&shared));
        }
    }
}

impl State {
    /// The policy of that name; without a name, the only one in force.
    pub fn policy(&self, name: Option<&str>) -> Result<&Arc<InForce>, Problem> {
        match name {
            Some(name) => self.policies.get(name).ok_or(Problem::NoPolicy),
            None => match self.policies.len() {
                0 | 1 => self.policies.values().next().ok_or(Problem::NoPolicy),
                _ => {
                    let names = self.policies.keys().cloned().collect();
                    Err(Problem::PolicyNotNamed(names))
                }
            },
        }
    }

    /// All policies in force, by name.
    pub fn policies(&self) -> impl Iterator<Item = &Arc<InForce>> {
        self.policies.values()
    }

    /// What is observed and what is enforced.
    pub fn modes(&self) -> &Modes {
        &self.modes
    }
}
