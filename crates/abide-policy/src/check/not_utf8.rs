//! Bytes that are not UTF-8.

use super::Check;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0105",
    name: "not-utf8",
    severity: Severity::Error,
    manual: r#"
A policy file is UTF-8 text. A byte that is not shows as a replacement character, and the line would not say what its
author wrote.
"#,
    run: None,
};

/// The finding for the first replacement character.
pub fn at(span: Span) -> Diagnostic {
    CHECK
        .at(span, "this file is not UTF-8 text")
        .here("the first byte that cannot be read")
        .help("save the file as UTF-8")
}
