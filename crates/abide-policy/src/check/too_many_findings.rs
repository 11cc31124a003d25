//! More findings than anyone reads.

use super::Check;
use crate::diagnostic::{Diagnostic, FINDING_LIMIT, Severity};
use crate::source::Span;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0108",
    name: "too-many-findings",
    severity: Severity::Error,
    manual: r#"
Of more than 2,000 findings 2,000 are shown, errors before warnings and the first before the last. A mistake near the top of a file, such as a
missing brace, often makes all the others.
"#,
    run: None,
};

/// The finding at the last place that is shown.
pub fn at(span: Span) -> Diagnostic {
    CHECK
        .at(span, format!("more than {FINDING_LIMIT} findings"))
        .here("the last that is shown")
        .help("correct these first, then check again")
}
