//! The answer to a question, with its reasons. Never a bare yes or no.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What may happen.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// It may be done.
    Permit,
    /// It might be done if what is missing were there.
    Ask,
    /// It may not be done.
    Deny,
}

/// The answer in words and ids, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Decision {
    /// What may happen.
    pub effect: Effect,
    /// The lines that decided: permissions for a permit, prohibitions for a deny, whatever waits for an ask. Sorted by
    /// their place in the policy.
    pub lines: Vec<Line>,
    /// What would have to be there for a permit. Empty for a permit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Missing>,
    /// Duties that doing it brings, in the order of the policy. Empty unless it may be done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub obligations: Vec<Line>,
    /// The legal grounds that the deciding permissions name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grounds: Vec<String>,
}

/// A line of a policy, by its ids.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct Line {
    /// The norm's id.
    pub id: String,
    /// The clauses it states; none for a line without a number.
    pub clauses: Vec<String>,
}

/// One thing that is missing, and the line that asks for it.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct Missing {
    /// What.
    #[serde(flatten)]
    pub needed: Needed,
    /// The line that asks for it; none when the policy has no line for this at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<Line>,
}

/// What may be missing.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(tag = "kind", content = "name", rename_all = "lowercase")]
pub enum Needed {
    /// A fact, such as `consent`.
    Fact(String),
    /// That an event has happened.
    Event(String),
    /// A duty to be done first: the action and its objects, `tell opt-out-info`.
    Duty(String),
    /// A slot that the question leaves out, such as `at`.
    Slot(String),
    /// Something about the person: `residence` or `age`.
    Subject(String),
    /// A relation of the one who acts to the person, such as `parent`.
    Relation(String),
    /// A line in the policy, as it might be written.
    Line(String),
}
