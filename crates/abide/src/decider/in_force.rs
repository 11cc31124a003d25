//! One policy in force: the version, its tables, and what is known of subjects under it. Never changes after it was put in
//! force; another version is another value.

use std::sync::{Arc, Mutex, PoisonError};

use abide_policy::decide::{Decision, Facts, Held, Known, Question};
use abide_policy::model::Policy;
use abide_policy::source::SourceFile;
use abide_store::PolicyVersion;
use jiff::Timestamp;

use super::count::Counts;
use super::roster::{Roster, Undecided};
use super::subjects::{Person, Subjects};
use super::terms::{self, Terms};

/// How many different matters and scopes recorded choices may have, and still be held in memory. Beyond, subjects are read
/// from the store as they are asked about.
const LASTING_LIMIT: u32 = 4096;
/// How many of those that callers say are remembered before all are forgotten.
const PASSING_LIMIT: u32 = 512;

/// A policy in force.
#[derive(Debug)]
pub struct InForce {
    version: PolicyVersion,
    /// For what is recorded, and held in memory by subject.
    lasting: Arc<Roster>,
    /// For what callers say, which is forgotten from time to time.
    passing: Mutex<Arc<Roster>>,
    terms: Arc<Terms>,
    register: Arc<[Held]>,
    subjects: Subjects,
    counts: Counts,
}

impl InForce {
    /// A published version, those that were in force before, and what the register knows. Nothing is known of subjects
    /// yet; the store has to be asked.
    pub fn new(
        version: PolicyVersion,
        policy: &Policy,
        before: &[(PolicyVersion, Policy)],
        register: Arc<[Held]>,
    ) -> Self {
        let lasting = Arc::new(Roster::new(policy, LASTING_LIMIT));
        let terms = Terms::new((&version, policy), before, LASTING_LIMIT);
        Self::with(version, lasting, Arc::new(terms), register)
    }

    /// The same version with another register.
    pub(super) fn with_register(&self, register: Arc<[Held]>) -> Self {
        let lasting = if self.lasting.is_full() {
            Arc::new(self.lasting.afresh())
        } else {
            Arc::clone(&self.lasting)
        };
        let terms = Arc::clone(&self.terms);
        Self::with(self.version.clone(), lasting, terms, register)
    }

    fn with(
        version: PolicyVersion,
        lasting: Arc<Roster>,
        terms: Arc<Terms>,
        register: Arc<[Held]>,
    ) -> Self {
        let policy = lasting.policy();
        // What the register brings is in all that is said.
        let brought = u32::try_from(register.len()).unwrap_or(u32::MAX);
        let limit = PASSING_LIMIT.saturating_add(brought);
        Self {
            counts: Counts::of(policy),
            passing: Mutex::new(Arc::new(Roster::new(policy, limit))),
            subjects: Subjects::default(),
            version,
            lasting,
            terms,
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
        self.lasting.policy()
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

    /// The tables for what is recorded.
    pub(super) fn lasting(&self) -> &Arc<Roster> {
        &self.lasting
    }

    /// What is known of someone, together with what the register knows, as bits of the lasting tables. For what may be
    /// held in memory: the tables remember each matter and scope.
    pub(super) fn facts(&self, known: Known, now: Timestamp) -> Facts {
        self.lasting.facts(&self.with_registered(known), now)
    }

    /// The same of what a caller says, as bits of tables that come with them.
    pub(super) fn passing_facts(&self, known: Known, now: Timestamp) -> (Arc<Roster>, Facts) {
        let roster = self.passing();
        let facts = roster.facts(&self.with_registered(known), now);
        (roster, facts)
    }

    /// The same of what is recorded: of the lasting tables while there is room in them.
    pub(super) fn recorded_facts(&self, known: Known, now: Timestamp) -> (Arc<Roster>, Facts) {
        if self.lasting.is_full() {
            return self.passing_facts(known, now);
        }
        (Arc::clone(&self.lasting), self.facts(known, now))
    }

    fn with_registered(&self, mut known: Known) -> Known {
        known.held.extend_from_slice(&self.register);
        known
    }

    fn passing(&self) -> Arc<Roster> {
        let mut passing = self.passing.lock().unwrap_or_else(PoisonError::into_inner);
        if passing.is_full() {
            *passing = Arc::new(passing.afresh());
        }
        Arc::clone(&passing)
    }

    /// Someone of whom these facts of the lasting tables are known.
    pub(super) fn lasting_person(&self, facts: Facts) -> Person {
        Person::of(Arc::clone(&self.lasting), facts)
    }

    /// Someone of whom this is recorded, and who agreed to a version, if to any.
    pub(super) fn recorded_person(
        &self,
        known: Known,
        agreed: Option<&str>,
        now: Timestamp,
    ) -> Person {
        let old = self.old_terms(&known, agreed, now);
        let (roster, facts) = self.recorded_facts(known, now);
        join(Person::of(roster, facts), old)
    }

    /// The same with what a caller says.
    pub(super) fn passing_person(
        &self,
        known: Known,
        agreed: Option<&str>,
        now: Timestamp,
    ) -> Person {
        let old = self.old_terms(&known, agreed, now);
        let (roster, facts) = self.passing_facts(known, now);
        join(Person::of(roster, facts), old)
    }

    /// The terms that someone keeps, and what is known under them.
    fn old_terms(
        &self,
        known: &Known,
        agreed: Option<&str>,
        now: Timestamp,
    ) -> Option<(Arc<Roster>, Facts)> {
        let roster = self.terms.find(agreed?, self.hash())?;
        let facts = roster.facts(&self.with_registered(known.clone()), now);
        Some((roster, facts))
    }

    /// The answer, with its reasons: by the version in force and, for whoever keeps older terms, by those; the stricter
    /// counts.
    pub(super) fn decide(
        &self,
        question: &Question,
        person: &Person,
        now: Timestamp,
    ) -> Result<Decision, Undecided> {
        let decision = person.roster().decide(question, person.facts(), now)?;
        match person.old_terms() {
            None => Ok(decision),
            Some((roster, facts)) => terms::stricter(decision, question, roster, facts, now),
        }
    }
}

fn join(person: Person, old: Option<(Arc<Roster>, Facts)>) -> Person {
    match old {
        None => person,
        Some((roster, facts)) => person.under(roster, facts),
    }
}

/// The files of a version, for the compiler.
pub fn source_files(version: &PolicyVersion) -> Vec<SourceFile> {
    let file = |(name, text): &(String, String)| SourceFile::new(name.as_str(), text.as_str());
    version.files.iter().map(file).collect()
}
