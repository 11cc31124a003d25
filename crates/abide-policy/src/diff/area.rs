//! The areas of life that a change is about, so that a reader can look for one. A table; judges nothing.

use schemars::JsonSchema;
use serde::Serialize;

use crate::vocabulary::{Action, Kind, Slot};

/// What a change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Area {
    /// Which data.
    Data,
    /// What it is used for.
    Purpose,
    /// Who receives it.
    Recipient,
    /// Where it is.
    Place,
    /// How long it is kept.
    Retention,
    /// Whose data: classes of people, and who acts.
    People,
    /// From or up to which age.
    Age,
    /// What people may ask, and what may be refused.
    Right,
    /// How fast something must happen.
    Deadline,
    /// Signals of browsers.
    Signal,
    /// Messages to people.
    Message,
    /// What people are told and asked.
    Notice,
    /// Facts on which a line depends.
    Condition,
    /// Where data comes from.
    Origin,
    /// The form of data.
    Form,
    /// Legal grounds.
    Ground,
    /// Measures.
    Security,
    /// How the policy changes.
    Change,
    /// What the policy covers, and who answers for it.
    Scope,
    /// Laws and languages of the policy.
    Law,
    /// Words that nothing depends on.
    Wording,
}

impl Area {
    /// The area's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Purpose => "purpose",
            Self::Recipient => "recipient",
            Self::Place => "place",
            Self::Retention => "retention",
            Self::People => "people",
            Self::Age => "age",
            Self::Right => "right",
            Self::Deadline => "deadline",
            Self::Signal => "signal",
            Self::Message => "message",
            Self::Notice => "notice",
            Self::Condition => "condition",
            Self::Origin => "origin",
            Self::Form => "form",
            Self::Ground => "ground",
            Self::Security => "security",
            Self::Change => "change",
            Self::Scope => "scope",
            Self::Law => "law",
            Self::Wording => "wording",
        }
    }

    /// The area of an action's objects.
    pub(super) fn of_objects(action: Action) -> Self {
        match action {
            Action::Tell | Action::Ask => Self::Notice,
            Action::Answer | Action::Extend | Action::Right | Action::Refuse => Self::Right,
            Action::Change => Self::Change,
            Action::Honour => Self::Signal,
            Action::Apply => Self::Scope,
            Action::Assure => Self::Security,
            Action::Say => Self::Wording,
            _ => Self::Data,
        }
    }

    /// What a line of this action is mainly about.
    pub(super) fn of_action(action: Action) -> Self {
        match action {
            Action::Use => Self::Purpose,
            Action::Share | Action::Sell => Self::Recipient,
            Action::Keep | Action::Erase => Self::Retention,
            Action::Answer | Action::Extend => Self::Deadline,
            _ => Self::of_objects(action),
        }
    }

    /// The area of a slot on a line of this action.
    pub(super) fn of_slot(action: Action, slot: Slot) -> Self {
        let keeps = matches!(action, Action::Keep | Action::Erase);
        match slot {
            Slot::For => Self::Purpose,
            Slot::With => Self::Recipient,
            Slot::In => Self::Place,
            Slot::From | Slot::At => Self::Origin,
            Slot::As => Self::Form,
            Slot::About | Slot::By => Self::People,
            Slot::Via if action == Action::Use => Self::Message,
            Slot::Via | Slot::Of | Slot::To | Slot::Over | Slot::Costs => Self::of_objects(action),
            Slot::If | Slot::Unless => Self::Condition,
            Slot::Because => Self::Ground,
            Slot::Need => Self::Data,
            Slot::Within | Slot::Until | Slot::After | Slot::Last | Slot::Every if keeps => {
                Self::Retention
            }
            Slot::Within | Slot::Until | Slot::Before | Slot::After | Slot::Last | Slot::Every => {
                Self::Deadline
            }
            Slot::When if keeps => Self::Retention,
            Slot::When => Self::Deadline,
            _ => Self::Wording,
        }
    }

    /// The area of names of a kind.
    pub(super) fn of_kind(kind: Kind) -> Self {
        match kind {
            Kind::Data => Self::Data,
            Kind::Purpose => Self::Purpose,
            Kind::People => Self::People,
            Kind::Recipient => Self::Recipient,
            Kind::Place => Self::Place,
            Kind::Property => Self::Scope,
            Kind::Point => Self::Origin,
            Kind::Fact => Self::Condition,
            Kind::Event => Self::Deadline,
            Kind::Contact | Kind::Right => Self::Right,
            Kind::Channel => Self::Message,
            Kind::Form => Self::Form,
            Kind::Topic => Self::Notice,
            Kind::Control => Self::Security,
            Kind::Signal => Self::Signal,
            Kind::Ground => Self::Ground,
        }
    }
}

/// What a slot is called in a report, on a line of this action.
pub(super) fn title(action: Action, slot: Slot) -> &'static str {
    match slot {
        Slot::For => "purpose",
        Slot::With => "recipient",
        Slot::In => "place",
        Slot::From => "origin",
        Slot::As => "form",
        Slot::About => "people",
        Slot::By if action == Action::Assure => "confirmed by",
        Slot::By => "who acts",
        Slot::At => "where people meet it",
        Slot::Via => "channel",
        Slot::Of => "parts",
        Slot::To => "addressee",
        Slot::When => "start",
        Slot::Within if matches!(action, Action::Keep) => "kept for",
        Slot::Within => "time",
        Slot::Until => "until",
        Slot::Before => "before",
        Slot::After => "after",
        Slot::Every => "period",
        Slot::Last => "look-back",
        Slot::Over => "rate",
        Slot::Need => "need",
        Slot::Costs => "cost of saying no",
        Slot::Because => "legal ground",
        other => other.word(),
    }
}
