//! *Gates* and *contracts*: what has to be done, or be there, first.

use abide_policy::model::{Norm, NounUse, SlotUse};
use abide_policy::nouns::NounId;
use abide_policy::source::Span;
use abide_policy::vocabulary::{Action, Kind, Mode, Slot};

use crate::asked::With;
use crate::case::{At, Case};
use crate::facts::ReadAs;
use crate::names::uses;
use crate::slots::{LeftOut, Match};
use crate::time::Within;
use crate::truth::{Truth, Value};

/// A gate that concerns, or may concern, the question.
pub struct Gate<'n> {
    pub line: &'n Norm,
    /// Whether it concerns the question.
    pub concerns: Value,
    /// Whether all that it wants is done.
    pub is_done: bool,
    /// Whether it asks for a fact that is false.
    pub is_refused: bool,
}

const SLOTS: [Slot; 6] = [
    Slot::At,
    Slot::For,
    Slot::With,
    Slot::In,
    Slot::From,
    Slot::As,
];

impl<'a> Case<'a> {
    /// *`must tell` and `must ask` with `before=EVENT` hold back a question that is that event*: for a leaf.
    pub fn gates(&self, leaf: u32) -> Vec<Gate<'a>> {
        let lines = self.policy().norms.iter();
        let gates = lines
            .filter(|line| line.mode == Mode::Must)
            .filter(|line| matches!(line.action, Action::Tell | Action::Ask))
            .filter(|line| self.is_before_question(line));
        gates.map(|line| self.gate(line, leaf)).collect()
    }

    fn is_before_question(&self, line: &Norm) -> bool {
        let events = line
            .names(Slot::Before)
            .filter(|name| name.kind == Kind::Event);
        self.is_event_of_question(events)
    }

    /// Whether one of the names is an event of the question, or wider than one.
    pub fn is_event_of_question<'n>(&self, names: impl IntoIterator<Item = &'n NounUse>) -> bool {
        names.into_iter().any(|name| {
            let mut own = self.asked.events.iter();
            own.any(|own| self.names().is_narrower(*own, name.id))
        })
    }

    /// *A gate concerns the question if its people, its `at`, `for`, `with`, `in`, `from` and `as`, its data in `of`, its
    /// conditions and its `when`, `after` and `until` do.*
    fn gate(&self, line: &'a Norm, leaf: u32) -> Gate<'a> {
        let at = At {
            leaf,
            line: Some(line),
        };
        let concerns = Value::and([
            Value::of(self.is_of(line, at)),
            self.people_of(line, at),
            self.slots(&line.slots, &SLOTS, Match::Some, LeftOut::Unknown, at),
            self.conditions(&line.conditions, ReadAs::Other, at),
            self.times(
                &line.slots,
                &[Slot::When, Slot::After, Slot::Until],
                ReadAs::Other,
                Within::IsDeadline,
                at,
            ),
            self.exceptions(line, at),
            self.part_applies(line, at),
        ]);
        // *`ask` of a fact is done when the fact is true; anything else is done when `told` is true for that line. Of
        // several objects all must be done.*
        let facts = line
            .objects
            .iter()
            .filter(|object| line.action == Action::Ask && object.kind == Kind::Fact);
        let facts: Vec<Truth> = facts.map(|fact| self.fact(fact, at).truth).collect();
        let others = line.objects.len() - facts.len();
        let is_told = || self.is_told(at);
        Gate {
            line,
            concerns,
            is_done: facts.iter().all(|truth| *truth == Truth::True)
                && ((others == 0 && !line.any_object && !line.objects.is_empty()) || is_told()),
            is_refused: facts.contains(&Truth::False),
        }
    }

    fn is_told(&self, at: At<'_>) -> bool {
        let names = self.names();
        names.find(Kind::Fact, "told").is_some_and(|id| {
            let told = NounUse {
                kind: Kind::Fact,
                id,
                name: names.nouns.get(id).name.clone(),
                span: Span::new(0, 0, 0),
            };
            self.fact(&told, at).is_true()
        })
    }

    /// The facts of contracts that are not there, for a leaf: *one of each `if=` on all of those lines*.
    pub fn missing_contracts(&self, leaf: u32) -> Vec<String> {
        let names = self.names();
        let With::Named(recipient) = self.asked.recipient else {
            return Vec::new();
        };
        if !matches!(self.asked.action, Action::Share | Action::Sell)
            || names.kind(recipient) != Kind::Recipient
        {
            return Vec::new();
        }
        let at = At { leaf, line: None };
        let mut missing = Vec::new();
        for party in names.wider(recipient) {
            for condition in self.contracts_of(*party) {
                if !self.one_of(condition.names(), at).is_true() {
                    missing.extend(condition.names().map(|fact| fact.name.to_string()));
                }
            }
        }
        missing
    }

    fn contracts_of(&self, party: NounId) -> Vec<&'a SlotUse> {
        let lines = &self.names().nouns.get(party).declarations;
        lines
            .iter()
            .flat_map(|line| uses(&line.slots, Slot::If))
            .collect()
    }

    /// *Obligations are the `must` lines whose `when` is an event of the question, or which have neither `when` nor
    /// `before` and whose `at` is the question's …*
    pub fn is_obligation(&self, line: &Norm) -> bool {
        if line.mode != Mode::Must {
            return false;
        }
        self.asked.leaves.iter().any(|leaf| {
            let at = At {
                leaf: *leaf,
                line: Some(line),
            };
            self.is_due(line, at) && self.may_oblige(line, at)
        })
    }

    fn is_due(&self, line: &Norm, at: At<'_>) -> bool {
        let has = |slot: Slot| uses(&line.slots, slot).next().is_some();
        let events = line
            .names(Slot::When)
            .filter(|name| name.kind == Kind::Event);
        if self.is_event_of_question(events) {
            return true;
        }
        !has(Slot::When)
            && !has(Slot::Before)
            && has(Slot::At)
            && self
                .slots(&line.slots, &[Slot::At], Match::Some, LeftOut::Unknown, at)
                .is_true()
    }

    /// *… whose people, conditions, `for with in from as`, `after` and `until` may hold, with the data of the question
    /// among theirs where their objects or `of` are data.*
    fn may_oblige(&self, line: &Norm, at: At<'_>) -> bool {
        let are_data = !line.objects.is_empty()
            && !line.any_object
            && line.objects.iter().all(|object| object.kind == Kind::Data);
        let data = !are_data || self.holds_leaf(&line.objects, at);
        let slots = [Slot::For, Slot::With, Slot::In, Slot::From, Slot::As];
        let times = [Slot::After, Slot::Until];
        let may = Value::and([
            Value::of(data),
            Value::of(self.is_of(line, at)),
            self.people_of(line, at),
            self.conditions(&line.conditions, ReadAs::Other, at),
            self.slots(&line.slots, &slots, Match::Some, LeftOut::Unknown, at),
            self.times(&line.slots, &times, ReadAs::Other, Within::IsDeadline, at),
            self.exceptions(line, at),
            self.part_applies(line, at),
        ]);
        !may.is_false()
    }
}
