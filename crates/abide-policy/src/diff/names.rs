//! What became of the names: who counts as a child, where a company sits, what a group is made of; and which names a
//! policy uses that the other does not.

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::Serialize;

use super::area::{self, Area};
use super::favour::{Favour, Gain, Judgement, Shift};
use super::reason::Reason;
use super::space::{Side, Space};
use super::{measure, words};
use crate::leaf_set::LeafSet;
use crate::model::{Norm, Policy, SlotUse, Value};
use crate::nouns::{Declaration, Noun, NounId};
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// A name that is declared differently.
pub(super) struct Renamed<'a> {
    pub(super) old: &'a Noun,
    pub(super) new: &'a Noun,
    /// What its own slots mean for people, whatever lines use it.
    pub(super) reasons: Vec<Reason>,
    /// Names that it covers in one policy only.
    pub(super) touched: LeafSet,
    /// How the class of people that it stands for grew or shrank by age, place or fact.
    pub(super) shift: Shift,
    number: u32,
    whole: LeafSet,
}

/// Every name of both policies that is declared differently.
pub(super) fn changed<'a>(space: &Space<'a>) -> Vec<Renamed<'a>> {
    let nouns = space.nouns(Side::Old);
    let both = nouns
        .iter()
        .filter_map(|(id, noun)| Some((id, noun, space.counterpart(Side::Old, id)?)));
    both.filter_map(|(id, old, new_id)| {
        let new = space.nouns(Side::New).get(new_id);
        if old.is_shipped() && new.is_shipped() {
            return None;
        }
        let relabelled = old.labels != new.labels;
        if words::declared(old) == words::declared(new) && !relabelled {
            return None;
        }
        Some(compare(space, (id, old), (new_id, new)))
    })
    .collect()
}

fn compare<'a>(
    space: &Space<'_>,
    (id, old): (NounId, &'a Noun),
    (new_id, new): (NounId, &'a Noun),
) -> Renamed<'a> {
    let (before, after) = (space.set_of(Side::Old, id), space.set_of(Side::New, new_id));
    let mut touched = before.without(&after);
    touched.add(&after.without(&before));
    let mut reasons = Vec::new();
    for (what, a, b) in [("of", &old.of, &new.of), ("is", &old.is, &new.is)] {
        let list = |names: &[crate::model::NounUse]| -> Vec<String> {
            names.iter().map(|name| name.name.to_string()).collect()
        };
        let (a, b) = (list(a), list(b));
        if let Some(text) = added_and_dropped(&a, &b) {
            reasons.push(Reason::neutral(
                Area::of_kind(new.kind),
                format!("{what}: {text}"),
            ));
            if what == "is" {
                touched.add(&before);
                touched.add(&after);
            }
        }
    }
    let mut shift = Shift::Same;
    for slot in new.kind.slots() {
        let (a, b) = (slots(old, *slot), slots(new, *slot));
        if a != b {
            reasons.push(slot_reason(space, *slot, (old, &a), (new, &b)));
        }
    }
    if new.kind == Kind::People {
        shift = people_shift(space, old, new);
    }
    if old.labels != new.labels {
        let label = |noun: &Noun| noun.label("");
        reasons.push(Reason::neutral(
            Area::Wording,
            format!("label: `{}` → `{}`", label(old), label(new)),
        ));
    }
    Renamed {
        old,
        new,
        reasons,
        touched,
        shift,
        number: id.0,
        whole: before,
    }
}

impl Renamed<'_> {
    /// How a line shifts that names this class of people, or a group that it is a member of.
    pub(super) fn shift_of(&self, space: &Space<'_>, side: Side, norm: &Norm) -> Shift {
        if self.shift == Shift::Same {
            return Shift::Same;
        }
        let named = |slots: &[SlotUse]| {
            let mut names = slots.iter().flat_map(SlotUse::names);
            names.any(|name| name.kind == Kind::People && self.is_in(space, side, name.id))
        };
        let cut = norm.excepts.iter().any(|except| named(&except.slots));
        let own = named(&norm.slots)
            || norm
                .objects
                .iter()
                .any(|name| self.is_in(space, side, name.id));
        let when = |is: bool, shift: Shift| if is { shift } else { Shift::Same };
        when(own, self.shift).and(when(cut, self.shift.reversed()))
    }

    /// Whether a name is this class or a group of the policy's own with this class in it. A shipped group such as all
    /// people stays what it is: whoever leaves this class is in another one.
    fn is_in(&self, space: &Space<'_>, side: Side, id: NounId) -> bool {
        let noun = space.nouns(side).get(id);
        space.number(side, id) == self.number
            || (!noun.of.is_empty()
                && !noun.is_shipped()
                && space.set_of(side, id).contains(&self.whole))
    }
}

fn added_and_dropped(old: &[String], new: &[String]) -> Option<String> {
    let only = |one: &[String], other: &[String]| -> Vec<String> {
        one.iter()
            .filter(|word| !other.contains(word))
            .cloned()
            .collect()
    };
    let part = |verb: &str, words: &[String]| {
        (!words.is_empty()).then(|| format!("{verb} {}", words::list(words)))
    };
    let parts: Vec<String> = [
        part("adds", &only(new, old)),
        part("drops", &only(old, new)),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// The values of a slot, over all lines that declare the name.
fn slots(noun: &Noun, slot: Slot) -> Vec<String> {
    let mut values: Vec<String> = noun
        .slots(slot)
        .flat_map(|used| &used.values)
        .map(words::word)
        .collect();
    values.sort();
    values.dedup();
    values
}

/// What a change of one slot of a name means by itself. Classes of people are judged by the lines that use them.
fn slot_reason(
    space: &Space<'_>,
    slot: Slot,
    (old, a): (&Noun, &[String]),
    (new, b): (&Noun, &[String]),
) -> Reason {
    let (company, people) = (Favour::Company, Favour::People);
    let gained = Gain::when(b.iter().any(|word| !a.contains(word)));
    let lost = Gain::when(a.iter().any(|word| !b.contains(word)));
    let shift = Shift::of(gained, lost);
    let area = match (new.kind, slot) {
        (_, Slot::Age) => Area::Age,
        (_, Slot::In) => Area::Place,
        (_, Slot::If) => Area::Condition,
        (_, Slot::Because) => Area::Ground,
        (kind, _) => Area::of_kind(kind),
    };
    let judgement = match (new.kind, slot) {
        (Kind::People, Slot::Age | Slot::In | Slot::If) | (_, Slot::Cite) => Judgement::Neutral,
        // Data may go wherever the recipient is.
        (Kind::Recipient, Slot::In) => company.judge(shift),
        (Kind::Recipient | Kind::Purpose, Slot::If) => people.judge(shift),
        (Kind::Recipient, Slot::Role) => role(a, b),
        (Kind::Purpose, Slot::Because) => ground(space, old, new),
        // Another address is as good; one address fewer is not.
        (Kind::Contact, Slot::Email | Slot::Phone | Slot::Address | Slot::Url) => {
            match (a.is_empty(), b.is_empty()) {
                (true, false) => Judgement::Stronger,
                (false, true) => Judgement::Weaker,
                _ => Judgement::Neutral,
            }
        }
        (_, Slot::Email | Slot::Url | Slot::Address | Slot::Phone) => Judgement::Neutral,
        _ => Judgement::Mixed,
    };
    let or_none = |words: &[String]| {
        if words.is_empty() {
            "none".to_owned()
        } else {
            words::list(words)
        }
    };
    Reason {
        area,
        judgement,
        text: format!(
            "{}: {} → {}",
            area::title(Action::Apply, slot),
            or_none(a),
            or_none(b)
        ),
    }
}

/// A processor does what it is told; whoever decides for itself does not.
fn role(old: &[String], new: &[String]) -> Judgement {
    let is_processor = |words: &[String]| words.iter().any(|word| word == "processor");
    match (is_processor(old), is_processor(new)) {
        (true, false) => Judgement::Weaker,
        (false, true) => Judgement::Stronger,
        _ => Judgement::Mixed,
    }
}

fn ground(space: &Space<'_>, old: &Noun, new: &Noun) -> Judgement {
    let is_consent = |side: Side, noun: &Noun| {
        let mut names = noun.slots(Slot::Because).flat_map(SlotUse::names);
        let nouns = space.nouns(side);
        names.any(|name| {
            ["consent", "explicit-consent"]
                .iter()
                .any(|consent| nouns.is_a(name.id, Kind::Ground, consent))
        })
    };
    match (is_consent(Side::Old, old), is_consent(Side::New, new)) {
        (true, false) => Judgement::Weaker,
        (false, true) => Judgement::Stronger,
        _ => Judgement::Mixed,
    }
}

/// Whether the lines of a class of people let in more people or fewer. Lines add up.
fn people_shift(space: &Space<'_>, old: &Noun, new: &Noun) -> Shift {
    let classes = |side: Side, noun: &Noun| -> Vec<Class> {
        noun.declarations
            .iter()
            .map(|line| Class::of(space, side, line))
            .collect()
    };
    let (a, b) = (classes(Side::Old, old), classes(Side::New, new));
    let beyond = |these: &[Class], those: &[Class]| {
        Gain::when(
            these
                .iter()
                .any(|class| !those.iter().any(|wider| wider.holds(class))),
        )
    };
    if a.is_empty() || b.is_empty() {
        return Shift::Same;
    }
    Shift::of(beyond(&b, &a), beyond(&a, &b))
}

/// The people that one line lets in.
struct Class {
    ages: Vec<Ages>,
    places: Option<LeafSet>,
    facts: Option<LeafSet>,
}

/// An age bound: whole years from and to (exclusive), or a constant of law as written.
#[derive(PartialEq)]
enum Ages {
    Years(u32, u32),
    Constant(String),
}

impl Class {
    fn of(space: &Space<'_>, side: Side, line: &Declaration) -> Self {
        let values = line
            .slots
            .iter()
            .filter(|used| used.slot == Slot::Age)
            .flat_map(|used| &used.values);
        let ages = values.filter_map(|value| match value {
            Value::Age(age) => Some(match (&age.bound, age.comparison) {
                (Ok(years), "<") => Ages::Years(0, *years),
                (Ok(years), "<=") => Ages::Years(0, years + 1),
                (Ok(years), ">") => Ages::Years(years + 1, u32::MAX),
                (Ok(years), _) => Ages::Years(*years, u32::MAX),
                (Err(_), _) => Ages::Constant(words::word(value)),
            }),
            _ => None,
        });
        Self {
            ages: ages.collect(),
            places: space.slot_set(side, &line.slots, Slot::In),
            facts: space.slot_set(side, &line.slots, Slot::If),
        }
    }

    /// Whether everyone of `other` is in this class.
    fn holds(&self, other: &Self) -> bool {
        let bounded = |own: &Option<LeafSet>, theirs: &Option<LeafSet>| match (own, theirs) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(own), Some(theirs)) => {
                matches!(measure::sets(theirs, own), Shift::Same | Shift::More)
            }
        };
        let ages = self.ages.iter().all(|own| {
            other.ages.iter().any(|theirs| match (own, theirs) {
                (Ages::Years(from, to), Ages::Years(their_from, their_to)) => {
                    from <= their_from && their_to <= to
                }
                _ => own == theirs,
            })
        });
        ages && bounded(&self.places, &other.places) && bounded(&self.facts, &other.facts)
    }
}

/// A purpose, recipient, place or category of data that only one of the policies uses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct NewName {
    /// What it stands for.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// What people read.
    pub label: String,
}

/// The roots below which all data is: a policy that names only them has named no data.
const ROOTS: &[&str] = &["personal", "non-personal"];

/// The names of `side` that its permissions use and that no permission of the other policy names or covers.
pub(super) fn only_in(space: &Space<'_>, side: Side, policies: [&Policy; 2]) -> Vec<NewName> {
    let [own, theirs] = policies;
    let mut known = LeafSet::EMPTY;
    let theirs_named: HashSet<NounId> = permitted(theirs).into_iter().map(|(_, id)| id).collect();
    for id in theirs_named.iter().copied() {
        if !ROOTS.contains(&theirs.nouns.get(id).name.as_ref()) {
            known.add(&space.set_of(side.other(), id));
        }
    }
    let named = permitted(own);
    let mut reached = LeafSet::EMPTY;
    named
        .iter()
        .for_each(|(_, id)| reached.add(own.nouns.set(*id)));
    // A party that is not named on a line receives data as one of those that are.
    let parties = own.nouns.iter().filter(|(id, noun)| {
        noun.kind == Kind::Recipient && !noun.is_shipped() && reached.contains(own.nouns.set(*id))
    });
    // A group that both name is not new, but what was added to it may be.
    let members = |(kind, id): (Kind, NounId)| -> Vec<(Kind, NounId)> {
        let noun = own.nouns.get(id);
        match space.counterpart(side, id) {
            Some(counterpart)
                if theirs_named.contains(&counterpart)
                    && !noun.of.is_empty()
                    && !noun.is_shipped() =>
            {
                noun.of.iter().map(|member| (kind, member.id)).collect()
            }
            _ => vec![(kind, id)],
        }
    };
    let mut found: Vec<NewName> = named
        .iter()
        .copied()
        .chain(parties.map(|(id, noun)| (noun.kind, id)))
        .flat_map(members)
        .filter(|(_, id)| {
            let noun = own.nouns.get(*id);
            let is_new_party = noun.kind == Kind::Recipient
                && noun.of.is_empty()
                && space.counterpart(side, *id).is_none();
            !ROOTS.contains(&noun.name.as_ref())
                && (is_new_party || !known.contains(&space.set_of(side, *id)))
        })
        .map(|(kind, id)| {
            let noun = own.nouns.get(id);
            NewName {
                kind,
                name: noun.name.to_string(),
                label: noun.label(""),
            }
        })
        .collect();
    found.sort();
    found.dedup();
    found
}

/// Purposes, recipients, places and data that permissions name, and the places of the recipients.
fn permitted(policy: &Policy) -> Vec<(Kind, NounId)> {
    let wanted = |kind: Kind| {
        matches!(
            kind,
            Kind::Data | Kind::Purpose | Kind::Recipient | Kind::Place
        )
    };
    let lines = policy
        .norms
        .iter()
        .filter(|norm| norm.mode == Mode::May && norm.action.is_about_data());
    let mut found = Vec::new();
    for norm in lines {
        let slots = norm
            .slots
            .iter()
            .filter(|used| matches!(used.slot, Slot::For | Slot::With | Slot::In));
        let names = norm.objects.iter().chain(slots.flat_map(SlotUse::names));
        for name in names.filter(|name| wanted(name.kind)) {
            found.push((name.kind, name.id));
            if name.kind == Kind::Recipient {
                let noun = policy.nouns.get(name.id);
                let places = noun.slots(Slot::In).flat_map(SlotUse::names);
                found.extend(places.map(|place| (place.kind, place.id)));
            }
        }
    }
    found
}
