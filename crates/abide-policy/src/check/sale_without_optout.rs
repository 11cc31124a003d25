//! Data that is sold without a way to say no.

use super::{Check, Context};
use crate::coverage::{Gates, awaits, cuts_out, data_asked_for};
use crate::diagnostic::{Findings, Severity};
use crate::leaf_set::LeafSet;
use crate::model::{Norm, Policy};
use crate::vocabulary::{Action, Kind, Mode};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0314",
    name: "sale-without-optout",
    severity: Severity::Error,
    manual: r#"
Whoever sells personal data must let people opt out of the sale, or ask them first (Cal. Civ. Code 1798.120). Offer
`right optout-sale` to the people and for the data that the line is about, or sell only `if=opted-in`. A claim that data was
sold (`did sell`) gives this as a warning: what is past cannot be changed, but the right is owed.

```kdl wrong
policy shop {
    recipient data-house label="Data House" role=controller
    collect email at=registration
    sell email with=data-house for=marketing
}
```

```kdl right
policy shop {
    recipient data-house label="Data House" role=controller
    collect email at=registration
    sell email with=data-house for=marketing
    right optout-sale via=settings
}
```
"#,
    run: Some(run),
};

/// Facts by which people have agreed before.
const AGREED: &[&str] = &["opted-in", "consent"];

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let policy = cx.policy;
    let sales =
        |norm: &&Norm| norm.action == Action::Sell && matches!(norm.mode, Mode::May | Mode::Did);
    let mut sales = policy.norms.iter().filter(sales).peekable();
    if sales.peek().is_none() {
        return;
    }
    let rights = rights(policy);
    let gates = Gates::lifted_by(policy, AGREED);
    for sale in sales {
        let can_refuse = rights.iter().any(|(right, data)| {
            right.region.people_contain(&sale.region)
                && !cuts_out(right, &sale.region)
                && data.contains(&sale.region.object)
        });
        if can_refuse || awaits(sale, &policy.nouns, AGREED) || gates.cover(sale) {
            continue;
        }
        let (message, severity) = match sale.mode {
            Mode::Did => (
                "data was sold, and no line lets people opt out",
                Severity::Warning,
            ),
            _ => (
                "data is sold, and no line lets people opt out",
                Severity::Error,
            ),
        };
        let mut finding = CHECK
            .at(sale.span, message)
            .here("a sale nobody can refuse")
            .help("offer `right optout-sale`, or sell only `if=opted-in`");
        finding.severity = severity;
        findings.push(finding);
    }
}

/// The rights to opt out of sale, each with the data it is for.
fn rights(policy: &Policy) -> Vec<(&Norm, LeafSet)> {
    let nouns = &policy.nouns;
    policy
        .norms
        .iter()
        .filter(|norm| norm.action == Action::Right)
        .filter(|norm| {
            norm.any_object
                || norm
                    .objects
                    .iter()
                    .any(|object| nouns.is_a(object.id, Kind::Right, "optout-sale"))
        })
        .map(|norm| (norm, data_asked_for(norm, nouns)))
        .collect()
}
