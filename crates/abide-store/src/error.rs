//! What can go wrong with our own records. Never holds a person's data, a key or a value of a row.

use std::fmt;

/// Why a store did not do what it was asked.
#[derive(Debug)]
pub enum StoreError {
    /// A precondition of the write did not hold; nothing of this write was kept.
    Refused(Refusal),
    /// The database answered with an error that is about this statement alone.
    Statement {
        /// What the store was doing.
        doing: &'static str,
        /// The database's own words, without values.
        cause: String,
    },
    /// Disk, server or connection failed. Nothing was acknowledged; the write may be tried again with the same
    /// idempotency key.
    Unavailable {
        /// What the store was doing.
        doing: &'static str,
        /// The database's own words, without values.
        cause: String,
    },
    /// Two transactions were in each other's way; trying again is right.
    Contention,
    /// A key is missing or does not open what it should.
    Keys(String),
    /// An address, file or option cannot be used.
    Setting(String),
    /// The schema of the database is not the one this program writes.
    Schema(String),
    /// A stored value is not in the form that this program writes.
    Corrupt(String),
    /// The store is shutting down.
    Closed,
}

/// A precondition that did not hold. Each is an answer for a caller, not a failure of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The subject's data key was destroyed while this write was under way.
    KeyGone,
    /// The idempotency key has already been used; read the stored answer.
    IdempotencyTaken,
    /// The idempotency key has been used with another body.
    IdempotencyMismatch,
    /// There is already one of these.
    AlreadyThere,
    /// There is none of these.
    NotThere,
    /// It changed between reading and writing.
    Changed,
}

impl StoreError {
    /// A [`StoreError::Corrupt`] about a named thing.
    pub(crate) fn corrupt(thing: &str, why: impl fmt::Display) -> Self {
        Self::Corrupt(format!("stored {thing} cannot be read: {why}"))
    }

    /// Whether the machine failed rather than this one write.
    pub fn is_outage(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::Closed)
    }

    /// Several writers share one failure; each gets its own copy.
    pub(crate) fn copy(&self) -> Self {
        match self {
            Self::Refused(refusal) => Self::Refused(*refusal),
            Self::Statement { doing, cause } => Self::Statement {
                doing,
                cause: cause.clone(),
            },
            Self::Unavailable { doing, cause } => Self::Unavailable {
                doing,
                cause: cause.clone(),
            },
            Self::Contention => Self::Contention,
            Self::Keys(text) => Self::Keys(text.clone()),
            Self::Setting(text) => Self::Setting(text.clone()),
            Self::Schema(text) => Self::Schema(text.clone()),
            Self::Corrupt(text) => Self::Corrupt(text.clone()),
            Self::Closed => Self::Closed,
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(out),
            Self::Statement { doing, cause } => {
                write!(out, "{doing}: the database refused: {cause}")
            }
            Self::Unavailable { doing, cause } => write!(
                out,
                "{doing}: the database cannot be used: {cause}; nothing was acknowledged, try again"
            ),
            Self::Contention => {
                out.write_str("two writes were in each other's way; try this one again")
            }
            Self::Keys(text) | Self::Setting(text) | Self::Schema(text) | Self::Corrupt(text) => {
                out.write_str(text)
            }
            Self::Closed => out.write_str("the store is closed"),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::KeyGone => "the subject was erased while this was written; try again",
            Self::IdempotencyTaken => "this idempotency key has been used; read the stored answer",
            Self::IdempotencyMismatch => {
                "this idempotency key was used with another body; choose another key"
            }
            Self::AlreadyThere => "there is already one of these",
            Self::NotThere => "there is none of these",
            Self::Changed => "it changed meanwhile; read it again",
        })
    }
}

impl std::error::Error for StoreError {}

impl From<Refusal> for StoreError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<abide_ledger::LedgerError> for StoreError {
    fn from(error: abide_ledger::LedgerError) -> Self {
        Self::Corrupt(error.to_string())
    }
}
