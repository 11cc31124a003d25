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

    /// Counts again what was taken and could not be written.
    pub(super) fn put_back(&self, counted: &Counted) {
        for (name, count) in &counted.counts {
            let Some((line, word)) = name.rsplit_once(':') else {
                continue;
            };
            let line = self.index.get(line).copied().unwrap_or(self.names.len());
            let kind = WORDS.iter().position(|it| *it == word);
            let counters = self.counters.get(line);
            if let Some(counter) = counters.zip(kind).and_then(|(all, kind)| all.get(kind)) {
                counter.fetch_add(*count, Ordering::Relaxed);
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_written_is_counted_again() {
        let names = vec!["SH-001".to_owned()];
        let counts = Counts {
            index: HashMap::from([("SH-001".to_owned(), 0)]),
            names,
            counters: (0..2).map(|_| Default::default()).collect(),
        };
        counts.counters[0][2].fetch_add(3, Ordering::Relaxed);
        counts.counters[1][5].fetch_add(4, Ordering::Relaxed);
        let taken = counts.take();
        assert!(counts.take().is_empty());
        taken.iter().for_each(|counted| counts.put_back(counted));
        let again = counts.take();
        let expected = [("SH-001:deny", 3), ("none:observed-deny", 4)];
        let expected = expected.map(|(name, count)| (name.to_owned(), count));
        assert_eq!(again[0].counts, BTreeMap::from(expected));
    }
}
