//! A file over the size limit.

use super::Check;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0103",
    name: "text-too-large",
    severity: Severity::Error,
    manual: r#"
A policy file is at most 1 MiB. A policy of that size is a mistake or an attack; real ones are a few pages.
"#,
    run: None,
};

/// The finding for a file of `size_bytes`.
pub fn at(span: Span, size_bytes: usize) -> Diagnostic {
    CHECK
        .at(
            span,
            format!("this file has {size_bytes} bytes, more than the 1 MiB a policy file may have"),
        )
        .help("split the policy into several files of one folder")
}
