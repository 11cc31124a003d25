//! What is known of subjects, one file for each thing that is done with it. A subject that nobody knows is answered like one
//! of whom nothing is known.

pub mod erase;
pub mod join;
pub mod read;
pub mod receipts;
pub mod write;

use abide_store::Profile as Stored;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::decider::{is_age_band, is_birth};
use crate::http::problem::Problem;

/// What decisions need to know of a subject besides choices. Nothing in it identifies.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Profile {
    /// Place of residence, as a place of the policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "NL")]
    residence: Option<String>,
    /// Birth as precisely as known: `2012`, `2012-05` or `2012-05-03`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2012-05")]
    birth: Option<String>,
    /// Ages where no birth is known: `13-15` (both included), `18+` or `<13`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "18+")]
    age_band: Option<String>,
    /// Classes of people that the subject belongs to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    people: Vec<String>,
    /// Hash of the policy version whose terms the subject agreed to.
    #[serde(skip_serializing_if = "Option::is_none")]
    terms: Option<String>,
    /// Signals that the subject's browser or device sends, such as `gpc`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    signals: Vec<String>,
    /// Purposes whose use is restricted at the subject's request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    restricted: Vec<String>,
    /// Whether every use is restricted.
    restricted_all: bool,
    /// Legal holds that name the subject.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    holds: Vec<String>,
}

impl std::fmt::Debug for Profile {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Profile(…)")
    }
}

impl Profile {
    /// What the store keeps.
    fn stored(self) -> Result<Stored, Problem> {
        if !self.birth.as_deref().is_none_or(is_birth) {
            return Err(Problem::invalid(
                "birth",
                "`2012`, `2012-05` or `2012-05-03`",
            ));
        }
        if !self.age_band.as_deref().is_none_or(is_age_band) {
            return Err(Problem::invalid("age-band", "`13-15`, `18+` or `<13`"));
        }
        let lists = [&self.people, &self.signals, &self.restricted, &self.holds];
        let words = lists
            .into_iter()
            .flatten()
            .chain(&self.residence)
            .chain(&self.terms);
        for word in words {
            if word.len() > 256 || word.contains('\0') {
                return Err(Problem::invalid(
                    "profile",
                    "names of at most 256 bytes, and no NUL",
                ));
            }
        }
        if lists.iter().any(|list| list.len() > 256) {
            return Err(Problem::invalid("profile", "at most 256 names in a list"));
        }
        Ok(Stored {
            residence: self.residence,
            birth: self.birth,
            age_band: self.age_band,
            people: self.people,
            terms: self.terms,
            signals: self.signals,
            restricted: self.restricted,
            restricted_all: self.restricted_all,
            holds: self.holds,
        })
    }
}

impl From<Stored> for Profile {
    fn from(stored: Stored) -> Self {
        Self {
            residence: stored.residence,
            birth: stored.birth,
            age_band: stored.age_band,
            people: stored.people,
            terms: stored.terms,
            signals: stored.signals,
            restricted: stored.restricted,
            restricted_all: stored.restricted_all,
            holds: stored.holds,
        }
    }
}
