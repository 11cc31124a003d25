//! Which section of the notice a line belongs in: where a reader would look for it. Never changes what a line says.

use crate::model::{Norm, NounUse, Policy, Value};
use crate::nouns::Nouns;
use crate::vocabulary::{Action, Kind, Slot};

/// A section of the notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Section {
    Who,
    Covers,
    Collect,
    Use,
    Recipients,
    Where,
    Keep,
    Cookies,
    Rights,
    Refusals,
    Children,
    Messages,
    Security,
    Told,
    Changes,
    Readings,
    Definitions,
}

/// The sections that lines can stand in, in the order of the page.
pub(crate) const SECTIONS: &[Section] = &[
    Section::Who,
    Section::Covers,
    Section::Collect,
    Section::Use,
    Section::Recipients,
    Section::Where,
    Section::Keep,
    Section::Cookies,
    Section::Rights,
    Section::Refusals,
    Section::Children,
    Section::Messages,
    Section::Security,
    Section::Told,
    Section::Changes,
    Section::Readings,
    Section::Definitions,
];

/// Where a line belongs; `None` for a `say` line, which stands with its neighbours.
pub(crate) fn of(norm: &Norm, policy: &Policy) -> Option<Section> {
    let nouns = &policy.nouns;
    if norm.action == Action::Say {
        return None;
    }
    if concerns_children(norm, nouns) {
        return Some(Section::Children);
    }
    let trackers = !norm.objects.is_empty()
        && norm
            .objects
            .iter()
            .all(|object| is(nouns, object, Kind::Data, "tracker"));
    Some(match norm.action {
        Action::Collect | Action::Use | Action::Keep | Action::Erase if trackers => {
            Section::Cookies
        }
        Action::Honour => Section::Cookies,
        Action::Collect => Section::Collect,
        Action::Use if is_message(norm, nouns) => Section::Messages,
        Action::Use | Action::Link => Section::Use,
        Action::Share | Action::Sell => Section::Recipients,
        Action::Keep if keeps_somewhere(norm) => Section::Where,
        Action::Keep | Action::Erase => Section::Keep,
        Action::Tell | Action::Ask => told(norm, nouns),
        Action::Answer | Action::Extend => Section::Rights,
        Action::Refuse => Section::Refusals,
        Action::Change => Section::Changes,
        Action::Apply => Section::Covers,
        Action::Right => right(norm, nouns),
        Action::Assure => assured(norm, nouns),
        Action::Say => return None,
    })
}

/// Where a noun that carries a clause belongs.
pub(crate) fn of_noun(kind: Kind, has_age: bool) -> Section {
    match kind {
        Kind::Contact => Section::Who,
        Kind::Property => Section::Covers,
        Kind::Recipient => Section::Recipients,
        Kind::People if has_age => Section::Children,
        _ => Section::Definitions,
    }
}

fn is(nouns: &Nouns, used: &NounUse, kind: Kind, name: &str) -> bool {
    used.kind == kind && nouns.is_a(used.id, kind, name)
}

fn concerns_children(norm: &Norm, nouns: &Nouns) -> bool {
    let young = |used: &NounUse| {
        let named = ["child", "parent", "guardian", "pupil", "teacher"]
            .iter()
            .any(|name| is(nouns, used, Kind::People, name));
        named
            || (used.kind == Kind::People
                && nouns
                    .get(used.id)
                    .slots(Slot::Age)
                    .flat_map(|slot| &slot.values)
                    .any(is_young))
    };
    let own = norm.slots.iter().filter(|slot| {
        !slot.inherited && matches!(slot.slot, Slot::About | Slot::By | Slot::To | Slot::From)
    });
    own.flat_map(|slot| slot.names()).any(young)
        || norm
            .objects
            .iter()
            .any(|object| is(nouns, object, Kind::Data, "school-data"))
}

fn is_young(value: &Value) -> bool {
    matches!(value, Value::Age(age) if age.comparison.starts_with('<'))
}

/// Advertising is marketing, but no message to anyone.
fn is_message(norm: &Norm, nouns: &Nouns) -> bool {
    let purposes: Vec<&NounUse> = norm.names(Slot::For).collect();
    let message = |used: &&NounUse| {
        let is = |name: &str| is(nouns, used, Kind::Purpose, name);
        (is("marketing") && !is("advertising")) || is("service-messages")
    };
    !purposes.is_empty() && purposes.iter().all(message)
}

/// A line that keeps data in a place says how long only if it has a window.
fn keeps_somewhere(norm: &Norm) -> bool {
    let has = |slot: Slot| norm.slot(slot).is_some();
    let placed = has(Slot::In)
        || norm
            .excepts
            .iter()
            .any(|except| except.slots.iter().any(|slot| slot.slot == Slot::In));
    placed && !has(Slot::Until) && !has(Slot::Within)
}

fn told(norm: &Norm, nouns: &Nouns) -> Section {
    let names: Vec<&NounUse> = norm
        .objects
        .iter()
        .chain(norm.names(Slot::When))
        .chain(norm.names(Slot::Before))
        .collect();
    let any = |kind: Kind, words: &[&str]| {
        names
            .iter()
            .any(|used| words.iter().any(|word| is(nouns, used, kind, word)))
    };
    if any(Kind::Topic, &["incident", "incident-report"])
        || any(Kind::Event, &["incident", "breach"])
    {
        Section::Security
    } else if any(Kind::Topic, &["change", "last-modified", "effective-date"])
        || any(Kind::Event, &["change", "posted"])
    {
        Section::Changes
    } else if any(Kind::Topic, &["unsubscribe"]) || any(Kind::Event, &["unsubscribe"]) {
        Section::Messages
    } else if any(Kind::Event, &["request", "complaint", "opt-out"]) {
        Section::Rights
    } else {
        Section::Told
    }
}

fn right(norm: &Norm, nouns: &Nouns) -> Section {
    let all = |words: &[&str]| {
        !norm.objects.is_empty()
            && norm.objects.iter().all(|object| {
                words
                    .iter()
                    .any(|word| is(nouns, object, Kind::Right, word))
            })
    };
    if all(&["refuse-cookies", "optout-analytics", "optout-ads"]) {
        Section::Cookies
    } else if all(&[
        "stop-marketing",
        "stop-newsletter",
        "stop-contact",
        "unsubscribe",
    ]) {
        Section::Messages
    } else if all(&["old-versions"]) {
        Section::Changes
    } else {
        Section::Rights
    }
}

fn assured(norm: &Norm, nouns: &Nouns) -> Section {
    let all = |words: &[&str]| {
        !norm.objects.is_empty()
            && norm.objects.iter().all(|object| {
                words
                    .iter()
                    .any(|word| is(nouns, object, Kind::Control, word))
            })
    };
    if all(&[
        "notice-published",
        "notice-sections",
        "plain-language",
        "version-archive",
        "compliance-review",
        "revision-date-shown",
    ]) {
        Section::Changes
    } else if all(&[
        "equal-service",
        "equal-price",
        "no-hints",
        "incentive-value",
        "fair-incentive-value",
    ]) {
        Section::Rights
    } else {
        Section::Security
    }
}
