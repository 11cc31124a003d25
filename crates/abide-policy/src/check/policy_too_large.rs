//! A policy beyond what checks can compare line by line.

use super::Check;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0107",
    name: "policy-too-large",
    severity: Severity::Error,
    manual: r#"
A policy, in all its files, has at most 20,000 statements, those in blocks included, 50,000 words and 100 `policy` and
`part` blocks. Lines are compared with each other, so that a policy of any size could keep the compiler busy for ever; real
ones have a tenth of that. What comes after the limit is not read.
"#,
    run: None,
};

/// The finding for the first statement that is not read.
pub fn at(span: Span) -> Diagnostic {
    CHECK
        .at(
            span,
            "this policy has more than 20,000 statements, 50,000 words or 100 `policy` and `part` blocks",
        )
        .here("nothing is read from here on")
        .help("write a policy for each product instead of one for all")
}
