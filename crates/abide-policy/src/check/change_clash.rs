//! A change that takes effect at once although people are told before it does.

use super::{Check, Context, clash};
use crate::diagnostic::{Findings, Severity, is_flooded};
use crate::model::Norm;
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0507",
    name: "change-clash",
    severity: Severity::Error,
    manual: r#"
`change any when=posted` lets a new version hold from the moment it is posted. A line that tells people before a change
takes effect cannot be kept for such a change. Cut those changes out with `except`, or settle the two with a `reading`.

```kdl wrong
policy shop {
    (HB-001)change any when=posted
    (HB-002)must tell change when=material via=email before=effective
}
```

```kdl right
policy shop {
    (HB-001)change any when=posted { except material }
    (HB-002)must tell change when=material via=email before=effective
}
```
"#,
    run: Some(run),
};

fn run(context: &Context<'_>, findings: &mut Findings) {
    let policy = context.policy;
    let at_once = |norm: &&Norm| {
        norm.mode == Mode::May
            && norm.action == Action::Change
            && norm
                .names(Slot::When)
                .any(|when| policy.nouns.is_a(when.id, Kind::Event, "posted"))
    };
    let before = |norm: &&Norm| {
        norm.mode == Mode::Must
            && norm.action == Action::Tell
            && norm
                .names(Slot::Before)
                .any(|event| policy.nouns.is_a(event.id, Kind::Event, "effective"))
    };
    let telling: Vec<&Norm> = policy.norms.iter().filter(before).collect();
    for change in policy.norms.iter().filter(at_once) {
        for tell in &telling {
            let classes: Vec<_> = tell
                .names(Slot::When)
                .chain(
                    tell.objects
                        .iter()
                        .filter(|object| object.kind == Kind::Event),
                )
                .collect();
            let cut = !classes.is_empty()
                && classes.iter().all(|class| {
                    change.excepts.iter().any(|except| {
                        !except.implied && except.region.object.contains(policy.nouns.set(class.id))
                    })
                });
            let apart = !change.region.people_overlap(&tell.region);
            let same = change
                .clauses
                .iter()
                .any(|id| tell.clauses.iter().any(|other| other.value == id.value));
            if is_flooded(findings) {
                return;
            }
            if cut || apart || same || clash::is_settled(policy, change, tell) {
                continue;
            }
            let (a, b) = (clash::call(change), clash::call(tell));
            findings.push(
                CHECK
                    .at(change.span, format!("`{a}` lets a change hold at once, before people are told as `{b}` promises"))
                    .here("holds from the moment it is posted")
                    .label(tell.span, "told before it takes effect")
                    .help(format!("cut those changes out with `except`, or settle them: `reading {a} {b} \"…\" {{ win {b} }}`")),
            );
        }
    }
}
