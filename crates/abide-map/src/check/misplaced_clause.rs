//! A clause id in front of a line of a map.

use abide_policy::diagnostic::{Diagnostic, Severity};
use abide_policy::source::Spanned;

use super::Check;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0108",
    name: "misplaced-clause",
    severity: Severity::Error,
    manual: r#"
A map promises nothing, so its lines carry no clause ids in front: a policy's do. A table answers to the clauses of what its
columns hold; further ones are named by `clause`.

```kdl wrong
map shop {
    (SHOP-001)table users { subject; identity email email; column email is=email; erase delete }
}
```

```kdl right
map shop {
    table users { subject; identity email email; column email is=email; erase delete; clause SHOP-001 }
}
```
"#,
    run: None,
};

/// The finding for the id.
pub fn at(clause: &Spanned<String>) -> Diagnostic {
    CHECK
        .at(
            clause.span.with_parenthesis(),
            format!("`({})` stands in front of a line of a map", clause.value),
        )
        .here("only lines of a policy carry clauses")
        .help(format!("write `clause {}` in the table", clause.value))
}
