//! A statement that starts with an unknown word.

use super::Check;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0201",
    name: "unknown-word",
    severity: Severity::Error,
    manual: r#"
Every line starts with a mode (`never must did`), an action (`collect use share …`), a kind of noun
(`data purpose people …`) or one of `policy part reading controller law languages labels`.

```kdl wrong
policy shop {
    colect email at=registration
}
```

```kdl right
policy shop {
    collect email at=registration
}
```
"#,
    run: None,
};

/// The finding for a word in first place; `likely` is the known word it resembles.
pub fn at(span: Span, word: &str, likely: Option<&str>) -> Diagnostic {
    let help = likely.map_or_else(
        || "a line starts with `never`, `must`, `did`, an action such as `collect`, or a noun such as `data`".to_owned(),
        |likely| format!("did you mean `{likely}`?"),
    );
    CHECK
        .at(span, format!("no statement starts with `{word}`"))
        .here("unknown word")
        .help(help)
}
