//! What a language file reads of a line: its slots in groups, its labels. Words of no language stand here.

use super::{Inherited, Language};
use crate::model::{Except, Norm, NounUse, Policy, SlotUse, Value};
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// A line in the setting in which it is said.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line<'a> {
    pub(crate) norm: &'a Norm,
    pub(crate) policy: &'a Policy,
    pub(crate) lang: Language,
    pub(crate) inherited: Inherited,
}

/// The slots of a line or of one of its exceptions. Each `if` and each `unless` is a group of its own.
#[derive(Debug, Clone)]
pub(crate) struct Slots<'a> {
    groups: Vec<(Slot, Vec<&'a Value>)>,
}

impl<'a> Line<'a> {
    /// The slots that are to be said.
    pub(crate) fn slots(&self) -> Slots<'a> {
        let said = |used: &&SlotUse| !(used.inherited && self.inherited == Inherited::InHeading);
        Slots::of(self.norm.slots.iter().filter(said))
    }

    /// The exceptions that the author of the line wrote.
    pub(crate) fn excepts(&self) -> impl Iterator<Item = &'a Except> {
        self.norm.excepts.iter().filter(|except| !except.implied)
    }

    /// Whether the people it is about are those of its part.
    pub(crate) fn is_about_part(&self) -> bool {
        let mut slots = self.norm.slots.iter();
        slots.any(|used| used.slot == Slot::About && used.inherited)
    }

    /// The labels of the names among the values.
    pub(crate) fn names(&self, found: &[&Value]) -> Vec<String> {
        let label = |value: &&Value| match value {
            Value::Noun(noun) => Some(self.label(noun)),
            _ => None,
        };
        found.iter().filter_map(label).collect()
    }

    /// The label of a name.
    pub(crate) fn label(&self, used: &NounUse) -> String {
        self.policy.nouns.get(used.id).label(self.lang.tag())
    }

    /// The labels of the objects.
    pub(crate) fn objects(&self) -> Vec<String> {
        self.norm
            .objects
            .iter()
            .map(|object| self.label(object))
            .collect()
    }

    pub(crate) fn action(&self) -> Action {
        self.norm.action
    }

    pub(crate) fn mode(&self) -> Mode {
        self.norm.mode
    }

    /// Whether the data are those of the person spoken to, so that the notice may say "your": all are personal, none is
    /// placed by the company itself, and no class of people is named.
    pub(crate) fn is_own_data(&self, objects: &[NounUse]) -> bool {
        let nouns = &self.policy.nouns;
        let personal = |object: &NounUse| {
            let is = |name: &str| nouns.is_a(object.id, Kind::Data, name);
            object.kind == Kind::Data && is("personal") && !is("non-personal") && !is("tracker")
        };
        let about_others = self
            .norm
            .names(Slot::About)
            .any(|people| !is_person(people));
        !objects.is_empty() && objects.iter().all(personal) && !about_others
    }
}

impl<'a> Slots<'a> {
    pub(crate) fn of(used: impl Iterator<Item = &'a SlotUse>) -> Self {
        let groups = used.map(|used| (used.slot, used.values.iter().collect::<Vec<_>>()));
        Self {
            groups: groups.filter(|(_, values)| !values.is_empty()).collect(),
        }
    }

    /// The values of a slot, those of all its groups.
    pub(crate) fn values(&self, slot: Slot) -> Vec<&'a Value> {
        self.groups(slot).flatten().copied().collect()
    }

    /// The groups of a slot: several for conditions, which must all hold.
    pub(crate) fn groups(&self, slot: Slot) -> impl Iterator<Item = &Vec<&'a Value>> {
        self.groups
            .iter()
            .filter(move |(found, _)| *found == slot)
            .map(|(_, values)| values)
    }

    pub(crate) fn has(&self, slot: Slot) -> bool {
        self.groups.iter().any(|(found, _)| *found == slot)
    }

    /// The values of a slot, which are then gone: what is left over is said at the end of the sentence.
    pub(crate) fn take(&mut self, slot: Slot) -> Vec<&'a Value> {
        let values = self.values(slot);
        self.groups.retain(|(found, _)| *found != slot);
        values
    }

    /// The slots that nothing has taken.
    pub(crate) fn left(&self) -> Vec<Slot> {
        Slot::SENTENCE
            .iter()
            .copied()
            .filter(|slot| self.has(*slot))
            .collect()
    }

    /// Gives back what was taken.
    pub(crate) fn restore(&mut self, slot: Slot, values: Vec<&'a Value>) {
        self.groups.push((slot, values));
    }

    /// Whether every value of a slot is a name of the kind.
    pub(crate) fn all_of(&self, slot: Slot, kind: Kind) -> bool {
        let values = self.values(slot);
        !values.is_empty()
            && values
                .iter()
                .all(|value| matches!(value, Value::Noun(noun) if noun.kind == kind))
    }
}

/// Whether the name stands for the person spoken to.
pub(crate) fn is_person(used: &NounUse) -> bool {
    used.kind == Kind::People && used.name.as_ref() == "person"
}

/// The text values.
pub(crate) fn texts<'a>(values: &[&'a Value]) -> Vec<&'a str> {
    let text = |value: &&'a Value| match value {
        Value::Text(text) => Some(text.value.as_str()),
        _ => None,
    };
    values.iter().filter_map(text).collect()
}
