//! Whether a rule speaks of the change at hand: by its class, and by the people that it is about. Asks for nothing.

use super::Rule;
use crate::diff::lines::Moved;
use crate::diff::{Change, Judgement, Subject};
use crate::leaf_set::LeafSet;
use crate::model::{NounUse, Policy};
use crate::nouns::{NounId, Nouns};
use crate::vocabulary::{Kind, Slot};

/// Whether a rule about a class of changes applies.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Applies {
    Yes,
    /// Only a person can tell whether the change is of that class.
    Perhaps,
    No,
}

impl Rule<'_> {
    /// Whether the objects of a `change` line, its exceptions aside, hold this change.
    pub(super) fn change_class(&self) -> Option<Applies> {
        if !self.concerns_anyone() {
            return None;
        }
        let cut = |applies: Applies| {
            let excepts = self.norm.excepts.iter().filter(|except| !except.implied);
            let mut cuts = excepts.flat_map(|except| &except.objects);
            let is_cut = cuts.any(|event| self.class(event) == Some(Applies::Yes));
            (!is_cut).then_some(applies)
        };
        if self.norm.any_object || self.norm.objects.is_empty() {
            return cut(Applies::Yes);
        }
        self.best(
            self.norm
                .objects
                .iter()
                .filter_map(|event| self.class(event)),
        )
        .and_then(cut)
    }

    /// Whether a `tell` line speaks of this change: its events decide, else its topics.
    pub(super) fn told_of(&self) -> Option<Applies> {
        if !self.concerns_anyone() {
            return None;
        }
        let classes = |slot: Slot| -> Vec<Applies> {
            let names = self.norm.names(slot);
            names.filter_map(|event| self.class(event)).collect()
        };
        let classes: Vec<Applies> = [
            classes(Slot::When),
            classes(Slot::Before),
            classes(Slot::After),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !classes.is_empty() {
            return self.best(classes.into_iter());
        }
        let is_publication = |name: &NounUse| {
            ["posted", "effective"]
                .iter()
                .any(|event| self.nouns.is_a(name.id, Kind::Event, event))
        };
        let mut events = self
            .norm
            .names(Slot::When)
            .chain(self.norm.names(Slot::Before));
        let timed = self.norm.names(Slot::When).next().is_some();
        // `tell material before=effective` names the class of change as what people are told of.
        let told_classes: Vec<Applies> = self
            .norm
            .objects
            .iter()
            .filter(|object| object.kind == Kind::Event && object.name.as_ref() != "change")
            .filter_map(|event| self.class(event))
            .collect();
        if !timed && !told_classes.is_empty() {
            return self.best(told_classes.into_iter());
        }
        let of_change = self.norm.objects.iter().any(|object| {
            matches!(object.kind, Kind::Topic | Kind::Event) && object.name.as_ref() == "change"
        });
        let told = events.any(is_publication) || (of_change && !timed);
        // An event of the same name as the policy's publication may be that of something that people post.
        let about_versions = of_change || self.norm.names(Slot::When).any(is_publication);
        (told && about_versions).then_some(Applies::Yes)
    }

    /// The classes of change that only a person can tell, by their labels.
    pub(super) fn class_label(&self) -> String {
        let slots = [Slot::When, Slot::Before].into_iter();
        let events = slots
            .flat_map(|slot| self.norm.names(slot))
            .chain(&self.norm.objects);
        let perhaps = events.filter(|event| self.class(event) == Some(Applies::Perhaps));
        self.labels(perhaps).join(" or ")
    }

    /// The surest of several.
    pub(super) fn best(&self, classes: impl Iterator<Item = Applies>) -> Option<Applies> {
        if !self.concerns_anyone() {
            return None;
        }
        let mut found = None;
        for class in classes {
            match class {
                Applies::Yes => return Some(Applies::Yes),
                Applies::Perhaps => found = Some(Applies::Perhaps),
                Applies::No => {}
            }
        }
        found
    }

    /// Whether an event is the change at hand; `None` when it is no class of changes at all.
    pub(super) fn class(&self, event: &NounUse) -> Option<Applies> {
        let find = |name: &str| self.nouns.find(Kind::Event, name);
        let change = find("change")?;
        if event.id == change {
            return Some(Applies::Yes);
        }
        if !self.nouns.set(change).contains(self.nouns.set(event.id)) {
            return None;
        }
        let mut perhaps = false;
        for class in self.occurred().into_iter().filter_map(find) {
            if self.nouns.set(event.id).contains(&LeafSet::of(class.0)) {
                return Some(Applies::Yes);
            }
            perhaps |= self.nouns.set(class).contains(self.nouns.set(event.id));
        }
        Some(if perhaps {
            Applies::Perhaps
        } else {
            Applies::No
        })
    }

    /// The classes of change that this one is of, for the people that the rule is about.
    pub(super) fn occurred(&self) -> Vec<&'static str> {
        let mut classes = Vec::new();
        let weaker = self.weaker_lines().next().is_some() || self.weaker_beside_lines();
        if weaker {
            classes.extend(["material", "weaker"]);
        }
        let has = |kind: Kind| self.facts.new_names.iter().any(|name| name.kind == kind);
        if has(Kind::Purpose) {
            classes.push("new-purpose");
        }
        if has(Kind::Data) {
            classes.push("new-category");
        }
        let neutral = |change: &Change| change.judgement == Judgement::Neutral;
        if self.facts.changes.iter().all(neutral) {
            classes.push("correction");
        }
        classes
    }

    pub(super) fn weaker_beside_lines(&self) -> bool {
        let mut beside = self
            .facts
            .changes
            .iter()
            .filter(|change| change.subject != Subject::Line && change.felt_in.is_empty());
        beside.any(|change| matches!(change.judgement, Judgement::Weaker | Judgement::Mixed))
    }

    /// The lines that became weaker or mixed for people whom the rule is about.
    pub(super) fn weaker_lines(&self) -> impl Iterator<Item = &Moved<'_>> {
        let weaker =
            |line: &&Moved<'_>| matches!(line.judgement, Judgement::Weaker | Judgement::Mixed);
        self.facts
            .moved
            .iter()
            .filter(weaker)
            .filter(|line| self.concerns(line))
    }

    pub(super) fn concerns_anyone(&self) -> bool {
        let mut moved = self.facts.moved.iter();
        self.facts.moved.is_empty()
            || self
                .facts
                .changes
                .iter()
                .any(|change| change.subject != Subject::Line)
            || moved.any(|line| self.concerns(line))
    }

    /// Whether the people of a line may be people of the rule: they are not when both live in places apart.
    pub(super) fn concerns(&self, line: &Moved<'_>) -> bool {
        let (policy, norm) = match (line.new, line.old) {
            (Some(norm), _) => (self.facts.new, norm),
            (None, Some(norm)) => (self.facts.old, norm),
            (None, None) => return true,
        };
        let theirs = home(policy, norm.names(Slot::About));
        let own = match self.place {
            Some(place) => names_of(self.nouns, &[place]),
            None => home(self.facts.old, self.norm.names(Slot::About)),
        };
        match (own, theirs) {
            (Some(own), Some(theirs)) => own.iter().any(|place| theirs.contains(place)),
            _ => true,
        }
    }
}

/// Every place where all of these people live; `None` when one of them may live anywhere.
fn home<'n>(policy: &Policy, people: impl Iterator<Item = &'n NounUse>) -> Option<Vec<String>> {
    let mut places = Vec::new();
    for class in people {
        let noun = policy.nouns.get(class.id);
        let mut named = noun
            .slots(Slot::In)
            .flat_map(|used| used.names())
            .peekable();
        named.peek()?;
        places.extend(named.map(|place| place.id));
    }
    names_of(&policy.nouns, &places)
}

/// The names of all leaves of places, which two policies share.
fn names_of(nouns: &Nouns, places: &[NounId]) -> Option<Vec<String>> {
    let leaves = places.iter().filter_map(|place| nouns.set(*place).leaves());
    let names: Vec<String> = leaves
        .flatten()
        .map(|leaf| nouns.get(NounId(leaf)).name.to_string())
        .collect();
    (!names.is_empty()).then_some(names)
}
