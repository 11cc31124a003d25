//! A part or a text that names an organisation other than the one that answers for it.

use super::{Check, Context};
use crate::diagnostic::{Findings, Severity, is_flooded};
use crate::model::{Controller, Policy, Value};
use crate::vocabulary::Slot;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0319",
    name: "foreign-organisation",
    severity: Severity::Warning,
    manual: r#"
An addendum is often copied from a sister company, and its name comes along. People then cannot tell who answers for their
data. Name the same organisation throughout; where two really answer together, say `role=joint`; where one company has two
names, give the other as `label=`.

```kdl wrong
policy shop {
    controller "Harbour Bikes BV"
    part california about=california {
        controller "Ocean Scooters Inc."
    }
}
```

```kdl wrong
policy shop {
    controller "Harbour Bikes BV"
    part california about=california {
        controller "Harbour Bikes Inc." label="Harbour Bikes BV"
    }
    say "Harbour Bikes Inc. cares about people."
}
```

```kdl right
policy shop {
    controller "Harbour Bikes BV"
    part california about=california {
        controller "Harbour Bikes Inc." label="Harbour Bikes BV"
    }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let policy = cx.policy;
    let (parts, base): (Vec<&Controller>, Vec<&Controller>) = policy
        .controllers
        .iter()
        .partition(|controller| controller.part.is_some());
    let Some(first) = base.first() else {
        return;
    };
    for other in &parts {
        if base.iter().any(|known| same_party(known, other)) || answers_beside(policy, other) {
            continue;
        }
        findings.push(
            CHECK
                .at(
                    other.span,
                    format!(
                        "`{}` answers for this part, and `{}` for the rest",
                        other.label, first.label
                    ),
                )
                .here("another organisation")
                .label(first.span, "answers for the policy")
                .help(format!(
                    "name `{}`, or say how the two belong together: `role=joint` or `label=`",
                    first.label
                )),
        );
    }
    for norm in &policy.norms {
        let strangers = parts.iter().filter(|controller| {
            !base.iter().any(|known| known.label == controller.label)
                && !stands_in(policy, norm.part, controller.part)
        });
        for stranger in strangers {
            if is_flooded(findings) {
                return;
            }
            let Some(say) = norm
                .says
                .iter()
                .find(|say| say.text.value.contains(&stranger.label))
            else {
                continue;
            };
            findings.push(
                CHECK
                    .at(
                        say.text.span,
                        format!(
                            "this text speaks of `{}`, which answers for another part",
                            stranger.label
                        ),
                    )
                    .here("another organisation")
                    .label(stranger.span, "answers for this part only")
                    .help(format!("write `{}`", first.label)),
            );
        }
    }
}

/// Whether one of the names of either holds one of the names of the other.
fn same_party(one: &Controller, other: &Controller) -> bool {
    let others = names(other);
    names(one).iter().any(|name| {
        others
            .iter()
            .any(|known| name.contains(known.as_str()) || known.contains(name.as_str()))
    })
}

fn names(controller: &Controller) -> Vec<String> {
    texts(controller, Slot::Label)
        .chain([controller.label.as_str()])
        .map(str::to_lowercase)
        .collect()
}

fn texts(controller: &Controller, wanted: Slot) -> impl Iterator<Item = &str> {
    controller
        .slots
        .iter()
        .filter(move |used| used.slot == wanted)
        .flat_map(|used| &used.values)
        .filter_map(|value| match value {
            Value::Text(text) => Some(text.value.as_str()),
            _ => None,
        })
}

/// Whether the two are meant to differ: joint controllers, or a part in which the company works for its customer.
fn answers_beside(policy: &Policy, controller: &Controller) -> bool {
    let part = controller.part.and_then(|part| policy.parts.get(part));
    texts(controller, Slot::Role).any(|role| role != "controller")
        || part.is_some_and(|part| {
            part.role
                .as_deref()
                .is_some_and(|role| role != "controller")
        })
}

/// Whether `part` is `wanted` or stands inside it.
fn stands_in(policy: &Policy, part: Option<usize>, wanted: Option<usize>) -> bool {
    let mut at = part;
    while let Some(index) = at {
        if Some(index) == wanted {
            return true;
        }
        at = policy.parts.get(index).and_then(|part| part.parent);
    }
    false
}
