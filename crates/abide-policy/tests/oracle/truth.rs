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

/// An answer, and what is unknown in it if it is unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    pub truth: Truth,
    pub waits: BTreeSet<Needed>,
}

impl Value {
    pub fn of(holds: bool) -> Self {
        let truth = if holds { Truth::True } else { Truth::False };
        Self {
            truth,
            waits: BTreeSet::new(),
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
        let mut all = Self {
            truth: none,
            waits: BTreeSet::new(),
        };
        for part in parts {
            all.truth = pick(all.truth, part.truth);
            if part.is_unknown() {
                all.waits.extend(part.waits);
            }
        }
        if !all.is_unknown() {
            all.waits.clear();
        }
        all
    }
}
