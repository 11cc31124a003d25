//! A name that is declared nowhere.

use super::Check;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0203",
    name: "unknown-name",
    severity: Severity::Error,
    manual: r#"
Every name is declared, in the policy or in the vocabulary that ships with the program, so that a slip of the pen never
becomes a promise about something else.

```kdl wrong
policy shop {
    collect emial at=registration
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

/// The finding for `name` where one of `kinds` is wanted; `likely` is the known name it resembles.
pub fn at(span: Span, name: &str, kinds: &str, likely: Option<&str>) -> Diagnostic {
    let finding = CHECK
        .at(span, format!("no {kinds} is called `{name}`"))
        .here("declared nowhere");
    match likely {
        Some(likely) => finding.help(format!("did you mean `{likely}`?")),
        None => finding.help(format!(
            "declare it: `{} {name}`",
            kinds.split(' ').next().unwrap_or(kinds)
        )),
    }
}
