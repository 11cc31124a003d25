//! Everything that has a name, and what belongs to what. Never decides whether a use of a name is right.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::leaf_set::LeafSet;
use crate::model::{NounUse, SlotUse, Value};
use crate::source::{Span, Spanned};
use crate::vocabulary::{Kind, Slot};

/// Index of a noun in its [`Nouns`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NounId(pub u32);

/// A chain of `is` and `of` longer than this is refused, so that sets stay small.
pub const DEPTH_LIMIT: usize = 64;

/// Something that is named.
#[derive(Debug, Clone)]
pub struct Noun {
    /// What it stands for.
    pub kind: Kind,
    /// Its name.
    pub name: Arc<str>,
    /// Its label per language tag; the empty tag is the language the policy is written in.
    pub labels: BTreeMap<String, String>,
    /// Parents.
    pub is: Vec<NounUse>,
    /// Parents in an outside vocabulary, such as `pd:EmailAddress`.
    pub terms: Vec<Spanned<String>>,
    /// Members.
    pub of: Vec<NounUse>,
    /// The lines that declare it: it holds what one of them says (*or*).
    pub declarations: Vec<Declaration>,
}

/// One line that declares a noun.
#[derive(Debug, Clone)]
pub struct Declaration {
    /// Clause ids on the line.
    pub clauses: Vec<Spanned<String>>,
    /// Its slots: all hold together (*and*).
    pub slots: Vec<SlotUse>,
    /// The label it gives, if it gives one.
    pub label: Option<String>,
    /// Where the name is written.
    pub name_span: Span,
    /// The line.
    pub span: Span,
    /// The part it stands in.
    pub part: Option<usize>,
}

impl Noun {
    /// The label in `lang`, else in the policy's language, else the name with its hyphens as spaces.
    pub fn label(&self, lang: &str) -> String {
        let own = self.labels.get(lang).or_else(|| self.labels.get(""));
        own.cloned().unwrap_or_else(|| self.name.replace('-', " "))
    }

    /// Whether it ships with the program and no line of the policy adds to it.
    pub fn is_shipped(&self) -> bool {
        self.declarations.iter().all(|line| line.span.is_library())
    }

    /// The slots of all its lines.
    pub fn slots(&self, slot: Slot) -> impl Iterator<Item = &SlotUse> {
        self.declarations
            .iter()
            .flat_map(|line| &line.slots)
            .filter(move |used| used.slot == slot)
    }

    /// The text values of a slot, over all its lines.
    pub fn texts(&self, slot: Slot) -> impl Iterator<Item = &str> {
        self.slots(slot)
            .flat_map(|used| &used.values)
            .filter_map(|value| match value {
                Value::Text(text) => Some(text.value.as_str()),
                _ => None,
            })
    }

    /// The line of the policy that first declares it; `None` for a shipped one.
    pub fn own_line(&self) -> Option<&Declaration> {
        self.declarations
            .iter()
            .find(|line| !line.span.is_library())
    }
}

/// All nouns of a policy, the shipped ones first.
#[derive(Debug, Clone, Default)]
pub struct Nouns {
    all: Vec<Arc<Noun>>,
    index: BTreeMap<Kind, HashMap<Arc<str>, NounId>>,
    sets: Vec<LeafSet>,
}

impl Nouns {
    /// The noun of that kind and name.
    pub fn find(&self, kind: Kind, name: &str) -> Option<NounId> {
        self.index.get(&kind)?.get(name).copied()
    }

    /// The noun behind an id. Ids come from this table only.
    pub fn get(&self, id: NounId) -> &Noun {
        &self.all[id.0 as usize]
    }

    /// All of them with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (NounId, &Noun)> {
        (0_u32..).map(NounId).zip(self.all.iter().map(Arc::as_ref))
    }

    /// The noun of that kind and name, declared empty if it is not there yet.
    pub fn intern(&mut self, kind: Kind, name: &str) -> NounId {
        if let Some(id) = self.find(kind, name) {
            return id;
        }
        let id = NounId(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        let name: Arc<str> = Arc::from(name);
        self.index.entry(kind).or_default().insert(name.clone(), id);
        self.all.push(Arc::new(Noun {
            kind,
            name,
            labels: BTreeMap::new(),
            is: Vec::new(),
            terms: Vec::new(),
            of: Vec::new(),
            declarations: Vec::new(),
        }));
        id
    }

    /// The noun behind an id, to add to.
    pub fn get_mut(&mut self, id: NounId) -> &mut Noun {
        Arc::make_mut(&mut self.all[id.0 as usize])
    }

    /// What a noun covers: itself and everything below it. Valid after [`Nouns::settle`].
    pub fn set(&self, id: NounId) -> &LeafSet {
        static EMPTY: LeafSet = LeafSet::EMPTY;
        self.sets.get(id.0 as usize).unwrap_or(&EMPTY)
    }

    /// Whether `id` is, or is below, the noun of that kind and name.
    pub fn is_a(&self, id: NounId, kind: Kind, name: &str) -> bool {
        self.find(kind, name)
            .is_some_and(|parent| parent == id || self.set(parent).contains(self.set(id)))
    }

    /// Works out what every noun covers. A noun with members is exactly their union; any other has a leaf of its own
    /// besides its children. Returns the nouns on a cycle or on a chain beyond [`DEPTH_LIMIT`], whose links are ignored.
    pub fn settle(&mut self) -> Vec<NounId> {
        let mut below: Vec<Vec<NounId>> = vec![Vec::new(); self.all.len()];
        for (id, noun) in self.iter() {
            for parent in &noun.is {
                below[parent.id.0 as usize].push(id);
            }
            below[id.0 as usize].extend(noun.of.iter().map(|member| member.id));
            if noun.is.is_empty()
                && let Some(parent) = noun
                    .kind
                    .default_parent()
                    .and_then(|name| self.find(noun.kind, name))
                && parent != id
                && !self.is_root(id)
            {
                below[parent.0 as usize].push(id);
            }
        }
        let mut walk = Walk {
            nouns: self,
            below,
            sets: vec![None; self.all.len()],
            bad: Vec::new(),
        };
        for at in 0..self.all.len() {
            walk.visit(at, 0);
        }
        let Walk { sets, bad, .. } = walk;
        self.sets = sets
            .into_iter()
            .map(|set| set.flatten().unwrap_or(LeafSet::EMPTY))
            .collect();
        bad
    }

    /// Whether a noun of a kind with a default parent stands beside that parent: it is declared `is=` itself.
    fn is_root(&self, id: NounId) -> bool {
        let noun = self.get(id);
        noun.kind == Kind::Data
            && (noun.name.as_ref() == "non-personal" || self.non_personal_member(id))
    }

    fn non_personal_member(&self, id: NounId) -> bool {
        self.find(Kind::Data, "non-personal")
            .is_some_and(|root| self.get(root).of.iter().any(|member| member.id == id))
    }
}

struct Walk<'a> {
    nouns: &'a Nouns,
    below: Vec<Vec<NounId>>,
    /// `None`: not seen; `Some(None)`: being visited.
    sets: Vec<Option<Option<LeafSet>>>,
    bad: Vec<NounId>,
}

impl Walk<'_> {
    /// Depth is bounded by [`DEPTH_LIMIT`].
    fn visit(&mut self, at: usize, depth: usize) -> LeafSet {
        match &self.sets[at] {
            Some(Some(set)) => return set.clone(),
            Some(None) => return self.refuse(at),
            None if depth > DEPTH_LIMIT => return self.refuse(at),
            None => {}
        }
        self.sets[at] = Some(None);
        let id = u32::try_from(at).unwrap_or(u32::MAX);
        let mut set = if self.nouns.all[at].of.is_empty() {
            LeafSet::of(id)
        } else {
            LeafSet::EMPTY
        };
        for child in std::mem::take(&mut self.below[at]) {
            let below = self.visit(child.0 as usize, depth + 1);
            set.add(&below);
        }
        self.sets[at] = Some(Some(set.clone()));
        set
    }

    fn refuse(&mut self, at: usize) -> LeafSet {
        let id = NounId(u32::try_from(at).unwrap_or(u32::MAX));
        if !self.bad.contains(&id) {
            self.bad.push(id);
        }
        LeafSet::EMPTY
    }
}
