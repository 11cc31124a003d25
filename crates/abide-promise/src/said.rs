//! What one statement says, asked in the words of the language: the questions that the rules of capabilities are made of.
//! Never looks at a label, so that no wording and no name of a party changes what a promise needs.

use abide_policy::model::{Norm, NounUse, Polarity, Policy};
use abide_policy::readable::Statement;
use abide_policy::vocabulary::{Action, Kind, Mode, Slot};

/// A statement with the policy that it stands in.
#[derive(Clone, Copy)]
pub struct Said<'a> {
    policy: &'a Policy,
    statement: Statement<'a>,
}

impl<'a> Said<'a> {
    /// That statement of that policy.
    pub fn new(policy: &'a Policy, statement: Statement<'a>) -> Self {
        Self { policy, statement }
    }

    /// The norm, if it is a sentence.
    pub fn norm(&self) -> Option<&'a Norm> {
        match self.statement {
            Statement::Norm(norm) => Some(norm),
            _ => None,
        }
    }

    /// Its first word, modes aside.
    pub fn head(&self) -> &'static str {
        self.statement.head()
    }

    /// Whether it is a noun line of that kind.
    pub fn declares(&self, kind: Kind) -> bool {
        matches!(self.statement, Statement::Noun(_, noun, _) if noun.kind == kind)
    }

    /// Whether its noun is, or is below, the one of that name.
    pub fn declares_a(&self, kind: Kind, name: &str) -> bool {
        match self.statement {
            Statement::Noun(id, noun, _) => {
                noun.kind == kind && self.policy.nouns.is_a(id, kind, name)
            }
            _ => false,
        }
    }

    /// Whether it is a sentence about doing one of these.
    pub fn does(&self, actions: &[Action]) -> bool {
        self.norm()
            .is_some_and(|norm| actions.contains(&norm.action))
    }

    /// Whether it is a sentence of that mode about doing one of these.
    pub fn says(&self, mode: Mode, actions: &[Action]) -> bool {
        self.norm()
            .is_some_and(|norm| norm.mode == mode && actions.contains(&norm.action))
    }

    /// Whether one of its objects is, or is below, one of these names.
    pub fn of_a(&self, kind: Kind, names: &[&str]) -> bool {
        self.norm()
            .is_some_and(|norm| self.any_is(norm.objects.iter(), kind, names))
    }

    /// Whether it has objects, and each of them is, or is below, one of these names.
    pub fn all_of_a(&self, kind: Kind, names: &[&str]) -> bool {
        self.norm().is_some_and(|norm| {
            let is = |object| self.any_is(std::iter::once(object), kind, names);
            !norm.objects.is_empty() && norm.objects.iter().all(is)
        })
    }

    /// Whether a slot, the part's defaults and exceptions aside, holds something that is, or is below, one of these.
    pub fn slot_a(&self, slot: Slot, kind: Kind, names: &[&str]) -> bool {
        self.norm()
            .is_some_and(|norm| self.any_is(norm.names(slot), kind, names))
    }

    /// Whether any name on the line, exceptions included, is, or is below, one of these.
    pub fn mentions(&self, kind: Kind, names: &[&str]) -> bool {
        self.norm()
            .is_some_and(|norm| self.any_is(norm.all_names(), kind, names))
    }

    fn any_is<'b>(
        &self,
        mut used: impl Iterator<Item = &'b NounUse>,
        kind: Kind,
        names: &[&str],
    ) -> bool {
        used.any(|used| {
            used.kind == kind
                && names
                    .iter()
                    .any(|name| self.policy.nouns.is_a(used.id, kind, name))
        })
    }

    /// Whether the line itself has the slot.
    pub fn has(&self, slot: Slot) -> bool {
        if let Statement::Noun(_, _, line) = self.statement {
            return line.slots.iter().any(|used| used.slot == slot);
        }
        self.norm().is_some_and(|norm| {
            let mut slots = norm.slots.iter();
            slots.any(|used| used.slot == slot && !used.inherited)
        })
    }

    /// Whether people reach it by a contact of the policy's own.
    pub fn via_contact(&self) -> bool {
        self.norm()
            .is_some_and(|norm| norm.names(Slot::Via).any(|used| used.kind == Kind::Contact))
    }

    /// Whether one of its objects is of that kind.
    pub fn has_object(&self, kind: Kind) -> bool {
        self.norm()
            .is_some_and(|norm| norm.objects.iter().any(|object| object.kind == kind))
    }

    /// Whether it is about every object there is.
    pub fn any_object(&self) -> bool {
        self.norm().is_some_and(|norm| norm.any_object)
    }

    /// Whether the line gives the slot in this very word.
    pub fn word(&self, slot: Slot, word: &str) -> bool {
        use abide_policy::model::Value;
        self.norm().is_some_and(|norm| {
            let values = norm.slot(slot).into_iter().flat_map(|used| &used.values);
            values
                .into_iter()
                .any(|value| matches!(value, Value::Text(text) if text.value == word))
        })
    }

    /// Whether an exception has the slot.
    pub fn excepts(&self, slot: Slot) -> bool {
        self.norm().is_some_and(|norm| {
            let own = norm.excepts.iter().filter(|except| !except.implied);
            own.flat_map(|except| &except.slots)
                .any(|used| used.slot == slot)
        })
    }

    /// Whether a condition names a fact that is, or is below, one of these.
    pub fn waits_for(&self, facts: &[&str]) -> bool {
        self.norm().is_some_and(|norm| {
            facts
                .iter()
                .any(|fact| norm.needs_fact(&self.policy.nouns, fact))
        })
    }

    /// Whether a fact of the line's conditions of that polarity is, or is below, one of these.
    pub fn condition(&self, polarity: Polarity, facts: &[&str]) -> bool {
        self.norm().is_some_and(|norm| {
            let conditions = norm.conditions.iter();
            let used = conditions
                .filter(|condition| condition.polarity == polarity)
                .flat_map(|condition| &condition.facts);
            self.any_is(used, Kind::Fact, facts)
        })
    }

    /// Whether the line depends on a fact that is learned from there: `ledger`, `register`, `case` ….
    pub fn waits_for_source(&self, source: &str) -> bool {
        self.norm().is_some_and(|norm| {
            let mut facts = norm
                .conditions
                .iter()
                .flat_map(|condition| &condition.facts);
            facts.any(|used| {
                let noun = self.policy.nouns.get(used.id);
                noun.texts(Slot::From).any(|text| text == source)
            })
        })
    }
    /// Whether it opens, or stands in, a part that the company carries out in another role than its own.
    pub fn in_a_role(&self) -> bool {
        let part = match self.statement {
            Statement::Part(part) => Some(part),
            _ => self
                .norm()
                .and_then(|norm| self.policy.parts.get(norm.part?)),
        };
        part.is_some_and(|part| part.role.is_some())
    }

    /// Whether it has any condition.
    pub fn is_conditional(&self) -> bool {
        self.norm().is_some_and(|norm| !norm.conditions.is_empty())
    }

    /// Whether it is about people below one of these, by its own slot or the part it stands in.
    pub fn about(&self, people: &[&str]) -> bool {
        self.slot_a(Slot::About, Kind::People, people) || self.mentions(Kind::People, people)
    }
}
