//! A file that does not hold one map.

use abide_policy::diagnostic::{Diagnostic, Severity};
use abide_policy::source::Span;

use super::Check;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0106",
    name: "no-map",
    severity: Severity::Error,
    manual: r#"
A map file holds one map, of one source. `abide map propose` writes a draft of it from the live schema.

```kdl wrong
// nothing here
```

```kdl right
map shop {
    table users { subject; identity email email; column email is=email; erase delete }
}
```
"#,
    run: None,
};

/// The finding for a file without a map.
pub fn at(span: Span) -> Diagnostic {
    CHECK
        .at(span, "this file holds no map")
        .help("write `map NAME { table … }`, or let `abide map propose` write a draft")
}

/// The finding for a second map in a file.
pub fn several(span: Span) -> Diagnostic {
    CHECK
        .at(span, "this file holds a second map")
        .here("not read")
        .help("put each map in a file of its own")
}
