//! What must hold for a line to apply, as a tree that folds away what the question alone decides. Never evaluates
//! anything about a person: that is the program's work.

use super::decision::Needed;
use super::layout::{Bit, ClassBits};
use super::truth::Truth;

/// What to say is missing when a part is unknown.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Note {
    /// Nothing to say: something else says it.
    Silent,
    /// This.
    Needed(Needed),
    /// What decides about a class of people.
    Class(ClassBits),
}

/// Everything held that bears on one fact, for one question, leaf and line.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct FactTest {
    /// What speaks for it.
    pub speaks_for: Vec<HeldTest>,
    /// What speaks against it.
    pub against: Vec<Bit>,
}

/// Something held, and what would cancel it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct HeldTest {
    /// The bit of what is held.
    pub bit: Bit,
    /// The bits of what cancels it.
    pub cancels: Vec<Bit>,
}

/// A question to the person's facts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Test {
    /// Whether a bit is set.
    Bit(Bit),
    /// Whether the person is in a class.
    Class(ClassBits),
    /// Whether a fact is true.
    Fact(FactTest),
    /// Whether a fact is known not to be true.
    Refused(FactTest),
    /// Whether something is held and not cancelled.
    Held(HeldTest),
    /// Whether a window after the beginning of a fact is running: the window's index.
    Running(FactTest, u32),
    /// Whether the moment is this one or later, in nanoseconds.
    From(i64),
    /// Whether the permissions for the leaf cover it.
    Cover,
}

/// What must hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Expression {
    /// Settled by the question alone.
    Settled(Truth, Note),
    /// Left to the person's facts.
    Test(Test, Note),
    /// The worst of these.
    And(Vec<Self>),
    /// The best of these.
    Or(Vec<Self>),
    /// True and false swapped.
    Not(Box<Self>),
    /// True if it is true, else false.
    Certain(Box<Self>),
    /// False if it is false, else true.
    Possible(Box<Self>),
    /// True if it is true, else unknown.
    Await(Box<Self>, Note),
}

impl Expression {
    /// Always true.
    pub(super) const TRUE: Self = Self::Settled(Truth::True, Note::Silent);
    /// Always false.
    pub(super) const FALSE: Self = Self::Settled(Truth::False, Note::Silent);

    /// True or false.
    pub(super) fn of(holds: bool) -> Self {
        if holds { Self::TRUE } else { Self::FALSE }
    }

    /// A slot that the question leaves out.
    pub(super) fn slot(word: &str) -> Self {
        Self::Settled(Truth::Unknown, Note::Needed(Needed::Slot(word.to_owned())))
    }

    /// Whether a bit of the person's facts is set.
    pub(super) fn bit(bit: Bit) -> Self {
        Self::Test(Test::Bit(bit), Note::Silent)
    }

    /// The truth, if the question alone decides it.
    pub(super) fn settled(&self) -> Option<Truth> {
        match self {
            Self::Settled(truth, _) => Some(*truth),
            _ => None,
        }
    }

    /// Whether nothing about the person can make it anything but false.
    pub(super) fn is_false(&self) -> bool {
        self.settled() == Some(Truth::False)
    }

    /// The worst of the parts.
    pub(super) fn and(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut kept = Vec::new();
        for part in parts {
            match part {
                Self::Settled(Truth::False, _) => return Self::FALSE,
                Self::Settled(Truth::True, _) => {}
                Self::And(inner) => kept.extend(inner),
                other => kept.push(other),
            }
        }
        Self::joined(kept, Self::And, Self::TRUE)
    }

    /// The best of the parts.
    pub(super) fn or(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut kept = Vec::new();
        for part in parts {
            match part {
                Self::Settled(Truth::True, _) => return Self::TRUE,
                Self::Settled(Truth::False, _) => {}
                Self::Or(inner) => kept.extend(inner),
                other => kept.push(other),
            }
        }
        Self::joined(kept, Self::Or, Self::FALSE)
    }

    fn joined(mut kept: Vec<Self>, join: fn(Vec<Self>) -> Self, none: Self) -> Self {
        match kept.pop() {
            None => none,
            Some(only) if kept.is_empty() => only,
            Some(last) => {
                kept.push(last);
                join(kept)
            }
        }
    }

    /// True and false swapped.
    pub(super) fn negated(self) -> Self {
        match self {
            Self::Settled(truth, note) => Self::Settled(truth.not(), note),
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// True if true, else false.
    pub(super) fn certain(self) -> Self {
        match self {
            Self::Settled(truth, _) => Self::of(truth == Truth::True),
            other => Self::Certain(Box::new(other)),
        }
    }

    /// False if false, else true.
    pub(super) fn possible(self) -> Self {
        match self {
            Self::Settled(truth, _) => Self::of(truth != Truth::False),
            other => Self::Possible(Box::new(other)),
        }
    }

    /// True if true, else unknown, with what to say is missing.
    pub(super) fn awaited(self, note: Note) -> Self {
        match self {
            Self::Settled(Truth::True, _) => Self::TRUE,
            Self::Settled(..) => Self::Settled(Truth::Unknown, note),
            other => Self::Await(Box::new(other), note),
        }
    }
}
