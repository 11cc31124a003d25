//! A property that a statement does not have.

use abide_policy::diagnostic::{Diagnostic, Severity};
use abide_policy::source::Spanned;
use abide_policy::suggest::closest;

use super::{Check, named};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0103",
    name: "unknown-property",
    severity: Severity::Error,
    manual: r#"
A property that is misspelt would be left out without a word. `until=` and `from=` say how long rows are kept, so they stand
with `erase keep` only.

```kdl wrong
map shop {
    table orders { owned-by user_id too=users; erase delete until="7 years" }
}
```

```kdl right
map shop {
    table orders { owned-by user_id to=users; erase keep because=tax-law until="7 years" from=created_at }
}
```
"#,
    run: None,
};

/// The finding for a property of a statement that has those of `known`.
pub fn at(name: &Spanned<String>, statement: &str, known: &[&'static str]) -> Diagnostic {
    let help = match closest(&name.value, known.iter().copied()) {
        Some(likely) => format!("did you mean `{likely}=`?"),
        None if known.is_empty() => format!("`{statement}` has no properties"),
        None => format!("there are {}", named(known.iter().copied())),
    };
    CHECK
        .at(
            name.span,
            format!("`{statement}` has no property `{}`", name.value),
        )
        .here("unknown property")
        .help(help)
}

/// The finding for a property that stands with `erase keep` only.
pub fn of_keep(name: &Spanned<String>) -> Diagnostic {
    CHECK
        .at(
            name.span,
            format!("`{}=` stands with `erase keep` only", name.value),
        )
        .here("keeps nothing here")
        .help("write `erase keep …`, or take the property out")
}
