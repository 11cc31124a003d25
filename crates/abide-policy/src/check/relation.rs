//! Someone who asks for a person that they cannot act for. Says so only where ages rule it out.

use super::{Check, Context};
use crate::coverage::list;
use crate::diagnostic::{Diagnostic, Findings, Severity};
use crate::model::{Norm, NounUse, SlotUse, Value};
use crate::nouns::{NounId, Nouns};
use crate::vocabulary::{Action, Kind, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0327",
    name: "relation",
    severity: Severity::Error,
    manual: r#"
A parent acts for a child, not for a grown-up; an adult who acts for nobody has no say over a child's data. Where a line
lets someone ask about people whose age rules out that they act for them, it gives the right to nobody. Name the right
people in `by` or `about`, or say `acts-for=` on the line that declares them.

```kdl wrong
policy shop {
    right erase about=adult by=parent
}
```

```kdl wrong
policy shop {
    right access about=child by=adult
}
```

```kdl right
policy shop {
    right erase about=child by=parent
}
```
"#,
    run: Some(run),
};

/// Ages in whole years, both ends included.
type Ages = (u32, u32);

/// Parents are followed so far up and no further.
const DEPTH: usize = 8;

fn run(cx: &Context<'_>, findings: &mut Findings) {
    for norm in &cx.policy.norms {
        let askers = match norm.action {
            Action::Right => norm.slot(Slot::By),
            Action::Ask => norm.slot(Slot::To),
            _ => None,
        };
        let (Some(askers), Some(about)) = (askers, norm.slot(Slot::About)) else {
            continue;
        };
        let people = |name: &&NounUse| name.kind == Kind::People;
        for asker in askers.names().filter(people) {
            findings.extend(fault(&cx.policy.nouns, norm, asker, about));
        }
    }
}

fn fault(nouns: &Nouns, norm: &Norm, asker: &NounUse, about: &SlotUse) -> Option<Diagnostic> {
    let concerned: Vec<&NounUse> = about.names().collect();
    let wards: Vec<&NounUse> = acts_for(nouns, asker.id, 0);
    let apart = |one: NounId, other: NounId| match (ages(nouns, one, 0), ages(nouns, other, 0)) {
        (Some(one), Some(other)) => one.1 < other.0 || other.1 < one.0,
        _ => false,
    };
    let certain = if wards.is_empty() {
        concerned.iter().all(|person| apart(asker.id, person.id))
    } else {
        concerned
            .iter()
            .all(|person| wards.iter().all(|ward| apart(ward.id, person.id)))
    };
    if concerned.is_empty() || !certain {
        return None;
    }
    let (name, who) = (
        &asker.name,
        list(concerned.iter().map(|person| person.name.as_ref())),
    );
    let (here, help) = match wards.first() {
        Some(ward) => (
            format!("acts for `{}`", ward.name),
            format!("write `about={}`, or let {who} ask", ward.name),
        ),
        None => (
            "acts for nobody".to_owned(),
            format!("let {who} ask, or someone who is declared with `acts-for=`"),
        ),
    };
    let span = if askers_inherited(norm) {
        norm.span
    } else {
        asker.span
    };
    Some(
        CHECK
            .at(span, format!("`{name}` does not act for {who}"))
            .here(here)
            .help(help),
    )
}

/// A part's default stands outside of the line.
fn askers_inherited(norm: &Norm) -> bool {
    [Slot::By, Slot::To]
        .into_iter()
        .filter_map(|slot| norm.slot(slot))
        .any(|slot| slot.inherited)
}

/// Whom a class of people acts for, by its own lines or those of what it is a kind of.
fn acts_for(nouns: &Nouns, id: NounId, depth: usize) -> Vec<&NounUse> {
    let noun = nouns.get(id);
    let own: Vec<&NounUse> = noun.slots(Slot::ActsFor).flat_map(SlotUse::names).collect();
    if !own.is_empty() || depth > DEPTH {
        return own;
    }
    noun.is
        .iter()
        .flat_map(|parent| acts_for(nouns, parent.id, depth + 1))
        .collect()
}

/// The ages of a class of people, where its lines, its parents' or the words `child` and `adult` say them.
fn ages(nouns: &Nouns, id: NounId, depth: usize) -> Option<Ages> {
    let noun = nouns.get(id);
    let mut own: Option<Ages> = None;
    for line in &noun.declarations {
        let Some(slot) = line.slots.iter().find(|slot| slot.slot == Slot::Age) else {
            continue;
        };
        let here = slot.values.iter().try_fold((0, u32::MAX), narrow)?;
        own = Some(own.map_or(here, |so_far| (so_far.0.min(here.0), so_far.1.max(here.1))));
    }
    let by_name = match noun.name.as_ref() {
        "child" => Some((0, 17)),
        "adult" => Some((18, u32::MAX)),
        _ => None,
    };
    own.or(by_name).or_else(|| {
        let mut parents = noun.is.iter().filter(|_| depth <= DEPTH);
        parents.find_map(|parent| ages(nouns, parent.id, depth + 1))
    })
}

/// `None` for a bound that differs by place.
fn narrow((low, high): Ages, value: &Value) -> Option<Ages> {
    let Value::Age(age) = value else {
        return None;
    };
    let years = *age.bound.as_ref().ok()?;
    Some(match age.comparison {
        "<" => (low, high.min(years.saturating_sub(1))),
        "<=" => (low, high.min(years)),
        ">" => (low.max(years.saturating_add(1)), high),
        _ => (low.max(years), high),
    })
}
