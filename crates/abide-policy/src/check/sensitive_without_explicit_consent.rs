//! Sensitive data that may be handled without explicit consent or a ground.

use super::{Check, Context};
use crate::coverage::{Gates, awaits, list, permissions};
use crate::diagnostic::{Findings, Severity};
use crate::model::{Norm, Policy};
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0306",
    name: "sensitive-without-explicit-consent",
    severity: Severity::Warning,
    manual: r#"
Health, faith, biometric and other sensitive data may be handled only with explicit consent or under one of a few exemptions
(GDPR Art 9(2), PIPL Art 29). Write the condition on the line, forbid the data `unless=explicit-consent`, or name the ground.

```kdl wrong
policy shop {
    collect health at=registration
}
```

```kdl right
policy shop {
    collect health at=registration if=explicit-consent
    use health for=personalisation because=vital-interests
}
```
"#,
    run: Some(run),
};

/// Facts that amount to explicit consent, or to an exemption from it.
const ENOUGH: &[&str] = &[
    "explicit-consent",
    "parent-consent",
    "school-consent",
    "written-consent",
    "law",
    "legal-duty",
    "exempt",
    "vital-interests",
    "public-interest",
    "self-published",
    "instruction",
];

const HANDLING: &[Action] = &[
    Action::Collect,
    Action::Use,
    Action::Share,
    Action::Sell,
    Action::Keep,
];

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let policy = cx.policy;
    let nouns = &policy.nouns;
    let gates = Gates::lifted_by(policy, ENOUGH);
    for norm in permissions(policy, HANDLING) {
        let sensitive = norm
            .objects
            .iter()
            .filter(|object| nouns.is_a(object.id, Kind::Data, "sensitive"));
        let names: Vec<&str> = sensitive.map(|object| object.name.as_ref()).collect();
        let is_free = || {
            norm.slot(Slot::Because).is_none()
                && !awaits(norm, nouns, ENOUGH)
                && !gates.cover(norm)
                && !asked_first(norm, policy)
        };
        if !names.is_empty() && is_free() {
            let (action, list) = (norm.action.word(), list(names));
            findings.push(
                CHECK
                    .at(norm.span, format!("`{action}` of {list}, which is sensitive, waits for no explicit consent"))
                    .here("no condition and no ground")
                    .help("add `if=explicit-consent`, or the ground: `because=…`"),
            );
        }
    }
}

/// Whether explicit consent for all of the line's data must always be asked before something may happen.
fn asked_first(norm: &Norm, policy: &Policy) -> bool {
    let nouns = &policy.nouns;
    policy
        .norms
        .iter()
        .filter(|ask| ask.mode == Mode::Must && ask.action == Action::Ask)
        .any(|ask| {
            ask.conditions.is_empty()
                && ask.slot(Slot::Before).is_some()
                && ask
                    .objects
                    .iter()
                    .any(|object| crate::coverage::is_one_of(nouns, object.id, Kind::Fact, ENOUGH))
                && ask.slot(Slot::Of).is_some()
                && crate::coverage::data_asked_for(ask, nouns).contains(&norm.region.object)
        })
}
