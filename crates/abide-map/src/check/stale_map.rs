//! A map that was held against another schema than the source has.

use abide_policy::diagnostic::{Findings, Severity};

use super::{Check, Context};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0215",
    name: "stale-map",
    severity: Severity::Error,
    manual: r#"
A map names the schema that it was last held against by its fingerprint. After a migration the two differ, and no plan is made
until a person has looked: a column that was added may hold what nobody erases. The other findings say what changed;
`abide map check --accept FILE` writes the fingerprint when they are settled.

```kdl wrong
map shop {
    fingerprint "sha256:9999"
    table users { subject; identity email email; column email is=email; erase delete }
}
```

```kdl right
map shop {
    fingerprint "sha256:0123"
    table users { subject; identity email email; column email is=email; erase delete }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let Some((_, live)) = cx.schema else {
        return;
    };
    let help = "look at the other findings, then `abide map check --accept` this file";
    let finding = match &cx.map.fingerprint {
        None => CHECK
            .at(cx.map.name.span, "this map was never accepted for the schema of its source")
            .here("names no schema"),
        Some(known) if known.value != live => CHECK
            .at(known.span, "the schema of the source is not the one that this map was accepted for")
            .here("another schema"),
        Some(_) => return,
    };
    findings.push(finding.help(help));
}
