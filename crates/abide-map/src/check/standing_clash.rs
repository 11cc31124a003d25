//! A table that is two things at once.

use abide_policy::diagnostic::{Diagnostic, Severity};
use abide_policy::source::Span;

use super::Check;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0107",
    name: "standing-clash",
    severity: Severity::Error,
    manual: r#"
The rows of a table are people (`subject`), or no one's (`ordinary`), or nobody has said yet (`undecided`). Without any of the
three words they are people's by their edges and identities. A table that is no one's has no identities, no edges by which people own
or see rows, and nothing to erase.

```kdl wrong
map shop {
    table users { subject; undecided; identity email email; column email is=email; erase delete }
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

/// The finding at a line that has no place in a table that is no one's.
pub fn of_ordinary(span: Span, ordinary: Span, word: &str) -> Diagnostic {
    let message = format!("`{word}` says something of people's rows, and the table is said to be no one's");
    CHECK
        .at(span, message)
        .here("of people's rows")
        .label(ordinary, "no one's")
        .help("take `ordinary` out, or this line")
}

/// The finding at the second word.
pub fn at(span: Span, earlier: Span) -> Diagnostic {
    CHECK
        .at(
            span,
            "a table is one of `subject`, `ordinary` and `undecided`",
        )
        .here("says another thing")
        .label(earlier, "said first")
        .help("keep one of the two")
}
