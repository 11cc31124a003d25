//! A statement with too few words or too many, or without a property that it needs.

use abide_policy::diagnostic::{Diagnostic, Severity};
use abide_policy::source::Span;

use super::Check;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0102",
    name: "malformed-statement",
    severity: Severity::Error,
    manual: r#"
A statement that lacks a word says something else than was meant, or nothing. An edge names its columns and the table that they
lead to; columns written after the table stand in the order of those in front.

```kdl wrong
map shop {
    table orders { owned-by user_id; column total ordinary; erase delete }
}
```

```kdl right
map shop {
    table orders { owned-by user_id to=users; column total ordinary; erase delete }
}
```
"#,
    run: None,
};

/// The finding for a statement that is written like `form`.
pub fn at(span: Span, statement: &str, form: &str) -> Diagnostic {
    CHECK
        .at(span, format!("`{statement}` is not written like this"))
        .here("cannot be read")
        .help(format!("write `{form}`"))
}

/// The finding for an edge between sets of columns of different size.
pub fn unequal(span: Span, here: usize, there: usize) -> Diagnostic {
    let noun = if here == 1 { "column" } else { "columns" };
    CHECK
        .at(
            span,
            format!("an edge from {here} {noun} cannot lead to {there}"),
        )
        .here("another number of columns")
        .help("name as many columns there as here, in the same order")
}
