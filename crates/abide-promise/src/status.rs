//! How a promise stands, from best to worst. Says nothing of why.

use serde::{Deserialize, Serialize};

/// How a promise stands. In the order from best to worst: a clause is as good as its worst control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Every control enforces it, and evidence within its window shows them at work.
    Kept,
    /// Every control is on; nothing has happened yet that could leave evidence.
    Enforced,
    /// Nothing can block it, but a look at it within its interval found nothing wrong.
    Watched,
    /// A named person confirmed it, until a day that is still to come.
    Attested,
    /// A statement with nothing to run.
    Published,
    /// A control only observes.
    Observing,
    /// The last look or the last word of a person is too old.
    Stale,
    /// Nobody has looked, or looking did not work.
    Unknown,
    /// A control that it needs does not exist, has nothing to stand on, or is switched off.
    Unmet,
    /// Evidence contradicts it.
    Broken,
}

impl Status {
    /// Every status, best first.
    pub const ALL: [Self; 10] = [
        Self::Kept,
        Self::Enforced,
        Self::Watched,
        Self::Attested,
        Self::Published,
        Self::Observing,
        Self::Stale,
        Self::Unknown,
        Self::Unmet,
        Self::Broken,
    ];

    /// The word it is written as.
    pub fn word(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Enforced => "enforced",
            Self::Watched => "watched",
            Self::Attested => "attested",
            Self::Published => "published",
            Self::Observing => "observing",
            Self::Stale => "stale",
            Self::Unknown => "unknown",
            Self::Unmet => "unmet",
            Self::Broken => "broken",
        }
    }

    /// Whether a promise with this status counts as bound.
    pub fn is_bound(self) -> bool {
        self <= Self::Published
    }
}
