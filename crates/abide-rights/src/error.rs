//! What can go wrong while a right is carried out. Never holds a value of a row, an identifier or a credential.

use std::fmt;
use std::path::Path;

use abide_policy::diagnostic::Diagnostic;
use abide_sources::SourceError;
use abide_store::{EntryId, Refusal, StoreError};

/// Why something was not done.
#[derive(Debug)]
pub enum RightsError {
    /// Our own records.
    Store(StoreError),
    /// Somebody else's database.
    Source(SourceError),
    /// No plan can be made over this map and this schema.
    Plan {
        /// The source.
        source: String,
        /// Why.
        findings: Vec<Diagnostic>,
    },
    /// Rows whose time is over are still there when a sweep finds nothing more that it could do.
    Unswept {
        /// The source.
        source: String,
        /// How many rows of which tables.
        left: Vec<(String, u64)>,
        /// What stands in the way of tables that were not begun.
        obstacles: Vec<Diagnostic>,
    },
    /// A legal hold names the person: nothing may be erased.
    Held(Vec<String>),
    /// Nothing that was given can be used; what to write instead.
    Asked(String),
    /// A file of our own.
    File {
        /// Which.
        path: String,
        /// The system's words.
        cause: String,
    },
    /// Something stored is not what this program writes.
    Corrupt(String),
}

impl RightsError {
    /// Why our own records took no more of a request.
    pub(crate) fn unrecorded(request: EntryId, error: StoreError) -> Self {
        match error {
            StoreError::Refused(Refusal::Changed) => Self::Asked(format!(
                "request `{request}` was closed meanwhile, and nothing more is erased for it; `abide erase list` says whether it was taken back"
            )),
            error => error.into(),
        }
    }

    /// An error about a file.
    pub(crate) fn file(path: &Path, cause: impl fmt::Display) -> Self {
        Self::File {
            path: path.display().to_string(),
            cause: cause.to_string(),
        }
    }
}

impl fmt::Display for RightsError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(out),
            Self::Source(error) => error.fmt(out),
            Self::Plan { source, findings } => {
                write!(out, "no plan can be made for source `{source}`")?;
                write_findings(findings, out)
            }
            Self::Unswept {
                source,
                left,
                obstacles,
            } => {
                write!(
                    out,
                    "the time of rows of source `{source}` is over, and the sweep changed nothing of them"
                )?;
                for (table, rows) in left {
                    write!(out, "; `{table}`: {rows}")?;
                }
                if !left.is_empty() {
                    out.write_str(" (look for a trigger that puts back what is written, and for who may see these rows)")?;
                }
                write_findings(obstacles, out)
            }
            Self::Held(holds) => write!(
                out,
                "a legal hold names this person: `{}`; lift it first, or answer that the data is kept",
                holds.join("`, `")
            ),
            Self::Asked(text) | Self::Corrupt(text) => out.write_str(text),
            Self::File { path, cause } => write!(out, "cannot write `{path}`: {cause}"),
        }
    }
}

fn write_findings(findings: &[Diagnostic], out: &mut fmt::Formatter<'_>) -> fmt::Result {
    for finding in findings {
        write!(out, "; {} {}", finding.code, finding.message)?;
        if let Some(help) = &finding.help {
            write!(out, " ({help})")?;
        }
    }
    Ok(())
}

impl std::error::Error for RightsError {}

impl From<StoreError> for RightsError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<SourceError> for RightsError {
    fn from(error: SourceError) -> Self {
        Self::Source(error)
    }
}
