//! A statement in a place where it means nothing.

use super::Check;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0207",
    name: "misplaced-statement",
    severity: Severity::Error,
    manual: r#"
Lines stand inside `policy NAME { … }`; `labels` and `policy` stand outside of it.

```kdl wrong
collect email at=registration
```

```kdl right
policy shop {
    collect email at=registration
}
```
"#,
    run: None,
};

/// The finding for `word`, with the place where it belongs.
pub fn at(span: Span, word: &str, belongs: &str) -> Diagnostic {
    CHECK
        .at(span, format!("`{word}` cannot stand here"))
        .here("out of place")
        .help(belongs)
}
