//! A statement that a map does not have in that place.

use abide_policy::diagnostic::{Diagnostic, Severity};
use abide_policy::source::Spanned;

use super::{Check, named};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0101",
    name: "unknown-statement",
    severity: Severity::Error,
    manual: r#"
Each block of a map has its own few statements. One that is misspelt would be left out, and with it what it says of a table.

```kdl wrong
map shop {
    table users { subjcet; identity email email; column email is=email; erase delete }
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

/// The finding for a statement in `place`; `likely` is the known word that it resembles.
pub fn at(
    name: &Spanned<String>,
    place: &str,
    likely: Option<&str>,
    known: &[&'static str],
) -> Diagnostic {
    let help = match likely {
        Some(likely) => format!("did you mean `{likely}`?"),
        None if known.is_empty() => "nothing stands there".to_owned(),
        None => format!("there are {}", named(known.iter().copied())),
    };
    CHECK
        .at(
            name.span,
            format!("{place} has no statement `{}`", name.value),
        )
        .here("unknown statement")
        .help(help)
}
