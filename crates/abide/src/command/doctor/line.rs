//! One line of the doctor's report. Holds no personal data, no secret and no password.

use std::fmt::Write as _;

use serde::Serialize;

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// As it should be.
    Ok,
    /// It works, and will give trouble.
    Warning,
    /// It does not work.
    Error,
}

/// What was looked at, how it is, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// What was looked at.
    pub what: &'static str,
    /// How it is.
    pub grade: Grade,
    /// What was seen.
    pub seen: String,
    /// What to do; none where nothing is to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl Line {
    /// All is well.
    pub fn ok(what: &'static str, seen: impl Into<String>) -> Self {
        Self {
            what,
            grade: Grade::Ok,
            seen: seen.into(),
            help: None,
        }
    }

    /// It works, and will give trouble unless something is done.
    pub fn warning(what: &'static str, seen: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            grade: Grade::Warning,
            help: Some(help.into()),
            ..Self::ok(what, seen)
        }
    }

    /// It does not work until something is done.
    pub fn error(what: &'static str, seen: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            grade: Grade::Error,
            ..Self::warning(what, seen, help)
        }
    }
}

/// The report as text: a line for each thing, and what to do below it.
pub fn render(lines: &[Line]) -> String {
    let mut report = String::new();
    for line in lines {
        let grade = match line.grade {
            Grade::Ok => "ok",
            Grade::Warning => "warning",
            Grade::Error => "error",
        };
        // Writing to a string cannot fail.
        let _ = writeln!(report, "{grade:<8} {}: {}", line.what, line.seen);
        if let Some(help) = &line.help {
            let _ = writeln!(report, "         help: {help}");
        }
    }
    report
}
