//! What is known of one person, as bits. Holds no names, and nothing beyond what a decision needs.

use std::sync::PoisonError;

use jiff::Timestamp;

use super::known::{Held, Known, Matter};
use super::layout::{Bit, ClassBits, ClassLine};
use super::number::Residence;
use super::person::{Ages, Finding, Person, next_birthday};
use super::region::Live;
use super::tables::Tables;
use super::truth::Truth;
use super::window::nanoseconds;
use crate::nouns::NounId;
use crate::vocabulary::{Kind, Slot};

/// Words that every person has room for; further ones are kept apart.
pub(super) const WORDS: usize = 5;

/// Everything known about a person that a decision under one policy may need: 64 bytes in the usual case.
#[derive(Clone)]
pub struct Facts {
    words: [u64; WORDS],
    valid_until: i64,
    tables: u32,
    /// The first bit beyond those that may be set.
    end: u32,
    side: Option<Box<Side>>,
}

/// What few people have.
#[derive(Debug, Clone, Default)]
struct Side {
    words: Vec<u64>,
    ends: Vec<(Bit, u32, i64)>,
}

impl std::fmt::Debug for Facts {
    /// Says nothing about the person.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Facts")
    }
}

impl Facts {
    /// What is known at `now`, under the policy of `tables`.
    pub fn new(tables: &Tables, known: &Known, now: Timestamp) -> Self {
        let mut facts = Self {
            words: [0; WORDS],
            valid_until: i64::MAX,
            tables: tables.number,
            end: tables.layout.size,
            side: None,
        };
        let person = Person {
            ages: Ages::of(known.subject.age, now),
            residence: known
                .subject
                .residence
                .as_deref()
                .and_then(|name| Residence::find(&tables.policy, name)),
            numbers: &tables.numbers,
        };
        facts.note_people(tables, known, &person);
        facts.note_events(tables, known, &person, now);
        facts.note_signals(tables, known, &person);
        facts.note_held(tables, known, &person, now);
        if let Some(born) = known.subject.age.born {
            facts.expire(next_birthday(born, now));
        }
        facts
    }

    /// The moment, in nanoseconds since 1970, from which these facts are out of date: something begins or ends, or the
    /// person has a birthday.
    pub fn valid_until(&self) -> i64 {
        self.valid_until
    }

    /// Bytes that these facts take.
    pub fn bytes(&self) -> usize {
        let side = self.side.as_ref().map_or(0, |side| {
            size_of::<Side>()
                + size_of_val(side.words.as_slice())
                + size_of_val(side.ends.as_slice())
        });
        size_of::<Self>() + side
    }

    /// The number of the tables that these facts are for.
    pub(super) fn tables(&self) -> u32 {
        self.tables
    }

    /// The first bit beyond those that may be set.
    pub(super) fn end(&self) -> u32 {
        self.end
    }

    /// Whether a bit is set.
    pub(super) fn has(&self, bit: Bit) -> bool {
        self.word(bit.0 as usize / 64) >> (bit.0 % 64) & 1 == 1
    }

    /// A word of bits.
    pub(super) fn word(&self, at: usize) -> u64 {
        match self.words.get(at) {
            Some(word) => *word,
            None => self
                .side
                .as_ref()
                .and_then(|side| side.words.get(at - WORDS).copied())
                .unwrap_or(0),
        }
    }

    /// When a window after the beginning of something held is over, in nanoseconds.
    pub(super) fn window_end(&self, bit: Bit, window: u32) -> i64 {
        let ends = self.side.as_ref().map_or(&[][..], |side| &side.ends);
        ends.iter()
            .find(|(held, index, _)| (*held, *index) == (bit, window))
            .map_or(i64::MIN, |(_, _, end)| *end)
    }

    fn set(&mut self, bit: Bit) {
        let (at, mask) = (bit.0 as usize / 64, 1 << (bit.0 % 64));
        self.end = self.end.max(bit.0 + 1);
        if let Some(word) = self.words.get_mut(at) {
            *word |= mask;
            return;
        }
        let words = &mut self.side.get_or_insert_default().words;
        if words.len() <= at - WORDS {
            words.resize(at - WORDS + 1, 0);
        }
        if let Some(word) = words.get_mut(at - WORDS) {
            *word |= mask;
        }
    }

    fn set_if(&mut self, bit: Bit, holds: bool) {
        if holds {
            self.set(bit);
        }
    }

    fn set_class(&mut self, bits: ClassBits, finding: Finding) {
        self.set_if(bits.certain, finding.truth == Truth::True);
        self.set_if(bits.possible, finding.truth != Truth::False);
        let unknown = finding.truth == Truth::Unknown;
        self.set_if(bits.age, unknown && finding.wants_age);
        self.set_if(bits.residence, unknown && finding.wants_residence);
    }

    fn expire(&mut self, moment: i64) {
        self.valid_until = self.valid_until.min(moment);
    }

    fn note_people(&mut self, tables: &Tables, known: &Known, person: &Person<'_>) {
        let given: Vec<NounId> = known
            .subject
            .people
            .iter()
            .filter_map(|name| tables.policy.nouns.find(Kind::People, name))
            .collect();
        for (id, class) in &tables.layout.classes {
            self.set_if(class.given, is_given(tables, &given, *id));
            if let Some(bits) = class.whole {
                self.set_class(
                    bits,
                    membership(tables, &given, person, *id, &mut Vec::new()),
                );
            }
            for line in &class.lines {
                if let Some(bits) = line.bits {
                    self.set_class(bits, line_holds(line, person));
                }
            }
        }
        for (place, bits) in &tables.layout.places {
            self.set_class(*bits, person.lives_in(tables.policy.nouns.set(*place)));
        }
        let shown: Vec<NounId> = known
            .relations
            .iter()
            .filter_map(|name| tables.policy.nouns.find(Kind::People, name))
            .collect();
        for (id, bit) in &tables.layout.relations {
            self.set_if(*bit, is_shown(tables, &shown, *id));
        }
    }

    fn note_events(&mut self, tables: &Tables, known: &Known, person: &Person<'_>, now: Timestamp) {
        let told = known.occurrences.iter().filter_map(|occurrence| {
            let event = tables.policy.nouns.find(Kind::Event, &occurrence.event)?;
            Some((event, occurrence.at))
        });
        let implied = known.held.iter().flat_map(|held| {
            let events = implied_events(tables, held).into_iter();
            events.map(|event| (event, held.since))
        });
        let mut last: Vec<(NounId, Timestamp)> = Vec::new();
        for (event, at) in told.chain(implied) {
            if at > now {
                self.expire(nanoseconds(at));
                continue;
            }
            match last.iter_mut().find(|(known, _)| *known == event) {
                Some((_, latest)) => *latest = at.max(*latest),
                None => last.push((event, at)),
            }
        }
        let nouns = &tables.policy.nouns;
        let below = |wide: NounId| {
            last.iter()
                .filter(move |(event, _)| {
                    *event == wide || nouns.set(wide).contains(nouns.set(*event))
                })
                .map(|(_, at)| *at)
        };
        for (event, bit) in &tables.layout.happened {
            self.set_if(*bit, below(*event).next().is_some());
        }
        let moment = nanoseconds(now);
        for ((event, window), bit) in &tables.layout.running {
            let Some(start) = below(*event).max() else {
                continue;
            };
            let end = window.end(start, person.numbers, person.residence.as_ref());
            if end > moment {
                self.set(*bit);
                self.expire(end);
            }
        }
    }

    fn note_signals(&mut self, tables: &Tables, known: &Known, _person: &Person<'_>) {
        for name in &known.signals {
            let bit = tables
                .policy
                .nouns
                .find(Kind::Signal, name)
                .and_then(|id| tables.layout.signals.get(&id));
            if let Some(bit) = bit {
                self.set(*bit);
            }
        }
    }

    fn note_held(&mut self, tables: &Tables, known: &Known, person: &Person<'_>, now: Timestamp) {
        for held in &known.held {
            for moment in std::iter::once(held.since).chain(held.until) {
                if moment > now {
                    self.expire(nanoseconds(moment));
                }
            }
        }
        let live = known
            .held
            .iter()
            .filter(|held| held.since <= now && held.until.is_none_or(|until| until > now));
        let live = Live::of(&tables.policy, live);
        if live.is_empty() {
            return;
        }
        let known_bits: Vec<Option<Bit>> = {
            let regions = tables
                .regions
                .read()
                .unwrap_or_else(PoisonError::into_inner);
            live.iter().map(|one| regions.find(one)).collect()
        };
        for (one, bit) in live.iter().zip(known_bits) {
            let bit = bit.unwrap_or_else(|| tables.learn(one));
            self.set(bit);
            for (index, window) in (0_u32..).zip(&tables.layout.fact_windows) {
                let end = window.end(one.since(), person.numbers, person.residence.as_ref());
                self.side
                    .get_or_insert_default()
                    .ends
                    .push((bit, index, end));
            }
        }
    }
}

/// Whether one of the names is that class, or one inside it.
fn is_given(tables: &Tables, given: &[NounId], class: NounId) -> bool {
    let nouns = &tables.policy.nouns;
    given
        .iter()
        .any(|id| *id == class || nouns.set(class).contains(nouns.set(*id)))
}

/// Whether one of the relations is that class, a narrower one, or a wider one that itself acts for somebody.
fn is_shown(tables: &Tables, shown: &[NounId], class: NounId) -> bool {
    let nouns = &tables.policy.nouns;
    is_given(tables, shown, class)
        || shown.iter().any(|id| {
            nouns.set(*id).contains(nouns.set(class))
                && nouns.get(*id).slots(Slot::ActsFor).next().is_some()
        })
}

/// Whether the person is in a class that no fact decides about, other than by way of the classes `within` which it is
/// looked at.
fn membership(
    tables: &Tables,
    given: &[NounId],
    person: &Person<'_>,
    id: NounId,
    within: &mut Vec<NounId>,
) -> Finding {
    if is_given(tables, given, id) || tables.is_everyone(id) {
        return Finding::of(Truth::True);
    }
    let none = Finding::of(Truth::False);
    let class = tables.layout.classes.get(&id);
    let Some(class) = class.filter(|_| !within.contains(&id)) else {
        return none;
    };
    within.push(id);
    let mut found = none;
    for line in &class.lines {
        let mut holds = line_holds(line, person);
        for wide in &line.narrows {
            holds = holds.and(membership(tables, given, person, *wide, within));
        }
        found = found.or(holds);
    }
    within.pop();
    found
}

/// Whether age and place of a line hold.
fn line_holds(line: &ClassLine, person: &Person<'_>) -> Finding {
    let age = line
        .ages
        .iter()
        .map(|age| person.is_aged(age))
        .reduce(Finding::or);
    let place = line.places.as_ref().map(|places| person.lives_in(places));
    age.into_iter()
        .chain(place)
        .fold(Finding::of(Truth::True), Finding::and)
}

/// The events that holding something is.
fn implied_events(tables: &Tables, held: &Held) -> Vec<NounId> {
    let nouns = &tables.policy.nouns;
    let event = |name: &str| nouns.find(Kind::Event, name);
    match (&held.matter, held.holds) {
        (Matter::Fact(fact), false) => nouns
            .find(Kind::Fact, fact)
            .filter(|id| nouns.is_a(*id, Kind::Fact, "consent"))
            .and_then(|_| event("withdrawal"))
            .into_iter()
            .collect(),
        (Matter::Right(right), true) => {
            let right = nouns.find(Kind::Right, right);
            let names = right.into_iter().flat_map(|id| tables.rights.events(id));
            names.filter_map(event).collect()
        }
        _ => Vec::new(),
    }
}
