//! Two lines that cannot both run as written, with no reading that says which wins.

use std::collections::HashMap;

use super::{Check, Context};
use crate::diagnostic::{Findings, Severity, is_flooded};
use crate::model::{Condition, Except, Norm, Polarity, Policy};
use crate::vocabulary::{Action, Mode, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0501",
    name: "clash",
    severity: Severity::Error,
    manual: r#"
A `never` that is narrower than another line is a cap, and says nothing surprising. A `never` that covers all of another
line, its exceptions aside, leaves nothing of it: both cannot run as written. Cut the other line out with `except`, narrow
the `never`, or keep both and settle them with a `reading`, which the notice shows.

```kdl wrong
policy shop {
    recipient paywell
    (HB-001)never share card-number
    (HB-002)share card-number with=paywell for=payment
}
```

```kdl right
policy shop {
    recipient paywell
    (HB-001)never share card-number { except with=paywell }
    (HB-002)share card-number with=paywell for=payment
}
```

```kdl right
policy shop {
    recipient paywell
    (HB-001)never share card-number
    (HB-002)share card-number with=paywell for=payment
    reading HB-001 HB-002 "Card numbers go to Paywell, and to no one else." { win HB-002 }
}
```
"#,
    run: Some(run),
};

/// The slots that place a line in time.
const TIME: &[Slot] = &[
    Slot::When,
    Slot::Within,
    Slot::Until,
    Slot::Before,
    Slot::After,
    Slot::Every,
    Slot::Last,
];

fn run(context: &Context<'_>, findings: &mut Findings) {
    let policy = context.policy;
    let mut by_action: HashMap<Action, Vec<&Norm>> = HashMap::new();
    for norm in policy
        .norms
        .iter()
        .filter(|norm| norm.mode != Mode::Never && norm.action.takes_mode())
    {
        by_action.entry(norm.action).or_default().push(norm);
    }
    for never in policy
        .norms
        .iter()
        .filter(|norm| norm.mode == Mode::Never && is_plain(norm))
    {
        let actions: &[Action] = if never.action == Action::Share {
            &[Action::Share, Action::Sell]
        } else {
            &[never.action]
        };
        let others = actions
            .iter()
            .filter_map(|action| by_action.get(action))
            .flatten();
        for other in others.filter(|other| {
            leaves_nothing_of(policy, never, other) && !is_settled(policy, never, other)
        }) {
            if is_flooded(findings) {
                return;
            }
            findings.push(finding(never, other));
        }
    }
}

/// Whether the prohibition holds whatever the facts. `unless=stated` makes it the default deny, which clashes with nothing.
fn is_plain(never: &Norm) -> bool {
    never.conditions.iter().all(|condition: &Condition| {
        condition.polarity == Polarity::Unless && condition.facts.is_empty()
    })
}

fn leaves_nothing_of(policy: &Policy, never: &Norm, other: &Norm) -> bool {
    if never.action == Action::Link && !joins_all(policy, never, other) {
        return false;
    }
    never.region.contains(&other.region)
        && same_time(never, other)
        && !never
            .excepts
            .iter()
            .any(|except| except.region.contains(&other.region) || caps(never, except, other))
        && !other
            .excepts
            .iter()
            .any(|except| except.region.contains(&never.region))
}

/// Whether the prohibition speaks of the very thing that the other line grants, so that its exception is what is left
/// of the grant: grant once, cap after.
fn caps(never: &Norm, except: &Except, other: &Norm) -> bool {
    let named = |slot: Slot| other.slot(slot).is_some_and(|slot| !slot.inherited);
    let same_object = never.region.object == other.region.object && !never.objects.is_empty();
    let same_recipient = never.region.recipient == other.region.recipient && named(Slot::With);
    !except.implied && same_object && same_recipient && except.region.overlaps(&other.region)
}

/// `never link a b` forbids joining the two, not each: a line clashes with it only if it joins both.
fn joins_all(policy: &Policy, never: &Norm, other: &Norm) -> bool {
    never.objects.iter().all(|object| {
        let set = policy.nouns.set(object.id);
        other
            .objects
            .iter()
            .any(|joined| set.overlaps(policy.nouns.set(joined.id)))
    })
}

/// A prohibition with a time of its own is narrower than a line without it.
fn same_time(never: &Norm, other: &Norm) -> bool {
    TIME.iter()
        .filter_map(|slot| never.slot(*slot))
        .all(|time| {
            other.slot(time.slot).is_some_and(|found| {
                let names = |slot: &crate::model::SlotUse| {
                    slot.names().map(|name| name.id).collect::<Vec<_>>()
                };
                !names(time).is_empty() && names(time) == names(found)
            })
        })
}

/// Whether a reading names a clause of each.
pub fn is_settled(policy: &Policy, one: &Norm, other: &Norm) -> bool {
    let names = |norm: &Norm, ids: &[crate::source::Spanned<String>]| {
        norm.clauses
            .iter()
            .any(|clause| ids.iter().any(|id| id.value == clause.value))
    };
    policy
        .readings
        .iter()
        .any(|reading| names(one, &reading.clauses) && names(other, &reading.clauses))
}

/// How a line is called in a message: its clause id, or its words.
pub fn call(norm: &Norm) -> String {
    norm.clauses.first().map_or_else(
        || {
            format!("{} {}", norm.mode.word(), norm.action.word())
                .trim()
                .to_owned()
        },
        |clause| clause.value.clone(),
    )
}

fn finding(never: &Norm, other: &Norm) -> crate::diagnostic::Diagnostic {
    let verb = match other.mode {
        Mode::Must => "demands",
        Mode::Did => "says was done",
        Mode::May | Mode::Never => "allows",
    };
    let (a, b) = (call(never), call(other));
    let help = if never.clauses.is_empty() || other.clauses.is_empty() {
        "cut it out with `except`; or give both lines a clause id, `(HB-001)` and `(HB-002)`, and say which wins in a `reading`".to_owned()
    } else {
        format!(
            "cut it out with `except`, or say which wins: `reading {a} {b} \"…\" {{ win {a} }}`"
        )
    };
    CHECK
        .at(never.span, format!("`{a}` forbids all that `{b}` {verb}"))
        .here("nothing is left")
        .label(other.span, format!("of what this {verb}"))
        .help(help)
}
