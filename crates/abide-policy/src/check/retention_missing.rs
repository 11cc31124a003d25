//! Data that is collected, and no line says how long it stays.

use super::{Check, Context};
use crate::coverage::{Coverage, list, permissions};
use crate::diagnostic::{Findings, Severity};
use crate::model::{Norm, Policy};
use crate::vocabulary::{Action, Mode, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0310",
    name: "retention-missing",
    severity: Severity::Warning,
    manual: r#"
People must be told how long each kind of data is kept, or by what rule that is decided (GDPR Art 13(2)(a), Art 5(1)(e)).
Write a `keep` line with an end, a `never keep`, or what the law demands as `must keep`. In a policy without any such line one
finding stands for all the data.

```kdl wrong
policy shop {
    collect email at=registration
    collect home-address at=purchase
    keep email until=account-deletion
}
```

```kdl right
policy shop {
    collect email at=registration
    collect home-address at=purchase
    keep email until=account-deletion
    keep home-address until=order-delivered
}
```
"#,
    run: Some(run),
};

/// The slots that say when keeping ends.
const TIME: &[Slot] = &[
    Slot::When,
    Slot::Within,
    Slot::Until,
    Slot::Before,
    Slot::After,
];

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let nouns = &cx.policy.nouns;
    let (kept, any) = kept(cx.policy);
    let mut uncovered: Vec<(&Norm, Vec<&str>)> = Vec::new();
    for norm in permissions(cx.policy, &[Action::Collect]) {
        let lacking = norm
            .objects
            .iter()
            .filter(|object| !kept.touches(norm, nouns.set(object.id)));
        let names: Vec<&str> = lacking.map(|object| object.name.as_ref()).collect();
        if !names.is_empty() {
            uncovered.push((norm, names));
        }
    }
    if !any && uncovered.len() > 1 {
        let lines = uncovered.len();
        if let Some((first, _)) = uncovered.first() {
            findings.push(
                CHECK
                    .at(
                        first.span,
                        format!(
                            "no line says how long anything is kept, and {lines} lines collect data"
                        ),
                    )
                    .here("the first of them")
                    .help("say it for each kind of data: `keep personal until=…`"),
            );
        }
        return;
    }
    for (norm, names) in uncovered {
        let first = names.first().copied().unwrap_or_default();
        findings.push(
            CHECK
                .at(norm.span, format!("no line says how long {} is kept", list(names.iter().copied())))
                .here("collected without an end")
                .help(format!("say how long: `keep {first} until=…` or `keep {first} when=… within=\"12 months\"`")),
        );
    }
}

/// What lines say of keeping, and whether one says anything.
fn kept(policy: &Policy) -> (Coverage, bool) {
    let mut kept = Coverage::default();
    let mut any = false;
    let timed = |norm: &Norm| TIME.iter().any(|slot| norm.slot(*slot).is_some());
    for norm in &policy.norms {
        let speaks = match (norm.action, norm.mode) {
            (Action::Keep, Mode::May | Mode::Must) => true,
            (Action::Keep, Mode::Never) => {
                timed(norm) || norm.excepts.iter().all(|except| except.implied)
            }
            (Action::Erase, Mode::Must) => true,
            _ => false,
        };
        if speaks {
            kept.add(norm, &norm.region.object);
            any = true;
        }
    }
    (kept, any)
}
