//! A whole log as one file of JSON lines, for an auditor: a header with keys and checkpoints, then every entry in order.
//! Never holds a private part or a salt.

use serde::{Deserialize, Serialize};

use crate::entry::{Commitment, Entry, Public};
use crate::error::LedgerError;
use crate::text::json_error;

/// What the header of a bundle says it is.
pub const BUNDLE_FORMAT: &str = "abide-bundle/v1";

/// First line of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundleHeader {
    /// [`BUNDLE_FORMAT`].
    format: String,
    /// The keys that the log says are its own, as vkeys. Naming them here makes nobody trust them.
    pub vkeys: Vec<String>,
    /// Rotation statements, oldest first, as signed notes.
    pub rotations: Vec<String>,
    /// Checkpoints of the log and of those that it continues, oldest first, as signed notes.
    pub checkpoints: Vec<String>,
}

impl BundleHeader {
    /// A header with these keys, rotation statements and checkpoints.
    pub fn new(vkeys: Vec<String>, rotations: Vec<String>, checkpoints: Vec<String>) -> Self {
        Self {
            format: BUNDLE_FORMAT.to_owned(),
            vkeys,
            rotations,
            checkpoints,
        }
    }

    /// The line, without a line break.
    pub fn to_line(&self) -> Result<String, LedgerError> {
        serde_json::to_string(self).map_err(|error| json_error("bundle header", &error))
    }

    /// Reads the first line of a bundle.
    pub fn from_line(line: &str) -> Result<Self, LedgerError> {
        let header: Self =
            serde_json::from_str(line).map_err(|error| json_error("bundle header", &error))?;
        if header.format != BUNDLE_FORMAT {
            let why = format!("its format is not `{BUNDLE_FORMAT}`");
            return Err(LedgerError::malformed("bundle header", why));
        }
        Ok(header)
    }
}

/// The line of an entry, without a line break.
pub fn bundle_line(entry: &Entry) -> String {
    let public = entry.leaf_data().split('\n').nth(1).unwrap_or_default();
    format!(
        "{{\"public\":{public},\"commitment\":\"{}\"}}",
        entry.commitment().0
    )
}

/// Reads the line of an entry.
pub fn entry_of_line(line: &str) -> Result<Entry, LedgerError> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Line {
        public: Public,
        commitment: Commitment,
    }
    let Line { public, commitment } =
        serde_json::from_str(line).map_err(|error| json_error("entry", &error))?;
    Entry::from_parts(public, commitment)
}
