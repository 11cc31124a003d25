//! Two permissions to one party that each say half of what was meant.

use std::collections::HashMap;

use super::{Check, Context, clash};
use crate::diagnostic::{Findings, Severity};
use crate::model::Norm;
use crate::nouns::NounId;
use crate::vocabulary::{Action, Mode, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0328",
    name: "split-permission",
    severity: Severity::Warning,
    manual: r#"
Permissions add up: a line that gives only the purpose allows every place, and a line that gives only the place allows every
purpose. Two such lines about the same data and the same party together allow more than either says. Grant once with all
slots, and cap with `never … { except … }` where a second clause says it again.

```kdl wrong
policy shop {
    recipient storehouse label="Storehouse BV" role=processor
    share invoice with=storehouse for=hosting
    share invoice with=storehouse in=DE
}
```

```kdl right
policy shop {
    recipient storehouse label="Storehouse BV" role=processor
    share invoice with=storehouse for=hosting in=DE
    never share invoice with=storehouse { except in=DE }
}
```
"#,
    run: Some(run),
};

/// The slots that narrow what a permission gives, besides the party.
const NARROWING: &[Slot] = &[
    Slot::For,
    Slot::In,
    Slot::As,
    Slot::At,
    Slot::From,
    Slot::Via,
];

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let mut groups: HashMap<(Action, NounId, Option<usize>), Vec<&Norm>> = HashMap::new();
    for norm in &cx.policy.norms {
        let mut parties = norm.names(Slot::With);
        let (Some(party), None) = (parties.next(), parties.next()) else {
            continue;
        };
        if norm.mode != Mode::May || !norm.action.is_about_data() {
            continue;
        }
        let key = (norm.action, party.id, norm.part);
        let before = groups.entry(key).or_default();
        if let Some(other) = before.iter().find(|other| is_split(other, norm)) {
            findings.push(finding(other, norm, &party.name));
        }
        before.push(norm);
    }
}

fn is_split(one: &Norm, other: &Norm) -> bool {
    !one.any_object
        && !other.any_object
        && one.region.object.overlaps(&other.region.object)
        && one.region.people_overlap(&other.region)
        && !lacking(one, other).is_empty()
        && !lacking(other, one).is_empty()
}

/// The slots that `other` gives and `one` does not.
fn lacking(one: &Norm, other: &Norm) -> Vec<Slot> {
    let gives = |norm: &Norm, slot: Slot| {
        norm.slot(slot)
            .is_some_and(|used| !used.values.iter().any(|value| value.is_any()))
    };
    NARROWING
        .iter()
        .copied()
        .filter(|slot| gives(other, *slot) && !gives(one, *slot))
        .collect()
}

fn finding(first: &Norm, second: &Norm, party: &str) -> crate::diagnostic::Diagnostic {
    let words = |slots: Vec<Slot>| {
        let words: Vec<String> = slots
            .into_iter()
            .map(|slot| format!("`{}`", slot.word()))
            .collect();
        words.join(" and ")
    };
    let (a, b) = (clash::call(first), clash::call(second));
    let message = if a == b {
        format!("two permissions to give data to `{party}` allow more together than either says")
    } else {
        format!("`{a}` and `{b}` together allow `{party}` more than either says")
    };
    CHECK
        .at(second.span, message)
        .here(format!("without {}", words(lacking(second, first))))
        .label(
            first.span,
            format!("without {}", words(lacking(first, second))),
        )
        .help("grant once with all the slots, and turn the other line into `never … { except … }`")
}
