//! What is known when a question is asked: about the person, the parties, the case and the data. Plain values in the
//! names of a policy; whoever fills them in has looked them up.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Everything known that may bear on a decision. What is not in here is not known, and what nobody knows is not true.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Known {
    /// The person whose data it is.
    pub subject: Subject,
    /// Facts and exercised rights: the person's choices, contracts with parties, facts of the open case, of the request,
    /// of the set of data, and everywhere.
    pub held: Vec<Held>,
    /// What has happened to the person.
    pub occurrences: Vec<Occurrence>,
    /// Signals that the person's browser sends, such as `gpc`.
    pub signals: Vec<String>,
    /// Classes with `acts-for` that the one who acts has been shown to stand in towards this very person, such as `parent`.
    pub relations: Vec<String>,
}

/// The person whose data it is, as far as rules for classes of people need it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Subject {
    /// The place where the person lives, such as `NL` or `US-CA`.
    pub residence: Option<String>,
    /// How old.
    pub age: YearsOfAge,
    /// Classes that the person is in beyond those that age, place or a fact decide, such as `pupil`.
    pub people: Vec<String>,
}

/// What is known of someone's age. Everything that is given holds together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct YearsOfAge {
    /// The day of birth; ages by itself (UTC days).
    #[schemars(with = "Option<String>")]
    pub born: Option<Date>,
    /// At least this many whole years.
    pub at_least: Option<u32>,
    /// Fewer than this many whole years.
    pub below: Option<u32>,
}

/// A fact that holds or is known not to hold, or a right that was exercised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// What it is.
    #[serde(flatten)]
    pub matter: Matter,
    /// Whether it holds: `false` for consent that was refused or withdrawn, or a right that is no longer used. It does
    /// when nothing is said.
    #[serde(default = "holds")]
    pub holds: bool,
    /// For what it holds.
    #[serde(default)]
    pub scope: Scope,
    /// Since when; always when nothing is said.
    #[serde(default)]
    #[schemars(with = "String")]
    pub since: Timestamp,
    /// Up to when, that moment excluded.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub until: Option<Timestamp>,
}

fn holds() -> bool {
    true
}

/// What is held: a fact or an exercised right, by name.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Matter {
    /// A fact, such as `consent` or `dpa`.
    Fact(String),
    /// A right, such as `optout-sale`.
    Right(String),
}

/// For which data, purposes, parties and lines something holds. An empty list is every one.
#[derive(
    Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(default, deny_unknown_fields)]
pub struct Scope {
    /// Data.
    pub data: Vec<String>,
    /// Purposes.
    pub purposes: Vec<String>,
    /// Recipients; with a contract, the party to it.
    pub recipients: Vec<String>,
    /// Those who act: with a register of staff, who has it.
    pub actors: Vec<String>,
    /// Clauses or norm ids of the lines, for a notice that reached the person.
    pub lines: Vec<String>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Occurrence {
    /// The event, such as `account-deletion`.
    pub event: String,
    /// When.
    #[schemars(with = "String")]
    pub at: Timestamp,
}
