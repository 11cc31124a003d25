//! Data that is personal only while something links it to a person: what belongs to what by way of such a line alone.

use std::collections::BTreeMap;

use crate::leaf_set::LeafSet;
use crate::model::{NounUse, Policy, SlotUse};
use crate::nouns::{Declaration, Noun, NounId};
use crate::vocabulary::{Kind, Slot};

/// Chains of such links longer than this are cut.
const DEPTH: usize = 4;

/// One link: the data, what it belongs to, and the facts that make it so, one of each.
#[derive(Debug)]
pub(super) struct DataLink {
    child: NounId,
    parent: NounId,
    /// The facts.
    pub conditions: Vec<Vec<NounUse>>,
}

/// All such links of a policy.
#[derive(Debug, Default)]
pub(super) struct DataLinks {
    all: Vec<DataLink>,
    /// What data covers without any of the links; empty if there are none.
    firm: BTreeMap<NounId, LeafSet>,
}

impl DataLinks {
    /// Finds the links of a policy.
    pub(super) fn of(policy: &Policy) -> Self {
        let mut all = Vec::new();
        for (id, noun) in policy.nouns.iter() {
            if noun.kind != Kind::Data {
                continue;
            }
            for parent in &noun.is {
                let conditions = conditions(noun, parent);
                if !conditions.is_empty() {
                    all.push(DataLink {
                        child: id,
                        parent: parent.id,
                        conditions,
                    });
                }
            }
        }
        let firm = if all.is_empty() {
            BTreeMap::new()
        } else {
            firm_sets(policy, &all)
        };
        Self { all, firm }
    }

    /// The data at either end of a link.
    pub(super) fn names(&self) -> impl Iterator<Item = NounId> {
        self.all.iter().flat_map(|link| [link.child, link.parent])
    }

    /// What these names cover without any link; nothing if there are no links.
    pub(super) fn firm_sets(&self, names: &[NounId]) -> Vec<&LeafSet> {
        names.iter().filter_map(|id| self.firm.get(id)).collect()
    }

    /// The chains of links by which a leaf is in the data named, all of which must be open; `None` if it is in it anyway.
    pub(super) fn chains(&self, name: NounId, leaf: u32) -> Option<Vec<Vec<&DataLink>>> {
        let firmly = |wide: NounId, set: &LeafSet| {
            self.firm.get(&wide).is_none_or(|firm| firm.contains(set))
        };
        if self.all.is_empty() || firmly(name, &LeafSet::of(leaf)) {
            return None;
        }
        let mut found = Vec::new();
        let mut open: Vec<Vec<&DataLink>> = self
            .all
            .iter()
            .filter(|link| firmly(link.child, &LeafSet::of(leaf)))
            .map(|link| vec![link])
            .collect();
        while let Some(chain) = open.pop() {
            let Some(parent) = chain.last().map(|link| link.parent) else {
                continue;
            };
            if parent == name || self.firm.get(&parent).is_some_and(|set| firmly(name, set)) {
                found.push(chain);
                continue;
            }
            let further = self.all.iter().filter(|link| {
                chain.len() < DEPTH
                    && (link.child == parent
                        || self
                            .firm
                            .get(&parent)
                            .is_some_and(|set| firmly(link.child, set)))
            });
            open.extend(further.map(|link| {
                let mut longer = chain.clone();
                longer.push(link);
                longer
            }));
        }
        Some(found)
    }
}

/// The facts of the line that says `is=` this parent; none if another line says it without.
fn conditions(noun: &Noun, parent: &NounUse) -> Vec<Vec<NounUse>> {
    let facts = |slots: &[SlotUse]| -> Vec<Vec<NounUse>> {
        slots
            .iter()
            .filter(|used| used.slot == Slot::If)
            .map(|used| used.names().cloned().collect())
            .collect()
    };
    line_with(noun, parent).map_or_else(Vec::new, |line| facts(&line.slots))
}

/// The line of a noun in which a name stands: the last that begins before it, for what stands in braces comes after the
/// head of its line.
pub(super) fn line_with<'n>(noun: &'n Noun, name: &NounUse) -> Option<&'n Declaration> {
    noun.declarations
        .iter()
        .filter(|line| line.span.file == name.span.file && line.span.start <= name.span.start)
        .max_by_key(|line| line.span.start)
}

/// What each name of data covers if none of the links holds.
fn firm_sets(policy: &Policy, links: &[DataLink]) -> BTreeMap<NounId, LeafSet> {
    let nouns = &policy.nouns;
    let data: Vec<NounId> = nouns
        .iter()
        .filter(|(_, noun)| noun.kind == Kind::Data)
        .map(|(id, _)| id)
        .collect();
    let default = Kind::Data
        .default_parent()
        .and_then(|name| nouns.find(Kind::Data, name));
    let mut sets: BTreeMap<NounId, LeafSet> = BTreeMap::new();
    for id in &data {
        let noun = nouns.get(*id);
        let own = noun.of.is_empty();
        sets.insert(
            *id,
            if own {
                LeafSet::of(id.0)
            } else {
                LeafSet::EMPTY
            },
        );
    }
    let mut edges: Vec<(NounId, NounId)> = Vec::new();
    for id in &data {
        let noun = nouns.get(*id);
        edges.extend(noun.of.iter().map(|member| (*id, member.id)));
        for parent in &noun.is {
            let is_link = links
                .iter()
                .any(|link| link.child == *id && link.parent == parent.id);
            if !is_link {
                edges.push((parent.id, *id));
            }
        }
        let bare = noun.is.is_empty();
        edges.extend(
            default
                .filter(|parent| {
                    bare && parent != id && nouns.set(*parent).contains(nouns.set(*id))
                })
                .map(|parent| (parent, *id)),
        );
    }
    // Each round carries members one level up; the depth of names is bounded.
    loop {
        let mut grew = false;
        for (wide, narrow) in &edges {
            let Some(below) = sets.get(narrow).cloned() else {
                continue;
            };
            if let Some(set) = sets.get_mut(wide)
                && !set.contains(&below)
            {
                set.add(&below);
                grew = true;
            }
        }
        if !grew {
            return sets;
        }
    }
}
