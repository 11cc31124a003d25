//! Something that is said twice.

use abide_policy::diagnostic::{Diagnostic, Severity};
use abide_policy::source::Span;

use super::Check;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0104",
    name: "repeated-statement",
    severity: Severity::Error,
    manual: r#"
A table, a column or an erasure that is described twice has two meanings, and only one of them would be carried out.

```kdl wrong
map shop {
    table users { subject; identity email email; column email is=email; erase delete; erase detach }
}
```

```kdl right
map shop {
    table users { subject; identity email email; column email is=email; erase delete }
}
```
"#,
    run: None,
};

/// The finding at the second place.
pub fn at(span: Span, earlier: Span, message: &str) -> Diagnostic {
    CHECK
        .at(span, message)
        .here("said again")
        .label(earlier, "said first")
        .help("keep one of the two")
}
