//! What belongs to what, walked from the noun lines: the slow twin of `Nouns::set`. Never asks it.

use std::collections::BTreeSet;

use abide_policy::model::{NounUse, SlotUse};
use abide_policy::nouns::{Declaration, Noun, NounId, Nouns};
use abide_policy::vocabulary::{Kind, Slot};

/// Ids of names.
pub type Set = BTreeSet<u32>;

/// One *is* or *of*: what it puts below a name, and the line that says so if that line has an `if`.
#[derive(Debug, Clone, Copy)]
struct Below {
    child: u32,
    line: Option<usize>,
}

/// The names of a policy with what belongs to each.
pub struct Names<'a> {
    pub nouns: &'a Nouns,
    below: Vec<Vec<Below>>,
    belongs: Vec<Set>,
    /// For each name those of its kind that are as wide or wider.
    wider: Vec<Vec<NounId>>,
    /// For each name those of its kind that are as narrow or narrower.
    narrower: Vec<Vec<NounId>>,
    kinds: Vec<Vec<NounId>>,
    /// Whether some data belongs to a name only while a fact holds.
    pub has_conditional: bool,
}

impl<'a> Names<'a> {
    pub fn new(nouns: &'a Nouns) -> Self {
        let count = nouns.iter().count();
        let mut names = Self {
            nouns,
            below: vec![Vec::new(); count],
            belongs: Vec::new(),
            wider: vec![Vec::new(); count],
            narrower: vec![Vec::new(); count],
            kinds: vec![Vec::new(); Kind::ALL.len()],
            has_conditional: false,
        };
        for (id, noun) in nouns.iter() {
            for parent in &noun.is {
                let line = line_of(noun, parent).filter(|line| {
                    noun.kind == Kind::Data && has_slot(&noun.declarations[*line], Slot::If)
                });
                names.has_conditional |= line.is_some();
                names.below[parent.id.0 as usize].push(Below { child: id.0, line });
            }
            for member in &noun.of {
                let child = member.id.0;
                names.below[id.0 as usize].push(Below { child, line: None });
            }
            // Chapter 3: data without a parent is personal data.
            if names.is_parentless_data(id, noun)
                && let Some(personal) = nouns.find(Kind::Data, "personal")
            {
                names.below[personal.0 as usize].push(Below {
                    child: id.0,
                    line: None,
                });
            }
        }
        names.belongs = (0..count).map(|at| names.walk(at, &|_, _| true)).collect();
        names.compare();
        names
    }

    /// *One name is narrower than another when all that belongs to it belongs to the other.*
    fn compare(&mut self) {
        for (id, noun) in self.nouns.iter() {
            self.kinds[noun.kind as usize].push(id);
        }
        for same_kind in &self.kinds {
            for narrow in same_kind {
                for wide in same_kind {
                    if self.belongs(*narrow).is_subset(self.belongs(*wide)) {
                        self.wider[narrow.0 as usize].push(*wide);
                        self.narrower[wide.0 as usize].push(*narrow);
                    }
                }
            }
        }
    }

    fn is_parentless_data(&self, id: NounId, noun: &Noun) -> bool {
        let among = |group: &str| {
            self.find(Kind::Data, group)
                .is_some_and(|group| self.nouns.get(group).of.iter().any(|used| used.id == id))
        };
        noun.kind == Kind::Data
            && noun.is.is_empty()
            && !matches!(noun.name.as_ref(), "personal" | "non-personal")
            && !among("non-personal")
    }

    /// *A name with members is exactly those*; any other has a leaf of its own.
    fn walk(&self, from: usize, holds: &dyn Fn(u32, usize) -> bool) -> Set {
        let mut leaves = Set::new();
        let mut seen = Set::new();
        let mut open = vec![from];
        while let Some(at) = open.pop() {
            if !seen.insert(u32::try_from(at).unwrap()) {
                continue;
            }
            if self.nouns.get(id(at)).of.is_empty() {
                leaves.insert(u32::try_from(at).unwrap());
            }
            for below in &self.below[at] {
                if below.line.is_none_or(|line| holds(below.child, line)) {
                    open.push(below.child as usize);
                }
            }
        }
        leaves
    }

    /// What belongs to a name.
    pub fn belongs(&self, id: NounId) -> &Set {
        &self.belongs[id.0 as usize]
    }

    /// What belongs to a name while only those conditional lines count for which `holds`.
    pub fn belongs_if(&self, id: NounId, holds: &dyn Fn(u32, usize) -> bool) -> Set {
        self.walk(id.0 as usize, holds)
    }

    /// What belongs to one of several names.
    pub fn union<'n>(&self, names: impl IntoIterator<Item = &'n NounUse>) -> Set {
        let ids = names.into_iter().map(|name| name.id);
        self.union_of(ids)
    }

    pub fn union_of(&self, ids: impl IntoIterator<Item = NounId>) -> Set {
        let mut all = Set::new();
        for id in ids {
            all.extend(self.belongs(id));
        }
        all
    }

    /// The name itself, or a narrower one.
    pub fn is_narrower(&self, narrow: NounId, wide: NounId) -> bool {
        self.wider[narrow.0 as usize].contains(&wide)
    }

    pub fn find(&self, kind: Kind, name: &str) -> Option<NounId> {
        self.nouns.find(kind, name)
    }

    /// The first of the kinds that has the name.
    pub fn find_first(&self, kinds: &[Kind], name: &str) -> Option<NounId> {
        kinds.iter().find_map(|kind| self.find(*kind, name))
    }

    pub fn name(&self, id: NounId) -> &str {
        &self.nouns.get(id).name
    }

    pub fn kind(&self, id: NounId) -> Kind {
        self.nouns.get(id).kind
    }

    /// All names of its kind that are as wide or wider.
    pub fn wider(&self, narrow: NounId) -> &[NounId] {
        &self.wider[narrow.0 as usize]
    }

    /// All names of its kind that are as narrow or narrower.
    pub fn narrower(&self, wide: NounId) -> &[NounId] {
        &self.narrower[wide.0 as usize]
    }

    pub fn of_kind(&self, kind: Kind) -> &[NounId] {
        &self.kinds[kind as usize]
    }

    /// Those of `some` with none of `some` strictly between it and the bottom.
    pub fn nearest(&self, some: &[NounId]) -> Vec<NounId> {
        let strictly = |a: NounId, b: NounId| {
            self.belongs(a).len() < self.belongs(b).len() && self.is_narrower(a, b)
        };
        let near = some
            .iter()
            .filter(|wide| !some.iter().any(|other| strictly(*other, **wide)));
        near.copied().collect()
    }
}

fn id(at: usize) -> NounId {
    NounId(u32::try_from(at).unwrap())
}

/// Which of the lines that declare a noun says this `is`: the last that begins before it.
pub fn line_of(noun: &Noun, parent: &NounUse) -> Option<usize> {
    let lines = noun.declarations.iter().enumerate();
    let before = lines.filter(|(_, line)| {
        line.span.file == parent.span.file && line.span.start <= parent.span.start
    });
    before
        .max_by_key(|(_, line)| line.span.start)
        .map(|(at, _)| at)
}

pub fn has_slot(line: &Declaration, slot: Slot) -> bool {
    line.slots.iter().any(|used| used.slot == slot)
}

/// The uses of a slot on a line.
pub fn uses(slots: &[SlotUse], slot: Slot) -> impl Iterator<Item = &SlotUse> {
    slots.iter().filter(move |used| used.slot == slot)
}
