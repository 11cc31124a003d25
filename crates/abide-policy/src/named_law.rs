//! The laws that a policy names, seen over the policy's own names. Compares nothing: checks do.

use std::fmt::Write as _;

use crate::check::Context;
use crate::diagnostic::Severity;
use crate::law::Law;
use crate::leaf_set::LeafSet;
use crate::model::{Authority, Norm, NounUse, Policy, Region, SlotUse, Verified};
use crate::nouns::NounId;
use crate::resolve::region_of;
use crate::source::Spanned;
use crate::vocabulary::{Kind, Slot};

/// A law that the policy names, each once.
pub struct NamedLaw<'a> {
    /// The pack.
    pub law: &'a Law,
    /// Where the policy names it first.
    pub name: &'a Spanned<String>,
    /// Its lines in force on the day of the check.
    pub lines: Vec<LawLine<'a>>,
}

/// A line of a law over the policy's names.
pub struct LawLine<'a> {
    /// The line. Its own region knows the shipped names only.
    pub norm: &'a Norm,
    /// Where the law says it.
    pub authority: &'a Authority,
    /// What it covers.
    pub region: Region,
    /// What is cut out of it.
    pub excepts: Vec<Region>,
}

/// The laws that the policy names, with the lines that are in force on the day of the check.
pub fn named_laws<'a>(context: &Context<'a>) -> Vec<NamedLaw<'a>> {
    let mut found: Vec<NamedLaw<'a>> = Vec::new();
    for name in &context.policy.laws {
        let Some(law) = context.library.law(&name.value) else {
            continue;
        };
        if found.iter().any(|known| known.law.name == law.name) {
            continue;
        }
        let lines = law
            .norms
            .iter()
            .filter_map(|norm| line_of(context, norm))
            .collect();
        found.push(NamedLaw { law, name, lines });
    }
    found
}

fn line_of<'a>(context: &Context<'a>, norm: &'a Norm) -> Option<LawLine<'a>> {
    let authority = norm.authority.as_ref()?;
    if let (Some(since), Some(today)) = (authority.since, context.today)
        && today < since
    {
        return None;
    }
    let nouns = &context.policy.nouns;
    let objects: &[NounUse] = if norm.any_object { &[] } else { &norm.objects };
    Some(LawLine {
        norm,
        authority,
        region: region_of(nouns, objects, &norm.slots),
        excepts: norm
            .excepts
            .iter()
            .map(|except| region_of(nouns, &except.objects, &except.slots))
            .collect(),
    })
}

impl NamedLaw<'_> {
    /// Whether a line of the policy speaks of people where the law holds: not of people elsewhere only, and not of a base
    /// that a part replaces for all people there.
    pub fn concerns(&self, policy: &Policy, norm: &Norm) -> bool {
        let Some(place) = self.law.place else {
            return true;
        };
        let here = policy.nouns.set(place);
        // The people of the part must be concerned as well as those of the line.
        let part = norm.part.and_then(|part| policy.parts.get(part));
        let scope: Vec<&NounUse> = part
            .into_iter()
            .flat_map(|part| &part.defaults)
            .filter(|slot| slot.slot == Slot::About)
            .flat_map(SlotUse::names)
            .collect();
        let about: Vec<&NounUse> = norm.names(Slot::About).collect();
        let reaches = |people: &[&NounUse]| {
            people.is_empty()
                || people.iter().any(|people| {
                    places_of(policy, people.id).is_none_or(|places| places.overlaps(here))
                })
        };
        let speaks = reaches(&scope) && reaches(&about);
        let replaced = norm
            .excepts
            .iter()
            .filter(|except| except.implied)
            .any(|except| {
                let mut people = except
                    .slots
                    .iter()
                    .filter(|slot| slot.slot == Slot::About)
                    .flat_map(SlotUse::names);
                people.any(|people| {
                    places_of(policy, people.id).is_some_and(|places| places.contains(here))
                })
            });
        speaks && !replaced
    }

    /// Whether the people of a line are all people where the law holds, rather than some of them.
    pub fn is_for_all(&self, policy: &Policy, norm: &Norm) -> bool {
        let mut about = norm.names(Slot::About).peekable();
        about.peek().is_none()
            || about.any(|people| {
                let everyone = policy
                    .nouns
                    .find(Kind::People, "person")
                    .is_some_and(|person| {
                        policy
                            .nouns
                            .set(people.id)
                            .contains(policy.nouns.set(person))
                    });
                let here = self.law.place.map(|place| policy.nouns.set(place));
                let noun = policy.nouns.get(people.id);
                let by_place = noun.slots(Slot::Age).next().is_none()
                    && here.is_some_and(|here| {
                        places_of(policy, people.id).is_some_and(|places| places.contains(here))
                    });
                everyone || by_place
            })
    }
}

/// Where people are, by their own line or that of a wider class; `None` if no line says.
pub fn places_of(policy: &Policy, people: NounId) -> Option<LeafSet> {
    fn walk(policy: &Policy, people: NounId, depth: usize, set: &mut LeafSet) {
        let noun = policy.nouns.get(people);
        for place in noun.slots(Slot::In).flat_map(SlotUse::names) {
            set.add(policy.nouns.set(place.id));
        }
        if set.is_empty() && depth < 8 {
            noun.is
                .iter()
                .for_each(|parent| walk(policy, parent.id, depth + 1, set));
        }
    }
    let mut set = LeafSet::EMPTY;
    walk(policy, people, 0, &mut set);
    (!set.is_empty()).then_some(set)
}

/// Whether the names of a slot have something in common. A slot that is left out has what the other has.
pub fn slot_overlaps(policy: &Policy, slot: Slot, one: &Norm, other: &Norm) -> bool {
    let free = |norm: &Norm| norm.names(slot).next().is_none();
    free(one)
        || free(other)
        || one.names(slot).any(|a| {
            other
                .names(slot)
                .any(|b| policy.nouns.set(a.id).overlaps(policy.nouns.set(b.id)))
        })
}

/// What a finding against a law fact may be at most: an unread fact alone stops nothing.
pub fn severity(verified: Verified) -> Severity {
    match verified {
        Verified::Unverified => Severity::Warning,
        Verified::Secondary | Verified::Text => Severity::Error,
    }
}

/// What to add to the help of a finding that rests on an unread law fact.
pub fn caveat(verified: Verified) -> &'static str {
    match verified {
        Verified::Unverified => "; the pack has not read this in the text",
        Verified::Secondary | Verified::Text => "",
    }
}

/// Names in backticks, `` `a`, `b` and `c` ``, each once, in the order given.
pub fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut unique: Vec<&str> = Vec::new();
    for name in names {
        if !unique.contains(&name) {
            unique.push(name);
        }
    }
    let mut text = String::new();
    for (at, name) in unique.iter().enumerate() {
        let before = match at {
            0 => "",
            _ if at + 1 == unique.len() => " and ",
            _ => ", ",
        };
        // Writing to a text cannot fail.
        let _ = write!(text, "{before}`{name}`");
    }
    text
}
