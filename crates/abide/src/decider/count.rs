//! How often each line decided what, to be written as evidence from time to time. Counts without a lock.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};

use abide_policy::decide::{Decision, Effect};
use abide_policy::model::Policy;

use super::mode::Mode;

/// What may be counted: what was answered, and what would have been while it was only observed.
const WORDS: [&str; 6] = [
    "permit",
    "ask",
    "deny",
    "observed-permit",
    "observed-ask",
    "observed-deny",
];
/// Counts that stand in one entry.
const PORTION: usize = 500;

/// Counters of one policy.
#[derive(Debug)]
pub(super) struct Counts {
    index: HashMap<String, usize>,
    names: Vec<String>,
    /// By [`WORDS`] for each line; the last line stands for decisions without one.
    counters: Vec<[AtomicU64; 6]>,
}

impl Counts {
    /// A counter for each line of a policy, by its clause if it has one.
    pub(super) fn of(policy: &Policy) -> Self {
        let names: Vec<String> = policy.norms.iter().map(|norm| norm.id.clone()).collect();
        let index = names.iter().cloned().zip(0..).collect();
        let counters = (0..=names.len()).map(|_| Default::default()).collect();
        Self {
            index,
            names,
            counters,
        }
    }

    /// Counts a decision once for each line that decided.
    pub(super) fn count(&self, decision: &Decision, mode: Mode) {
        let kind = match decision.effect {
            Effect::Permit => 0,
            Effect::Ask => 1,
            Effect::Deny => 2,
        };
        let kind = match mode {
            Mode::Enforce => kind,
            Mode::Observe => kind + 3,
        };
        let add = |line: usize| {
            if let Some(counters) = self.counters.get(line) {
                counters[kind].fetch_add(1, Ordering::Relaxed);
            }
        };
        if decision.lines.is_empty() {
            add(self.names.len());
        }
        for line in &decision.lines {
            if let Some(at) = self.index.get(&line.id) {
                add(*at);
            }
        }
    }

    /// What was counted since the last time, with zeros left out, in portions that each fit into an entry.
    pub(super) fn take(&self) -> Vec<Counted> {
        let mut portions = Vec::new();
        let mut counted = Counted::default();
        for (at, counters) in self.counters.iter().enumerate() {
            let line = self.names.get(at).map_or("none", String::as_str);
            let before = counted.counts.len();
            for (counter, word) in counters.iter().zip(WORDS) {
                let count = counter.swap(0, Ordering::Relaxed);
                if count > 0 {
                    counted.counts.insert(format!("{line}:{word}"), count);
                }
            }
            if counted.counts.len() > before && at < self.names.len() {
                counted.lines.push(line.to_owned());
            }
            if counted.counts.len() >= PORTION {
                portions.push(std::mem::take(&mut counted));
            }
        }
        if !counted.counts.is_empty() {
            portions.push(counted);
        }
        portions
    }
}

/// A portion of the counts.
#[derive(Debug, Default)]
pub(super) struct Counted {
    /// How often, as `LINE:WORD`.
    pub counts: BTreeMap<String, u64>,
    /// The lines concerned.
    pub lines: Vec<String>,
}
