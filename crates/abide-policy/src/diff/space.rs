//! One numbering for the names of two policies, so that what their lines cover can be compared. Judges nothing.
//!
//! Names are the same when kind and spelling are. A name that only one policy declares below a name of both is a finer
//! word for something that the other already meant: its leaf is added there, so that declaring it changes no line.

use crate::leaf_set::LeafSet;
use crate::model::{NounUse, SlotUse, Value};
use crate::nouns::{NounId, Nouns};
use crate::vocabulary::Slot;

/// Which of the two policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Side {
    /// The one in force.
    Old,
    /// The one that would take its place.
    New,
}

impl Side {
    pub(super) fn other(self) -> Self {
        match self {
            Self::Old => Self::New,
            Self::New => Self::Old,
        }
    }
}

/// Whoever covers all of `holder` also covers `finer`.
struct Refinement {
    holder: LeafSet,
    finer: LeafSet,
}

/// The common numbering.
pub(super) struct Space<'a> {
    old: &'a Nouns,
    new: &'a Nouns,
    /// The common number of each name of the new policy. The old policy's numbers are the common ones.
    new_numbers: Vec<u32>,
    count: u32,
    refinements: [Vec<Refinement>; 2],
    /// Every name, and [`Space::unnamed`].
    pub(super) full: LeafSet,
}

impl<'a> Space<'a> {
    pub(super) fn new(old: &'a Nouns, new: &'a Nouns) -> Self {
        let mut count = u32::try_from(old.iter().count()).unwrap_or(u32::MAX);
        let mut new_numbers = Vec::new();
        for (_, noun) in new.iter() {
            let number = old.find(noun.kind, &noun.name).map_or(count, |id| id.0);
            if number == count {
                count += 1;
            }
            new_numbers.push(number);
        }
        let mut space = Self {
            old,
            new,
            new_numbers,
            count,
            refinements: [Vec::new(), Vec::new()],
            full: LeafSet::all(count + 1),
        };
        let mut refinements = [Vec::new(), Vec::new()];
        for side in [Side::Old, Side::New] {
            space.refine_children(side, &mut refinements);
            space.refine_groups(side, &mut refinements);
        }
        space.refinements = refinements;
        space
    }

    pub(super) fn nouns(&self, side: Side) -> &'a Nouns {
        match side {
            Side::Old => self.old,
            Side::New => self.new,
        }
    }

    /// The leaf that stands for what nobody names: the person concerned, or a manner left open.
    pub(super) fn unnamed(&self) -> LeafSet {
        LeafSet::of(self.count)
    }

    pub(super) fn number(&self, side: Side, id: NounId) -> u32 {
        match side {
            Side::Old => id.0,
            Side::New => self
                .new_numbers
                .get(id.0 as usize)
                .copied()
                .unwrap_or(self.count),
        }
    }

    /// The same name in the other policy.
    pub(super) fn counterpart(&self, side: Side, id: NounId) -> Option<NounId> {
        let noun = self.nouns(side).get(id);
        self.nouns(side.other()).find(noun.kind, &noun.name)
    }

    fn translate(&self, side: Side, set: &LeafSet) -> LeafSet {
        if side == Side::Old && *set != LeafSet::Any {
            return set.clone();
        }
        let Some(leaves) = set.leaves() else {
            return self.full.clone();
        };
        leaves.into_iter().fold(LeafSet::EMPTY, |mut set, leaf| {
            set.add(&LeafSet::of(self.number(side, NounId(leaf))));
            set
        })
    }

    /// The set in common numbers, finer words of the other policy included.
    pub(super) fn set(&self, side: Side, set: &LeafSet) -> LeafSet {
        let mut set = self.translate(side, set);
        for refinement in &self.refinements[side as usize] {
            if !refinement.holder.is_empty() && set.contains(&refinement.holder) {
                set.add(&refinement.finer);
            }
        }
        set
    }

    /// What a name covers, in common numbers.
    pub(super) fn set_of(&self, side: Side, id: NounId) -> LeafSet {
        self.set(side, self.nouns(side).set(id))
    }

    /// What the names of a slot cover; `None` when it is left out, `any`, or has no names.
    pub(super) fn slot_set(&self, side: Side, slots: &[SlotUse], slot: Slot) -> Option<LeafSet> {
        let used = slots.iter().find(|used| used.slot == slot)?;
        if used.values.iter().any(Value::is_any) {
            return None;
        }
        self.names_set(side, used.names())
    }

    /// What names cover together; `None` for no names.
    pub(super) fn names_set<'n>(
        &self,
        side: Side,
        names: impl Iterator<Item = &'n NounUse>,
    ) -> Option<LeafSet> {
        let mut set = LeafSet::EMPTY;
        names.for_each(|name| set.add(&self.set_of(side, name.id)));
        (!set.is_empty()).then_some(set)
    }

    /// Names that only the other policy has, below names of both.
    fn refine_children(&self, side: Side, refinements: &mut [Vec<Refinement>; 2]) {
        let (mine, theirs) = (self.nouns(side), self.nouns(side.other()));
        for (id, noun) in theirs.iter() {
            if !noun.of.is_empty() || mine.find(noun.kind, &noun.name).is_some() {
                continue;
            }
            let finer = LeafSet::of(self.number(side.other(), id));
            for parent in known_parents(id, theirs, mine) {
                refinements[side as usize].push(Refinement {
                    holder: self.translate(side, mine.set(parent)),
                    finer: finer.clone(),
                });
            }
        }
    }

    /// Names without members here that the other policy splits into members.
    fn refine_groups(&self, side: Side, refinements: &mut [Vec<Refinement>; 2]) {
        let (mine, theirs) = (self.nouns(side), self.nouns(side.other()));
        for (id, noun) in mine.iter().filter(|(_, noun)| noun.of.is_empty()) {
            let Some(split) = theirs.find(noun.kind, &noun.name) else {
                continue;
            };
            if theirs.get(split).of.is_empty() {
                continue;
            }
            let own = LeafSet::of(self.number(side, id));
            for leaf in theirs.set(split).leaves().into_iter().flatten() {
                let member = theirs.get(NounId(leaf));
                if mine.find(member.kind, &member.name).is_none() {
                    refinements[side as usize].push(Refinement {
                        holder: own.clone(),
                        finer: LeafSet::of(self.number(side.other(), NounId(leaf))),
                    });
                }
            }
            refinements[side.other() as usize].push(Refinement {
                holder: self.translate(side.other(), theirs.set(split)),
                finer: own,
            });
        }
    }
}

/// The nearest parents of a name of `theirs` that `mine` knows too, as `mine` numbers them.
fn known_parents(id: NounId, theirs: &Nouns, mine: &Nouns) -> Vec<NounId> {
    let mut known = Vec::new();
    let mut seen = vec![id];
    let mut open = vec![id];
    while let Some(at) = open.pop() {
        let noun = theirs.get(at);
        let default = noun
            .kind
            .default_parent()
            .filter(|_| noun.is.is_empty())
            .and_then(|name| theirs.find(noun.kind, name))
            .filter(|parent| theirs.set(*parent).contains(theirs.set(at)));
        for parent in noun.is.iter().map(|parent| parent.id).chain(default) {
            let name = theirs.get(parent);
            match mine.find(name.kind, &name.name) {
                Some(found) => known.push(found),
                None if !seen.contains(&parent) => {
                    seen.push(parent);
                    open.push(parent);
                }
                None => {}
            }
        }
    }
    known
}
