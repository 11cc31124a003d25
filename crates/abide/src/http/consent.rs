//! What a subject says, as callers send it, and what the store keeps of it. Never shows who said it.

use abide_store::{Acting, Actor, Choice, ConsentState, Matter, Scope, Shown, ShownText};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;

use super::problem::Problem;
use super::subject::SubjectName;

/// The longest text that may be kept as shown.
const SHOWN_LIMIT_BYTES: usize = 256 * 1024;
/// The longest of the short texts: a source, a reference, a language tag.
const TEXT_LIMIT_BYTES: usize = 512;
/// The most names in one list.
const NAMES_LIMIT: usize = 256;

/// What a subject says.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Consent {
    /// Who says it.
    pub subject: SubjectName,
    /// To which fact of the policy, such as `consent`. Either this or `right`.
    #[schema(example = "consent")]
    pub fact: Option<String>,
    /// Which right is used, such as `optout-sale`.
    pub right: Option<String>,
    /// What is said; `ConsentGiven` when nothing is said.
    #[serde(default)]
    pub state: Said,
    /// For which data, purposes, recipients and lines; an empty list is every one.
    #[serde(default)]
    pub scope: ScopeBody,
    /// The policy; the only active one when nothing is said.
    pub policy: Option<String>,
    /// Exactly what was shown.
    pub shown: Option<ShownBody>,
    /// Who acts, if it is not the subject in person.
    pub actor: Option<ActorBody>,
    /// Where it was said: a form, a page, a call.
    #[serde(default)]
    pub source: String,
    /// Signals that were on, such as `gpc`.
    #[serde(default)]
    pub signals: Vec<String>,
    /// Up to when it holds, that moment excluded.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
}

/// What is said, in the words of the W3C Data Privacy Vocabulary.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
pub enum Said {
    /// Asked for and not answered.
    ConsentRequested,
    /// Asked for, and to be asked again later.
    ConsentRequestDeferred,
    /// No.
    ConsentRefused,
    /// Yes.
    #[default]
    ConsentGiven,
    /// Yes, again.
    RenewedConsentGiven,
    /// Taken back.
    ConsentWithdrawn,
    /// Found to have been no valid yes.
    ConsentInvalidated,
    /// Nobody knows.
    ConsentUnknown,
}

impl Said {
    /// The store's state.
    pub fn state(self) -> ConsentState {
        match self {
            Self::ConsentRequested => ConsentState::ConsentRequested,
            Self::ConsentRequestDeferred => ConsentState::ConsentRequestDeferred,
            Self::ConsentRefused => ConsentState::ConsentRefused,
            Self::ConsentGiven => ConsentState::ConsentGiven,
            Self::RenewedConsentGiven => ConsentState::RenewedConsentGiven,
            Self::ConsentWithdrawn => ConsentState::ConsentWithdrawn,
            Self::ConsentInvalidated => ConsentState::ConsentInvalidated,
            Self::ConsentUnknown => ConsentState::ConsentUnknown,
        }
    }
}

/// For what something is said. An empty list is every one.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ScopeBody {
    /// Data.
    pub data: Vec<String>,
    /// Purposes.
    #[schema(example = json!(["newsletter"]))]
    pub purposes: Vec<String>,
    /// Recipients.
    pub recipients: Vec<String>,
    /// Clauses, for a notice that reached the subject.
    pub lines: Vec<String>,
}

/// What was shown: the text itself, or the hash of one that was sent before.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShownBody {
    /// The text, to the byte.
    pub text: Option<String>,
    /// SHA-256 of the text, in hex.
    pub hash: Option<String>,
    /// Language tag.
    #[schema(example = "en")]
    pub lang: String,
    /// Which of several designs or wordings.
    #[serde(default)]
    pub variant: String,
}

/// Who acts for a subject.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActorBody {
    /// In which role.
    pub acting: ActingBody,
    /// Who exactly, in your own words. Kept sealed.
    pub reference: Option<String>,
}

impl std::fmt::Debug for ActorBody {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "ActorBody({:?} …)", self.acting)
    }
}

/// In which role someone acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ActingBody {
    /// The subject in person.
    #[serde(rename = "self")]
    Subject,
    /// A parent or guardian.
    Parent,
    /// An agent with authority that can be shown.
    Agent,
    /// A school.
    School,
    /// Staff, on the subject's word.
    Staff,
}

impl Consent {
    /// What it is about.
    pub fn matter(&self) -> Result<Matter, Problem> {
        match (&self.fact, &self.right) {
            (Some(fact), None) => Ok(Matter::Fact(fact.clone())),
            (None, Some(right)) => Ok(Matter::Right(right.clone())),
            _ => Err(Problem::invalid(
                "fact",
                "a name, or `right` does; one of the two",
            )),
        }
    }

    /// What the store keeps, without what only the policy in force knows.
    pub fn choice(&self) -> Result<Choice, Problem> {
        self.check()?;
        let choice = Choice::new(self.matter()?, self.state.state(), &self.source);
        Ok(Choice {
            scope: Scope {
                data: self.scope.data.clone(),
                purposes: self.scope.purposes.clone(),
                recipients: self.scope.recipients.clone(),
                lines: self.scope.lines.clone(),
            },
            shown: self.shown.as_ref().map(ShownBody::shown).transpose()?,
            actor: self
                .actor
                .as_ref()
                .map_or_else(Actor::subject, ActorBody::actor),
            signals: self.signals.clone(),
            until: self.until,
            ..choice
        })
    }

    /// The text that was shown, if it came along.
    pub fn text(&self) -> Option<ShownText> {
        let shown = self.shown.as_ref()?;
        Some(ShownText {
            text: shown.text.clone()?,
            lang: shown.lang.clone(),
            variant: shown.variant.clone(),
        })
    }

    fn check(&self) -> Result<(), Problem> {
        let scope = &self.scope;
        for (field, names) in [
            ("scope.data", &scope.data),
            ("scope.purposes", &scope.purposes),
            ("scope.recipients", &scope.recipients),
            ("scope.lines", &scope.lines),
            ("signals", &self.signals),
        ] {
            if names.len() > NAMES_LIMIT || names.iter().any(|name| !is_short(name)) {
                return Err(Problem::invalid(field, "at most 256 names"));
            }
        }
        let reference = self
            .actor
            .as_ref()
            .and_then(|actor| actor.reference.as_deref());
        for (field, text) in [
            ("source", Some(self.source.as_str())),
            ("fact", self.fact.as_deref()),
            ("right", self.right.as_deref()),
            ("actor.reference", reference),
        ] {
            if !text.is_none_or(is_short) {
                return Err(Problem::invalid(field, "at most 512 bytes, and no NUL"));
            }
        }
        Ok(())
    }
}

/// Whether both engines can keep it, and it is no essay.
fn is_short(text: &str) -> bool {
    text.len() <= TEXT_LIMIT_BYTES && !text.contains('\0')
}

impl ShownBody {
    fn shown(&self) -> Result<Shown, Problem> {
        if !is_short(&self.lang) || !is_short(&self.variant) {
            return Err(Problem::invalid(
                "shown",
                "a `lang` and a `variant` of at most 512 bytes",
            ));
        }
        let (lang, variant) = (self.lang.clone(), self.variant.clone());
        match (&self.text, &self.hash) {
            (Some(text), None) if text.len() <= SHOWN_LIMIT_BYTES && !text.contains('\0') => {
                let text = text.clone();
                Ok(ShownText {
                    text,
                    lang,
                    variant,
                }
                .shown())
            }
            (None, Some(hash)) => Ok(Shown {
                hash: parse_hash(hash)
                    .ok_or_else(|| Problem::invalid("shown.hash", "64 hex digits"))?,
                lang,
                variant,
            }),
            _ => Err(Problem::invalid(
                "shown",
                "either a `text` of at most 256 KiB or a `hash`",
            )),
        }
    }
}

/// Reads 64 hex digits.
pub fn parse_hash(text: &str) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, at) in hash.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
    }
    Some(hash)
}

impl ActorBody {
    fn actor(&self) -> Actor {
        Actor {
            acting: match self.acting {
                ActingBody::Subject => Acting::Subject,
                ActingBody::Parent => Acting::Parent,
                ActingBody::Agent => Acting::Agent,
                ActingBody::School => Acting::School,
                ActingBody::Staff => Acting::Staff,
            },
            reference: self.reference.clone(),
        }
    }
}
