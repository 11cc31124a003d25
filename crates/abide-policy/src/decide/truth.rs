//! True, false and unknown, joined the way the manual says. Never takes unknown for true.

/// How sure it is that something holds. Ordered from worst to best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Truth {
    /// It does not hold.
    False,
    /// Nobody knows.
    Unknown,
    /// It holds.
    True,
}

impl Truth {
    /// The worst of two: *and*.
    pub(crate) fn and(self, other: Self) -> Self {
        self.min(other)
    }

    /// The best of two: *or*.
    pub(crate) fn or(self, other: Self) -> Self {
        self.max(other)
    }

    /// True and false swapped; unknown stays.
    pub(crate) fn not(self) -> Self {
        match self {
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
            Self::True => Self::False,
        }
    }

    /// True or false.
    pub(crate) fn of(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }
}
