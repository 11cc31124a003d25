//! Names that are each other's parents.

use super::Check;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0208",
    name: "name-cycle",
    severity: Severity::Error,
    manual: r#"
`is` climbs and `of` lists members; a name may not end up below itself, nor more than 64 steps deep.

```kdl wrong
policy shop {
    data one is=two
    data two is=one
    collect one
}
```

```kdl right
policy shop {
    data two
    data one is=two
    collect one
}
```
"#,
    run: None,
};

/// The finding for a name on the cycle.
pub fn at(span: Span, name: &str) -> Diagnostic {
    CHECK
        .at(
            span,
            format!("`{name}` belongs to itself, or stands more than 64 steps below its root"),
        )
        .here("its `is` and `of` lead back here")
        .help("take one of the `is` or `of` away")
}
