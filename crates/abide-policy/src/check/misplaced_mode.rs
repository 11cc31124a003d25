//! A mode before a word that takes none.

use super::Check;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0206",
    name: "misplaced-mode",
    severity: Severity::Error,
    manual: r#"
`right`, `refuse`, `assure`, `say` and nouns stand alone. `never`, `must` and `did` stand before actions.

```kdl wrong
policy shop {
    never right access
}
```

```kdl right
policy shop {
    right access via=email
}
```
"#,
    run: None,
};

/// The finding for `mode` before `word`.
pub fn at(span: Span, mode: &str, word: &str) -> Diagnostic {
    CHECK
        .at(span, format!("`{mode}` cannot stand before `{word}`"))
        .here("no mode fits here")
        .help(format!(
            "write `{word}` alone, or put an action such as `collect` after `{mode}`"
        ))
}
