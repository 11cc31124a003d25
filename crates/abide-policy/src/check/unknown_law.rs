//! A law pack that does not ship with the program.

use super::Check;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0210",
    name: "unknown-law",
    severity: Severity::Error,
    manual: r#"
`law` names packs of `laws/`: what they demand is checked, and their deadlines hold beside the policy's own.

```kdl wrong
policy shop {
    law eu-gpdr
}
```

```kdl right
policy shop {
    law eu-gdpr
}
```
"#,
    run: None,
};

/// The finding for `law`; `known` lists the packs there are.
pub fn at(span: Span, law: &str, likely: Option<&str>, known: &str) -> Diagnostic {
    let help = likely.map_or_else(
        || format!("the packs are {known}"),
        |likely| format!("did you mean `{likely}`?"),
    );
    CHECK
        .at(span, format!("there is no law pack `{law}`"))
        .here("unknown law")
        .help(help)
}
