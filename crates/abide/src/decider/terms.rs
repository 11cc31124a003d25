//! Old terms: whoever agreed to a version, and to no weaker one since, keeps what it promised. Knows no person.

use std::sync::{Arc, Mutex, PoisonError};

use abide_policy::Library;
use abide_policy::decide::{Decision, Facts, Question, Tables, Versions, unheard_of};
use abide_policy::model::Policy;
use abide_store::PolicyVersion;
use jiff::Timestamp;
use jiff::civil::Date;

use super::in_force::source_files;
use super::roster::{Roster, Undecided};

/// The versions of a policy that people may still live under.
#[derive(Debug)]
pub(super) struct Terms {
    versions: Versions,
    older: Vec<Older>,
}

#[derive(Debug)]
struct Older {
    hash: String,
    date: Date,
    /// Learns what is held by whoever keeps these terms; begins anew when that is too much.
    roster: Mutex<Arc<Roster>>,
}

impl Terms {
    /// The version in force and those before it. Their tables learn at most `limit` matters and scopes.
    pub(super) fn new(
        in_force: (&PolicyVersion, &Policy),
        before: &[(PolicyVersion, Policy)],
        limit: u32,
    ) -> Self {
        let library = Library::standard();
        let tables = |policy: &Policy| Arc::new(Tables::new(policy, library));
        let current = (tables(in_force.1), source_files(in_force.0));
        let versions = before
            .iter()
            .map(|(version, policy)| (tables(policy), source_files(version)));
        let older = before.iter().filter_map(|(version, policy)| {
            Some(Older {
                hash: version.hash.clone(),
                date: version.version_date.parse().ok()?,
                roster: Mutex::new(Arc::new(Roster::new(policy, limit))),
            })
        });
        Self {
            versions: Versions::new(library, (current.0, &current.1), versions.collect()),
            older: older.collect(),
        }
    }

    /// The terms that someone keeps who agreed to the version of this hash; nothing if the version in force counts for
    /// them alone.
    pub(super) fn find(&self, agreed: &str, in_force: &str) -> Option<Arc<Roster>> {
        if agreed == in_force {
            return None;
        }
        let agreed = self.older.iter().find(|older| older.hash == agreed)?;
        let terms = self.versions.terms(agreed.date)?;
        let date = terms.policy().version.as_ref()?.value;
        let kept = self.older.iter().find(|older| older.date == date)?;
        let mut roster = kept.roster.lock().unwrap_or_else(PoisonError::into_inner);
        if roster.is_full() {
            *roster = Arc::new(roster.afresh());
        }
        Some(Arc::clone(&roster))
    }
}

/// The stricter of an answer by the version in force and the one by old terms. What old terms never heard of, they do not
/// permit.
pub(super) fn stricter(
    decision: Decision,
    question: &Question,
    terms: &Roster,
    facts: &Facts,
    now: Timestamp,
) -> Result<Decision, Undecided> {
    let old = match terms.decide(question, facts, now) {
        Ok(old) => old,
        Err(Undecided::Refused(refusal)) => unheard_of(&refusal),
        Err(stale) => return Err(stale),
    };
    Ok(if old.effect > decision.effect {
        old
    } else {
        decision
    })
}
