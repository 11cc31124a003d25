//! Which bit of a person's facts means what, for one policy: classes of people, events, relations, signals. What is held
//! comes after these and grows.

use std::collections::{BTreeMap, BTreeSet};

use super::decision::Needed;
use super::facts::Facts;
use super::link::line_with;
use super::window::Window;
use crate::law::Law;
use crate::leaf_set::LeafSet;
use crate::library::Library;
use crate::model::{Age, NounUse, Policy, SlotUse, Value, Verified};
use crate::nouns::{Declaration, Noun, NounId};
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// Index of a bit in [`Facts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Bit(pub u32);

/// What is stored of something about a person that may be unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ClassBits {
    /// It is true.
    pub certain: Bit,
    /// It is not false.
    pub possible: Bit,
    /// The age would settle it.
    pub age: Bit,
    /// The residence would settle it.
    pub residence: Bit,
}

impl ClassBits {
    /// Adds what would settle it.
    pub(super) fn missing(&self, facts: &Facts, found: &mut Vec<Needed>) {
        let wanted = [(self.age, "age"), (self.residence, "residence")];
        for (_, word) in wanted.iter().filter(|(bit, _)| facts.has(*bit)) {
            found.push(Needed::Subject((*word).to_owned()));
        }
    }
}

/// One line that says who is in a class.
#[derive(Debug, Clone)]
pub(super) struct ClassLine {
    /// The ages, any of which will do; none if every age will.
    pub ages: Vec<Age>,
    /// Where; none if everywhere.
    pub places: Option<LeafSet>,
    /// Facts: one of each.
    pub conditions: Vec<Vec<NounUse>>,
    /// The wider classes that one must be in, too.
    pub narrows: Vec<NounId>,
    /// The stored answer for age and place, for where a class is not told as a whole.
    pub bits: Option<ClassBits>,
}

/// A class of people.
#[derive(Debug, Clone)]
pub(super) struct Class {
    /// The class itself was given, or a narrower one.
    pub given: Bit,
    /// Everything about the class, if no fact plays a part.
    pub whole: Option<ClassBits>,
    /// The lines that say who is in it or in a narrower one.
    pub lines: Vec<ClassLine>,
}

/// Where a law makes a signal binding.
#[derive(Debug, Clone)]
pub(super) struct Binding {
    /// The signals.
    pub signals: LeafSet,
    /// Where; everywhere if the law does not say.
    pub place: Option<NounId>,
    /// Since when, in nanoseconds.
    pub since: i64,
}

/// The bits of a policy.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout {
    /// Classes of people, by name.
    pub classes: BTreeMap<NounId, Class>,
    /// Whether an event, or a narrower one, has happened.
    pub happened: BTreeMap<NounId, Bit>,
    /// Whether a window after an event is running.
    pub running: BTreeMap<(NounId, Window), Bit>,
    /// Windows after facts, by index.
    pub fact_windows: Vec<Window>,
    /// Relations of those who act.
    pub relations: BTreeMap<NounId, Bit>,
    /// Signals that are on.
    pub signals: BTreeMap<NounId, Bit>,
    /// Places that people may live in.
    pub places: BTreeMap<NounId, ClassBits>,
    /// Signals that laws make binding.
    pub bindings: Vec<Binding>,
    /// How many bits there are.
    pub size: u32,
}

impl Layout {
    /// Reads what the lines of a policy ask about people.
    pub(super) fn of(policy: &Policy, library: &Library) -> Self {
        let mut layout = Self::default();
        let mut people: BTreeSet<NounId> = BTreeSet::new();
        for norm in &policy.norms {
            people.extend(
                norm.all_names()
                    .filter(|name| name.kind == Kind::People)
                    .map(|name| name.id),
            );
            for slot in norm
                .slots
                .iter()
                .chain(norm.excepts.iter().flat_map(|except| &except.slots))
            {
                layout.events_of(slot);
            }
            for (slots, window) in super::time::windows(norm) {
                layout.windows_of(slots, window);
            }
        }
        for slot in policy.parts.iter().flat_map(|part| &part.defaults) {
            people.extend(
                slot.names()
                    .filter(|name| name.kind == Kind::People)
                    .map(|name| name.id),
            );
        }
        for id in people {
            layout.class(policy, id);
        }
        layout.settle_classes();
        layout.relations_of(policy);
        layout.signals_of(policy, library);
        layout
    }

    fn bit(&mut self) -> Bit {
        let bit = Bit(self.size);
        self.size += 1;
        bit
    }

    fn class_bits(&mut self) -> ClassBits {
        ClassBits {
            certain: self.bit(),
            possible: self.bit(),
            age: self.bit(),
            residence: self.bit(),
        }
    }

    fn events_of(&mut self, slot: &SlotUse) {
        if !matches!(
            slot.slot,
            Slot::When | Slot::Until | Slot::Before | Slot::After
        ) {
            return;
        }
        for name in slot.names().filter(|name| name.kind == Kind::Event) {
            if !self.happened.contains_key(&name.id) {
                let bit = self.bit();
                self.happened.insert(name.id, bit);
            }
        }
    }

    fn windows_of(&mut self, when: &SlotUse, window: Window) {
        for name in when.names() {
            if name.kind != Kind::Event {
                if !self.fact_windows.contains(&window) {
                    self.fact_windows.push(window.clone());
                }
            } else if !self.running.contains_key(&(name.id, window.clone())) {
                let bit = self.bit();
                self.running.insert((name.id, window.clone()), bit);
            }
        }
    }

    /// Gives a class its bits, and those that its lines narrow.
    fn class(&mut self, policy: &Policy, id: NounId) {
        if self.classes.contains_key(&id) {
            return;
        }
        let nouns = &policy.nouns;
        let lines: Vec<ClassLine> = nouns
            .iter()
            .filter(|(other, noun)| {
                noun.kind == Kind::People
                    && (*other == id || nouns.set(id).contains(nouns.set(*other)))
            })
            .flat_map(|(_, noun)| {
                noun.declarations
                    .iter()
                    .filter_map(|line| class_line(policy, noun, line))
            })
            .collect();
        let narrowed: Vec<NounId> = lines
            .iter()
            .flat_map(|line| line.narrows.iter().copied())
            .collect();
        let given = self.bit();
        self.classes.insert(
            id,
            Class {
                given,
                whole: None,
                lines,
            },
        );
        for wide in narrowed {
            self.class(policy, wide);
        }
    }

    /// Gives every class that facts play no part in an answer of its own, and every line of the others.
    fn settle_classes(&mut self) {
        let ids: Vec<NounId> = self.classes.keys().copied().collect();
        for id in ids {
            let is_plain = self.is_plain(id, &mut Vec::new());
            let asking = self.classes.get(&id).map_or_else(Vec::new, |class| {
                let lines = class.lines.iter();
                lines.map(|line| !is_plain && line.asks()).collect()
            });
            let whole = is_plain.then(|| self.class_bits());
            let mut bits = Vec::new();
            for asks in asking {
                bits.push(asks.then(|| self.class_bits()));
            }
            if let Some(class) = self.classes.get_mut(&id) {
                class.whole = whole;
                for (line, bits) in class.lines.iter_mut().zip(bits) {
                    line.bits = bits;
                }
            }
        }
    }

    fn is_plain(&self, id: NounId, seen: &mut Vec<NounId>) -> bool {
        if seen.contains(&id) {
            return true;
        }
        seen.push(id);
        self.classes.get(&id).is_none_or(|class| {
            class.lines.iter().all(|line| {
                line.conditions.is_empty()
                    && line.narrows.iter().all(|wide| self.is_plain(*wide, seen))
            })
        })
    }

    fn relations_of(&mut self, policy: &Policy) {
        let acting: Vec<&LeafSet> = policy
            .nouns
            .iter()
            .filter(|(_, noun)| noun.kind == Kind::People)
            .filter(|(_, noun)| noun.slots(Slot::ActsFor).next().is_some())
            .map(|(id, _)| policy.nouns.set(id))
            .collect();
        for (id, noun) in policy.nouns.iter() {
            let set = policy.nouns.set(id);
            if noun.kind == Kind::People && acting.iter().any(|wide| wide.contains(set)) {
                let bit = self.bit();
                self.relations.insert(id, bit);
            }
        }
    }

    fn signals_of(&mut self, policy: &Policy, library: &Library) {
        let honours = policy
            .norms
            .iter()
            .any(|norm| norm.action == Action::Honour && norm.mode == Mode::Must);
        if !honours {
            return;
        }
        for (id, noun) in policy.nouns.iter() {
            if noun.kind == Kind::Signal {
                let bit = self.bit();
                self.signals.insert(id, bit);
            }
        }
        for law in policy
            .laws
            .iter()
            .filter_map(|name| library.law(&name.value))
        {
            self.bindings.extend(bindings(policy, law));
        }
        let places: BTreeSet<NounId> = self
            .bindings
            .iter()
            .filter_map(|binding| binding.place)
            .collect();
        for place in places {
            let bits = self.class_bits();
            self.places.insert(place, bits);
        }
    }
}

impl ClassLine {
    /// Whether it asks for age or place.
    fn asks(&self) -> bool {
        !self.ages.is_empty() || self.places.is_some()
    }
}

fn class_line(policy: &Policy, noun: &Noun, line: &Declaration) -> Option<ClassLine> {
    let slots = |slot: Slot| line.slots.iter().filter(move |used| used.slot == slot);
    let ages: Vec<Age> = slots(Slot::Age)
        .flat_map(|used| &used.values)
        .filter_map(|value| match value {
            Value::Age(age) => Some(age.clone()),
            _ => None,
        })
        .collect();
    let mut places: Option<LeafSet> = None;
    for name in slots(Slot::In).flat_map(SlotUse::names) {
        places
            .get_or_insert(LeafSet::EMPTY)
            .add(policy.nouns.set(name.id));
    }
    let conditions: Vec<Vec<NounUse>> = slots(Slot::If)
        .map(|used| used.names().cloned().collect())
        .collect();
    let only_place = ages.is_empty() && conditions.is_empty();
    if only_place && places.is_none() {
        return None;
    }
    // Where no line says who is in the wider class, only a line about places leaves it to what is given.
    let narrows = noun
        .is
        .iter()
        .filter(|wide| {
            line_with(noun, wide).is_some_and(|with| std::ptr::eq(with, line))
                && (only_place || says_who(policy.nouns.get(wide.id)))
        })
        .map(|wide| wide.id)
        .collect();
    Some(ClassLine {
        ages,
        places,
        conditions,
        narrows,
        bits: None,
    })
}

/// Whether a line of the noun itself says who is in the class.
fn says_who(noun: &Noun) -> bool {
    [Slot::Age, Slot::In, Slot::If]
        .into_iter()
        .any(|slot| noun.slots(slot).next().is_some())
}

/// The signals that a law makes binding. A line that nobody has read binds nothing.
fn bindings<'a>(policy: &'a Policy, law: &'a Law) -> impl Iterator<Item = Binding> + 'a {
    law.norms
        .iter()
        .filter(|norm| norm.action == Action::Honour && norm.mode == Mode::Must)
        .filter_map(move |norm| {
            let authority = norm.authority.as_ref()?;
            if authority.verified == Verified::Unverified {
                return None;
            }
            let mut signals = LeafSet::EMPTY;
            for object in &norm.objects {
                signals.add(policy.nouns.set(object.id));
            }
            Some(Binding {
                signals,
                place: law.place,
                since: authority
                    .since
                    .or(law.since)
                    .map_or(i64::MIN, super::window::beginning),
            })
        })
}
