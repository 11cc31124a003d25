//! A length of time that the notice prints as a vague word.

use super::{Check, Context};
use crate::diagnostic::{Findings, Severity};
use crate::model::{SlotUse, Value};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0323",
    name: "vague-duration",
    severity: Severity::Warning,
    manual: r#"
`(reasonable)"14 days"` prints "a reasonable time" and runs a clock of 14 days: the people concerned cannot see the number
that they are owed. Print the number, or say with `allow` why the vague word has to stand.

```kdl wrong
policy shop {
    must answer any when=request within=(reasonable)"14 days"
}
```

```kdl right
policy shop {
    must answer any when=request within="14 days"
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let policy = cx.policy;
    let lines = policy.norms.iter().flat_map(|norm| norm.all_slots());
    let own = lines.filter(|slot| !slot.inherited);
    let parts = policy.parts.iter().flat_map(|part| &part.defaults);
    for used in own.chain(parts) {
        report(used, findings);
    }
}

fn report(used: &SlotUse, findings: &mut Findings) {
    for value in &used.values {
        let Value::Length {
            length,
            vague: Some(word),
            span,
        } = value
        else {
            continue;
        };
        findings.push(
            CHECK
                .at(
                    *span,
                    format!("the notice says `{word}`, and the clock runs {length}"),
                )
                .here("people cannot see this number")
                .help(format!("write `\"{length}\"` without `({word})`")),
        );
    }
}
