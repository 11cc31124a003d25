//! An `allow` that has no reason or finds nothing to allow.

use super::Check;
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Allow;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0211",
    name: "unused-allow",
    severity: Severity::Error,
    manual: r#"
`allow CODE "reason"` keeps one finding quiet on one line, and says why. Without a reason nobody can judge it later; with
nothing to allow it hides the next finding by accident.

```kdl wrong
policy shop {
    collect email at=registration { allow P0301 "the notice is from 2018" }
}
```

```kdl right
policy shop {
    collect email at=registration
}
```
"#,
    run: None,
};

/// The finding for an `allow` with an empty reason.
pub fn without_reason(allow: &Allow) -> Diagnostic {
    CHECK
        .at(
            allow.check.span,
            format!("`allow {}` gives no reason", allow.check.value),
        )
        .here("why is this right?")
        .help(format!(
            "write `allow {} \"the reason\"`",
            allow.check.value
        ))
}

/// The finding for an `allow` that nothing on its line needs.
pub fn unused(allow: &Allow, known: bool) -> Diagnostic {
    let help = if known {
        "take it away"
    } else {
        "no finding has this code: `abide explain` lists them"
    };
    CHECK
        .at(
            allow.check.span,
            format!("nothing on this line gives `{}`", allow.check.value),
        )
        .here("allows nothing")
        .help(help)
}
