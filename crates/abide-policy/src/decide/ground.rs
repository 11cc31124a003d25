//! On which legal grounds a permission rests, and which of them are a consent.

use std::collections::BTreeMap;

use super::tables::Tables;
use crate::model::{Norm, NounUse, SlotUse};
use crate::nouns::{NounId, Nouns};
use crate::vocabulary::{Kind, Slot};

/// The grounds of every purpose that has some: its own, else those of the nearest wider purposes.
#[derive(Debug, Default)]
pub(super) struct PurposeGrounds {
    all: BTreeMap<NounId, Vec<NounUse>>,
}

impl PurposeGrounds {
    /// Reads the lines of all purposes.
    pub(super) fn of(nouns: &Nouns) -> Self {
        let mut wider: BTreeMap<NounId, Vec<NounId>> = BTreeMap::new();
        for (id, noun) in nouns.iter().filter(|(_, noun)| noun.kind == Kind::Purpose) {
            wider
                .entry(id)
                .or_default()
                .extend(noun.is.iter().map(|parent| parent.id));
            for member in &noun.of {
                wider.entry(member.id).or_default().push(id);
            }
        }
        let all = wider
            .keys()
            .map(|purpose| (*purpose, nearest(nouns, &wider, *purpose)))
            .filter(|(_, grounds)| !grounds.is_empty())
            .collect();
        Self { all }
    }
}

fn nearest(nouns: &Nouns, wider: &BTreeMap<NounId, Vec<NounId>>, purpose: NounId) -> Vec<NounUse> {
    let mut level = vec![purpose];
    let mut seen: Vec<NounId> = Vec::new();
    while !level.is_empty() {
        let found: Vec<NounUse> = level
            .iter()
            .flat_map(|id| nouns.get(*id).slots(Slot::Because))
            .flat_map(SlotUse::names)
            .cloned()
            .collect();
        if !found.is_empty() {
            return found;
        }
        seen.extend(&level);
        let above = level.iter().filter_map(|id| wider.get(id)).flatten();
        let mut next: Vec<NounId> = above.copied().filter(|id| !seen.contains(id)).collect();
        next.sort_unstable();
        next.dedup();
        level = next;
    }
    Vec::new()
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
