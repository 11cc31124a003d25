//! A hedge on a line that is kept without one.

use super::{Check, Context, clash};
use crate::diagnostic::{Findings, Severity};
use crate::model::Value;
use crate::vocabulary::{Mode, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0324",
    name: "hedged-promise",
    severity: Severity::Warning,
    manual: r#"
A hedge such as "where possible" is printed, and the line is enforced as if it stood without: nobody can run a promise that
holds only sometimes. Take the hedge away and promise what is done anyway, or write what it stands for as `if`, `unless` or
`except`.

```kdl wrong
policy shop {
    never sell personal hedge="where possible"
}
```

```kdl right
policy shop {
    never sell personal
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let firm = |mode: Mode| matches!(mode, Mode::Never | Mode::Must);
    for norm in cx.policy.norms.iter().filter(|norm| firm(norm.mode)) {
        let Some(hedge) = norm.slot(Slot::Hedge) else {
            continue;
        };
        let Some(Value::Text(words)) = hedge.values.first() else {
            continue;
        };
        let call = clash::call(norm);
        let message = format!(
            "`{call}` is hedged with `{}` and enforced without",
            words.value
        );
        findings.push(
            CHECK
                .at(words.span, message)
                .here("printed, and never a way out")
                .help("take the hedge away, or write the cases it means with `if`, `unless` or `except`"),
        );
    }
}
