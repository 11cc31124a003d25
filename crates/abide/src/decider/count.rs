//! How often each line decided what, to be written as evidence from time to time. Counts without a lock.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};

use abide_policy::decide::{Decision, Effect};
use abide_policy::model::Policy;

/// Counters of one policy.
#[derive(Debug)]
pub(super) struct Counts {
    index: HashMap<String, usize>,
    names: Vec<String>,
    /// Permit, ask, deny for each line; the last line stands for decisions without one.
    counters: Vec<[AtomicU64; 3]>,
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
    pub(super) fn count(&self, decision: &Decision) {
        let kind = match decision.effect {
            Effect::Permit => 0,
            Effect::Ask => 1,
            Effect::Deny => 2,
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

    /// What was counted since the last time, as `LINE:permit`, with zeros left out; and the lines concerned.
    pub(super) fn take(&self) -> (BTreeMap<String, u64>, Vec<String>) {
        let mut counts = BTreeMap::new();
        let mut lines = Vec::new();
        for (at, counters) in self.counters.iter().enumerate() {
            let line = self.names.get(at).map_or("none", String::as_str);
            let mut is_counted = false;
            for (counter, word) in counters.iter().zip(["permit", "ask", "deny"]) {
                let count = counter.swap(0, Ordering::Relaxed);
                if count > 0 {
                    counts.insert(format!("{line}:{word}"), count);
                    is_counted = true;
                }
            }
            if is_counted && at < self.names.len() {
                lines.push(line.to_owned());
            }
        }
        (counts, lines)
    }
}
