//! One policy in force: the version, its tables, and what is known of subjects under it. Never changes after it was put in
//! force; another version is another value.

use std::sync::Arc;

use abide_policy::Library;
use abide_policy::decide::{
    Decision, Facts, Held, Known, Question, Refusal, Stale, Tables, decide,
};
use abide_policy::model::Policy;
use abide_policy::source::SourceFile;
use abide_store::PolicyVersion;
use jiff::Timestamp;

use super::count::Counts;
use super::questions::Questions;
use super::subjects::Subjects;
use crate::http::problem::Problem;

/// A policy in force.
#[derive(Debug)]
pub struct InForce {
    version: PolicyVersion,
    tables: Arc<Tables>,
    register: Arc<[Held]>,
    questions: Questions,
    subjects: Subjects,
    counts: Counts,
}

impl InForce {
    /// A published version, and what the register knows. Nothing is known of subjects yet; the store has to be asked.
    pub fn new(version: PolicyVersion, policy: &Policy, register: Arc<[Held]>) -> Self {
        Self {
            tables: Arc::new(Tables::new(policy, Library::standard())),
            counts: Counts::of(policy),
            questions: Questions::default(),
            subjects: Subjects::default(),
            version,
            register,
        }
    }

    /// The same version with another register.
    pub(super) fn with_register(&self, register: Arc<[Held]>) -> Self {
        Self {
            tables: Arc::clone(&self.tables),
            counts: Counts::of(self.policy()),
            questions: Questions::default(),
            subjects: Subjects::default(),
            version: self.version.clone(),
            register,
        }
    }

    /// The policy's name.
    pub fn name(&self) -> &str {
        &self.version.policy
    }

    /// The hash of the version's text, in hex.
    pub fn hash(&self) -> &str {
        &self.version.hash
    }

    /// The version as it was published.
    pub fn version(&self) -> &PolicyVersion {
        &self.version
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        self.tables.policy()
    }

    /// What the register knows.
    pub(super) fn register(&self) -> &Arc<[Held]> {
        &self.register
    }

    /// What is known of subjects.
    pub(super) fn subjects(&self) -> &Subjects {
        &self.subjects
    }

    /// How often each line decided.
    pub(super) fn counts(&self) -> &Counts {
        &self.counts
    }

    /// What is known of someone, together with what the register knows, as bits.
    pub(super) fn facts(&self, mut known: Known, now: Timestamp) -> Facts {
        known.held.extend_from_slice(&self.register);
        Facts::new(&self.tables, &known, now)
    }

    /// Refuses a question that cannot be asked of this policy.
    pub(super) fn check(&self, question: &Question) -> Result<(), Problem> {
        self.questions.find(&self.tables, question)?;
        Ok(())
    }

    /// The answer, with its reasons.
    pub(super) fn decide(
        &self,
        question: &Question,
        facts: &Facts,
        now: Timestamp,
    ) -> Result<Decision, Undecided> {
        let mut prepared = self.questions.find(&self.tables, question)?;
        if let Err(Stale::Question) = decide(&prepared, facts, now) {
            prepared = self.questions.renew(&self.tables, question)?;
        }
        Ok(prepared.explain(&self.tables, facts, now)?)
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Undecided {
    /// The question cannot be asked of this policy.
    Refused(Refusal),
    /// What is known has to be gathered again.
    Stale(Stale),
}

impl From<Refusal> for Undecided {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Stale> for Undecided {
    fn from(stale: Stale) -> Self {
        Self::Stale(stale)
    }
}

impl From<Undecided> for Problem {
    fn from(undecided: Undecided) -> Self {
        match undecided {
            Undecided::Refused(refusal) => refusal.into(),
            Undecided::Stale(stale) => Self::broken("deciding", &stale),
        }
    }
}

/// The files of a version, for the compiler.
pub fn source_files(version: &PolicyVersion) -> Vec<SourceFile> {
    let file = |(name, text): &(String, String)| SourceFile::new(name.as_str(), text.as_str());
    version.files.iter().map(file).collect()
}
