//! What a subject said to what: consent given, refused, withdrawn, an objection, an opt-out, a right that was used.
//! Never changes what was said: the last word counts, and all before it stay.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::evidence::EntryId;
use crate::subject::{Identifier, SubjectToken};

mod current;
mod history;
mod record;

pub use current::current_of;

/// What a choice is about: a fact or a right of the policy, by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Matter {
    /// A fact that is held in the ledger, such as `consent`, `opted-out` or `told`.
    Fact(String),
    /// A right that was used, such as `optout-sale`.
    Right(String),
}

impl Matter {
    fn kind(&self) -> &'static str {
        match self {
            Self::Fact(_) => "fact",
            Self::Right(_) => "right",
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Fact(name) | Self::Right(name) => name,
        }
    }

    fn from_row(kind: &str, name: String) -> Option<Self> {
        match kind {
            "fact" => Some(Self::Fact(name)),
            "right" => Some(Self::Right(name)),
            _ => None,
        }
    }
}

macro_rules! states {
    ($($(#[$doc:meta])* $state:ident,)*) => {
        /// Where a choice stands, in the words of the W3C Data Privacy Vocabulary 2.3 (`dpv:ConsentStatus`).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum ConsentState {
            $($(#[$doc])* $state,)*
        }

        impl ConsentState {
            /// Every state.
            pub const ALL: &[Self] = &[$(Self::$state,)*];

            /// The vocabulary's name.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$state => stringify!($state),)*
                }
            }
        }
    };
}

states! {
    /// Asked for and not answered.
    ConsentRequested,
    /// Asked for, and to be asked again later.
    ConsentRequestDeferred,
    /// Said no.
    ConsentRefused,
    /// Said yes.
    ConsentGiven,
    /// Said yes again.
    RenewedConsentGiven,
    /// Took it back.
    ConsentWithdrawn,
    /// Its time ran out.
    ConsentExpired,
    /// Found to have been no valid yes.
    ConsentInvalidated,
    /// Nobody knows.
    ConsentUnknown,
}

impl ConsentState {
    /// The state with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.name() == name)
    }

    /// Whether the matter holds: yes, no, or nothing that anyone said.
    pub fn holds(self) -> Option<bool> {
        match self {
            Self::ConsentGiven | Self::RenewedConsentGiven => Some(true),
            Self::ConsentRefused | Self::ConsentWithdrawn | Self::ConsentInvalidated => Some(false),
            _ => None,
        }
    }

    /// Whether it only says that the subject was asked.
    fn is_asking(self) -> bool {
        matches!(self, Self::ConsentRequested | Self::ConsentRequestDeferred)
    }

    /// The kind of evidence that recording it leaves.
    fn kind(self) -> &'static str {
        match self {
            Self::ConsentRequested => "consent.requested",
            Self::ConsentRequestDeferred => "consent.deferred",
            Self::ConsentRefused => "consent.refused",
            Self::ConsentGiven => "consent.given",
            Self::RenewedConsentGiven => "consent.renewed",
            Self::ConsentWithdrawn => "consent.withdrawn",
            Self::ConsentExpired => "consent.expired",
            Self::ConsentInvalidated => "consent.invalidated",
            Self::ConsentUnknown => "consent.unknown",
        }
    }
}

/// For what a choice is made. An empty list is every one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scope {
    /// Data, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub data: Vec<String>,
    /// Purposes, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub purposes: Vec<String>,
    /// Recipients, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<String>,
    /// Clauses, for a notice that reached the subject.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<String>,
}

impl Scope {
    /// Whether everything in `other` is in this scope.
    pub fn covers(&self, other: &Self) -> bool {
        let covers = |own: &[String], others: &[String]| {
            own.is_empty() || (!others.is_empty() && others.iter().all(|name| own.contains(name)))
        };
        covers(&self.data, &other.data)
            && covers(&self.purposes, &other.purposes)
            && covers(&self.recipients, &other.recipients)
            && covers(&self.lines, &other.lines)
    }
}

/// In which role someone acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Acting {
    /// The subject in person.
    #[serde(rename = "self")]
    Subject,
    /// A parent or guardian.
    Parent,
    /// An agent with authority that can be shown.
    Agent,
    /// A school.
    School,
    /// Staff of the controller, on the subject's word.
    Staff,
}

impl Acting {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Subject, "self"),
        (Self::Parent, "parent"),
        (Self::Agent, "agent"),
        (Self::School, "school"),
        (Self::Staff, "staff"),
    ];

    /// The word it is stored and shown as.
    pub fn word(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(acting, _)| *acting == self)
            .map_or("", |(_, word)| word)
    }

    /// The role with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, it)| *it == word)
            .map(|(acting, _)| *acting)
    }
}

/// Who acted.
#[derive(Clone, PartialEq, Eq)]
pub struct Actor {
    /// In which role.
    pub acting: Acting,
    /// Who exactly, in the caller's own words; stored sealed.
    pub reference: Option<String>,
}

impl Actor {
    /// The subject in person.
    pub fn subject() -> Self {
        Self {
            acting: Acting::Subject,
            reference: None,
        }
    }
}

/// Hides who exactly.
impl fmt::Debug for Actor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Actor({})", self.acting.word())
    }
}

/// Exactly what was shown: the text by its hash, in which language and variant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// SHA-256 of the text.
    pub hash: [u8; 32],
    /// Language tag.
    pub lang: String,
    /// Which of several designs or wordings.
    pub variant: String,
}

/// A text as it was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownText {
    /// The text, to the byte.
    pub text: String,
    /// Language tag.
    pub lang: String,
    /// Which of several designs or wordings.
    pub variant: String,
}

impl ShownText {
    /// What a choice refers to it by.
    pub fn shown(&self) -> Shown {
        Shown {
            hash: Sha256::digest(self.text.as_bytes()).into(),
            lang: self.lang.clone(),
            variant: self.variant.clone(),
        }
    }
}

/// What someone says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// To what.
    pub matter: Matter,
    /// What they say.
    pub state: ConsentState,
    /// For which data, purposes and recipients.
    pub scope: Scope,
    /// Hash of the policy version in force, in hex.
    pub policy: Option<String>,
    /// What was shown.
    pub shown: Option<Shown>,
    /// Who says it.
    pub actor: Actor,
    /// Where it was said: a form, a page, an import.
    pub source: String,
    /// Signals that were on.
    pub signals: Vec<String>,
    /// Up to when it holds, that moment excluded.
    pub until: Option<Timestamp>,
    /// The clauses that are carried out by recording it.
    pub clauses: Vec<String>,
}

impl Choice {
    /// The source of every choice that was taken over from elsewhere, whatever its own was: that stands in its evidence. It
    /// alone lets a choice be older than what arrived before it, so whoever records one calls its source otherwise.
    pub const TAKEN_OVER: &str = "import";

    /// The subject's own word about everything in a matter; set the other fields as needed.
    pub fn new(matter: Matter, state: ConsentState, source: &str) -> Self {
        Self {
            matter,
            state,
            scope: Scope::default(),
            policy: None,
            shown: None,
            actor: Actor::subject(),
            source: source.to_owned(),
            signals: Vec::new(),
            until: None,
            clauses: Vec::new(),
        }
    }
}

/// A choice made elsewhere, to be taken over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastWord {
    /// Who made it.
    pub identifier: Identifier,
    /// What was said.
    pub choice: Choice,
    /// The text that was shown for it, if that came along.
    pub shown: Option<ShownText>,
    /// When it was made.
    pub at: Timestamp,
}

/// A choice as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastChoice {
    /// The entry of its evidence.
    pub entry_id: EntryId,
    /// Its place in the order of arrival.
    pub arrival: i64,
    /// Whose it is; nothing once the subject is erased.
    pub subject: Option<SubjectToken>,
    /// To what.
    pub matter: Matter,
    /// What was said.
    pub state: ConsentState,
    /// For what.
    pub scope: Scope,
    /// Hash of the policy version in force.
    pub policy: Option<String>,
    /// What was shown.
    pub shown: Option<Shown>,
    /// In which role it was said.
    pub acting: Acting,
    /// Where it was said.
    pub source: String,
    /// Signals that were on.
    pub signals: Vec<String>,
    /// When it was said.
    pub at: Timestamp,
    /// Up to when it holds.
    pub until: Option<Timestamp>,
    /// The choice that this one says has expired.
    pub ends: Option<EntryId>,
}

/// A choice that was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The entry of its evidence.
    pub entry_id: EntryId,
    /// Whose it is.
    pub subject: SubjectToken,
    /// Its place in the order of arrival.
    pub arrival: i64,
}

#[cfg(test)]
#[path = "choice_tests.rs"]
mod tests;
