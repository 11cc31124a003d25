//! Why a question gets no answer. Says what, where and what to do; never an answer in disguise.

use std::fmt;

use super::question::Deed;

/// Why a question gets no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// A name that the policy does not know.
    UnknownName {
        /// The slot it stands in, `data` for the data.
        slot: &'static str,
        /// The kind of name that is wanted, `purpose`.
        kind: &'static str,
        /// The name.
        name: String,
        /// The known name that is nearest, if one is near.
        nearest: Option<String>,
    },
    /// A slot that this action must have.
    MissingSlot {
        /// The action.
        action: Deed,
        /// The slot.
        slot: &'static str,
    },
    /// More data than one question may be about.
    TooLarge,
}

impl Refusal {
    /// A slot that is left out.
    pub(super) fn missing(action: Deed, slot: &'static str) -> Self {
        Self::MissingSlot { action, slot }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownName {
                slot,
                kind,
                name,
                nearest: Some(nearest),
            } => write!(
                f,
                "no {kind} is called `{name}`, in `{slot}`; did you mean `{nearest}`?"
            ),
            Self::UnknownName {
                slot, kind, name, ..
            } => write!(
                f,
                "no {kind} is called `{name}`, in `{slot}`; use a name of the policy or of the standard vocabulary"
            ),
            Self::MissingSlot {
                action: Deed::Link,
                slot: "data",
            } => f.write_str("a question about `link` names fewer than two data; give all that are joined"),
            Self::MissingSlot { action, slot } => write!(
                f,
                "a question about `{}` leaves `{slot}` out; give it",
                action.word()
            ),
            Self::TooLarge => f.write_str(
                "the question is about too much data at once; ask about fewer names in each question",
            ),
        }
    }
}

impl std::error::Error for Refusal {}
