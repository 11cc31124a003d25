//! A value that a map cannot read.

use abide_policy::diagnostic::{Diagnostic, Severity};
use abide_policy::source::Span;
use abide_policy::suggest::closest;

use super::{Check, named};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0105",
    name: "bad-value",
    severity: Severity::Error,
    manual: r#"
What an erasure does and what a column holds are words of a short list; a length is a whole number and a unit; where an edge
leads is a table, with columns in parentheses if they are not its primary key.

```kdl wrong
map shop {
    backups "a month or so"
    table orders { owned-by user_id to="users(id"; erase remove }
}
```

```kdl right
map shop {
    backups "35 days"
    table orders { owned-by user_id to="users(id)"; erase delete }
}
```
"#,
    run: None,
};

/// The finding for a value that should look like `example`.
pub fn at(span: Span, value: &str, example: &str) -> Diagnostic {
    CHECK
        .at(span, format!("`{value}` cannot be read"))
        .here("cannot be read")
        .help(format!("write it like `{example}`"))
}

/// The finding for a word that is none of `known`.
pub fn one_of(span: Span, value: &str, known: &[&'static str]) -> Diagnostic {
    let help = match closest(value, known.iter().copied()) {
        Some(likely) => format!("did you mean `{likely}`?"),
        None => format!("there are {}", named(known.iter().copied())),
    };
    CHECK
        .at(span, format!("`{value}` means nothing here"))
        .here("unknown word")
        .help(help)
}
