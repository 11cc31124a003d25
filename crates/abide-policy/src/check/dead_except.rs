//! An exception that cuts nothing out of its line.

use super::{Check, Context};
use crate::diagnostic::{Findings, Severity};
use crate::model::{Except, Norm};
use crate::nouns::Nouns;
use crate::vocabulary::{Kind, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0330",
    name: "dead-except",
    severity: Severity::Warning,
    manual: r#"
An `except` is a narrower copy of its line. One that shares nothing with the line cuts nothing out: it reads like a promise or a
permission and is neither. Take it away, or write what was meant; a permission needs a line of its own.

```kdl wrong
policy shop {
    never keep card { except email }
}
```

```kdl right
policy shop {
    never keep card { except as=last4 }
}
```
"#,
    run: Some(run),
};

/// The slots whose values part things cleanly. People, actors, points and forms may be two things at once.
const CLEAN: &[(Slot, Kind)] = &[
    (Slot::For, Kind::Purpose),
    (Slot::With, Kind::Recipient),
    (Slot::In, Kind::Place),
    (Slot::From, Kind::Data),
];

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let nouns = &cx.policy.nouns;
    for norm in &cx.policy.norms {
        for except in norm
            .excepts
            .iter()
            .filter(|except| !except.implied && is_dead(norm, except, nouns))
        {
            findings.push(
                CHECK
                    .at(
                        norm.span,
                        "an exception of this line takes nothing out of it",
                    )
                    .here("the line")
                    .label(except.span, "is no part of the line")
                    .help("take the exception away, or give what it permits a line of its own"),
            );
        }
    }
}

fn is_dead(norm: &Norm, except: &Except, nouns: &Nouns) -> bool {
    let apart = |slot: Slot, kind: Kind| {
        let own: Vec<_> = norm.names(slot).collect();
        let cut: Vec<_> = except
            .slots
            .iter()
            .filter(|used| used.slot == slot)
            .flat_map(|used| used.names())
            .collect();
        let is_clean = |names: &[&crate::model::NounUse]| {
            !names.is_empty() && names.iter().all(|name| name.kind == kind)
        };
        is_clean(&own)
            && is_clean(&cut)
            && !own.iter().any(|own| {
                cut.iter()
                    .any(|cut| nouns.set(own.id).overlaps(nouns.set(cut.id)))
            })
    };
    let other_objects =
        norm.action.is_about_data() && !except.region.object.overlaps(&norm.region.object);
    other_objects || CLEAN.iter().any(|(slot, kind)| apart(*slot, *kind))
}
