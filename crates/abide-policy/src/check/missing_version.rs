//! A policy without its date, its author or its law.

use super::{Check, Context};
use crate::diagnostic::{Findings, Severity};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0326",
    name: "missing-version",
    severity: Severity::Error,
    manual: r#"
A notice says from which day it holds and who answers for it; without them nobody can say which promise was in force, or
whose it was. Without a `law` line no deadline, age or right can be compared with the law: that is a warning.

```kdl wrong
policy shop {
    collect email at=registration
}
```

```kdl right
policy shop version="2026-03-01" {
    controller "Harbour Bikes BV" country=NL
    law eu-gdpr nl
    collect email at=registration
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let policy = cx.policy;
    let Some(span) = policy.span else { return };
    let name = &policy.name;
    let mut report = |severity: Severity, message: String, here: &str, help: String| {
        let mut finding = CHECK.at(span, message).here(here).help(help);
        finding.severity = severity;
        findings.push(finding);
    };
    if policy.version.is_none() {
        let message = format!("policy `{name}` has no version");
        let help = format!(
            "write `policy {name} version=\"2026-03-01\" {{ … }}`, with the day from which it holds"
        );
        report(Severity::Error, message, "since when?", help);
    }
    if policy.controllers.is_empty() {
        let message = format!("policy `{name}` does not say who answers for it");
        let help = "write `controller \"Legal Name\" country=NL`".to_owned();
        report(Severity::Error, message, "whose?", help);
    }
    if policy.laws.is_empty() {
        let known: Vec<&str> = cx
            .library
            .laws
            .iter()
            .map(|law| law.name.as_str())
            .collect();
        let message = format!("policy `{name}` names no law");
        let help = format!(
            "write `law` and one or more of {}",
            crate::coverage::list(known)
        );
        report(Severity::Warning, message, "under which law?", help);
    }
}
