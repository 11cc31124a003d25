//! Braces or comments nested beyond the limit.

use super::Check;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0104",
    name: "text-too-deep",
    severity: Severity::Error,
    manual: r#"
Braces and block comments nest at most 64 deep, so that no text can exhaust the parser. A policy needs four.
"#,
    run: None,
};

/// The finding for the brace or comment that goes too deep.
pub fn at(span: Span) -> Diagnostic {
    CHECK
        .at(span, "braces or comments nest more than 64 deep here")
        .here("this one is too deep")
        .help("close the blocks and comments that are open, or take them apart")
}
