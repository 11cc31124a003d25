//! What can be wrong with evidence. Never holds a private part, a salt or a key.

use std::fmt;

/// Why something was not accepted. Each message says what, where and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LedgerError {
    /// Text or bytes are not in the form that the named thing has.
    Malformed {
        /// The thing that was read, such as "checkpoint".
        thing: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// A place that a tree of this size does not have.
    OutOfRange {
        /// What was asked for: the index of an entry, or the size of an older tree.
        asked: u64,
        /// The size of the tree.
        size: u64,
    },
    /// The hash of a complete subtree is needed and the reader does not have it.
    MissingHash {
        /// Height of the subtree; 0 is a leaf.
        level: u8,
        /// Number of the subtree among those of its height.
        index: u64,
    },
    /// A proof has more or fewer hashes than its place in the tree needs.
    ProofLength {
        /// Hashes in the proof.
        found: usize,
    },
    /// A proof leads to another root than the one it is held against.
    WrongRoot {
        /// Size of the tree whose root does not match.
        size: u64,
    },
    /// A key that is known did not make the signature that bears its name and id.
    BadSignature {
        /// Name of the key.
        key: String,
    },
    /// No signature is by a key that the reader trusts.
    UntrustedKeys {
        /// Names of the keys that signed.
        keys: Vec<String>,
    },
    /// Every trusted key that signed had been retired at a smaller size.
    RetiredKey {
        /// Name of the key.
        key: String,
        /// The largest size it may still sign.
        at: u64,
    },
    /// Private part and salt are not those that the entry commits to.
    WrongOpening,
    /// What was shown is not what the private part seals.
    WrongShown,
}

impl LedgerError {
    /// A [`LedgerError::Malformed`] with less to write.
    pub(crate) fn malformed(thing: &'static str, why: impl Into<String>) -> Self {
        Self::Malformed {
            thing,
            why: why.into(),
        }
    }
}

impl fmt::Display for LedgerError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { thing, why } => write!(out, "this is not a valid {thing}: {why}"),
            Self::OutOfRange { asked, size } => {
                write!(out, "a tree of {size} entries has no place {asked}")
            }
            Self::MissingHash { level, index } => write!(
                out,
                "the stored tree lacks the hash at level {level}, index {index}; rebuild it from the entries"
            ),
            Self::ProofLength { found } => write!(
                out,
                "a proof of {found} hashes does not fit this place in the tree; fetch the proof again"
            ),
            Self::WrongRoot { size } => write!(
                out,
                "the hashes do not lead to the signed root at size {size}: the entry, the proof or the log was changed"
            ),
            Self::BadSignature { key } => write!(
                out,
                "the signature of `{key}` does not fit the text: the text or the signature was changed"
            ),
            Self::UntrustedKeys { keys } if keys.is_empty() => {
                out.write_str("nothing is signed; ask for the signed checkpoint")
            }
            Self::UntrustedKeys { keys } => write!(
                out,
                "signed only by keys you did not name: `{}`; name one if you trust it",
                keys.join("`, `")
            ),
            Self::RetiredKey { key, at } => write!(
                out,
                "`{key}` was retired at size {at} and may not sign a larger tree; ask for a checkpoint by its successor"
            ),
            Self::WrongOpening => out.write_str(
                "private part and salt do not open the commitment: one of them was changed or belongs to another entry",
            ),
            Self::WrongShown => out.write_str(
                "what the receipt says was shown is not what the entry seals: the text was changed",
            ),
        }
    }
}

impl std::error::Error for LedgerError {}
