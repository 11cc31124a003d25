//! A right to have data erased that must also be kept, and no line that says so.

use super::{Check, Context, clash};
use crate::coverage::data_asked_for;
use crate::diagnostic::{Findings, Severity};
use crate::leaf_set::LeafSet;
use crate::model::{Except, Norm, Policy, Region};
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0313",
    name: "erased-but-kept",
    severity: Severity::Warning,
    manual: r#"
People who are promised erasure expect everything to go. Where a law demands that some of it stays (GDPR Art 17(3)(b)), say so
before they ask: a `refuse erase` line with the data (`of=`), the fact (`if=`) or the ground (`because=`).

```kdl wrong
policy shop {
    right erase of=personal via=email
    must keep invoice when=invoice-issued within="7 years" because=tax-law
}
```

```kdl right
policy shop {
    right erase of=personal via=email
    refuse erase of=invoice because=tax-law
    must keep invoice when=invoice-issued within="7 years" because=tax-law
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let policy = cx.policy;
    let demands: Vec<&Norm> = policy
        .norms
        .iter()
        .filter(|norm| norm.mode == Mode::Must && norm.action == Action::Keep)
        .collect();
    if demands.is_empty() {
        return;
    }
    let refusals: Vec<(&Norm, LeafSet)> = policy
        .norms
        .iter()
        .filter(|norm| norm.action == Action::Refuse && speaks_of_erasure(norm, policy))
        .filter(|norm| {
            [Slot::If, Slot::Of, Slot::Because]
                .iter()
                .any(|slot| norm.slot(*slot).is_some())
        })
        .map(|norm| (norm, data_asked_for(norm, &policy.nouns)))
        .collect();
    let kept_back = |demand: &Norm| {
        refusals.iter().any(|(norm, data)| {
            norm.region.people_overlap(&demand.region) && data.overlaps(&demand.region.object)
        })
    };
    let promises: Vec<(&Norm, LeafSet)> = policy
        .norms
        .iter()
        .filter_map(|norm| Some((norm, promised(norm, policy)?)))
        .collect();
    for demand in demands.into_iter().filter(|demand| !kept_back(demand)) {
        let promise = promises.iter().find(|(norm, data)| {
            let region = &demand.region;
            norm.region.people_overlap(region)
                && data.overlaps(&region.object)
                && !norm.excepts.iter().any(|except| cuts(except, region))
                && !clash::is_settled(policy, norm, demand)
        });
        if let Some((norm, _)) = promise {
            findings.push(
                CHECK
                    .at(
                        demand.span,
                        "this data must be kept, and erasure is promised without saying so",
                    )
                    .here("must be kept")
                    .label(norm.span, "promises erasure")
                    .help("say what stays: `refuse erase of=… because=…`"),
            );
        }
    }
}

/// Whether the exception takes all the data out of a line.
fn cuts(except: &Except, region: &Region) -> bool {
    except.region.object != LeafSet::Any && except.region.object.contains(&region.object)
}

/// The data whose erasure the line promises on request or on conditions. A duty without any is another finding's business.
fn promised(norm: &Norm, policy: &Policy) -> Option<LeafSet> {
    match (norm.mode, norm.action) {
        (Mode::May, Action::Right) if speaks_of_erasure(norm, policy) => {
            Some(data_asked_for(norm, &policy.nouns))
        }
        (Mode::Must, Action::Erase)
            if norm.slot(Slot::If).is_some() && norm.slot(Slot::Unless).is_none() =>
        {
            Some(norm.region.object.clone())
        }
        _ => None,
    }
}

fn speaks_of_erasure(norm: &Norm, policy: &Policy) -> bool {
    norm.any_object
        || norm
            .objects
            .iter()
            .any(|object| policy.nouns.is_a(object.id, Kind::Right, "erase"))
}
