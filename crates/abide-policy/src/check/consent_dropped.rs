//! A purpose that needs consent by one line and none by another.

use super::{Check, Context, clash};
use crate::diagnostic::{Findings, Severity};
use crate::leaf_set::LeafSet;
use crate::model::{Norm, Polarity};
use crate::vocabulary::{Mode, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0510",
    name: "consent-dropped",
    severity: Severity::Error,
    manual: r#"
When one line lets a purpose run only with consent and another line allows the same purpose without a word of it, readers
of the second line are misled: the first one wins. Repeat the condition with `if`, or settle the two with a `reading`.

```kdl wrong
policy shop {
    (HB-001)never use personal for=marketing unless=consent
    (HB-002)use email for=newsletter via=email
}
```

```kdl right
policy shop {
    (HB-001)never use personal for=marketing unless=consent
    (HB-002)use email for=newsletter via=email if=consent
}
```
"#,
    run: Some(run),
};

fn run(context: &Context<'_>, findings: &mut Findings) {
    let policy = context.policy;
    let gates: Vec<&Norm> = policy
        .norms
        .iter()
        .filter(|norm| {
            norm.mode == Mode::Never
                && norm.region.purpose != LeafSet::Any
                && norm.slot(Slot::For).is_some()
        })
        .filter(|norm| {
            norm.needs_fact(&policy.nouns, "consent")
                && norm
                    .conditions
                    .iter()
                    .all(|condition| condition.polarity == Polarity::Unless)
        })
        .collect();
    for norm in policy
        .norms
        .iter()
        .filter(|norm| norm.mode == Mode::May && norm.conditions.is_empty())
    {
        let named = || norm.names(Slot::For);
        let gate = gates.iter().find(|gate| {
            gate.action.covers(norm.action)
                && named().any(|purpose| gate.region.purpose.contains(policy.nouns.set(purpose.id)))
                && gate.region.object.contains(&norm.region.object)
                && gate.region.people_contain(&norm.region)
                && gate.region.recipient.contains(&norm.region.recipient)
                && gate.region.place.contains(&norm.region.place)
                && !gate
                    .excepts
                    .iter()
                    .any(|except| except.region.contains(&norm.region))
        });
        let Some(gate) = gate.filter(|gate| !clash::is_settled(policy, gate, norm)) else {
            continue;
        };
        let (a, b) = (clash::call(gate), clash::call(norm));
        findings.push(
            CHECK
                .at(norm.span, format!("`{b}` says nothing of the consent that `{a}` needs for this purpose"))
                .here("no condition here")
                .label(gate.span, "never without consent")
                .help(format!("add the condition with `if=`, or settle them: `reading {a} {b} \"…\" {{ win {a} }}`")),
        );
    }
}
