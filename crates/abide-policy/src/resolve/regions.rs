//! What each line covers, once every name's set is known.

use crate::leaf_set::LeafSet;
use crate::model::{Except, NounUse, Policy, Region, SlotUse, Value};
use crate::nouns::Nouns;
use crate::vocabulary::Slot;

/// The region of objects and slots: each slot is the union of its values, a slot that is left out covers everything.
pub fn region_of(nouns: &Nouns, objects: &[NounUse], slots: &[SlotUse]) -> Region {
    let mut region = Region::default();
    if !objects.is_empty() {
        region.object = union(nouns, objects.iter());
    }
    for used in slots {
        if used.values.iter().any(Value::is_any) {
            continue;
        }
        if let Some(dimension) = region.dimension_mut(used.slot) {
            *dimension = union(nouns, used.names());
        }
    }
    region
}

fn union<'a>(nouns: &Nouns, names: impl Iterator<Item = &'a NounUse>) -> LeafSet {
    let mut set = LeafSet::EMPTY;
    for name in names {
        set.add(nouns.set(name.id));
    }
    // A name of the wrong kind or an unknown one is a finding already; an empty set would make the line vanish.
    if set.is_empty() { LeafSet::Any } else { set }
}

/// Fills the regions of all norms, and cuts the people of a replacing part out of the base.
pub(super) fn fill(policy: &mut Policy) {
    let Policy {
        norms,
        nouns,
        parts,
        ..
    } = policy;
    let replaced: Vec<(usize, &SlotUse)> = parts
        .iter()
        .enumerate()
        .filter(|(_, part)| part.instead)
        .filter_map(|(index, part)| Some((index, scope_slot(&part.defaults)?)))
        .collect();
    let inside = |mut part: Option<usize>, wanted: usize| loop {
        match part {
            Some(index) if index == wanted => return true,
            Some(index) => part = parts[index].parent,
            None => return false,
        }
    };
    for norm in norms {
        let objects: &[NounUse] = if norm.any_object { &[] } else { &norm.objects };
        norm.region = region_of(nouns, objects, &norm.slots);
        for except in &mut norm.excepts {
            except.region = region_of(nouns, &except.objects, &except.slots);
        }
        if let Some(about) = norm.part.and_then(|part| scope_slot(&parts[part].defaults)) {
            norm.region.scope = union(nouns, about.names());
        }
        for (part, about) in &replaced {
            if inside(norm.part, *part) {
                continue;
            }
            let slots = vec![(*about).clone()];
            let region = Region {
                scope: union(nouns, about.names()),
                ..Region::default()
            };
            norm.excepts.push(Except {
                objects: Vec::new(),
                slots,
                region,
                implied: true,
                span: norm.span,
            });
        }
    }
}

fn scope_slot(defaults: &[SlotUse]) -> Option<&SlotUse> {
    defaults.iter().find(|slot| slot.slot == Slot::About)
}
