//! The slots that are no sets of names (times, rates, costs, grounds): whether a line reaches further by them.

use jiff::civil::Date;

use super::extent::Extent;
use super::favour::{Favour, Shift};
use super::space::Space;
use crate::leaf_set::LeafSet;
use crate::length::Length;
use crate::model::{SlotUse, Value};
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// The slots that are measured here, in the order reasons are given.
pub(super) const MEASURED: &[Slot] = &[
    Slot::Within,
    Slot::Until,
    Slot::Before,
    Slot::After,
    Slot::Every,
    Slot::Last,
    Slot::Over,
    Slot::Need,
    Slot::Costs,
    Slot::Because,
    Slot::By,
];

/// How far `to` reaches beyond `from` by one slot.
pub(super) fn shift(space: &Space<'_>, slot: Slot, from: &Extent<'_>, to: &Extent<'_>) -> Shift {
    let (a, b) = (from.slot(slot), to.slot(slot));
    match slot {
        Slot::Need => by_order(need(a), need(b)),
        Slot::By => by_order(watch(a), watch(b)),
        Slot::Costs => {
            let shift = sets(
                &names(space, from, slot).unwrap_or(LeafSet::EMPTY),
                &names(space, to, slot).unwrap_or(LeafSet::EMPTY),
            );
            match Favour::of(to.mode, to.action) {
                Favour::People => shift.reversed(),
                Favour::Company | Favour::Nobody => shift,
            }
        }
        Slot::Because => ground(space, from, to),
        _ => {
            let reach = reach(slot, to);
            match (a, b) {
                (None, None) => Shift::Same,
                (Some(_), None) if reach.most_when_absent => Shift::More,
                (None, Some(_)) if reach.most_when_absent => Shift::Less,
                (Some(_), None) => Shift::Less,
                (None, Some(_)) => Shift::More,
                (Some(a), Some(b)) => {
                    let longer = longer(space, slot, (from, a), (to, b));
                    match (self::reach(slot, from).sense, reach.sense) {
                        (Sense::LongerIsMore, Sense::LongerIsMore) => longer,
                        (Sense::ShorterIsMore, Sense::ShorterIsMore) => longer.reversed(),
                        _ => Shift::Crossing,
                    }
                }
            }
        }
    }
}

/// How far a line reaches with a slot, and without it.
struct Reach {
    sense: Sense,
    most_when_absent: bool,
}

enum Sense {
    LongerIsMore,
    ShorterIsMore,
}

/// Whether a slot is a deadline (a duty that is stricter the shorter it is) or a span of life (a line holds for longer).
fn reach(slot: Slot, line: &Extent<'_>) -> Reach {
    let is_duty = line.mode == Mode::Must && line.action != Action::Keep;
    // `before` without a start makes `within` the notice that people get.
    let is_notice = line.slot(Slot::Before).is_some() && line.slot(Slot::When).is_none();
    let (sense, most_when_absent) = match slot {
        Slot::Within if is_duty && is_notice => (Sense::LongerIsMore, false),
        Slot::Within if is_duty => (Sense::ShorterIsMore, false),
        Slot::Before if is_duty => (Sense::ShorterIsMore, false),
        Slot::Every => (
            Sense::ShorterIsMore,
            !is_duty && line.action != Action::Assure,
        ),
        Slot::After => (Sense::ShorterIsMore, true),
        Slot::Over if line.action == Action::Refuse => (Sense::ShorterIsMore, true),
        _ => (Sense::LongerIsMore, true),
    };
    Reach {
        sense,
        most_when_absent,
    }
}

/// Whether the second value lasts longer (`More`) than the first.
fn longer(
    space: &Space<'_>,
    slot: Slot,
    (from, a): (&Extent<'_>, &SlotUse),
    (to, b): (&Extent<'_>, &SlotUse),
) -> Shift {
    match (a.values.first(), b.values.first()) {
        (Some(Value::Length { length: a, .. }), Some(Value::Length { length: b, .. })) => {
            lengths(*a, *b)
        }
        (Some(Value::Constant { name: a, .. }), Some(Value::Constant { name: b, .. })) => {
            if a == b { Shift::Same } else { Shift::Crossing }
        }
        (
            Some(Value::Rate {
                count: a, per: c, ..
            }),
            Some(Value::Rate {
                count: b, per: d, ..
            }),
        ) => by_order(a, b).and(lengths(*d, *c)),
        (Some(Value::Date(_)), Some(Value::Date(_))) => dates(a, b),
        _ => {
            let shift = match (names(space, from, slot), names(space, to, slot)) {
                (Some(a), Some(b)) => sets(&a, &b),
                (None, None) => Shift::Same,
                _ => Shift::Crossing,
            };
            // The first of several events counts: a further event can only bring it forward.
            shift.reversed()
        }
    }
}

fn names(space: &Space<'_>, line: &Extent<'_>, slot: Slot) -> Option<LeafSet> {
    space.slot_set(line.side, line.slots, slot)
}

/// The first date of each counts.
fn dates(a: &SlotUse, b: &SlotUse) -> Shift {
    let first = |used: &SlotUse| -> Option<Date> {
        let dates = used.values.iter().filter_map(|value| match value {
            Value::Date(date) => Some(date.value),
            _ => None,
        });
        dates.min()
    };
    by_order(first(a), first(b))
}

pub(super) fn lengths(from: Length, to: Length) -> Shift {
    match (from.shorter_than(to), to.shorter_than(from)) {
        (Some(true), _) => Shift::More,
        (_, Some(true)) => Shift::Less,
        (Some(false), Some(false)) => Shift::Same,
        _ => Shift::Crossing,
    }
}

fn by_order<T: Ord>(from: T, to: T) -> Shift {
    match from.cmp(&to) {
        std::cmp::Ordering::Less => Shift::More,
        std::cmp::Ordering::Equal => Shift::Same,
        std::cmp::Ordering::Greater => Shift::Less,
    }
}

/// What the second set has that the first lacks, and the other way round.
pub(super) fn sets(from: &LeafSet, to: &LeafSet) -> Shift {
    match (from.contains(to), to.contains(from)) {
        (true, true) => Shift::Same,
        (true, false) => Shift::Less,
        (false, true) => Shift::More,
        (false, false) => Shift::Crossing,
    }
}

/// `must` asks more of people than `one` of several, which asks more than `may`.
fn need(used: Option<&SlotUse>) -> u8 {
    match text(used) {
        Some("must") => 2,
        Some("one") => 1,
        _ => 0,
    }
}

/// A probe watches all the time; a person looks when asked.
fn watch(used: Option<&SlotUse>) -> u8 {
    match text(used) {
        Some("probe") => 2,
        Some("person") => 1,
        _ => 0,
    }
}

fn text(used: Option<&SlotUse>) -> Option<&str> {
    used?.values.iter().find_map(|value| match value {
        Value::Text(text) => Some(text.value.as_str()),
        _ => None,
    })
}

/// A ground limits the line to what it carries. Of two different grounds, consent is the one that people hold in their
/// own hands.
fn ground(space: &Space<'_>, from: &Extent<'_>, to: &Extent<'_>) -> Shift {
    let (a, b) = (
        names(space, from, Slot::Because),
        names(space, to, Slot::Because),
    );
    match (&a, &b) {
        (None, None) => Shift::Same,
        (None, Some(_)) => Shift::Less,
        (Some(_), None) => Shift::More,
        (Some(a), Some(b)) => match sets(a, b) {
            Shift::Crossing if to.mode == Mode::May => {
                by_order(!is_consent(space, from, a), !is_consent(space, to, b)).otherwise()
            }
            shift => shift,
        },
    }
}

fn is_consent(space: &Space<'_>, line: &Extent<'_>, set: &LeafSet) -> bool {
    let nouns = space.nouns(line.side);
    ["consent", "explicit-consent"]
        .into_iter()
        .filter_map(|name| nouns.find(Kind::Ground, name))
        .any(|id| space.set_of(line.side, id).contains(set))
}

impl Shift {
    /// Two different grounds are never the same.
    fn otherwise(self) -> Self {
        match self {
            Self::Same => Self::Crossing,
            other => other,
        }
    }
}

/// Whether `to` reaches at least as far as `from` by every slot that is measured.
pub(super) fn reaches(space: &Space<'_>, from: &Extent<'_>, to: &Extent<'_>) -> bool {
    MEASURED
        .iter()
        .all(|slot| matches!(shift(space, *slot, from, to), Shift::Same | Shift::More))
}
