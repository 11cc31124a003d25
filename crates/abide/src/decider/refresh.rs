//! Puts in force what the store says: policies, modes, the register, and then what is known of subjects. What did not
//! change stays as it is in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use abide_policy::decide::Held;
use abide_policy::{Library, compile};
use abide_store::{PolicyVersion, Store, StoreError, SubjectState};
use jiff::Timestamp;

use super::in_force::{InForce, source_files};
use super::{Decider, Modes, State, knowledge};

/// Subjects that are read at once.
const PAGE: u32 = 500;

impl Decider {
    /// Reads which policies are in force, what is observed and what the register knows. From the answer on, questions are
    /// decided by it.
    pub async fn refresh(&self, store: &Store) -> Result<(), StoreError> {
        let _one = self.refreshing.lock().await;
        let register: Arc<[Held]> = Arc::from(knowledge::of_register(
            &store.contracts().await?,
            &store.global_facts().await?,
        ));
        let before = self.state();
        let mut modes = Modes::observing(&self.observe);
        let mut policies = BTreeMap::new();
        for name in store.policies().await? {
            let Some(version) = store.active(&name).await? else {
                continue;
            };
            modes = modes.and(&name, &store.modes(&name).await?);
            let policy = match before.policies.get(&name) {
                Some(held) if held.hash() == version.hash => keep(held, &register),
                _ => put_in_force(version, &register).await,
            };
            policies.extend(policy.map(|policy| (name, policy)));
        }
        let state = State { policies, modes };
        let is_kept = |held: &Arc<InForce>| {
            state
                .policies
                .get(held.name())
                .is_some_and(|kept| Arc::ptr_eq(kept, held))
        };
        let gone = before.policies().filter(|held| !is_kept(held)).cloned();
        self.replaced
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(gone);
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(state);
        self.to_fill.notify_one();
        Ok(())
    }

    /// Reads what is known of every subject, for policies of whose subjects nothing is in memory. Until it is done,
    /// subjects are read from the store as they are asked about.
    pub async fn fill(&self, store: &Store, now: Timestamp) -> Result<(), StoreError> {
        let state = self.state();
        let empty: Vec<_> = state
            .policies()
            .filter(|policy| !policy.subjects().is_complete())
            .collect();
        if empty.is_empty() {
            return Ok(());
        }
        let mut after = None;
        loop {
            let page = store.subjects(after, PAGE, now).await?;
            for subject in &page.states {
                self.fill_one(&empty, subject, now);
            }
            match page.last {
                Some(last) => after = Some(last),
                None => break,
            }
        }
        for policy in empty {
            policy.subjects().complete();
            let (policy, subjects) = (policy.name(), policy.subjects().count());
            tracing::info!(policy, subjects, "subjects are in memory");
        }
        Ok(())
    }

    fn fill_one(&self, policies: &[&Arc<InForce>], subject: &SubjectState, now: Timestamp) {
        let members = || std::iter::once(&subject.subject).chain(&subject.aliases);
        if !subject.aliases.is_empty() {
            self.note_family(&members().copied().collect::<Vec<_>>());
        }
        let known = knowledge::of_subject(subject, &self.assume, now);
        let until = knowledge::until(subject, now);
        for policy in policies {
            if policy.lasting().is_full() {
                members().for_each(|member| policy.subjects().change(*member));
                continue;
            }
            let facts = policy.facts(known.clone(), now);
            for member in members() {
                policy.subjects().fill(*member, facts.clone(), until);
            }
        }
    }

    /// Resolves once something was put in force of whose subjects nothing is in memory.
    pub(super) async fn wants_filling(&self) {
        self.to_fill.notified().await;
    }
}

/// The same version, with another register if that changed.
fn keep(held: &Arc<InForce>, register: &Arc<[Held]>) -> Option<Arc<InForce>> {
    if held.register() == register {
        return Some(Arc::clone(held));
    }
    Some(Arc::new(held.with_register(Arc::clone(register))))
}

/// Compiles a version. It had no errors when it was published, so whatever is wrong by now is for the log.
async fn put_in_force(version: PolicyVersion, register: &Arc<[Held]>) -> Option<Arc<InForce>> {
    let register = Arc::clone(register);
    let compiling = tokio::task::spawn_blocking(move || {
        let compiled = compile(Library::standard(), &source_files(&version), None);
        let (policy, hash) = (version.policy.clone(), version.hash.clone());
        if !compiled.is_clean() {
            tracing::warn!(
                policy,
                hash,
                "a policy in force has errors by the rules of this program"
            );
        }
        let found = compiled
            .policies
            .iter()
            .find(|found| found.name == version.policy)?;
        tracing::info!(policy, hash, "a policy is in force");
        Some(Arc::new(InForce::new(version, found, register)))
    });
    compiling.await.ok().flatten()
}
