//! Data that must be kept by law, and a line that ends it earlier.

use super::{Check, Context, clash};
use crate::coverage::{meet, permissions};
use crate::diagnostic::{Findings, Severity};
use crate::law::ConstantValue;
use crate::leaf_set::LeafSet;
use crate::length::Length;
use crate::model::{Norm, Value};
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0311",
    name: "keep-too-short",
    severity: Severity::Error,
    manual: r#"
What a line says must be kept, another line may not end before its time: one of the two would be broken whatever the company
does. Cut the data out of the line that ends it with `except`, lengthen the shorter window, or settle the two with a `reading`.

```kdl wrong
policy shop {
    law eu-gdpr
    must keep invoice when=invoice-issued within="7 years" because=tax-law
    must erase purchase-data when=account-deletion
}
```

```kdl wrong
policy shop {
    must keep invoice when=invoice-issued within="7 years" because=tax-law
    keep invoice when=invoice-issued within="2 years"
}
```

```kdl right
policy shop {
    must keep invoice when=invoice-issued within="7 years" because=tax-law
    must erase purchase-data when=account-deletion { except invoice }
    keep invoice when=invoice-issued within="7 years"
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let policy = cx.policy;
    let demanded = |norm: &&Norm| {
        norm.mode == Mode::Must
            && norm.action == Action::Keep
            && (norm.slot(Slot::Because).is_some() || norm.slot(Slot::Within).is_some())
    };
    let demands: Vec<&Norm> = policy.norms.iter().filter(demanded).collect();
    let mut all = LeafSet::EMPTY;
    demands
        .iter()
        .for_each(|demand| all.add(&demand.region.object));
    for norm in policy
        .norms
        .iter()
        .filter(|norm| norm.region.object.overlaps(&all) && ends_data(norm))
    {
        let broken = demands.iter().find(|demand| {
            meet(demand, norm)
                && !same_end(demand, norm)
                && !clash::is_settled(policy, demand, norm)
        });
        if let Some(demand) = broken {
            findings.push(
                CHECK
                    .at(norm.span, "this line ends data that must be kept longer")
                    .here("ends it")
                    .label(demand.span, "must be kept")
                    .help("cut it out with `except`, or settle the two with a `reading`"),
            );
        }
    }
    for demand in &demands {
        shorter_keeps(cx, demand, findings);
    }
}

/// Whether the line ends data whatever the facts. The end of the purpose is none: what the law demands is a purpose.
fn ends_data(norm: &Norm) -> bool {
    let end = match (norm.mode, norm.action) {
        (Mode::Must, Action::Erase) => Slot::When,
        (Mode::Never, Action::Keep) => Slot::After,
        _ => return false,
    };
    let mut events = norm.names(end).peekable();
    norm.conditions.is_empty()
        && (events.peek().is_some() || end == Slot::When)
        && !events.any(|event| event.kind == Kind::Event && event.name.as_ref() == "purpose-end")
}

/// Whether the demand runs only until the event at which the line ends the data.
fn same_end(demand: &Norm, norm: &Norm) -> bool {
    let slot = if norm.mode == Mode::Must {
        Slot::When
    } else {
        Slot::After
    };
    demand
        .names(Slot::Until)
        .any(|until| norm.names(slot).any(|event| event.id == until.id))
}

/// Permissions to keep what is demanded, all of them for less time than is demanded.
fn shorter_keeps(cx: &Context<'_>, demand: &Norm, findings: &mut Findings) {
    let wanted = lengths(cx, demand);
    if wanted.is_empty() {
        return;
    }
    let mut short: Option<&Norm> = None;
    for keep in permissions(cx.policy, &[Action::Keep]).filter(|keep| meet(demand, keep)) {
        let given = lengths(cx, keep);
        let is_short = !given.is_empty()
            && same_start(demand, keep)
            && given.iter().all(|given| {
                wanted
                    .iter()
                    .all(|wanted| given.shorter_than(*wanted) == Some(true))
            });
        if !is_short || clash::is_settled(cx.policy, demand, keep) {
            return;
        }
        short = short.or(Some(keep));
    }
    if let Some(keep) = short {
        findings.push(
            CHECK
                .at(
                    keep.span,
                    "this line keeps data for less time than it must be kept",
                )
                .here("ends too early")
                .label(demand.span, "must be kept")
                .help("lengthen `within`, or settle the two with a `reading`"),
        );
    }
}

fn same_start(one: &Norm, other: &Norm) -> bool {
    let starts = |norm: &Norm| {
        norm.names(Slot::When)
            .map(|event| event.id)
            .collect::<Vec<_>>()
    };
    starts(one) == starts(other)
}

/// The lengths in `within`: as written, or every value that the policy's laws give the constant.
fn lengths(cx: &Context<'_>, norm: &Norm) -> Vec<Length> {
    let values = norm
        .slot(Slot::Within)
        .into_iter()
        .flat_map(|used| &used.values);
    let laws = || {
        cx.policy
            .laws
            .iter()
            .filter_map(|law| cx.library.law(&law.value))
    };
    values
        .flat_map(|value| match value {
            Value::Length { length, .. } => vec![*length],
            Value::Constant { name, .. } => laws()
                .filter_map(|law| law.constant(name))
                .flat_map(crate::law::Constant::values)
                .filter_map(|value| match value {
                    ConstantValue::Length(length) => Some(length),
                    ConstantValue::Years(_) => None,
                })
                .collect(),
            _ => Vec::new(),
        })
        .collect()
}
