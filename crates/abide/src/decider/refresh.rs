//! Puts in force what the store says: policies, modes, the register, and then what is known of subjects. What did not
//! change stays as it is in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use abide_policy::decide::Held;
use abide_policy::model::Policy;
use abide_policy::{Library, compile};
use abide_store::{PolicyVersion, Store, StoreError, SubjectState};
use jiff::Timestamp;

use super::in_force::{InForce, source_files};
use super::{Decider, Modes, State, knowledge};

/// Subjects that are read at once.
const PAGE: u32 = 500;
/// Versions that people may still live under; older ones are let go.
const TERMS: usize = 16;

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
                _ => {
                    let before = in_force_before(store, &version).await?;
                    put_in_force(version, before, &register).await
                }
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
        let until = knowledge::until(subject, now);
        for policy in policies {
            if policy.lasting().is_full() {
                members().for_each(|member| policy.subjects().change(*member));
                continue;
            }
            let person = self.of_state(policy, subject, now);
            for member in members() {
                policy.subjects().fill(*member, person.clone(), until);
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

/// Compiles a version and those before it.
async fn put_in_force(
    version: PolicyVersion,
    before: Vec<PolicyVersion>,
    register: &Arc<[Held]>,
) -> Option<Arc<InForce>> {
    let register = Arc::clone(register);
    let compiling = tokio::task::spawn_blocking(move || {
        let found = compiled(&version)?;
        let before = before.into_iter().filter_map(|version| {
            let policy = compiled(&version)?;
            Some((version, policy))
        });
        let before: Vec<_> = before.collect();
        let (policy, hash) = (&version.policy, &version.hash);
        tracing::info!(policy, hash, "a policy is in force");
        Some(Arc::new(InForce::new(version, &found, &before, register)))
    });
    compiling.await.ok().flatten()
}

/// The policy in a version. It had no errors when it was published, so whatever is wrong by now is for the log.
fn compiled(version: &PolicyVersion) -> Option<Policy> {
    let compiled = compile(Library::standard(), &source_files(version), None);
    if !compiled.is_clean() {
        let (policy, hash) = (&version.policy, &version.hash);
        tracing::warn!(
            policy,
            hash,
            "a policy has errors by the rules of this program"
        );
    }
    let mut policies = compiled.policies.into_iter();
    policies.find(|found| found.name == version.policy)
}

/// The versions that were in force before, the latest first, each once.
async fn in_force_before(
    store: &Store,
    version: &PolicyVersion,
) -> Result<Vec<PolicyVersion>, StoreError> {
    let mut hashes = Vec::new();
    for past in store.activations(&version.policy).await?.into_iter().rev() {
        if past.hash != version.hash && !hashes.contains(&past.hash) {
            hashes.push(past.hash);
        }
    }
    let mut versions = Vec::new();
    for hash in hashes.iter().take(TERMS) {
        versions.extend(store.version(&version.policy, hash).await?);
    }
    Ok(versions)
}
