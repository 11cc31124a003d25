//! Why a changed line is judged as it is: one reason per slot that changed, with its own judgement.

use schemars::JsonSchema;
use serde::Serialize;

use super::area::{self, Area};
use super::extent::{AXES, Extent};
use super::favour::{Favour, Judgement};
use super::measure::{self, MEASURED};
use super::space::Space;
use super::words;
use crate::model::{Norm, SlotUse, Value};
use crate::vocabulary::Slot;

/// One thing that changed on a line, and what it means for people by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reason {
    /// What it is about.
    pub area: Area,
    /// What it means for people by itself.
    pub judgement: Judgement,
    /// What changed, in the policy's words.
    pub text: String,
}

impl Reason {
    pub(super) fn neutral(area: Area, text: impl Into<String>) -> Self {
        Self {
            area,
            judgement: Judgement::Neutral,
            text: text.into(),
        }
    }
}

/// Every reason that two versions of a line differ.
pub(super) fn reasons(
    space: &Space<'_>,
    (old, before): (&Norm, &Extent<'_>),
    (new, after): (&Norm, &Extent<'_>),
) -> Vec<Reason> {
    let favour = Favour::of(new.mode, new.action);
    let mut found = Vec::new();
    let objects = |norm: &Norm| {
        let named: Vec<String> = norm
            .objects
            .iter()
            .map(|name| name.name.to_string())
            .collect();
        if norm.any_object { Vec::new() } else { named }
    };
    let slots = AXES.iter().map(|slot| Some(*slot));
    for (at, slot) in std::iter::once(None).chain(slots).enumerate() {
        let (a, b) = match slot {
            None => (objects(old), objects(new)),
            Some(slot) => (named(old, slot), named(new, slot)),
        };
        let (Some(from), Some(to)) = (before.axes.get(at), after.axes.get(at)) else {
            continue;
        };
        if let Some(text) = difference(&a, &b) {
            let (area, title) = match slot {
                None => (Area::of_objects(new.action), ""),
                Some(slot) => (
                    Area::of_slot(new.action, slot),
                    area::title(new.action, slot),
                ),
            };
            found.push(Reason {
                area,
                judgement: favour.judge(measure::sets(from, to)),
                text: format!("{title}{}{text}", if title.is_empty() { "" } else { ": " }),
            });
        }
    }
    found.extend(conditions(favour, (old, before), (new, after)));
    found.extend(excepts(space, (old, before), (new, after)));
    for slot in MEASURED {
        let (a, b) = (measured(old, *slot), measured(new, *slot));
        if a != b {
            let open = match slot {
                Slot::Within | Slot::Until | Slot::Last | Slot::Over => "no limit",
                _ => "none",
            };
            let or_none = |text: Option<String>| text.unwrap_or_else(|| open.to_owned());
            found.push(Reason {
                area: Area::of_slot(new.action, *slot),
                judgement: favour.judge(measure::shift(space, *slot, before, after)),
                text: format!(
                    "{}: {} → {}",
                    area::title(new.action, *slot),
                    or_none(a),
                    or_none(b)
                ),
            });
        }
    }
    found
}

/// The names in a slot; empty when it is left out or `any`.
fn named(norm: &Norm, slot: Slot) -> Vec<String> {
    let used = norm.slot(slot);
    let is_any = used.is_some_and(|used| used.values.iter().any(Value::is_any));
    let names = norm.names(slot).map(|name| name.name.to_string());
    if is_any { Vec::new() } else { names.collect() }
}

/// A measured slot in words. Texts of `by` are measured, names are an axis.
fn measured(norm: &Norm, slot: Slot) -> Option<String> {
    let used = norm.slot(slot)?;
    let is_name = |value: &Value| matches!(value, Value::Noun(_) | Value::Any);
    if slot == Slot::By && used.values.iter().any(is_name) {
        return None;
    }
    words::quoted(Some(used))
}

/// What two lists of words differ in; `None` when they hold the same words.
fn difference(old: &[String], new: &[String]) -> Option<String> {
    let only = |one: &[String], other: &[String]| -> Vec<String> {
        let mut only: Vec<String> = one
            .iter()
            .filter(|word| !other.contains(word))
            .cloned()
            .collect();
        only.dedup();
        only
    };
    let (added, dropped) = (only(new, old), only(old, new));
    match (added.is_empty(), dropped.is_empty()) {
        (true, true) => None,
        (false, _) if old.is_empty() => Some(format!("unlimited → {}", words::list(&added))),
        (_, false) if new.is_empty() => Some(format!("{} → unlimited", words::list(&dropped))),
        (false, true) => Some(format!("adds {}", words::list(&added))),
        (true, false) => Some(format!("drops {}", words::list(&dropped))),
        (false, false) => Some(format!(
            "adds {}, drops {}",
            words::list(&added),
            words::list(&dropped)
        )),
    }
}

fn conditions(
    favour: Favour,
    (old, before): (&Norm, &Extent<'_>),
    (new, after): (&Norm, &Extent<'_>),
) -> Option<Reason> {
    let (a, b) = (facts(&old.slots), facts(&new.slots));
    let text = change_of(&a, &b)?;
    Some(Reason {
        area: Area::Condition,
        judgement: favour.judge(before.conditions_shift(after)),
        text: format!("condition: {text}"),
    })
}

/// `if consent`, `unless law stated`: one text per condition.
fn facts(slots: &[SlotUse]) -> Vec<String> {
    let conditions = slots
        .iter()
        .filter(|used| matches!(used.slot, Slot::If | Slot::Unless));
    conditions
        .map(|used| {
            let mut names: Vec<String> = used.names().map(|name| name.name.to_string()).collect();
            names.sort();
            format!("{} {}", used.slot.word(), names.join(" "))
        })
        .collect()
}

fn excepts(
    space: &Space<'_>,
    (old, before): (&Norm, &Extent<'_>),
    (new, after): (&Norm, &Extent<'_>),
) -> Option<Reason> {
    let favour = Favour::of(new.mode, new.action);
    let written = |norm: &Norm| -> Vec<String> {
        let own = norm.excepts.iter().filter(|except| !except.implied);
        own.map(words::except).collect()
    };
    let (a, b) = (written(old), written(new));
    let text = change_of(&a, &b)?;
    Some(Reason {
        area: Area::Condition,
        judgement: favour.judge(before.excepts_shift(after, space)),
        text: format!("exception: {text}"),
    })
}

fn change_of(old: &[String], new: &[String]) -> Option<String> {
    let text = difference(old, new)?;
    Some(match (old.is_empty(), new.is_empty()) {
        (true, _) => text.replacen("unlimited → ", "adds ", 1),
        (_, true) => format!("drops {}", text.replacen(" → unlimited", "", 1)),
        _ => text,
    })
}
