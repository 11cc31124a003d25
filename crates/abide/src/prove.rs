//! Looks at every control once and computes the board of a policy from what the log says. What is looked at is a
//! [`World`] of plain values, so that a test can break each promise. Decides nothing: `abide-promise` does.

mod attest;
mod database;
mod page;
mod record;
mod requests;
mod text;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use abide_ledger::{Day, Public};
use abide_policy::Library;
use abide_policy::model::Policy;
use abide_policy::notice::html;
use abide_policy::sentence::Language;
use abide_promise::{Bindings, CHECKED, CONTROLS, Control, Grade, Ground, Look};
use jiff::Timestamp;
use jiff::tz::TimeZone;

pub use attest::{Word, attest};
pub use database::{Answer, Database, Found, Overdue};
pub use page::page;
pub use record::{of_log, of_looks, record};
pub use requests::Late;
pub use text::text;
pub use world::gather;

/// The most places that one entry names.
const MOST_PLACES: usize = 300;
/// The most clauses that one entry names; beyond that it is not known of which promise it speaks.
const MOST_CLAUSES: usize = 2000;
/// How long a clause, what was found and its place may be together.
const KEY_BYTES: usize = 126;

/// Where a policy stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is in force here.
    InForce,
    /// Another version is, or none.
    NotInForce,
    /// There are no records here: what is computed is how it would stand, put in force.
    Imagined,
}

/// Everything that is looked at.
pub struct World<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// Hash of its version, in hex.
    pub version: &'a str,
    /// Where it stands.
    pub standing: Standing,
    /// The clauses that are only observed.
    pub observed: BTreeSet<String>,
    /// The controls that `abide.kdl` switches off.
    pub switched_off: &'a [String],
    /// The mapped sources, as they are found.
    pub databases: Vec<Database>,
    /// The notice in each of its languages.
    pub notices: Vec<String>,
    /// What people asked for and nobody answered in time.
    pub late: Vec<Late>,
}

/// What a look at one control came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// The control.
    pub control: &'static str,
    /// What it came to.
    pub look: Look,
    /// The clauses that this is about, where it is not about all.
    pub clauses: BTreeSet<String>,
    /// What was found, as `CLAUSE/WHAT/PLACE`, with how much of it.
    pub counts: BTreeMap<String, u64>,
}

impl Looked {
    fn new(control: &'static str, look: Look) -> Self {
        Self {
            control,
            look,
            clauses: BTreeSet::new(),
            counts: BTreeMap::new(),
        }
    }

    /// The public part of its entry.
    pub fn public(&self, version: &str, day: Day) -> Public {
        Public {
            clauses: self.clauses.iter().cloned().collect(),
            control: Some(self.control.to_owned()),
            policy: Some(version.to_owned()),
            outcome: Some(self.look.word().to_owned()),
            counts: self.counts.clone(),
            ..Public::new(CHECKED, day)
        }
    }

    fn fail(&mut self, clause: &str, what: &str, place: &str, count: u64) {
        self.look = Look::Failed;
        self.clauses.insert(clause.to_owned());
        if self.counts.len() < MOST_PLACES {
            let room = KEY_BYTES.saturating_sub(clause.len() + what.len());
            let key = format!("{clause}/{what}/{}", word(place, room));
            *self.counts.entry(key).or_default() += count;
        }
    }

    /// A look at more than an entry can name says less, never something else.
    fn within_bounds(mut self) -> Self {
        if self.clauses.len() > MOST_CLAUSES {
            self = Self::new(self.control, Look::Unknown);
        }
        self
    }
}

/// The notice of a policy in each of its languages, as people read it.
pub fn notices(policy: &Policy) -> Vec<String> {
    let mut languages: Vec<Language> = policy
        .languages
        .iter()
        .filter_map(|tag| Language::of(&tag.value))
        .collect();
    if languages.is_empty() {
        languages.push(Language::English);
    }
    let library = Library::standard();
    let pages = languages.into_iter();
    pages
        .map(|language| html(policy, library, language, None))
        .collect()
}

/// A day as entries state it.
pub fn day(now: Timestamp) -> anyhow::Result<Day> {
    Ok(now.to_zoned(TimeZone::UTC).date().to_string().parse()?)
}

/// Looks at every control.
pub fn look(world: &World<'_>) -> Vec<Looked> {
    let bindings = Bindings::of(world.policy);
    CONTROLS
        .iter()
        .map(|control| {
            if world.switched_off.iter().any(|off| off == control.name) {
                return Looked::new(control.name, Look::Off);
            }
            let looked = match (control.ground, control.grade) {
                (Ground::People, _) => Looked::new(control.name, Look::Well),
                (Ground::Policy, Grade::Watches) => look_at_notice(world, &bindings, control),
                (Ground::Policy, _) => look_at_gate(world, &bindings, control),
                (Ground::Sources, _) => database::look(world, &bindings, control),
                (Ground::Requests, _) => requests::look(world, &bindings, control),
            };
            looked.within_bounds()
        })
        .collect()
}

/// A gate stands while its version is in force, and blocks what is not only observed.
fn look_at_gate(world: &World<'_>, bindings: &Bindings, control: &Control) -> Looked {
    if world.standing == Standing::NotInForce {
        return Looked::new(control.name, Look::Groundless);
    }
    let mut looked = Looked::new(control.name, Look::Well);
    let clauses = bindings.kept_by(control.name);
    looked.clauses = clauses
        .map(|binding| binding.clause.clone())
        .filter(|clause| world.observed.contains(clause))
        .collect();
    if !looked.clauses.is_empty() {
        looked.look = Look::Observing;
    }
    looked
}

/// Each promise has its place on a page of the notice.
fn look_at_notice(world: &World<'_>, bindings: &Bindings, control: &Control) -> Looked {
    let mut looked = Looked::new(control.name, Look::Well);
    for binding in bindings.kept_by(control.name) {
        let anchor = format!("id=\"{}\"", binding.clause);
        if !world.notices.iter().any(|page| page.contains(&anchor)) {
            looked.fail(&binding.clause, "missing", "notice", 1);
        }
    }
    looked
}

/// A text as the word that an entry may hold, at most so long.
fn word(text: &str, most: usize) -> String {
    let letters = text.chars().map(|letter| match letter {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '_' | ':' | '-' => letter,
        _ => '-',
    });
    let word: String = letters.take(most).collect();
    if word.is_empty() {
        "-".to_owned()
    } else {
        word
    }
}
