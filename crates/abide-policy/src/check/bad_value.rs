//! A value that its slot cannot take.

use super::Check;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0204",
    name: "bad-value",
    severity: Severity::Error,
    manual: r#"
Times, dates, ages and rates have one form each: `"45 days"`, `"2026-03-01"`, `age=<13`, `"2 per 12 months"`.
A vague word keeps a firm number beside it: `within=(reasonable)"14 days"`.

```kdl wrong
policy shop {
    must answer any when=request within="a month or so"
}
```

```kdl right
policy shop {
    must answer any when=request within="1 month"
}
```
"#,
    run: None,
};

/// The finding for `value` of `slot`, with the form that is wanted.
pub fn at(span: Span, slot: &str, value: &str, wanted: &str) -> Diagnostic {
    CHECK
        .at(span, format!("`{slot}` cannot be `{value}`"))
        .here("cannot be read")
        .help(format!("write {wanted}"))
}
