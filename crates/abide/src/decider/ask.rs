//! A question as a caller sends it: about whom, under which policy, with what the caller knows.

use abide_policy::decide::{Known, Question};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::http::openapi;
use crate::http::subject::SubjectName;

/// A question about a subject.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Ask {
    /// The policy; the only active one when nothing is said.
    pub policy: Option<String>,
    /// About whom. Without a subject only `known` counts.
    pub subject: Option<SubjectName>,
    /// What is to be done.
    #[schema(schema_with = openapi::question)]
    pub question: Question,
    /// What the caller knows. With a subject it is added to what is recorded, and may not claim choices or contracts:
    /// those are recorded first.
    #[serde(default)]
    #[schema(schema_with = openapi::known)]
    pub known: Option<Known>,
    /// An open case whose facts count, by its id.
    pub case: Option<String>,
    /// The property that asks, such as a site, for what is observed and what enforced.
    pub property: Option<String>,
    /// The answer has to know of at least this entry of the log.
    pub min_entry: Option<MinEntry>,
}

impl Ask {
    /// A question about a subject, under the only active policy.
    pub fn about(subject: SubjectName, question: Question) -> Self {
        Self {
            policy: None,
            subject: Some(subject),
            question,
            known: None,
            case: None,
            property: None,
            min_entry: None,
        }
    }

    /// What tells this question from others, without saying about whom it is: a hash of all of it.
    pub(crate) fn key(&self) -> [u8; 32] {
        let subject = self.subject.as_ref();
        let subject = subject.map(|subject| (&subject.kind, &subject.value));
        let rest = (&self.known, &self.case, &self.property);
        let parts = (&self.policy, subject, &self.question, rest);
        let text = serde_json::to_vec(&parts).unwrap_or_default();
        Sha256::digest(text).into()
    }
}

/// An entry that an answer has to know of.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum MinEntry {
    /// By how many entries the log has up to it.
    Size(u64),
    /// By its id, as the recording of a consent gave it.
    Id(String),
}
