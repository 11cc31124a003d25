//! A line whose last day has passed.

use super::{Check, Context, clash};
use crate::diagnostic::{Findings, Severity};
use crate::model::{Norm, Value};
use crate::vocabulary::{Mode, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0322",
    name: "expired-exemption",
    severity: Severity::Warning,
    manual: r#"
A line that ends on a date that has passed permits, forbids and exempts nothing, yet readers of the notice go on relying on
it. Take it away, or write the date that holds.

```kdl wrong
policy shop {
    never apply b2b-data until="2021-01-01"
}
```

```kdl right
policy shop {
    apply b2b-data after="2021-01-01"
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let Some(today) = cx.today else { return };
    for norm in cx.policy.norms.iter().filter(|norm| norm.mode != Mode::Did) {
        let until = norm
            .slots
            .iter()
            .find(|slot| slot.slot == Slot::Until && !slot.inherited);
        let ended = until
            .into_iter()
            .flat_map(|slot| &slot.values)
            .find_map(|value| match value {
                Value::Date(date) if date.value < today => Some(date),
                _ => None,
            });
        let Some(ended) = ended else { continue };
        let call = clash::call(norm);
        let mut finding = CHECK
            .at(ended.span, format!("`{call}` ended on {}", ended.value))
            .here("has passed")
            .help("take the line away, or write the date that holds");
        if let Some(next) = successor(cx, norm) {
            finding = finding.label(next.span, "holds from then on");
        }
        findings.push(finding);
    }
}

/// The line that speaks of the same from that date on.
fn successor<'a>(cx: &Context<'a>, ended: &Norm) -> Option<&'a Norm> {
    cx.policy.norms.iter().find(|norm| {
        norm.action == ended.action
            && norm.part == ended.part
            && norm.slot(Slot::After).is_some_and(|after| {
                after
                    .values
                    .iter()
                    .any(|value| matches!(value, Value::Date(_)))
            })
            && norm.region.object.overlaps(&ended.region.object)
    })
}
