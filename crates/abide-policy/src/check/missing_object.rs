//! A sentence without what it is about.

use super::Check;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0205",
    name: "missing-object",
    severity: Severity::Error,
    manual: r#"
Every sentence says what it is about; `any` says everything. A permission also says what for and with whom, because a
slot that is left out means every value.

```kdl wrong
policy shop {
    collect at=registration
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

/// The finding for a sentence of `word` that lacks `what`.
pub fn at(span: Span, word: &str, what: &str) -> Diagnostic {
    CHECK
        .at(span, format!("`{word}` does not say {what}"))
        .here("something is missing after this")
        .help("name it, or write `any` to mean everything")
}
