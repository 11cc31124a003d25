//! Windows and look-backs that have no start, no length or no line that uses them.

use jiff::civil::Date;

use super::{Check, Context};
use crate::diagnostic::{Findings, Severity};
use crate::model::{Norm, Policy, SlotUse, Value};
use crate::source::Spanned;
use crate::vocabulary::{Action, Mode, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0329",
    name: "unreachable-window",
    severity: Severity::Error,
    manual: r#"
A window needs a start: `within` is the time after `when`. Without it no clock ever starts, and the line is never kept or
broken. In the same way nothing is both before and after one event, a line that ends before its version begins says nothing,
and `last` looks back, which only a claim, a refusal, an answer or a right can do.

```kdl wrong
policy shop {
    never ask optin-sale within="12 months"
}
```

```kdl wrong
policy shop version="2026-03-01" {
    must tell change within="10 days"
    must tell fee before=request after=request
    collect email at=registration until="2025-01-01"
    collect phone at=registration last="12 months"
}
```

```kdl right
policy shop version="2026-03-01" {
    never ask optin-sale when=opt-out within="12 months"
    must tell change when=posted within="10 days"
    did collect phone last="12 months"
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    for norm in &cx.policy.norms {
        no_start(norm, findings);
        before_and_after(norm, findings);
        ended_before_it_began(cx.policy, norm, findings);
        look_back(norm, findings);
    }
}

fn own(norm: &Norm, slot: Slot) -> Option<&SlotUse> {
    norm.slot(slot).filter(|used| !used.inherited)
}

fn no_start(norm: &Norm, findings: &mut Findings) {
    let Some(within) = own(norm, Slot::Within) else {
        return;
    };
    let starts: &[Slot] = match norm.mode {
        Mode::Never => &[Slot::When, Slot::After],
        // A reply is due from the request on, whoever says so.
        Mode::Must if norm.action != Action::Answer => {
            &[Slot::When, Slot::Every, Slot::After, Slot::Before]
        }
        _ => return,
    };
    if starts.iter().any(|slot| norm.slot(*slot).is_some()) {
        return;
    }
    let word = norm.mode.word();
    findings.push(
        CHECK
            .at(
                within.span,
                format!(
                    "`{word} {}` has a window that never starts",
                    norm.action.word()
                ),
            )
            .here("after what?")
            .help("say what starts it, as in `when=request`"),
    );
}

fn before_and_after(norm: &Norm, findings: &mut Findings) {
    let (Some(before), Some(after)) = (norm.slot(Slot::Before), norm.slot(Slot::After)) else {
        return;
    };
    if before.inherited && after.inherited {
        return;
    }
    let same = before
        .names()
        .find(|event| after.names().any(|other| other.id == event.id));
    let what = match (same, dates(before).next(), dates(after).next()) {
        (Some(event), _, _) => format!("both before and after `{}`", event.name),
        (None, Some(end), Some(start)) if end.value <= start.value => {
            format!("before {} and after {}", end.value, start.value)
        }
        _ => return,
    };
    findings.push(
        CHECK
            .at(norm.span, format!("nothing is {what}"))
            .here("this line never holds")
            .help("take `before` or `after` away, or write the two as lines of their own"),
    );
}

fn dates(slot: &SlotUse) -> impl Iterator<Item = &Spanned<Date>> {
    slot.values.iter().filter_map(|value| match value {
        Value::Date(date) => Some(date),
        _ => None,
    })
}

fn ended_before_it_began(policy: &Policy, norm: &Norm, findings: &mut Findings) {
    let Some(until) = own(norm, Slot::Until).and_then(|slot| dates(slot).next()) else {
        return;
    };
    let Some(version) = version_of(policy, norm.part) else {
        return;
    };
    if norm.mode == Mode::Did || until.value >= version.value {
        return;
    }
    findings.push(
        CHECK
            .at(
                until.span,
                format!(
                    "this line ends on {}, before its version of {}",
                    until.value, version.value
                ),
            )
            .here("over before it began")
            .label(version.span, "begins here")
            .help("take the line away, or write the date that holds"),
    );
}

/// The version of the innermost part that has one, else the policy's.
fn version_of(policy: &Policy, part: Option<usize>) -> Option<&Spanned<Date>> {
    let mut at = part.and_then(|index| policy.parts.get(index));
    while let Some(part) = at {
        if part.version.is_some() {
            return part.version.as_ref();
        }
        at = part.parent.and_then(|index| policy.parts.get(index));
    }
    policy.version.as_ref()
}

fn look_back(norm: &Norm, findings: &mut Findings) {
    let Some(last) = own(norm, Slot::Last) else {
        return;
    };
    let looks_back = norm.mode == Mode::Did
        || matches!(
            norm.action,
            Action::Right | Action::Refuse | Action::Answer | Action::Tell | Action::Apply
        );
    if looks_back {
        return;
    }
    let words = format!("{} {}", norm.mode.word(), norm.action.word());
    findings.push(
        CHECK
            .at(
                last.span,
                format!("`{}` cannot look back with `last`", words.trim()),
            )
            .here("a look-back")
            .help(format!(
                "write `did {}` for what was done, or `within` with `when` for a time to come",
                norm.action.word()
            )),
    );
}
