//! On which legal grounds a permission rests, and which of them are a consent.

use super::tables::Tables;
use crate::model::{Norm, NounUse};
use crate::nouns::NounId;
use crate::vocabulary::{Kind, Slot};

impl Tables {
    /// The grounds of a permission: its own, else, if it says for what, those of the purpose asked about.
    pub(super) fn grounds(&self, norm: &Norm, purpose: Option<NounId>) -> Vec<NounUse> {
        let own: Vec<NounUse> = norm.names(Slot::Because).cloned().collect();
        if !own.is_empty() || norm.slot(Slot::For).is_none() {
            return own;
        }
        purpose.map_or_else(Vec::new, |purpose| self.grounds_of(purpose))
    }

    /// The grounds of a purpose: its own, else those of the nearest wider ones.
    fn grounds_of(&self, purpose: NounId) -> Vec<NounUse> {
        let nouns = &self.policy.nouns;
        let mut level = vec![purpose];
        let mut seen: Vec<NounId> = Vec::new();
        while !level.is_empty() {
            let found: Vec<NounUse> = level
                .iter()
                .flat_map(|id| nouns.get(*id).slots(Slot::Because))
                .flat_map(crate::model::SlotUse::names)
                .cloned()
                .collect();
            if !found.is_empty() {
                return found;
            }
            seen.extend(&level);
            let mut next: Vec<NounId> = Vec::new();
            for id in &level {
                let above = nouns.get(*id).is.iter().map(|parent| parent.id);
                let groups = nouns
                    .iter()
                    .filter(|(_, noun)| noun.kind == Kind::Purpose)
                    .filter(|(_, noun)| noun.of.iter().any(|member| member.id == *id))
                    .map(|(group, _)| group);
                for wide in above.chain(groups) {
                    if !seen.contains(&wide) && !next.contains(&wide) {
                        next.push(wide);
                    }
                }
            }
            level = next;
        }
        Vec::new()
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
