//! Tables, and the questions made ready for them. They learn each matter and scope that is held, for good, so whoever uses
//! them asks first whether they are full.

use std::sync::Arc;

use abide_policy::Library;
use abide_policy::decide::{
    Decision, Facts, Known, Prepared, Question, Refusal, Stale, Tables, decide,
};
use abide_policy::model::Policy;
use jiff::Timestamp;

use super::questions::Questions;
use crate::http::problem::Problem;

/// Tables and questions of one policy.
#[derive(Debug)]
pub(super) struct Roster {
    tables: Tables,
    questions: Questions,
    limit: u32,
}

impl Roster {
    /// One that has learned nothing, and is full once it has learned more than `limit` matters and scopes.
    pub(super) fn new(policy: &Policy, limit: u32) -> Self {
        Self {
            tables: Tables::new(policy, Library::standard()),
            questions: Questions::default(),
            limit,
        }
    }

    /// The same, with nothing learned.
    pub(super) fn afresh(&self) -> Self {
        Self::new(self.policy(), self.limit)
    }

    /// The policy.
    pub(super) fn policy(&self) -> &Policy {
        self.tables.policy()
    }

    /// Whether it has learned as much as it may.
    pub(super) fn is_full(&self) -> bool {
        self.tables.learned() > self.limit
    }

    /// What is known of someone, as bits of these tables.
    pub(super) fn facts(&self, known: &Known, now: Timestamp) -> Facts {
        Facts::new(&self.tables, known, now)
    }

    /// The tables.
    pub(super) fn tables(&self) -> &Tables {
        &self.tables
    }

    /// The question made ready, from what is kept if it is there.
    pub(super) fn ready(&self, question: &Question) -> Result<Arc<Prepared>, Undecided> {
        Ok(self.questions.find(&self.tables, question)?)
    }

    /// The question made ready anew: people hold something that it did not know of.
    pub(super) fn ready_again(&self, question: &Question) -> Result<Arc<Prepared>, Undecided> {
        Ok(self.questions.renew(&self.tables, question)?)
    }

    /// The answer, with its reasons. The facts have to be of these tables.
    pub(super) fn decide(
        &self,
        question: &Question,
        facts: &Facts,
        now: Timestamp,
    ) -> Result<Decision, Undecided> {
        let mut prepared = self.ready(question)?;
        if let Err(Stale::Question) = decide(&prepared, facts, now) {
            prepared = self.ready_again(question)?;
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

#[cfg(test)]
mod tests {
    use abide_policy::compile;
    use abide_policy::decide::{Held, Known, Question};
    use abide_policy::source::SourceFile;
    use abide_store::PolicyVersion;
    use serde_json::json;

    use super::super::InForce;
    use super::*;

    const POLICY: &str = r#"
policy shop version="2026-03-01" {
    controller "Shop Ltd" country=NL
    law eu-gdpr
    purpose newsletter is=marketing because=consent
    point newsletter-form
    (SH-001) collect email at=newsletter-form for=newsletter
    (SH-002) use email via=email for=newsletter if=consent
}
"#;

    fn in_force() -> InForce {
        let files = [SourceFile::new("shop.kdl", POLICY)];
        let compiled = compile(Library::standard(), &files, None);
        let version = PolicyVersion {
            policy: "shop".into(),
            hash: "0".repeat(64),
            version_date: "2026-03-01".into(),
            files: vec![("shop.kdl".into(), POLICY.into())],
            published_at: Timestamp::UNIX_EPOCH,
            entry_id: abide_store::EntryId([0; 16]),
        };
        InForce::new(
            version,
            &compiled.policies[0],
            &[],
            std::sync::Arc::from([]),
        )
    }

    fn consent_for(purpose: String) -> Known {
        let mut held: Held = serde_json::from_value(json!({"fact": "consent"})).unwrap();
        held.scope.purposes = vec![purpose];
        Known {
            held: vec![held],
            ..Known::default()
        }
    }

    #[test]
    fn what_callers_say_takes_bounded_room_and_none_of_what_is_recorded() {
        let policy = in_force();
        let question: Question = serde_json::from_value(
            json!({"action": "use", "data": ["email"], "for": "newsletter", "via": ["email"]}),
        )
        .unwrap();
        let now = Timestamp::UNIX_EPOCH;
        for number in 0..5000 {
            let said = consent_for(format!("purpose-{number}"));
            let (roster, facts) = policy.passing_facts(said, now);
            roster.decide(&question, &facts, now).unwrap();
            assert!(roster.tables.learned() <= roster.limit + 1);
        }
        assert_eq!(policy.lasting().tables.learned(), 0);
        assert!(!policy.lasting().is_full());
    }

    #[test]
    fn what_is_recorded_is_not_held_in_memory_once_it_would_take_too_much() {
        let policy = in_force();
        let now = Timestamp::UNIX_EPOCH;
        let mut number = 0;
        while !policy.lasting().is_full() {
            policy.facts(consent_for(format!("purpose-{number}")), now);
            number += 1;
            assert!(number < 10_000);
        }
        let before = policy.lasting().tables.learned();
        let (roster, _) = policy.recorded_facts(consent_for("another".into()), now);
        assert!(!std::sync::Arc::ptr_eq(&roster, policy.lasting()));
        assert_eq!(policy.lasting().tables.learned(), before);
    }
}
