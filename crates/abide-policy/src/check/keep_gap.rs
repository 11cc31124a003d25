//! Data that is needed after an event until which it may not exist.

use super::{Check, Context, clash};
use crate::diagnostic::{Findings, Severity, is_flooded};
use crate::model::Norm;
use crate::vocabulary::{Action, Mode, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0503",
    name: "keep-gap",
    severity: Severity::Error,
    manual: r#"
`never keep X until=E` says that nothing of X is there before E; `keep X when=E` or `use X when=E` needs it at E. Unless
it is collected again, it cannot have survived; and data that waits in another form (`except as=sealed`) has to be
brought back. Say how with a `reading`.

```kdl wrong
policy shop {
    (HB-001)never keep username about=child until=parent-consent
    (HB-002)keep username about=child when=parent-consent until=account-deletion
}
```

```kdl right
policy shop {
    (HB-001)never keep username about=child until=parent-consent { except as=sealed }
    (HB-002)keep username about=child when=parent-consent until=account-deletion
    reading HB-001 HB-002 "What the child typed waits sealed until a parent agrees." { win HB-001 }
}
```
"#,
    run: Some(run),
};

fn run(context: &Context<'_>, findings: &mut Findings) {
    let policy = context.policy;
    let later = |norm: &&Norm| {
        matches!(norm.action, Action::Keep | Action::Use)
            && norm.mode != Mode::Never
            && norm.slot(Slot::When).is_some()
    };
    let needing: Vec<&Norm> = policy.norms.iter().filter(later).collect();
    let barring = policy.norms.iter().filter(|norm| {
        norm.mode == Mode::Never && norm.action == Action::Keep && norm.slot(Slot::Until).is_some()
    });
    for never in barring {
        for need in &needing {
            let same_event = never
                .names(Slot::Until)
                .any(|until| need.names(Slot::When).any(|when| when.id == until.id));
            if is_flooded(findings) {
                return;
            }
            if !same_event
                || !never.region.contains(&need.region)
                || survives(never, need)
                || clash::is_settled(policy, never, need)
            {
                continue;
            }
            let (a, b) = (clash::call(never), clash::call(need));
            findings.push(
                CHECK
                    .at(
                        need.span,
                        format!("`{b}` needs data that `{a}` says is not kept until then"),
                    )
                    .here("where does it come from?")
                    .label(never.span, "not there before")
                    .help(format!(
                        "say where it waits until then: `reading {a} {b} \"…\"`"
                    )),
            );
        }
    }
}

/// Whether an exception lets the data wait in the very form in which it is then needed. Data that waits sealed and is
/// needed in the clear still wants an explanation.
fn survives(never: &Norm, need: &Norm) -> bool {
    never
        .excepts
        .iter()
        .any(|except| except.region.contains(&need.region))
}
