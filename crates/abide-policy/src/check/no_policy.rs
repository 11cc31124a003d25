//! Files that hold no policy at all.

use super::Check;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0212",
    name: "no-policy",
    severity: Severity::Error,
    manual: r#"
A file that was cut short must not pass as a policy without faults. Every unit opens at least one `policy`.

```kdl wrong
// Nothing here yet.
```

```kdl right
policy shop {
    collect email at=registration
}
```
"#,
    run: None,
};

/// The finding at the start of a unit's first file.
pub fn at(span: Span) -> Diagnostic {
    CHECK
        .at(span, "this states no policy")
        .here("nothing here")
        .help("write `policy my-shop version=\"2026-03-01\" { … }`")
}
