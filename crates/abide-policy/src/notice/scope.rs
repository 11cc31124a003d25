//! What of a policy concerns the people of one place, or everyone. Decides nothing about single lines.

use crate::model::Policy;
use crate::nouns::NounId;
use crate::vocabulary::Slot;

/// Which parts, and whether the base, a notice shows.
#[derive(Debug)]
pub(crate) struct Scope {
    parts: Vec<bool>,
    base: bool,
}

impl Scope {
    /// With a place: the parts whose people live there or anywhere, and the base unless one of those stands in its place.
    pub(crate) fn of(policy: &Policy, place: Option<NounId>) -> Self {
        let Some(place) = place else {
            return Self {
                parts: vec![true; policy.parts.len()],
                base: true,
            };
        };
        let lives: Vec<Option<bool>> = (0..policy.parts.len())
            .map(|part| lives_there(policy, part, place))
            .collect();
        let stands_in = |(part, lives): (&crate::model::Part, &Option<bool>)| {
            part.instead && *lives == Some(true)
        };
        let base = !policy.parts.iter().zip(&lives).any(stands_in);
        let shown = |part| {
            let around = around(policy, part);
            let placed = around
                .iter()
                .all(|index| lives.get(*index).copied().flatten().unwrap_or(true));
            placed
                && (base
                    || around
                        .iter()
                        .any(|index| policy.parts.get(*index).is_some_and(|part| part.instead)))
        };
        Self {
            parts: (0..policy.parts.len()).map(shown).collect(),
            base,
        }
    }

    /// Whether the base (`None`) or a part is shown.
    pub(crate) fn shows(&self, part: Option<usize>) -> bool {
        part.map_or(self.base, |index| {
            self.parts.get(index).copied().unwrap_or(false)
        })
    }

    /// The base and the parts that are shown, in order.
    pub(crate) fn shown(&self) -> impl Iterator<Item = Option<usize>> {
        let parts = std::iter::once(None).chain((0..self.parts.len()).map(Some));
        parts.filter(|part| self.shows(*part))
    }
}

/// The part and those around it.
fn around(policy: &Policy, part: usize) -> Vec<usize> {
    std::iter::successors(Some(part), |index| policy.parts.get(*index)?.parent).collect()
}

/// Whether everyone in the place is among the people of the part; `None` if its people are of no place.
fn lives_there(policy: &Policy, part: usize, place: NounId) -> Option<bool> {
    let about = policy
        .parts
        .get(part)?
        .defaults
        .iter()
        .filter(|slot| slot.slot == Slot::About);
    let places: Vec<NounId> = about
        .flat_map(|slot| slot.names())
        .flat_map(|people| policy.nouns.get(people.id).slots(Slot::In))
        .flat_map(|slot| slot.names())
        .map(|place| place.id)
        .collect();
    let there = |found: &NounId| policy.nouns.set(*found).contains(policy.nouns.set(place));
    (!places.is_empty()).then(|| places.iter().any(there))
}
