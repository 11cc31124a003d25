//! What the entries of a log say of controls and clauses, gathered one by one, so that a log of any length fits. Reads
//! public parts only: whoever has a bundle gathers the same.

use std::collections::{BTreeMap, BTreeSet};

use abide_ledger::{Day, Public};

use crate::control::{CONTROLS, find};
use crate::{ATTESTED, CHECKED};

/// What a look at a control came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// It is on, or found nothing wrong.
    Well,
    /// It found something.
    Failed,
    /// It only observes for some clauses.
    Observing,
    /// Looking did not work.
    Unknown,
    /// It is switched off.
    Off,
    /// There is nothing for it to stand on: no policy in force, no mapped source.
    Groundless,
}

impl Look {
    const ALL: [Self; 6] = [
        Self::Well,
        Self::Failed,
        Self::Observing,
        Self::Unknown,
        Self::Off,
        Self::Groundless,
    ];

    /// The word it is written as.
    pub fn word(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Failed => "failed",
            Self::Observing => "observing",
            Self::Unknown => "unknown",
            Self::Off => "off",
            Self::Groundless => "groundless",
        }
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|look| look.word() == word)
    }
}

/// Where an entry stands, and of which day it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Its number in the log, from 0; none for what is not in a log.
    pub number: Option<u64>,
    /// Its day.
    pub day: Day,
}

/// The last look at a control.
#[derive(Debug, Clone)]
pub(crate) struct LastLook {
    pub look: Look,
    pub mark: Mark,
    pub clauses: BTreeSet<String>,
    /// What was found, as `CLAUSE/CODE/PLACE`, with how much of it.
    pub counts: BTreeMap<String, u64>,
    /// Since when each clause has been found broken without a break.
    pub since: BTreeMap<String, Day>,
}

/// What shows a control at work for a clause.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    pub mark: Mark,
    pub entries: u64,
}

/// A person's word for a clause.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Word {
    pub mark: Mark,
    pub until: Option<Day>,
}

/// What a log says.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    policy: String,
    looks: BTreeMap<&'static str, LastLook>,
    seen: BTreeMap<&'static str, BTreeMap<String, Seen>>,
    words: BTreeMap<String, Word>,
}

impl Facts {
    /// Nothing yet, about the version of a policy with this hash.
    pub fn of(policy: &str) -> Self {
        Self {
            policy: policy.to_owned(),
            ..Self::default()
        }
    }

    /// Takes the next entry in: its public part and where it stands.
    pub fn add(&mut self, number: Option<u64>, entry: &Public) {
        let mark = Mark {
            number,
            day: entry.day,
        };
        if entry.kind == CHECKED {
            return self.take_look(mark, entry);
        }
        if entry.kind == ATTESTED {
            let until = entry.counts.get("until").and_then(|number| day_of(*number));
            for clause in &entry.clauses {
                self.words.insert(clause.clone(), Word { mark, until });
            }
            return;
        }
        let is_of_other = entry
            .policy
            .as_ref()
            .is_some_and(|policy| *policy != self.policy);
        if entry.clauses.is_empty() && is_of_other {
            return;
        }
        for control in CONTROLS
            .iter()
            .filter(|control| (control.recognises)(entry))
        {
            let seen = self.seen.entry(control.name).or_default();
            // What names no clause speaks for the whole policy.
            let whole = [String::new()];
            let clauses = if entry.clauses.is_empty() {
                &whole[..]
            } else {
                &entry.clauses
            };
            for clause in clauses {
                let known = seen
                    .entry(clause.clone())
                    .or_insert(Seen { mark, entries: 0 });
                known.entries += 1;
                known.mark = mark;
            }
        }
    }

    fn take_look(&mut self, mark: Mark, entry: &Public) {
        let control = entry.control.as_deref().and_then(find);
        let look = entry.outcome.as_deref().and_then(Look::of);
        let (Some(control), Some(look)) = (control, look) else {
            return;
        };
        if entry.policy.as_ref() != Some(&self.policy) {
            return;
        }
        let before = self.looks.remove(control.name);
        let clauses: BTreeSet<String> = entry.clauses.iter().cloned().collect();
        let mut since = BTreeMap::new();
        if look == Look::Failed {
            for clause in &clauses {
                let known = before.as_ref().and_then(|before| before.since.get(clause));
                since.insert(clause.clone(), known.copied().unwrap_or(mark.day));
            }
        }
        let last = LastLook {
            look,
            mark,
            clauses,
            counts: entry.counts.clone(),
            since,
        };
        self.looks.insert(control.name, last);
    }

    pub(crate) fn look(&self, control: &str) -> Option<&LastLook> {
        self.looks.get(control)
    }

    /// The looks that found something against a clause.
    pub(crate) fn failed<'a>(&'a self, clause: &'a str) -> impl Iterator<Item = &'a LastLook> {
        self.looks
            .values()
            .filter(move |look| look.look == Look::Failed && look.clauses.contains(clause))
    }

    pub(crate) fn word(&self, clause: &str) -> Option<Word> {
        self.words.get(clause).copied()
    }

    /// What shows a control at work for any of these ids; the last mark, and how many entries there are.
    pub(crate) fn seen<'a>(
        &self,
        control: &str,
        ids: impl Iterator<Item = &'a str>,
    ) -> Option<Seen> {
        let by_id = self.seen.get(control)?;
        ids.filter_map(|id| by_id.get(id))
            .copied()
            .reduce(|one, other| Seen {
                mark: if (other.mark.day, other.mark.number) > (one.mark.day, one.mark.number) {
                    other.mark
                } else {
                    one.mark
                },
                entries: one.entries + other.entries,
            })
    }
}

/// `20270301` as a day.
fn day_of(number: u64) -> Option<Day> {
    let year = u16::try_from(number / 10_000).ok()?;
    let month = u8::try_from(number / 100 % 100).ok()?;
    let day = u8::try_from(number % 100).ok()?;
    Day::new(year, month, day).ok()
}
