//! The only door to our records: a write collects its statements, brings its evidence, and commits whole or not at all.
//! Invariant: no write about a person or a policy commits without its evidence in the same transaction.

use std::collections::BTreeSet;

use jiff::Timestamp;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use crate::Store;
use crate::data_key::DataKey;
use crate::engine::ARRIVALS;
use crate::error::{Refusal, StoreError};
use crate::evidence::{EntryId, Evidence};
use crate::seal::{Place, seal};
use crate::statement::{Statement, Value};
use crate::subject::SubjectToken;

pub(crate) mod batch;
mod queue;

pub(crate) use batch::Job;
pub(crate) use queue::Queue;

/// How often a write is prepared again because its subject's key was destroyed meanwhile.
const KEY_ATTEMPTS: usize = 16;

/// A statement, and what of it is sealed once the subject's data key is at hand.
#[derive(Clone)]
pub(crate) struct Step {
    statement: Statement,
    sealing: Option<Sealing>,
    /// Left out while this subject's identifier is known to be kept.
    registers: Option<SubjectToken>,
}

/// Values of a statement that are sealed under a subject's data key, or the tenant's where there is no subject.
#[derive(Clone)]
pub(crate) struct Sealing {
    /// Whose key.
    pub(crate) subject: Option<SubjectToken>,
    /// Which parameter takes the key's id.
    pub(crate) key_at: Option<usize>,
    /// What is sealed.
    pub(crate) parts: Vec<SealedPart>,
}

/// One parameter that is sealed.
#[derive(Clone)]
pub(crate) struct SealedPart {
    /// Which.
    pub(crate) at: usize,
    /// What it is bound to besides the tenant: the column,
    pub(crate) purpose: &'static str,
    /// and the row.
    pub(crate) id: Vec<u8>,
    /// What is sealed.
    pub(crate) plain: Zeroizing<Vec<u8>>,
}

impl Step {
    pub(crate) fn plain(statement: Statement) -> Self {
        Self {
            statement,
            sealing: None,
            registers: None,
        }
    }

    pub(crate) fn sealed(statement: Statement, sealing: Sealing) -> Self {
        Self {
            statement,
            sealing: Some(sealing),
            registers: None,
        }
    }

    /// The step that keeps a subject's identifier.
    pub(crate) fn registering(mut self, token: SubjectToken) -> Self {
        self.registers = Some(token);
        self
    }
}

/// Whose records were sealed under which key.
type Keyring = Vec<(Option<SubjectToken>, DataKey)>;

/// A write that has committed: it is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// The entry that the write began with; for housekeeping, an id that nothing bears.
    pub entry_id: EntryId,
    /// Its place in the order of arrival.
    pub arrival: i64,
}

/// A write being put together. Nothing happens before [`WriteTx::commit`].
#[must_use = "nothing is written before `commit`"]
pub struct WriteTx {
    store: Store,
    entry_id: EntryId,
    steps: Vec<Step>,
    destroyed: Vec<SubjectToken>,
    has_evidence: bool,
}

impl Store {
    /// Begins a write about a person or a policy, with its evidence.
    pub fn begin(&self, evidence: Evidence) -> Result<WriteTx, StoreError> {
        let mut tx = self.begin_housekeeping(evidence.now)?;
        let entry_id = tx.entry_id;
        tx.steps.extend(evidence.steps(self.tenant(), entry_id)?);
        tx.has_evidence = true;
        Ok(tx)
    }

    /// Begins a write that is about nobody and nothing promised: sessions, rates, answers past their time.
    pub fn begin_housekeeping(&self, now: Timestamp) -> Result<WriteTx, StoreError> {
        Ok(WriteTx {
            store: self.clone(),
            entry_id: EntryId::random(now)?,
            steps: Vec::new(),
            destroyed: Vec::new(),
            has_evidence: false,
        })
    }
}

impl WriteTx {
    /// Adds a statement. There is no reading in between: what must hold is said by [`Statement::or_refuse`].
    pub fn push(&mut self, statement: Statement) {
        self.steps.push(Step::plain(statement));
    }

    /// Adds a further entry of evidence to the same write.
    pub fn witness(&mut self, evidence: &Evidence) -> Result<EntryId, StoreError> {
        let id = EntryId::random(evidence.now)?;
        self.steps.extend(evidence.steps(self.store.tenant(), id)?);
        self.has_evidence = true;
        Ok(id)
    }

    pub(crate) fn push_step(&mut self, step: Step) {
        self.steps.push(step);
    }

    /// Whether a step of this write keeps the subject's identifier.
    pub(crate) fn registers(&self, token: SubjectToken) -> bool {
        self.steps.iter().any(|step| step.registers == Some(token))
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn first_entry(&self) -> EntryId {
        self.entry_id
    }

    /// Forgets, once committed, what is remembered of the subject.
    pub(crate) fn destroys(&mut self, token: SubjectToken) {
        self.destroyed.push(token);
    }

    /// Writes everything in one transaction together with its evidence, and answers once it is on disk.
    ///
    /// After an error nothing of it counts as written; if the machine failed in the moment of committing it may be there
    /// all the same, which an idempotency key tells when the write is tried again.
    pub async fn commit(self) -> Result<Written, StoreError> {
        for _ in 0..KEY_ATTEMPTS {
            let (statements, keys) = self.prepare().await?;
            match self.submit(statements, &keys).await {
                Ok(arrival) => return Ok(self.finished(arrival, keys)),
                Err(StoreError::Refused(Refusal::KeyGone)) => self.forget_keys(),
                Err(error) => return Err(error),
            }
        }
        Err(Refusal::KeyGone.into())
    }

    fn finished(&self, arrival: i64, keys: Keyring) -> Written {
        let (tenant, known) = (self.store.tenant(), self.store.data_keys());
        for (subject, key) in keys.into_iter().filter(|(_, key)| key.is_fresh) {
            known.remember(tenant, subject, key);
        }
        for token in self.steps.iter().filter_map(|step| step.registers) {
            known.mark_registered(tenant, token);
        }
        for token in &self.destroyed {
            known.forget(tenant, Some(*token));
        }
        if self.has_evidence {
            self.store.wake_sequencer();
        }
        Written {
            entry_id: self.entry_id,
            arrival,
        }
    }

    /// The statements with everything sealed, and the data keys they are sealed under.
    async fn prepare(&self) -> Result<(Vec<Statement>, Keyring), StoreError> {
        let steps: Vec<&Step> = self
            .steps
            .iter()
            .filter(|step| self.is_needed(step))
            .collect();
        let subjects: BTreeSet<Option<SubjectToken>> = steps
            .iter()
            .filter_map(|step| step.sealing.as_ref().map(|sealing| sealing.subject))
            .collect();
        let mut keys = Keyring::with_capacity(subjects.len());
        let mut statements = Vec::with_capacity(steps.len() + subjects.len());
        for subject in subjects {
            let (key, stored) = self.store.data_key(subject).await?;
            statements.extend(stored);
            keys.push((subject, key));
        }
        for step in steps {
            let mut statement = step.statement.clone();
            if let Some(sealing) = &step.sealing {
                let key = keys.iter().find(|(subject, _)| *subject == sealing.subject);
                let (_, key) = key.ok_or(StoreError::Closed)?;
                self.seal_into(&mut statement, sealing, key)?;
            }
            statements.push(statement);
        }
        Ok((statements, keys))
    }

    fn is_needed(&self, step: &Step) -> bool {
        let registered = |token| {
            self.store
                .data_keys()
                .is_registered(self.store.tenant(), token)
        };
        !step.registers.is_some_and(registered)
    }

    fn seal_into(
        &self,
        statement: &mut Statement,
        sealing: &Sealing,
        key: &DataKey,
    ) -> Result<(), StoreError> {
        if let Some(at) = sealing.key_at {
            set(statement, at, key.id.into());
        }
        for part in &sealing.parts {
            let place = Place {
                tenant: self.store.tenant(),
                purpose: part.purpose,
                id: &part.id,
            };
            let sealed = seal(&key.secret, &place, &part.plain)?;
            set(statement, part.at, sealed.into());
        }
        Ok(())
    }

    async fn submit(&self, statements: Vec<Statement>, keys: &Keyring) -> Result<i64, StoreError> {
        let tenant = Value::from(self.store.tenant());
        let stored = keys.iter().filter(|(_, key)| !key.is_fresh);
        let holds = stored
            .map(|(_, key)| (tenant.clone(), key.id.into()))
            .collect();
        let (answer, answered) = oneshot::channel();
        let job = Job::new(statements, holds, answer);
        if job.arrivals() > ARRIVALS / 2 {
            return Err(StoreError::Setting(format!(
                "a write brings at most {} entries; split it",
                ARRIVALS / 8
            )));
        }
        self.store.queue().submit(job).await?;
        answered.await.unwrap_or(Err(StoreError::Closed))
    }

    fn forget_keys(&self) {
        for sealing in self.steps.iter().filter_map(|step| step.sealing.as_ref()) {
            self.store
                .data_keys()
                .forget(self.store.tenant(), sealing.subject);
        }
    }
}

fn set(statement: &mut Statement, at: usize, value: Value) {
    if let Some(param) = statement.params.get_mut(at) {
        *param = value;
    }
}
