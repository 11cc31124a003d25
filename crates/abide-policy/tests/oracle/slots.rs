//! *Slots*: what a line says, beside what the question gives.

use abide_policy::decide::Needed;
use abide_policy::model::{NounUse, SlotUse, Value as Written};
use abide_policy::nouns::NounId;
use abide_policy::vocabulary::{Kind, Slot};

use crate::asked::With;
use crate::case::{At, Case};
use crate::names::{Set, has_slot, uses};
use crate::truth::Value;

/// Whether a slot must hold all of what is asked about, or some of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    All,
    Some,
}

/// What a slot that the question leaves out is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOut {
    Unknown,
    /// For `never apply`.
    False,
}

/// The slots that a question has.
pub const COMPARED: [Slot; 8] = [
    Slot::For,
    Slot::With,
    Slot::In,
    Slot::From,
    Slot::As,
    Slot::By,
    Slot::At,
    Slot::Via,
];

impl Match {
    /// *All: the question's set is inside the line's. Some: the sets have something in common.*
    pub fn holds(self, line: &Set, asked: &Set) -> bool {
        match self {
            Self::All => asked.is_subset(line),
            Self::Some => !asked.is_disjoint(line),
        }
    }
}

/// The names in a slot; none when the line leaves it out or gives it as `any`.
pub fn names_in(slots: &[SlotUse], slot: Slot) -> Option<Vec<&NounUse>> {
    if uses(slots, slot).any(|used| used.values.iter().any(Written::is_any)) {
        return None;
    }
    let names: Vec<&NounUse> = uses(slots, slot).flat_map(SlotUse::names).collect();
    (!names.is_empty()).then_some(names)
}

impl Case<'_> {
    /// Some slots of a line together.
    pub fn slots(
        &self,
        slots: &[SlotUse],
        which: &[Slot],
        how: Match,
        left_out: LeftOut,
        at: At<'_>,
    ) -> Value {
        Value::and(
            which
                .iter()
                .map(|slot| self.slot(slots, *slot, how, left_out, at)),
        )
    }

    fn slot(
        &self,
        slots: &[SlotUse],
        slot: Slot,
        how: Match,
        left_out: LeftOut,
        _at: At<'_>,
    ) -> Value {
        // *A slot that the line leaves out, or gives as `any`, is true.*
        let Some(names) = names_in(slots, slot) else {
            return Value::yes();
        };
        let set = self.names().union(names);
        self.compare(&set, slot, how, left_out)
    }

    /// A set of names beside what the question gives in a slot.
    pub fn compare(&self, set: &Set, slot: Slot, how: Match, left_out: LeftOut) -> Value {
        let names = self.names();
        let absent = || match left_out {
            LeftOut::Unknown => {
                self.marks.hit("a slot that the question leaves out");
                Value::unknown(Needed::Slot(slot.word().to_owned()))
            }
            LeftOut::False => Value::no(),
        };
        let of = |id: NounId| Value::of(how.holds(set, names.belongs(id)));
        let one_of = |given: &[NounId]| match given {
            [] => absent(),
            given => Value::or(given.iter().map(|id| of(*id))),
        };
        match slot {
            Slot::For => self.asked.purpose.map_or_else(absent, of),
            Slot::With => match self.asked.recipient {
                With::Named(id) => of(id),
                With::Unknown => absent(),
                // *`with` left out where nobody else gets the data: false for a line that says `with`.*
                With::Nobody => Value::no(),
            },
            Slot::In => match &self.asked.place {
                Some(place) => Value::of(how.holds(set, place)),
                None => absent(),
            },
            Slot::As => Value::of(how.holds(set, &self.asked.form)),
            Slot::From => one_of(&self.asked.origin),
            Slot::At => one_of(&self.asked.point),
            Slot::Via => one_of(&self.asked.channel),
            Slot::By => match self.asked.actor.as_slice() {
                [] => absent(),
                given => Value::or(given.iter().map(|id| self.actor(*id, set, how))),
            },
            other => panic!("{other:?} is no slot of a question"),
        }
    }

    /// *A name in `by` whose class (or a wider one) has `acts-for` counts only when the relation to this very person is
    /// known.*
    fn actor(&self, actor: NounId, set: &Set, how: Match) -> Value {
        let names = self.names();
        if !how.holds(set, names.belongs(actor)) {
            return Value::no();
        }
        let acts_for = |class: &NounId| {
            let lines = &names.nouns.get(*class).declarations;
            lines.iter().any(|line| has_slot(line, Slot::ActsFor))
        };
        if names.kind(actor) != Kind::People || !names.wider(actor).iter().any(acts_for) {
            return Value::yes();
        }
        self.marks.hit("an actor who acts for someone");
        // *The relation of that class, of a narrower one, or of a wider one that has `acts-for`.*
        let relations = self.known.relations.iter();
        let mut relations = relations.filter_map(|name| names.find(Kind::People, name));
        let is_known = relations.any(|relation| {
            names.is_narrower(relation, actor)
                || (names.is_narrower(actor, relation) && acts_for(&relation))
        });
        if is_known {
            return Value::yes();
        }
        self.marks.hit("a relation that is not known");
        Value::unknown(Needed::Relation(names.name(actor).to_owned()))
    }
}
