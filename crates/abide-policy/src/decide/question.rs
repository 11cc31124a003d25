//! What someone wants to do, in the names of a policy. Says nothing of what is known about the person.

use std::hash::{Hash, Hasher};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is to be done.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Deed {
    /// Take data in.
    Collect,
    /// Use data.
    Use,
    /// Give data to another party.
    Share,
    /// Give data for something of value.
    Sell,
    /// Hold data.
    Keep,
    /// Join data with other data.
    Link,
    /// Erase data.
    Erase,
    /// Share data in a named place.
    Transfer,
    /// Use an address to send a message by a named channel.
    Message,
    /// Ask a person for a fact, such as consent.
    Prompt,
}

impl Deed {
    /// The word in a question.
    pub fn word(self) -> &'static str {
        match self {
            Self::Collect => "collect",
            Self::Use => "use",
            Self::Share => "share",
            Self::Sell => "sell",
            Self::Keep => "keep",
            Self::Link => "link",
            Self::Erase => "erase",
            Self::Transfer => "transfer",
            Self::Message => "message",
            Self::Prompt => "prompt",
        }
    }
}

/// *May this be done?* All names are those of the policy or of the standard vocabulary. A list that is empty says
/// nothing about its slot; `docs/language/16-decisions.md` says what that means for each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Question {
    /// What is to be done.
    pub action: Deed,
    /// The data; for a prompt, the facts, rights or topics asked about. At least one.
    pub data: Vec<String>,
    /// What for: at most one purpose.
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// Who gets or holds it: a recipient or a class of people.
    #[serde(default, rename = "with", skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
    /// In which place it ends up.
    #[serde(default, rename = "in", skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Where it comes from: recipients, people, points, purposes, data, properties.
    #[serde(default, rename = "from", skip_serializing_if = "Vec::is_empty")]
    pub origin: Vec<String>,
    /// In which form; `clear` when nothing is said.
    #[serde(default, rename = "as", skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// Who does it: people or recipients.
    #[serde(default, rename = "by", skip_serializing_if = "Vec::is_empty")]
    pub actor: Vec<String>,
    /// At which points, properties or channels.
    #[serde(default, rename = "at", skip_serializing_if = "Vec::is_empty")]
    pub point: Vec<String>,
    /// By which channels, contacts, points, properties or recipients.
    #[serde(default, rename = "via", skip_serializing_if = "Vec::is_empty")]
    pub channel: Vec<String>,
    /// Events that this is part of, such as `merger`, besides those that the action itself is.
    #[serde(default, rename = "when", skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<String>,
}

impl Hash for Question {
    /// By what nearly always tells questions apart: the rest is compared.
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.action.hash(state);
        self.data.hash(state);
        self.purpose.hash(state);
        self.recipient.hash(state);
    }
}
