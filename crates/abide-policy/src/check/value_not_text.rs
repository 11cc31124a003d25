//! A value that is neither a word, a string nor a whole number.

use super::Check;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0106",
    name: "value-not-text",
    severity: Severity::Error,
    manual: r#"
Values are words, strings and whole numbers. Fractions and `#null` have no meaning in a promise.

```kdl wrong
policy shop {
    keep email until=#null
}
```

```kdl right
policy shop {
    keep email until=account-deletion
}
```
"#,
    run: None,
};

/// The finding for the value.
pub fn at(span: Span) -> Diagnostic {
    CHECK
        .at(
            span,
            "this value is neither a word, a string nor a whole number",
        )
        .here("cannot stand here")
        .help("write a word, a string in double quotes, or a whole number")
}
