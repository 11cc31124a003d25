//! The resolved policy: what every decision, plan, clock, notice sentence and evidence binding is computed from.
//! Holds values only; it never looks at source text.

use std::sync::Arc;

use jiff::civil::Date;

use crate::leaf_set::LeafSet;
use crate::length::Length;
use crate::nouns::{NounId, Nouns};
use crate::source::{Span, Spanned};
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// A policy after resolution. Always complete as far as it was understood.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Its name, `harbour-bikes`.
    pub name: String,
    /// Where it is opened.
    pub span: Option<Span>,
    /// The version's date.
    pub version: Option<Spanned<Date>>,
    /// Clause ids on the policy line itself.
    pub clauses: Vec<Spanned<String>>,
    /// Who answers for it.
    pub controllers: Vec<Controller>,
    /// Names of the law packs it is under.
    pub laws: Vec<Spanned<String>>,
    /// Clause ids on the law lines.
    pub law_clauses: Vec<Spanned<String>>,
    /// Languages of the notice; the first is the one it is written in.
    pub languages: Vec<Spanned<String>>,
    /// Everything that is named.
    pub nouns: Nouns,
    /// One per line, in the order written.
    pub norms: Vec<Norm>,
    /// Parts, in the order opened.
    pub parts: Vec<Part>,
    /// Readings of clashing pairs.
    pub readings: Vec<Reading>,
    /// Findings that a line asks not to hear of.
    pub allows: Vec<Allow>,
}

/// The party that answers for the policy.
#[derive(Debug, Clone)]
pub struct Controller {
    /// Legal name.
    pub label: String,
    /// `country`, `contact`, another `label`, `role`.
    pub slots: Vec<SlotUse>,
    /// The part it stands in.
    pub part: Option<usize>,
    /// Clause ids on the line.
    pub clauses: Vec<Spanned<String>>,
    /// The line.
    pub span: Span,
}

/// One promise: the meaning of one line.
#[derive(Debug, Clone)]
pub struct Norm {
    /// Stable: the first clause id, or a hash of the line's meaning for a line without one.
    pub id: String,
    /// The clauses it states.
    pub clauses: Vec<Spanned<String>>,
    /// What it does to its region.
    pub mode: Mode,
    /// What it is about doing.
    pub action: Action,
    /// Where the action word stands.
    pub action_span: Span,
    /// The objects as written. Empty together with `any` for every object.
    pub objects: Vec<NounUse>,
    /// Whether the object is written `any`.
    pub any_object: bool,
    /// The slots as written, the part's defaults included.
    pub slots: Vec<SlotUse>,
    /// What it covers.
    pub region: Region,
    /// What is cut out of the region.
    pub excepts: Vec<Except>,
    /// When the line applies: if each `if` has one of its facts. What lifts it: each `unless` having one of its facts.
    pub conditions: Vec<Condition>,
    /// The part it stands in.
    pub part: Option<usize>,
    /// Texts that replace the generated sentence, or the text of a `say` line.
    pub says: Vec<Say>,
    /// The law's own slots, on a law's line.
    pub authority: Option<Authority>,
    /// The whole line.
    pub span: Span,
}

/// A name that is used, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NounUse {
    /// What it stands for.
    pub kind: Kind,
    /// Which one.
    pub id: NounId,
    /// Its name.
    pub name: Arc<str>,
    /// Where it is written.
    pub span: Span,
}

/// One slot of a line with all its values.
#[derive(Debug, Clone)]
pub struct SlotUse {
    /// Which.
    pub slot: Slot,
    /// The values; for `if` and `unless` see [`Norm::conditions`] too.
    pub values: Vec<Value>,
    /// Whether it is the default of the part that the line stands in.
    pub inherited: bool,
    /// Where it is written.
    pub span: Span,
}

/// One value of a slot.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Every value.
    Any,
    /// A name.
    Noun(NounUse),
    /// A length of time, with the vague word that the notice prints instead.
    Length {
        /// The firm length that clocks run.
        length: Length,
        /// The vague word.
        vague: Option<String>,
        /// Where.
        span: Span,
    },
    /// The name of a law constant, looked up for the person concerned.
    Constant {
        /// Its name.
        name: String,
        /// Where.
        span: Span,
    },
    /// A date.
    Date(Spanned<Date>),
    /// So many times per period.
    Rate {
        /// How many times.
        count: u32,
        /// The period.
        per: Length,
        /// Where.
        span: Span,
    },
    /// Ages below or above a bound.
    Age(Age),
    /// Text, `#true`, or a closed word such as `must`.
    Text(Spanned<String>),
}

/// `<13`: an age bound in whole years, or a law constant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Age {
    /// `<`, `<=`, `>`, `>=`.
    pub comparison: &'static str,
    /// Years, or the name of a law constant.
    pub bound: Result<u32, String>,
    /// Where.
    pub span: Span,
}

/// What a line covers: the product of its dimensions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// Objects: data, rights, topics … of the action's kinds.
    pub object: LeafSet,
    /// `for`.
    pub purpose: LeafSet,
    /// `with`.
    pub recipient: LeafSet,
    /// `in`.
    pub place: LeafSet,
    /// `from`.
    pub origin: LeafSet,
    /// `as`.
    pub form: LeafSet,
    /// `about`.
    pub people: LeafSet,
    /// The people of the part that the line stands in, who must also be concerned: a line about children in a part
    /// about Californians is about Californian children.
    pub scope: LeafSet,
    /// `by`.
    pub actor: LeafSet,
    /// `at`.
    pub point: LeafSet,
    /// `via`.
    pub channel: LeafSet,
}

impl Default for Region {
    fn default() -> Self {
        let any = || LeafSet::Any;
        Self {
            object: any(),
            purpose: any(),
            recipient: any(),
            place: any(),
            origin: any(),
            form: any(),
            people: any(),
            scope: any(),
            actor: any(),
            point: any(),
            channel: any(),
        }
    }
}

impl Region {
    /// The dimensions besides people, objects first.
    pub fn dimensions(&self) -> [&LeafSet; 9] {
        [
            &self.object,
            &self.purpose,
            &self.recipient,
            &self.place,
            &self.origin,
            &self.form,
            &self.actor,
            &self.point,
            &self.channel,
        ]
    }

    /// The dimension that a slot sets, if it sets one.
    pub fn dimension_mut(&mut self, slot: Slot) -> Option<&mut LeafSet> {
        match slot {
            Slot::For => Some(&mut self.purpose),
            Slot::With => Some(&mut self.recipient),
            Slot::In => Some(&mut self.place),
            Slot::From => Some(&mut self.origin),
            Slot::As => Some(&mut self.form),
            Slot::About => Some(&mut self.people),
            Slot::By => Some(&mut self.actor),
            Slot::At => Some(&mut self.point),
            Slot::Via => Some(&mut self.channel),
            _ => None,
        }
    }

    /// Whether this concerns all the people that `other` does.
    pub fn people_contain(&self, other: &Self) -> bool {
        [&self.people, &self.scope]
            .into_iter()
            .all(|mine| mine.contains(&other.people) || mine.contains(&other.scope))
    }

    /// Whether both concern people of one class.
    pub fn people_overlap(&self, other: &Self) -> bool {
        self.people.overlaps(&other.people) && self.scope.overlaps(&other.scope)
    }

    /// Whether both cover something in common.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.dimensions()
            .iter()
            .zip(other.dimensions())
            .all(|(a, b)| a.overlaps(b))
            && self.people_overlap(other)
    }

    /// Whether this covers all of `other`.
    pub fn contains(&self, other: &Self) -> bool {
        self.dimensions()
            .iter()
            .zip(other.dimensions())
            .all(|(a, b)| a.contains(b))
            && self.people_contain(other)
    }
}

/// A narrower copy of a sentence that is cut out of it.
#[derive(Debug, Clone)]
pub struct Except {
    /// Objects as written.
    pub objects: Vec<NounUse>,
    /// Slots as written.
    pub slots: Vec<SlotUse>,
    /// What is cut out.
    pub region: Region,
    /// Whether a part that replaces the base cut it out, rather than the author of the line.
    pub implied: bool,
    /// Where.
    pub span: Span,
}

/// Whether facts let a line apply or lift it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Polarity {
    /// The line applies if one of the facts holds.
    If,
    /// The line applies unless one of the facts holds.
    Unless,
}

/// One of the conditions of a line. Facts inside are joined by *or*, conditions of one polarity by *and*: two `unless`
/// lift a line only together.
#[derive(Debug, Clone)]
pub struct Condition {
    /// How.
    pub polarity: Polarity,
    /// Which facts.
    pub facts: Vec<NounUse>,
    /// Where.
    pub span: Span,
}

/// A text in a language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Say {
    /// Language tag; `None` for the language the policy is written in.
    pub lang: Option<String>,
    /// The text.
    pub text: Spanned<String>,
}

/// Where a law says it, and how that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// Name of the law pack.
    pub law: String,
    /// Citation.
    pub cite: String,
    /// How it was checked.
    pub verified: Verified,
    /// In force since.
    pub since: Option<Date>,
}

/// How a law fact was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Verified {
    /// Not read in a text or a named secondary source: shown as such, and never alone makes a refusal or a later deadline.
    #[default]
    Unverified,
    /// Read in a named secondary source.
    Secondary,
    /// Read in the text itself.
    Text,
}

/// A group of lines with shared slots.
#[derive(Debug, Clone)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// Clause ids on the line.
    pub clauses: Vec<Spanned<String>>,
    /// The part around it.
    pub parent: Option<usize>,
    /// Slots that the lines inside inherit.
    pub defaults: Vec<SlotUse>,
    /// Whether it replaces the base for its people.
    pub instead: bool,
    /// The company's role in it, when it is not the controller.
    pub role: Option<String>,
    /// Version date.
    pub version: Option<Spanned<Date>>,
    /// Date of the last review.
    pub reviewed: Option<Spanned<Date>>,
    /// The line that opens it.
    pub span: Span,
}

/// Settles a pair of clauses that cannot both run as written.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The clauses.
    pub clauses: Vec<Spanned<String>>,
    /// The one that wins.
    pub win: Option<Spanned<String>>,
    /// What the notice says.
    pub texts: Vec<Say>,
    /// The line.
    pub span: Span,
}

/// A finding that a line asks not to hear of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allow {
    /// The code or name as written.
    pub check: Spanned<String>,
    /// Why.
    pub reason: String,
    /// The line it stands on.
    pub line: Span,
}

impl Norm {
    /// The slot as written, if the line or its part has it.
    pub fn slot(&self, slot: Slot) -> Option<&SlotUse> {
        self.slots.iter().find(|found| found.slot == slot)
    }

    /// The names in a slot.
    pub fn names(&self, slot: Slot) -> impl Iterator<Item = &NounUse> {
        self.slots
            .iter()
            .filter(move |found| found.slot == slot)
            .flat_map(SlotUse::names)
    }

    /// The firm length in a slot.
    pub fn length(&self, slot: Slot) -> Option<Length> {
        self.slot(slot)?
            .values
            .iter()
            .find_map(|value| match value {
                Value::Length { length, .. } => Some(*length),
                _ => None,
            })
    }

    /// Whether one of the conditions names a fact that is, or is a kind of, `fact`.
    pub fn needs_fact(&self, nouns: &Nouns, fact: &str) -> bool {
        self.conditions
            .iter()
            .flat_map(|condition| &condition.facts)
            .any(|used| nouns.is_a(used.id, Kind::Fact, fact))
    }

    /// Every name on the line: objects, slots, conditions, exceptions.
    pub fn all_names(&self) -> impl Iterator<Item = &NounUse> {
        let excepts = self.excepts.iter().filter(|except| !except.implied);
        self.objects
            .iter()
            .chain(self.slots.iter().flat_map(SlotUse::names))
            .chain(
                self.conditions
                    .iter()
                    .flat_map(|condition| &condition.facts),
            )
            .chain(excepts.flat_map(|except| {
                except
                    .objects
                    .iter()
                    .chain(except.slots.iter().flat_map(SlotUse::names))
            }))
    }

    /// Every slot on the line, those of its exceptions included.
    pub fn all_slots(&self) -> impl Iterator<Item = &SlotUse> {
        self.slots.iter().chain(
            self.excepts
                .iter()
                .filter(|except| !except.implied)
                .flat_map(|except| &except.slots),
        )
    }
}

impl Controller {
    /// The place that its `country` names, if it names one.
    pub fn country(&self) -> Option<&NounUse> {
        let slot = self.slots.iter().find(|used| used.slot == Slot::Country)?;
        slot.names().next()
    }
}

impl SlotUse {
    /// The names among the values.
    pub fn names(&self) -> impl Iterator<Item = &NounUse> {
        self.values.iter().filter_map(|value| match value {
            Value::Noun(noun) => Some(noun),
            _ => None,
        })
    }
}

impl Policy {
    /// The line or part that states a clause or has that id.
    pub fn norms_of<'a>(&'a self, clause: &'a str) -> impl Iterator<Item = &'a Norm> {
        self.norms.iter().filter(move |norm| {
            norm.id == clause || norm.clauses.iter().any(|id| id.value == clause)
        })
    }
}
