//! A line of which its own exceptions leave nothing.

use super::{Check, Context};
use crate::diagnostic::{Findings, Severity};
use crate::leaf_set::LeafSet;
use crate::model::{Except, Norm, Region};
use crate::vocabulary::Slot;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0331",
    name: "empty-line",
    severity: Severity::Error,
    manual: r#"
A line whose exceptions cover all of it says nothing, and a reader who sees only its first words is misled. Narrow the
exceptions, or take the line away. A line about people for whom a part stands in place of the policy (`instead=#true`) is empty
too: move it into that part.

```kdl wrong
policy shop {
    never keep card { except payment-data }
}
```

```kdl right
policy shop {
    never keep payment-data { except card as=last4 }
}
```
"#,
    run: Some(run),
};

/// The slots that a region holds. An exception with any other holds only sometimes.
const ALWAYS: &[Slot] = &[
    Slot::For,
    Slot::With,
    Slot::In,
    Slot::From,
    Slot::As,
    Slot::About,
    Slot::By,
    Slot::At,
    Slot::Via,
];

fn run(cx: &Context<'_>, findings: &mut Findings) {
    for norm in cx.policy.norms.iter().filter(|norm| is_empty(norm)) {
        findings.push(
            CHECK
                .at(norm.span, "the exceptions of this line leave nothing of it")
                .here("says nothing")
                .help("narrow the exceptions, or take the line away"),
        );
    }
}

fn is_empty(norm: &Norm) -> bool {
    let always = |except: &&Except| except.slots.iter().all(|used| ALWAYS.contains(&used.slot));
    let mut cut = LeafSet::EMPTY;
    for except in norm.excepts.iter().filter(always) {
        let whole = Region {
            object: norm.region.object.clone(),
            ..except.region.clone()
        };
        if whole.contains(&norm.region) {
            cut.add(&except.region.object);
        }
    }
    cut.contains(&norm.region.object)
}
