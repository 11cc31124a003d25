//! On which legal grounds a permission rests, and which of them are a consent.

use std::collections::BTreeMap;

use super::tables::Tables;
use crate::model::{Norm, NounUse, SlotUse};
use crate::nouns::{Noun, NounId, Nouns};
use crate::vocabulary::{Kind, Slot};

/// The grounds of every purpose that has some: its own, else those of the nearest wider purposes.
#[derive(Debug, Default)]
pub(super) struct PurposeGrounds {
    all: BTreeMap<NounId, Vec<NounUse>>,
}

impl PurposeGrounds {
    /// Reads the lines of all purposes.
    pub(super) fn of(nouns: &Nouns) -> Self {
        let grounds = |noun: &Noun| -> Vec<NounUse> {
            let uses = noun.slots(Slot::Because).flat_map(SlotUse::names);
            uses.cloned().collect()
        };
        let purposes = || nouns.iter().filter(|(_, noun)| noun.kind == Kind::Purpose);
        let grounded: Vec<(NounId, Vec<NounUse>)> = purposes()
            .map(|(id, noun)| (id, grounds(noun)))
            .filter(|(_, grounds)| !grounds.is_empty())
            .collect();
        let all = purposes().filter_map(|(id, _)| {
            let own = grounded.iter().find(|(known, _)| *known == id);
            let found: Vec<NounUse> = match own {
                Some((_, grounds)) => grounds.clone(),
                None => nearest(nouns, id, grounded.iter().map(|(id, _)| *id))
                    .iter()
                    .filter_map(|near| grounded.iter().find(|(known, _)| known == near))
                    .flat_map(|(_, grounds)| grounds.clone())
                    .collect(),
            };
            (!found.is_empty()).then_some((id, found))
        });
        Self { all: all.collect() }
    }
}

/// Those of the names that are wider than one, and than no other of them that is.
pub(super) fn nearest(
    nouns: &Nouns,
    id: NounId,
    names: impl Iterator<Item = NounId>,
) -> Vec<NounId> {
    let wider: Vec<NounId> = names
        .filter(|name| nouns.set(*name).contains(nouns.set(id)))
        .collect();
    let between = |name: &NounId| {
        wider.iter().any(|other| {
            let (set, narrower) = (nouns.set(*name), nouns.set(*other));
            set.contains(narrower) && !narrower.contains(set)
        })
    };
    wider
        .iter()
        .copied()
        .filter(|name| !between(name))
        .collect()
}

impl Tables {
    /// The grounds of a permission: its own, else, if it says for what, those of the purpose asked about.
    pub(super) fn grounds(&self, norm: &Norm, purpose: Option<NounId>) -> Vec<NounUse> {
        let own: Vec<NounUse> = norm.names(Slot::Because).cloned().collect();
        if !own.is_empty() || norm.slot(Slot::For).is_none() {
            return own;
        }
        let grounds = purpose.and_then(|purpose| self.purpose_grounds.all.get(&purpose));
        grounds.cloned().unwrap_or_default()
    }

    /// The fact that holds when a ground that is a consent is there; `None` for any other ground.
    pub(super) fn consent_of(&self, ground: &NounUse) -> Option<NounUse> {
        let nouns = &self.policy.nouns;
        let kind = ["explicit-consent", "consent"]
            .into_iter()
            .find(|name| nouns.is_a(ground.id, Kind::Ground, name))?;
        let fact = nouns
            .find(Kind::Fact, &ground.name)
            .filter(|id| nouns.is_a(*id, Kind::Fact, "consent"))
            .or_else(|| nouns.find(Kind::Fact, kind))?;
        Some(NounUse {
            kind: Kind::Fact,
            id: fact,
            name: nouns.get(fact).name.clone(),
            span: ground.span,
        })
    }
}
