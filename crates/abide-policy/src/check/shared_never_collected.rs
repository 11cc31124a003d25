//! Data that is used, kept or given away although no line collects it.

use std::collections::HashSet;

use super::{Check, Context};
use crate::coverage::{Coverage, list, permissions};
use crate::diagnostic::{Findings, Severity};
use crate::model::{Norm, NounUse};
use crate::nouns::Nouns;
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0307",
    name: "shared-never-collected",
    severity: Severity::Warning,
    manual: r#"
A policy that shares, uses or keeps data which no line collects leaves out where the data comes from (GDPR Art 14(2)(f)), or
calls one thing by two names. Add the `collect` line, use the same name in both places, or say what the data is a part of with
`is=` or `of`.

```kdl wrong
policy shop {
    recipient acme-post label="Acme Post" role=processor
    collect email at=purchase
    share home-address with=acme-post for=delivery
}
```

```kdl right
policy shop {
    recipient acme-post label="Acme Post" role=processor
    collect email home-address at=purchase
    share home-address with=acme-post for=delivery
}
```
"#,
    run: Some(run),
};

/// Data that a company makes itself, or that is about nobody.
const NOT_COLLECTED: &[&str] = &["non-personal", "inferences"];

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let policy = cx.policy;
    let nouns = &policy.nouns;
    let mut collected = Coverage::default();
    for norm in &policy.norms {
        if norm.action == Action::Collect && norm.mode != Mode::Never {
            collected.add(norm, &norm.region.object);
        }
    }
    // A name is reported once, where it first stands.
    let mut reported = HashSet::new();
    for norm in permissions(
        policy,
        &[Action::Use, Action::Share, Action::Sell, Action::Keep],
    ) {
        let names: Vec<&str> = norm
            .objects
            .iter()
            .filter(|object| !is_collected(norm, object, &collected, nouns))
            .filter(|object| reported.insert(object.id))
            .map(|object| object.name.as_ref())
            .collect();
        if let Some(first) = names.first().copied() {
            let action = norm.action.word();
            findings.push(
                CHECK
                    .at(norm.span, format!("no line collects {}", list(names)))
                    .here(format!("`{action}` of data that nobody collects"))
                    .help(format!("say where it comes from: `collect {first} at=…` or `collect {first} from=…`")),
            );
        }
    }
}

fn is_collected(norm: &Norm, object: &NounUse, collected: &Coverage, nouns: &Nouns) -> bool {
    let is_root = object.name.as_ref() == "personal";
    let is_made = || {
        NOT_COLLECTED
            .iter()
            .any(|name| nouns.is_a(object.id, Kind::Data, name))
    };
    // What is read out of collected data, as by `from=cookie` here or where the name is declared, was collected with it.
    let own = norm.names(Slot::From);
    let declared = nouns
        .get(object.id)
        .slots(Slot::From)
        .flat_map(crate::model::SlotUse::names);
    let mut origins = own
        .chain(declared)
        .filter(|origin| origin.kind == Kind::Data);
    is_root
        || is_made()
        || collected.touches(norm, nouns.set(object.id))
        || origins.any(|origin| collected.touches(norm, nouns.set(origin.id)))
}
