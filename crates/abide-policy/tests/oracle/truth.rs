//! Three answers, and what an unknown one waits for. Knows nothing of policies.

use std::collections::BTreeSet;

use abide_policy::decide::Needed;

/// *Every part of a line is true, false or unknown*, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    False,
    Unknown,
    True,
}

/// An answer, what is unknown in it if it is unknown, and which facts that speak against make it what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    pub truth: Truth,
    pub waits: BTreeSet<Needed>,
    /// The facts without which it would be unknown; none if it would be what it is without them.
    pub refused: BTreeSet<String>,
}

impl Value {
    pub fn of(holds: bool) -> Self {
        let truth = if holds { Truth::True } else { Truth::False };
        Self {
            truth,
            waits: BTreeSet::new(),
            refused: BTreeSet::new(),
        }
    }

    pub fn yes() -> Self {
        Self::of(true)
    }

    pub fn no() -> Self {
        Self::of(false)
    }

    pub fn unknown(needed: Needed) -> Self {
        Self {
            truth: Truth::Unknown,
            waits: BTreeSet::from([needed]),
            refused: BTreeSet::new(),
        }
    }

    /// A fact that speaks against: *false*, and *unknown, if it were unknown*.
    pub fn refused(fact: &str) -> Self {
        Self {
            refused: BTreeSet::from([fact.to_owned()]),
            ..Self::no()
        }
    }

    pub fn is_true(&self) -> bool {
        self.truth == Truth::True
    }

    pub fn is_false(&self) -> bool {
        self.truth == Truth::False
    }

    pub fn is_unknown(&self) -> bool {
        self.truth == Truth::Unknown
    }

    /// *Joined by and, the worst counts*; *of an and or an or that is unknown, each part that is*.
    pub fn and(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::join(parts, Truth::True, Truth::min)
    }

    /// *Joined by or, the best.*
    pub fn or(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::join(parts, Truth::False, Truth::max)
    }

    /// *Not swaps true and false and leaves unknown.*
    pub fn not(self) -> Self {
        let truth = match self.truth {
            Truth::True => Truth::False,
            Truth::Unknown => Truth::Unknown,
            Truth::False => Truth::True,
        };
        Self { truth, ..self }
    }

    /// Unknown counts as true: what *may* hold.
    pub fn may(self) -> Self {
        Self::of(!self.is_false())
    }

    fn join(
        parts: impl IntoIterator<Item = Self>,
        none: Truth,
        pick: impl Fn(Truth, Truth) -> Truth,
    ) -> Self {
        let parts: Vec<Self> = parts.into_iter().collect();
        let truth = parts.iter().map(|part| part.truth).fold(none, pick);
        let deciding: Vec<&Self> = parts.iter().filter(|part| part.truth == truth).collect();
        // One part that stays what it is settles the whole, unless the whole needs all of its parts.
        let stays = truth != none && deciding.iter().any(|part| part.refused.is_empty());
        let refused = deciding.iter().filter(|_| !stays);
        Self {
            truth,
            waits: if truth == Truth::Unknown {
                deciding
                    .iter()
                    .flat_map(|part| part.waits.clone())
                    .collect()
            } else {
                BTreeSet::new()
            },
            refused: refused.flat_map(|part| part.refused.clone()).collect(),
        }
    }
}
