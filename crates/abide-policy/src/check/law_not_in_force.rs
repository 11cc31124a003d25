//! A law that was not in force when the policy was dated, or is not on the day of the check.

use super::{Check, Context};
use crate::diagnostic::{Findings, Severity};
use crate::named_law;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0410",
    name: "law-not-in-force",
    severity: Severity::Warning,
    manual: r#"
A pack holds from a date on. A version dated before it was written for other rules: what the pack demands of it may never
have been promised, and what it promises may fall short. Date a version after the law, or say why the old one stays.

```kdl wrong
policy shop version="2018-03-01" {
    law eu-gdpr
}
```

```kdl right
policy shop version="2018-06-01" {
    law eu-gdpr
}
```
"#,
    run: Some(run),
};

fn run(context: &Context<'_>, findings: &mut Findings) {
    let version = context.policy.version.as_ref();
    for law in named_law::named_laws(context) {
        let Some(since) = law.law.since else { continue };
        let name = &law.law.name;
        if let Some(today) = context.today.filter(|today| *today < since) {
            findings.push(
                CHECK
                    .at(
                        law.name.span,
                        format!("`{name}` is in force from {since} on, not on {today}"),
                    )
                    .here("not in force")
                    .help(format!(
                        "name `{name}` in the version that takes effect on {since}"
                    )),
            );
        } else if let Some(version) = version.filter(|version| version.value < since) {
            findings.push(
                CHECK
                    .at(
                        law.name.span,
                        format!(
                            "`{name}` is in force from {since} on, this version is of {}",
                            version.value
                        ),
                    )
                    .here("was not in force")
                    .label(version.span, "before that date")
                    .help(format!(
                        "publish a version dated {since} or later that was read against `{name}`"
                    )),
            );
        }
    }
}
