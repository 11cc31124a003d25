//! Data that the policy promises to erase and the map leaves in place.

use abide_policy::coverage::data_asked_for;
use abide_policy::diagnostic::{Findings, Severity};
use abide_policy::leaf_set::LeafSet;
use abide_policy::model::{Norm, Policy};
use abide_policy::source::Span;
use abide_policy::vocabulary::{Action, Kind, Mode, Slot};

use super::{Check, Context, Held, clauses_of};
use crate::map::{Erase, Overwrite};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0310",
    name: "promised-erasure",
    severity: Severity::Error,
    manual: r#"
A row that is kept, cut off or made anonymous keeps the columns that nothing overwrites. Where the policy promises to erase what such
a column holds, and no line refuses it, the promise is broken each time. Overwrite the column, or say in the policy what stays.

```kdl wrong
map shop {
    table users { subject; identity account-id id; column email is=email; erase keep because=tax-law { overwrite name } }
}
```

```kdl right
map shop {
    table users { subject; identity account-id id; column email is=email; erase keep because=tax-law { overwrite email with=unique } }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let Some(policy) = cx.policy else {
        return;
    };
    let promises: Vec<(&Norm, LeafSet)> = policy
        .norms
        .iter()
        .filter_map(|norm| Some((norm, promised(norm, policy)?)))
        .collect();
    let refusals: Vec<LeafSet> = policy
        .norms
        .iter()
        .filter(|norm| norm.action == Action::Refuse && speaks_of_erasure(norm, policy))
        .map(|norm| data_asked_for(norm, &policy.nouns))
        .collect();
    for held in cx.held() {
        let Some(stays) = left_in_place(&held) else {
            continue;
        };
        let set = policy.nouns.set(held.category);
        let is_refused = refusals.iter().any(|refused| refused.overlaps(set));
        let promise = promises.iter().find(|(_, data)| !set.is_empty() && data.contains(set));
        let Some((promise, _)) = promise.filter(|_| !is_refused) else {
            continue;
        };
        let (label, place) = (policy.nouns.get(held.category).label(""), held.place());
        let column = &held.column.name.value;
        findings.push(
            CHECK
                .at(
                    held.name.span,
                    format!("`{place}` holds {label}, which {} promises to erase, and the map leaves it in place", clauses_of(promise)),
                )
                .here("stays")
                .label(promise.span, "promised here")
                .label(stays, "what an erasure does")
                .help(format!("write `overwrite {column}`, or say in the policy why it stays: `refuse erase of=…`")),
        );
    }
}

/// Where it is said that the row stays, if it does and the column is not overwritten.
fn left_in_place(held: &Held<'_>) -> Option<Span> {
    let overwrites: &[Overwrite] = match &held.table.erase {
        Erase::Anonymise(overwrites) => overwrites,
        Erase::Keep(keep) => &keep.overwrites,
        Erase::Detach => &[],
        Erase::Delete | Erase::Undecided => return None,
    };
    let goes = overwrites.iter().any(|one| one.column.value == held.column.name.value);
    (!goes).then_some(held.table.name.span)
}

/// The data whose erasure the line promises, on request or by itself.
fn promised(norm: &Norm, policy: &Policy) -> Option<LeafSet> {
    match (norm.mode, norm.action) {
        (Mode::May, Action::Right) if speaks_of_erasure(norm, policy) => {
            // A right to have everything erased says nothing of what stays: the map's ground does.
            norm.slot(Slot::Of)?;
            Some(data_asked_for(norm, &policy.nouns))
        }
        (Mode::Must, Action::Erase) if norm.slot(Slot::Unless).is_none() => Some(norm.region.object.clone()),
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
