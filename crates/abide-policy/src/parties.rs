//! What a policy says of a recipient: its role, contract and place, groups above it included. Never makes a finding.

use std::collections::HashMap;

use crate::model::{SlotUse, Value};
use crate::nouns::{NounId, Nouns};
use crate::vocabulary::{Kind, Slot};

/// The groups that each recipient belongs to, by `is` or by `of`.
pub struct Parties<'a> {
    nouns: &'a Nouns,
    groups: HashMap<NounId, Vec<NounId>>,
}

impl<'a> Parties<'a> {
    /// Reads who belongs to whom.
    pub fn of(nouns: &'a Nouns) -> Self {
        let mut groups: HashMap<NounId, Vec<NounId>> = HashMap::new();
        for (id, noun) in nouns
            .iter()
            .filter(|(_, noun)| noun.kind == Kind::Recipient)
        {
            groups
                .entry(id)
                .or_default()
                .extend(noun.is.iter().map(|parent| parent.id));
            for member in &noun.of {
                groups.entry(member.id).or_default().push(id);
            }
        }
        Self { nouns, groups }
    }

    /// The recipient and every group above it.
    fn upwards(&self, id: NounId) -> Vec<NounId> {
        let mut all = vec![id];
        let mut at = 0;
        while let Some(here) = all.get(at).copied() {
            at += 1;
            for group in self.groups.get(&here).into_iter().flatten() {
                if !all.contains(group) {
                    all.push(*group);
                }
            }
        }
        all
    }

    /// The uses of a slot on the lines of the recipient and of every group above it.
    fn slots(&self, id: NounId, slot: Slot) -> impl Iterator<Item = &'a SlotUse> {
        let nouns = self.nouns;
        self.upwards(id)
            .into_iter()
            .flat_map(move |id| nouns.get(id).slots(slot))
    }

    /// Whether it is said in what role it acts.
    pub fn has_role(&self, id: NounId) -> bool {
        self.slots(id, Slot::Role).next().is_some()
    }

    /// Whether it is said to be under a contract.
    pub fn has_contract(&self, id: NounId) -> bool {
        !self.contracts(id).is_empty()
    }

    /// The contracts it is said to be under: each fact once, its own first.
    pub fn contracts(&self, id: NounId) -> Vec<NounId> {
        let mut found: Vec<NounId> = Vec::new();
        for fact in self.slots(id, Slot::If).flat_map(SlotUse::names) {
            if self.nouns.is_a(fact.id, Kind::Fact, "contract") && !found.contains(&fact.id) {
                found.push(fact.id);
            }
        }
        found
    }

    /// The places it is said to be in.
    pub fn places(&self, id: NounId) -> Vec<NounId> {
        self.slots(id, Slot::In)
            .flat_map(|used| &used.values)
            .filter_map(|value| match value {
                Value::Noun(place) => Some(place.id),
                _ => None,
            })
            .collect()
    }
}
