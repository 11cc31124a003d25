//! Data that may be kept without an end, or beyond the end that another line sets.

use super::{Check, Context, clash};
use crate::coverage::{cuts_out, permissions};
use crate::diagnostic::{Findings, Severity};
use crate::model::{Norm, Value};
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0312",
    name: "keep-outlives-purpose",
    severity: Severity::Warning,
    manual: r#"
Data may be kept no longer than its purpose needs (GDPR Art 5(1)(e)). A `keep` line needs an end of its own (`until=`, or
`when=` with `within=`) or another line that caps it, such as `never keep personal after=purpose-end`. Where it has both and
its own end is the later one, the cap holds, and the line promises more than people get: say the earlier end.

```kdl wrong
policy shop {
    collect email at=registration
    keep email for=newsletter
}
```

```kdl wrong
policy shop {
    collect email at=registration
    keep email until=account-deletion
    never keep email after=purpose-end
}
```

```kdl right
policy shop {
    collect email at=registration
    keep email for=newsletter
    never keep email after=purpose-end
}
```
"#,
    run: Some(run),
};

/// Events that end keeping, in the order in which they come in the life of one piece of data.
const LIFE: &[&[&str]] = &[
    &["browser-close", "session-end"],
    &["transaction-end", "use-end"],
    &["purpose-end"],
    &["contract-end", "account-closed", "account-deletion"],
];

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let policy = cx.policy;
    let caps: Vec<&Norm> = policy
        .norms
        .iter()
        .filter(|norm| cap_slot(norm).is_some())
        .collect();
    let is_personal = |norm: &&Norm| {
        norm.any_object
            || !norm
                .objects
                .iter()
                .all(|object| policy.nouns.is_a(object.id, Kind::Data, "non-personal"))
    };
    for keep in permissions(policy, &[Action::Keep]).filter(is_personal) {
        let mut over = caps
            .iter()
            .filter(|cap| cap.region.contains(&keep.region) && !cuts_out(cap, &keep.region));
        let ends = [Slot::Until, Slot::Within, Slot::Before, Slot::Last]
            .iter()
            .any(|slot| keep.slot(*slot).is_some());
        if !ends {
            if over.next().is_none() {
                findings.push(
                    CHECK
                        .at(keep.span, "this line lets data be kept for ever")
                        .here("no end")
                        .help("say when it ends: `until=…`, or `when=… within=\"12 months\"`"),
                );
            }
            continue;
        }
        if let Some(cap) =
            over.find(|cap| outlives(keep, cap) && !clash::is_settled(policy, keep, cap))
        {
            findings.push(
                CHECK
                    .at(keep.span, "this line keeps data longer than another allows")
                    .here("ends later")
                    .label(cap.span, "ends it earlier")
                    .help("say the earlier end on this line, or cut it out of the other with `except`"),
            );
        }
    }
}

/// The slot that says when the line ends data, if it ends data whatever the facts.
fn cap_slot(norm: &Norm) -> Option<Slot> {
    let slot = match (norm.mode, norm.action) {
        (Mode::Never, Action::Keep) => Slot::After,
        (Mode::Must, Action::Erase) => Slot::When,
        _ => return None,
    };
    (norm.conditions.is_empty() && norm.slot(slot).is_some()).then_some(slot)
}

/// Whether the keeping ends at a later point of the data's life than the cap, or runs longer from the same start.
fn outlives(keep: &Norm, cap: &Norm) -> bool {
    let Some(slot) = cap_slot(cap) else {
        return false;
    };
    let stages = |norm: &Norm, slot: Slot| -> Vec<usize> {
        norm.names(slot)
            .filter(|name| name.kind == Kind::Event)
            .filter_map(|name| stage(&name.name))
            .collect()
    };
    let (own, capped) = (stages(keep, Slot::Until), stages(cap, slot));
    let later_event = match (own.iter().min(), capped.iter().min()) {
        (Some(own), Some(capped)) => own > capped,
        _ => false,
    };
    let same_start = keep
        .names(Slot::When)
        .any(|start| cap.names(slot).any(|event| event.id == start.id));
    later_event || (same_start && runs_longer(keep, cap))
}

fn stage(event: &str) -> Option<usize> {
    LIFE.iter().position(|events| events.contains(&event))
}

/// Whether `within` of the first is longer, whatever the start.
fn runs_longer(keep: &Norm, cap: &Norm) -> bool {
    let lengths = |norm: &Norm| {
        let values = norm
            .slot(Slot::Within)
            .into_iter()
            .flat_map(|used| &used.values);
        values
            .filter_map(|value| {
                if let Value::Length { length, .. } = value {
                    Some(*length)
                } else {
                    None
                }
            })
            .collect::<Vec<_>>()
    };
    let (own, capped) = (lengths(keep), lengths(cap));
    own.iter().any(|own| {
        capped
            .iter()
            .any(|capped| capped.shorter_than(*own) == Some(true))
    })
}
