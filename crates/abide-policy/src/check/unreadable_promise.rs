//! A right to see data that is never kept in a form one can read.

use super::{Check, Context, clash};
use crate::diagnostic::{Findings, Severity};
use crate::model::{Norm, NounUse, Policy};
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0509",
    name: "unreadable-promise",
    severity: Severity::Error,
    manual: r#"
A password kept only as a hash cannot be shown to anyone. A right to get such data promises what the company cannot do:
offer something else (a reset), or say with a `reading` what the person gets.

```kdl wrong
policy shop {
    (HB-001)never keep password { except as=hash }
    (HB-002)right access about=child by=parent of=password
}
```

```kdl right
policy shop {
    (HB-001)never keep password { except as=hash }
    (HB-002)right access about=child by=parent of=username
}
```
"#,
    run: Some(run),
};

/// Forms that cannot be turned back into the data.
const UNREADABLE: &[&str] = &["hash", "sealed", "anonymous", "aggregate"];

/// Rights that show nothing.
const HIDES: &[&str] = &[
    "erase",
    "correct",
    "decline",
    "object",
    "restrict",
    "withdraw",
    "anonymise",
];

fn run(context: &Context<'_>, findings: &mut Findings) {
    let policy = context.policy;
    let hidden: Vec<&Norm> = policy
        .norms
        .iter()
        .filter(|norm| {
            norm.mode == Mode::Never && norm.action == Action::Keep && norm.conditions.is_empty()
        })
        .filter(|norm| {
            norm.excepts.iter().any(|except| !except.implied)
                && norm
                    .excepts
                    .iter()
                    .all(|except| except.implied || unreadable(except))
        })
        .collect();
    for right in policy
        .norms
        .iter()
        .filter(|norm| norm.action == Action::Right)
    {
        let shows = |name: &NounUse| {
            !HIDES
                .iter()
                .any(|other| policy.nouns.is_a(name.id, Kind::Right, other))
        };
        let wanted: Vec<_> = right
            .names(Slot::Of)
            .filter(|name| name.kind == Kind::Data)
            .collect();
        let bar = hidden.iter().find(|bar| {
            wanted.iter().any(|data| names_hidden(policy, data, bar))
                && bar.region.people_overlap(&right.region)
        });
        let Some(bar) = bar.filter(|bar| {
            right.objects.iter().any(shows)
                && bar.slot(Slot::Until).is_none()
                && !clash::is_settled(policy, bar, right)
        }) else {
            continue;
        };
        let (a, b) = (clash::call(bar), clash::call(right));
        findings.push(
            CHECK
                .at(right.span, format!("`{b}` promises data that `{a}` keeps in no readable form"))
                .here("what would the person get?")
                .label(bar.span, "kept only in a form that hides it")
                .help(format!("offer something else, or say what the person gets: `reading {b} {a} \"…\" {{ win {a} }}`")),
        );
    }
}

/// Whether the name is the hidden data or lists it as a member: a wide group that merely holds it somewhere is no promise
/// to show it.
fn names_hidden(policy: &Policy, data: &NounUse, bar: &Norm) -> bool {
    let hidden = |id| bar.region.object.contains(policy.nouns.set(id));
    hidden(data.id)
        || policy
            .nouns
            .get(data.id)
            .of
            .iter()
            .any(|member| hidden(member.id))
}

fn unreadable(except: &crate::model::Except) -> bool {
    let mut forms = except
        .slots
        .iter()
        .filter(|slot| slot.slot == Slot::As)
        .flat_map(|slot| slot.names())
        .peekable();
    forms.peek().is_some() && forms.all(|form| UNREADABLE.contains(&form.name.as_ref()))
}
