//! A rule about people of whom nothing may be collected.

use super::{Check, Context, clash};
use crate::diagnostic::{Findings, Severity};
use crate::leaf_set::LeafSet;
use crate::model::{Norm, Polarity, SlotUse};
use crate::vocabulary::{Action, Mode, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0504",
    name: "vacuous-people",
    severity: Severity::Error,
    manual: r#"
When no data about some people may be collected at all, a line that lets such data be used, shared or kept speaks of
people who cannot exist. One of the two lines is not meant as written: add the condition under which such data may be
held, or settle them with a `reading`.

```kdl wrong
policy shop {
    people minor age=<18
    (HB-001)never collect personal about=minor
    (HB-002)use personal about=minor for=support
}
```

```kdl right
policy shop {
    people minor age=<18
    (HB-001)never collect personal about=minor unless=parent-consent
    (HB-002)use personal about=minor for=support
}
```
"#,
    run: Some(run),
};

fn run(context: &Context<'_>, findings: &mut Findings) {
    let policy = context.policy;
    let barring: Vec<&Norm> = policy
        .norms
        .iter()
        .filter(|norm| {
            norm.mode == Mode::Never && norm.action == Action::Collect && norm.conditions.is_empty()
        })
        .filter(|norm| names_only_people(norm))
        .collect();
    for norm in policy
        .norms
        .iter()
        .filter(|norm| norm.region.people != LeafSet::Any && lets_something(norm))
    {
        let bar = barring.iter().find(|bar| {
            bar.region.people_contain(&norm.region)
                && bar.region.object.contains(&norm.region.object)
                && !bar
                    .excepts
                    .iter()
                    .any(|except| except.region.people_contain(&norm.region))
        });
        let Some(bar) = bar.filter(|bar| !clash::is_settled(policy, bar, norm)) else {
            continue;
        };
        let (a, b) = (clash::call(bar), clash::call(norm));
        findings.push(
            CHECK
                .at(norm.span, format!("`{b}` speaks of data that `{a}` never lets in"))
                .here("there is no such data")
                .label(bar.span, "nothing about these people is collected")
                .help(format!("say when it may be collected with `unless`, or settle them: `reading {a} {b} \"…\"`")),
        );
    }
}

/// Whether the line itself names people, and nothing else that would narrow it.
fn names_only_people(norm: &Norm) -> bool {
    let own = |slot: &&SlotUse| !slot.inherited && !matches!(slot.slot, Slot::About | Slot::Hedge);
    let about = norm.slot(Slot::About).is_some_and(|slot| !slot.inherited);
    about
        && !norm.slots.iter().any(|slot| own(&slot))
        && !norm.excepts.iter().any(|except| !except.implied)
}

/// A permission over data, or a prohibition that a fact lifts.
fn lets_something(norm: &Norm) -> bool {
    let lifted = || {
        norm.conditions
            .iter()
            .any(|condition| condition.polarity == Polarity::Unless)
    };
    norm.action.is_about_data()
        && (norm.mode == Mode::May
            || (norm.mode == Mode::Never && norm.action != Action::Collect && lifted()))
}
