//! Which way a change points for people: whom a line favours, and whether it came to cover more or less.

use schemars::JsonSchema;
use serde::Serialize;

use crate::vocabulary::{Action, Mode};

/// What a change means for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Judgement {
    /// People lose something: more is done with their data, or they may ask or expect less.
    Weaker,
    /// Some of both, or which of the two cannot be said.
    Mixed,
    /// People gain something.
    Stronger,
    /// Nothing that people may expect changes.
    Neutral,
}

impl Judgement {
    /// The judgement of two changes together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Neutral, only) | (only, Self::Neutral) => only,
            (one, same) if one == same => one,
            _ => Self::Mixed,
        }
    }
}

/// How what a line covers changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shift {
    Same,
    More,
    Less,
    /// More here and less there, or impossible to order.
    Crossing,
}

impl Shift {
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Same, only) | (only, Self::Same) => only,
            (one, same) if one == same => one,
            _ => Self::Crossing,
        }
    }

    /// The shift of the rest when what is cut out of it shifts by this.
    pub(super) fn reversed(self) -> Self {
        match self {
            Self::More => Self::Less,
            Self::Less => Self::More,
            other => other,
        }
    }

    pub(super) fn of(gained: Gain, lost: Gain) -> Self {
        match (gained, lost) {
            (Gain::Nothing, Gain::Nothing) => Self::Same,
            (Gain::Something, Gain::Nothing) => Self::More,
            (Gain::Nothing, Gain::Something) => Self::Less,
            (Gain::Something, Gain::Something) => Self::Crossing,
        }
    }
}

/// Whether anything was gained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gain {
    Nothing,
    Something,
}

impl Gain {
    pub(super) fn when(something: bool) -> Self {
        if something {
            Self::Something
        } else {
            Self::Nothing
        }
    }
}

/// Whom a line favours: whose side is better off the more it covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Favour {
    People,
    Company,
    Nobody,
}

impl Favour {
    pub(super) fn of(mode: Mode, action: Action) -> Self {
        match (mode, action) {
            (_, Action::Say) => Self::Nobody,
            (_, Action::Right | Action::Assure) => Self::People,
            (_, Action::Refuse) => Self::Company,
            // A duty to keep beats erasure: it lengthens the keeping like a permission.
            (Mode::Must, Action::Keep) => Self::Company,
            (Mode::Must, Action::Change | Action::Extend) => Self::Company,
            (Mode::Must, _) => Self::People,
            (Mode::May | Mode::Did, Action::Tell | Action::Answer | Action::Honour) => Self::People,
            (Mode::May | Mode::Did, Action::Erase | Action::Apply) => Self::People,
            (Mode::May | Mode::Did, _) => Self::Company,
            (Mode::Never, Action::Tell | Action::Answer | Action::Honour) => Self::Company,
            (Mode::Never, Action::Erase | Action::Apply) => Self::Company,
            (Mode::Never, _) => Self::People,
        }
    }

    pub(super) fn judge(self, shift: Shift) -> Judgement {
        match (shift, self) {
            (Shift::Same, _) | (_, Self::Nobody) => Judgement::Neutral,
            (Shift::Crossing, _) => Judgement::Mixed,
            (Shift::More, Self::People) | (Shift::Less, Self::Company) => Judgement::Stronger,
            (Shift::More, Self::Company) | (Shift::Less, Self::People) => Judgement::Weaker,
        }
    }
}
