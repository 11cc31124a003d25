//! A slot or child that the statement does not have.

use super::Check;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0202",
    name: "unknown-slot",
    severity: Severity::Error,
    manual: r#"
Each statement has its own slots; `docs/language` lists them.

```kdl wrong
policy shop {
    collect email fro=registration
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

/// The finding for `slot` on a statement described as `on`.
pub fn at(span: Span, slot: &str, on: &str, likely: Option<&str>) -> Diagnostic {
    let finding = CHECK
        .at(span, format!("`{on}` has no slot `{slot}`"))
        .here("unknown slot");
    match likely {
        Some(likely) => finding.help(format!("did you mean `{likely}`?")),
        None => finding.help("see `docs/language` for the slots of each statement"),
    }
}
