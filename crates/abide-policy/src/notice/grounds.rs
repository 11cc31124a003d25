//! The legal grounds that purposes have on their own lines. Never one of a purpose only used by lines with grounds of
//! their own: their sentences say those, and they go before the purpose's.

use std::collections::HashSet;

use crate::model::{Norm, Policy, SlotUse};
use crate::nouns::NounId;
use crate::vocabulary::{Mode, Slot};

/// A purpose and its grounds, at least one.
#[derive(Debug)]
pub(crate) struct Grounded {
    pub(crate) purpose: NounId,
    pub(crate) grounds: Vec<NounId>,
}

/// The purposes with grounds that the lines use data for, in the order of the lines; none that is among `told`, to which
/// those found are added.
pub(crate) fn of(policy: &Policy, norms: &[&Norm], told: &mut HashSet<NounId>) -> Vec<Grounded> {
    let mut found = Vec::new();
    let relies = |norm: &&&Norm| norm.mode != Mode::Never && norm.slot(Slot::Because).is_none();
    let lines = norms.iter().filter(relies);
    for purpose in lines
        .flat_map(|norm| norm.names(Slot::For))
        .map(|used| used.id)
    {
        let slots = policy.nouns.get(purpose).slots(Slot::Because);
        let grounds: Vec<NounId> = slots.flat_map(SlotUse::names).map(|used| used.id).collect();
        if !grounds.is_empty() && told.insert(purpose) {
            found.push(Grounded { purpose, grounds });
        }
    }
    found
}
