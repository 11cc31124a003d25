//! What is known of each subject, in memory, by token. Whoever changed since is read from the store again; until all were
//! read once, so is whoever is not here.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use abide_policy::decide::Facts;
use abide_store::SubjectToken;
use jiff::Timestamp;

use super::roster::Roster;

const SHARDS: usize = 64;
/// Stands for the passing of time, where nothing was written.
const EXPIRED: u64 = 0;

/// Facts by subject.
pub(super) struct Subjects {
    shards: Vec<RwLock<HashMap<SubjectToken, Slot>>>,
    changes: AtomicU64,
    is_complete: AtomicBool,
}

/// What is held of one.
#[derive(Clone)]
enum Slot {
    Facts(Facts),
    /// What few people have.
    Rare(Box<Rare>),
    /// Something changed since it was read; which change.
    Changed(u64),
}

#[derive(Clone)]
struct Rare {
    person: Person,
    /// The moment from which it has to be read again, in nanoseconds since 1970.
    until: i64,
}

/// What a decision needs to know of someone, with the tables that it is of.
#[derive(Clone)]
pub(super) struct Person {
    roster: Arc<Roster>,
    facts: Facts,
    old_terms: Option<(Arc<Roster>, Facts)>,
}

impl Person {
    /// Someone under the version in force.
    pub(super) fn of(roster: Arc<Roster>, facts: Facts) -> Self {
        Self {
            roster,
            facts,
            old_terms: None,
        }
    }

    /// The same person, who keeps older terms too.
    pub(super) fn under(mut self, roster: Arc<Roster>, facts: Facts) -> Self {
        self.old_terms = Some((roster, facts));
        self
    }

    /// What is known under the version in force.
    pub(super) fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The tables for it.
    pub(super) fn roster(&self) -> &Arc<Roster> {
        &self.roster
    }

    /// Older terms that are kept, and what is known under them.
    pub(super) fn old_terms(&self) -> Option<(&Roster, &Facts)> {
        let (roster, facts) = self.old_terms.as_ref()?;
        Some((roster, facts))
    }

    fn valid_until(&self) -> i64 {
        let old = self.old_terms.as_ref();
        let old = old.map_or(i64::MAX, |(_, facts)| facts.valid_until());
        self.facts.valid_until().min(old)
    }
}

/// What was found.
pub(super) enum Found {
    /// What holds at the moment asked for, of the lasting tables.
    Facts(Facts),
    /// The same of someone of whom there is more to know.
    Person(Person),
    /// The store has to be asked, and what it says is as of this change or later.
    Outdated(u64),
    /// Nobody has ever said or known anything of this subject.
    Stranger,
}

impl Default for Subjects {
    fn default() -> Self {
        Self {
            shards: (0..SHARDS).map(|_| RwLock::default()).collect(),
            changes: AtomicU64::new(EXPIRED),
            is_complete: AtomicBool::new(false),
        }
    }
}

impl std::fmt::Debug for Subjects {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Subjects({})", self.count())
    }
}

impl Subjects {
    fn shard(&self, subject: SubjectToken) -> &RwLock<HashMap<SubjectToken, Slot>> {
        // A token is a keyed hash, so any of its bytes is as good as a hash of it.
        &self.shards[usize::from(subject.0[0]) % SHARDS]
    }

    /// What is held of a subject at `now`.
    pub(super) fn find(&self, subject: SubjectToken, now: Timestamp) -> Found {
        let now = nanoseconds(now);
        // Read before the map: whoever was loaded in between is found there.
        let is_complete = self.is_complete.load(Ordering::Acquire);
        let shard = self
            .shard(subject)
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        match shard.get(&subject) {
            Some(Slot::Facts(facts)) if now < facts.valid_until() => Found::Facts(facts.clone()),
            Some(Slot::Rare(rare)) if now < rare.until => Found::Person(rare.person.clone()),
            Some(Slot::Changed(change)) => Found::Outdated(*change),
            None if is_complete => Found::Stranger,
            _ => Found::Outdated(EXPIRED),
        }
    }

    /// Holds what was read from the store as of `change`, of the lasting tables, unless there has been another one meanwhile.
    pub(super) fn hold(
        &self,
        subject: SubjectToken,
        person: Person,
        until: Option<i64>,
        change: u64,
    ) {
        let mut shard = self
            .shard(subject)
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let is_last = match shard.get(&subject) {
            Some(Slot::Changed(last)) => change == *last,
            Some(_) => change == EXPIRED,
            // Once everyone was read, whoever is not here has been forgotten since this was read.
            None => change == EXPIRED && !self.is_complete(),
        };
        if is_last {
            shard.insert(subject, slot(person, until));
        }
    }

    /// Forgets a subject of whom the store knew nothing as of `change`, unless there has been another one meanwhile.
    pub(super) fn forget(&self, subject: SubjectToken, change: u64) {
        // Until everyone was read, what was read before the change may still come.
        if !self.is_complete() {
            return;
        }
        let mut shard = self
            .shard(subject)
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if matches!(shard.get(&subject), Some(Slot::Changed(last)) if change == *last) {
            shard.remove(&subject);
        }
    }

    /// Holds what was read from the store at the start, unless something newer is here.
    pub(super) fn fill(&self, subject: SubjectToken, person: Person, until: Option<i64>) {
        let mut shard = self
            .shard(subject)
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        shard.entry(subject).or_insert_with(|| slot(person, until));
    }

    /// Everyone was read once: whoever is not here is a stranger.
    pub(super) fn complete(&self) {
        self.is_complete.store(true, Ordering::Release);
    }

    /// Whether everyone was read once.
    pub(super) fn is_complete(&self) -> bool {
        self.is_complete.load(Ordering::Acquire)
    }

    /// What is held of a subject is out of date.
    pub(super) fn change(&self, subject: SubjectToken) {
        let mut shard = self
            .shard(subject)
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let change = self.changes.fetch_add(1, Ordering::Relaxed) + 1;
        shard.insert(subject, Slot::Changed(change));
    }

    /// What is held of anyone is out of date.
    pub(super) fn change_all(&self) {
        for shard in &self.shards {
            let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
            let change = self.changes.fetch_add(1, Ordering::Relaxed) + 1;
            shard
                .values_mut()
                .for_each(|slot| *slot = Slot::Changed(change));
        }
    }

    /// The subjects of one part of the map; nothing behind the last part, or while not all are here.
    pub(super) fn part(&self, part: usize) -> Option<Vec<SubjectToken>> {
        let shard = self.shards.get(part).filter(|_| self.is_complete())?;
        let shard = shard.read().unwrap_or_else(PoisonError::into_inner);
        Some(shard.keys().copied().collect())
    }

    /// How many subjects are held.
    pub(super) fn count(&self) -> usize {
        let count = |shard: &RwLock<HashMap<_, _>>| {
            shard.read().unwrap_or_else(PoisonError::into_inner).len()
        };
        self.shards.iter().map(count).sum()
    }
}

fn slot(person: Person, until: Option<i64>) -> Slot {
    if until.is_none() && person.old_terms.is_none() {
        return Slot::Facts(person.facts);
    }
    let until = until.unwrap_or(i64::MAX).min(person.valid_until());
    Slot::Rare(Box::new(Rare { person, until }))
}

/// Nanoseconds since 1970, as facts count them.
pub(super) fn nanoseconds(moment: Timestamp) -> i64 {
    i64::try_from(moment.as_nanosecond()).unwrap_or(i64::MAX)
}
