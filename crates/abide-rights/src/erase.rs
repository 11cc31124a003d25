//! Erasing a person from every source: what is about to happen is recorded before a source is touched, one transaction does
//! it, and a fresh plan says afterwards whether anything is left. Each effect happens once, or is proved already done; what
//! fails leaves the request open.
//!
//! Everything can be cut short at any moment and started again: an intent of which nobody knows what came of it is settled
//! by its marker in the source, else by a fresh plan. Once a fresh plan has found nothing, the source is clean of the request,
//! which changes nothing there any more.

use std::collections::BTreeMap;

use abide_map::plan::{Hold, Identities, Plan, Planner};
use abide_sources::{Marker, SourceError, Trouble};
use abide_store::{
    Asked, Certified, EntryId, Identifier, Intended, Intent, IntentState, Recoverable, Refusal,
    Request, RequestState, Sensitive, Settlement, Store, StoreError, WriteTx,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::certificate::{Certificate, Grade, SourcePart};
use crate::clean::{recorded, still_clean};
use crate::error::RightsError;
use crate::explain::counted;
use crate::files::{intend_files, is_of_files};
use crate::lasting::{failed, lasting, lasting_of, told};
use crate::mapped::{Keys, Mapped, lying_on};
use crate::memory::{KeptRows, Memory};
use crate::remembered::{Remembered, identifiers, known_beyond};
use crate::step::{
    StepCount, StepEffect, clauses_of, hash_of, kept_of, told_due, unmoved, work_of,
};
use crate::undo::{kept, kept_until};

/// How often a source is gone over: the application may write while rows go, and a trigger may write others.
const ROUNDS: usize = 4;

/// What is recorded of work of which nobody can tell what came of it.
const UNKNOWN: &str = "rows are left that it was to touch";

/// How often work that another transaction was in the way of is tried again at once.
const ATTEMPTS: usize = 3;

/// What erasing needs, whoever it is for.
#[derive(Debug, Clone, Copy)]
pub struct Eraser<'a> {
    /// Our own records.
    pub store: &'a Store,
    /// The sources that can be reached.
    pub sources: &'a [Mapped],
    /// Who acts, for the evidence.
    pub actor: &'a str,
    /// The present moment.
    pub now: Timestamp,
}

/// How far a request came.
#[derive(Debug)]
pub struct Progress {
    /// The request.
    pub request: EntryId,
    /// What is left to do, by source, each with what went wrong. Empty: it is done and checked.
    pub stuck: Vec<(String, String)>,
    /// What was certified, and the entry that anchors it, once nothing is left.
    pub certified: Option<(EntryId, Certificate)>,
}

/// What became of a request in one source.
pub(crate) struct Outcome {
    /// For the certificate.
    pub(crate) part: SourcePart,
    /// What is remembered of it.
    pub(crate) memory: Memory,
}

impl Outcome {
    /// Takes up what has come to be there since nothing was left, and is not the request's to erase.
    pub(crate) fn came_back(&mut self, rows: &[KeptRows]) {
        self.part.came_back = rows.iter().map(|rows| rows.rows).sum();
    }
}

impl Eraser<'_> {
    /// Opens a request to erase a person from the sources named, and goes as far as it can.
    ///
    /// # Errors
    ///
    /// A hold that names the person, before anything is opened; or our own records. Trouble with a source is no error
    /// but leaves the request open.
    pub async fn erase(
        &self,
        people: &Identities,
        sources: &[String],
        clauses: &[String],
    ) -> Result<Progress, RightsError> {
        let tx = self.begin(people, sources, clauses).await?;
        let request = tx.entry_id();
        tx.commit().await?;
        self.advance(request).await
    }

    /// Begins to open a request to erase a person; its id is that of the write. Nothing is carried out yet.
    ///
    /// # Errors
    ///
    /// A hold that names the person, or our own records.
    pub async fn begin(
        &self,
        people: &Identities,
        sources: &[String],
        clauses: &[String],
    ) -> Result<WriteTx, RightsError> {
        let identifiers = identifiers(people)?;
        self.refuse_held(&identifiers).await?;
        // Nothing is touched yet: what cannot be asked now is asked before anything is.
        drop(self.refuse_held_in(sources, people).await?);
        let known = people.0.iter();
        let remembered = Remembered {
            people: known
                .map(|known| (known.kind.clone(), known.value.clone()))
                .collect(),
            sources: sources.to_vec(),
        };
        let asked = Asked {
            right: "erase",
            identifiers: &identifiers,
            sealed: &Zeroizing::new(to_json(&remembered)?),
            clauses,
        };
        let begun = self.store.begin_open_request(&asked, self.actor, self.now);
        Ok(begun.await?)
    }

    /// Goes on with an open request wherever it stands.
    pub async fn advance(&self, request: EntryId) -> Result<Progress, RightsError> {
        let stored = self.store.request(request).await?.ok_or_else(|| {
            RightsError::Asked(format!(
                "there is no request `{request}`; see `abide erase list`"
            ))
        })?;
        let remembered = Remembered::of(&stored)?;
        let identifiers = remembered.identifiers()?;
        self.refuse_held(&identifiers).await?;
        let people = remembered.identities();
        let silent = self.refuse_held_in(&remembered.sources, &people).await?;
        if !silent.is_empty() {
            return Ok(Progress {
                request,
                stuck: silent,
                certified: None,
            });
        }
        let (mut stuck, mut parts) = (Vec::new(), Vec::new());
        for name in &remembered.sources {
            match self.erase_named(&stored, name, &people).await {
                Ok(outcome) => parts.push(outcome.part),
                Err(RightsError::Store(error)) => return Err(error.into()),
                Err(error) => stuck.push((name.clone(), error.to_string())),
            }
        }
        let certified = match stuck.is_empty() {
            true => Some(self.certify_erased(&stored, &identifiers, parts).await?),
            false => None,
        };
        Ok(Progress {
            request,
            stuck,
            certified,
        })
    }

    async fn certify_erased(
        &self,
        request: &Request,
        identifiers: &[Identifier],
        parts: Vec<SourcePart>,
    ) -> Result<(EntryId, Certificate), RightsError> {
        let mut certificate =
            Certificate::new(request.id.to_string(), Grade::Erased, self.now, parts);
        certificate.recoverable_until = kept_until(self, request.id, identifiers).await?;
        certificate.name_backups(self.sources);
        // Our own records go last: until here they say who has to be erased.
        for identifier in identifiers {
            let subject = self.store.subject(identifier).await?;
            let clauses = certificate.clauses();
            self.store
                .erase_subject(subject, &clauses, self.actor, self.now)
                .await?;
        }
        let certified = Certified {
            request: request.id,
            grade: Grade::Erased.word(),
            text: &certificate.text(),
            counts: certificate.counts(),
            clauses: certificate.clauses(),
            then: RequestState::Checked,
        };
        let entry = self.store.certify(&certified, self.actor, self.now).await?;
        Ok((entry, certificate))
    }

    /// The source of a name.
    ///
    /// # Errors
    ///
    /// It is none of those that can be used.
    pub(crate) fn named(&self, name: &str) -> Result<&Mapped, RightsError> {
        let mapped = self.sources.iter().find(|mapped| mapped.name() == name);
        mapped.ok_or_else(|| {
            RightsError::Asked(format!(
                "source `{name}` cannot be used: it is not in `abide.kdl`, or could not be opened"
            ))
        })
    }

    async fn erase_named(
        &self,
        request: &Request,
        name: &str,
        people: &Identities,
    ) -> Result<Outcome, RightsError> {
        let mapped = self.named(name)?;
        let held = self.store.held().await?;
        if let Some(outcome) = recorded(self.store, request.id, name).await?
            && outcome.memory.released(&held).is_empty()
        {
            return still_clean(self, mapped, people, outcome).await;
        }
        let site = Site {
            eraser: self,
            request: request.id,
            mapped,
        };
        site.erase(people, request.opened_at).await
    }

    /// Settles what was begun for a request in a source, so that nobody carries it out any more; whether that could be told of
    /// all of it.
    pub(crate) async fn settle_begun(
        &self,
        request: EntryId,
        mapped: &Mapped,
    ) -> Result<bool, RightsError> {
        let site = Site {
            eraser: self,
            request,
            mapped,
        };
        for intent in site.intents().await? {
            // What a closed request remembers is gone, and with it whether there is a marker.
            if !intent.intended.sealed.0.is_empty() {
                site.settle_by_marker(&intent).await?;
            }
        }
        let intents = site.intents().await?;
        let is_settled = |intent: &Intent| intent.state != IntentState::Planned;
        Ok(intents.iter().all(is_settled))
    }
}

/// One request in one source.
struct Site<'a> {
    eraser: &'a Eraser<'a>,
    request: EntryId,
    mapped: &'a Mapped,
}

impl Site<'_> {
    async fn erase(&self, people: &Identities, asked: Timestamp) -> Result<Outcome, RightsError> {
        // A hold may have been laid since the source was opened.
        let held = self.eraser.store.held().await?;
        let holds = self.mapped.holds_of(&held, self.eraser.now).await?;
        let planner = self.mapped.planner_under(&holds, self.eraser.now);
        let mut memory = self.recall(&planner, people).await?;
        memory.release(&held);
        let (mut ran, mut left) = (Vec::new(), String::new());
        for _ in 0..ROUNDS {
            // One state of the source for the keys, the counts and what has to be known before.
            let mut snapshot = self.mapped.source.snapshot().await?;
            let found = self.mapped.look_up(&planner, people, snapshot.as_mut());
            let mut found = found.await?;
            // What has run freed keys, and whoever was given one since is somebody else.
            let (given_out, strangers) = match self.may_have_run().await? {
                true => {
                    let (mapped, snapshot) = (self.mapped, snapshot.as_mut());
                    mapped
                        .strangers(&planner, people, &memory.keys, snapshot)
                        .await?
                }
                false => Default::default(),
            };
            found.leave_out(&given_out);
            memory.keys.add(found.clone());
            let mut subjects = self.mapped.subjects(&planner, people, &memory.keys);
            subjects.leave_out(&strangers);
            let lying = lying_on(&holds, &subjects);
            if !lying.is_empty() {
                return Err(RightsError::Held(lying));
            }
            let plan = planner
                .erase(&subjects)
                .map_err(|findings| self.mapped.no_plan(findings))?;
            let counts = counted(self.mapped, &plan, snapshot.as_mut()).await?;
            let steps = StepCount::of_plan(&plan, &self.mapped.map, &counts);
            memory.add(Memory::read(&plan, &steps, snapshot.as_mut()).await?);
            let until = planner.undone_until(asked);
            let capsule = kept(&plan, &steps, until, snapshot.as_mut()).await?;
            snapshot.end().await?;
            let is_left = steps.iter().any(StepCount::is_due);
            if !is_left {
                self.refuse_found(&found, &holds, &memory)?;
            }
            self.settle_by_plan(is_left).await?;
            if !is_left {
                return self.clean(&plan, (&steps, given_out.len()), memory).await;
            }
            if let Some(unmoved) = unmoved(&ran, &steps) {
                return Err(RightsError::Asked(format!(
                    "source `{}` takes the statements and keeps the rows: {unmoved}; see to the trigger, rule or row security that does so, then `abide erase resume`",
                    self.mapped.name()
                )));
            }
            left = told_due(&steps);
            // Rows that stay hold other values once something has run, and those are nobody's.
            if !self.has_run().await? {
                memory.add(Memory {
                    known: known_beyond(people, planner.identifiers(&subjects)),
                    ..Memory::default()
                });
            }
            memory.is_unmarked = !self.mapped.source.is_marking().await?;
            ran = self.run(&plan, &steps, &memory, capsule).await?;
        }
        Err(RightsError::Asked(format!(
            "rows of this person keep appearing in source `{}`, the last time {left}; stop what writes them, then `abide erase resume`",
            self.mapped.name()
        )))
    }

    /// What earlier intents remember, each of them settled if its marker can tell.
    ///
    /// # Errors
    ///
    /// Rows that are gone are known by their keys alone: a map that cannot use them is refused.
    async fn recall(
        &self,
        planner: &Planner<'_>,
        people: &Identities,
    ) -> Result<Memory, RightsError> {
        let mut memory = Memory::default();
        let intents = self.intents().await?;
        if intents.is_empty() {
            return Ok(memory);
        }
        for intent in &intents {
            self.settle_by_marker(intent).await?;
        }
        let intents = self.intents().await?;
        let is_begun = intents
            .iter()
            .any(|intent| intent.state != IntentState::Failed);
        for intent in &intents {
            memory.add(Memory::of(intent)?);
        }
        let unusable = self.mapped.unusable(planner, people, &memory.keys);
        if is_begun && let Some(table) = unusable.first() {
            return Err(RightsError::Asked(format!(
                "the map or the schema of source `{}` is another than when this erasure began, and what was read of `{table}` then cannot be used with it; bring back the `subject`, `identity` and edge lines that were there, then `abide erase resume`, and change them after that",
                self.mapped.name()
            )));
        }
        Ok(memory)
    }

    async fn intents(&self) -> Result<Vec<Intent>, RightsError> {
        let mut intents = self.eraser.store.intents(self.request).await?;
        let name = self.mapped.name();
        intents.retain(|intent| intent.intended.source == name && !is_of_files(intent));
        Ok(intents)
    }

    /// Whether something of it was committed, or may have been.
    async fn may_have_run(&self) -> Result<bool, RightsError> {
        let intents = self.intents().await?;
        for intent in &intents {
            let may = match intent.state {
                IntentState::Done | IntentState::Clean => true,
                IntentState::Failed => {
                    intent.outcome == failed(UNKNOWN) || !lasting_of(intent)?.is_empty()
                }
                // Where markers are, `recall` has settled it: of this nobody can tell.
                IntentState::Planned => true,
            };
            if may {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn has_run(&self) -> Result<bool, RightsError> {
        let intents = self.intents().await?;
        let is_done = |intent: &Intent| intent.state == IntentState::Done;
        Ok(intents.iter().any(is_done))
    }

    /// A plan that counts nothing is believed only if nobody is found any more who has to be gone. What somebody on hold owns
    /// too does not have to.
    fn refuse_found(
        &self,
        found: &Keys,
        holds: &[Hold],
        memory: &Memory,
    ) -> Result<(), RightsError> {
        let is_held = |kept: &&KeptRows| holds.iter().any(|hold| hold.because() == kept.because);
        let held: Vec<&KeptRows> = memory.kept.iter().filter(is_held).collect();
        let Some(table) = self.mapped.still_found(found, &held) else {
            return Ok(());
        };
        Err(RightsError::Asked(format!(
            "source `{}` still finds this person in `{table}` by an identifier, and no statement reaches the row by its key; see that the key of `{table}` is of one type and never empty, then `abide erase resume`",
            self.mapped.name()
        )))
    }

    /// Nothing is left: from here on the source is clean of the request. Files that were named become a step.
    async fn clean(
        &self,
        plan: &Plan,
        (stays, given_out): (&[StepCount], usize),
        memory: Memory,
    ) -> Result<Outcome, RightsError> {
        let Eraser {
            store, actor, now, ..
        } = *self.eraser;
        let name = self.mapped.name();
        if !memory.files.is_empty() {
            intend_files(store, self.request, name, &memory, actor, now).await?;
        }
        let looked = self.intended(plan, stays, &memory)?;
        let outcome = serde_json::json!({ "how": "plan", "steps": stays, "given_out": given_out });
        let outcome = outcome.to_string();
        let recorded_clean = store.record_clean(&looked, &outcome, actor, now).await;
        recorded_clean.map_err(|error| RightsError::unrecorded(self.request, error))?;
        let outcome = recorded(store, self.request, name).await?;
        outcome.ok_or_else(|| {
            RightsError::Corrupt(format!("what came of request `{}` is lost", self.request))
        })
    }

    /// What a plan is about to do, or would do if anything were left.
    fn intended(
        &self,
        plan: &Plan,
        steps: &[StepCount],
        memory: &Memory,
    ) -> Result<Intended, RightsError> {
        Ok(Intended {
            request: self.request,
            source: self.mapped.name().to_owned(),
            fingerprint: plan.fingerprint.clone(),
            statements: hash_of(plan),
            expected: String::from_utf8_lossy(&to_json(&steps)?).into_owned(),
            clauses: clauses_of(steps),
            sealed: Sensitive(Zeroizing::new(to_json(memory)?)),
            capsule: None,
        })
    }

    /// The marker of an intent says what came of it, unless nobody may read markers. One that has not been carried out by now
    /// is closed off, so that nobody does who is still at it.
    async fn settle_by_marker(&self, intent: &Intent) -> Result<(), RightsError> {
        if intent.state != IntentState::Planned || Memory::of(intent)?.is_unmarked {
            return Ok(());
        }
        match self.mapped.source.fence(&intent.id.to_string()).await? {
            Marker::Committed(_) => {
                let steps = expected_of(intent)?;
                self.settle(intent.id, "marker", &steps).await
            }
            Marker::Absent => {
                let steps = expected_of(intent)?;
                self.fail(intent.id, &steps, "it was cut short").await
            }
            Marker::Untold => Ok(()),
        }
    }

    /// Where nobody may read markers, an intent was carried out if nothing is left to do.
    async fn settle_by_plan(&self, is_left: bool) -> Result<(), RightsError> {
        for intent in self.intents().await? {
            if intent.state != IntentState::Planned {
                continue;
            }
            if is_left {
                // Rows may have appeared since: what it took, if anything, may still be asked back.
                self.record(intent.id, Came::Unknown, &failed(UNKNOWN), BTreeMap::new())
                    .await?;
            } else {
                self.settle(intent.id, "plan", &expected_of(&intent)?)
                    .await?;
            }
        }
        Ok(())
    }

    /// Runs a plan; what each of its steps changed, where that was counted.
    async fn run(
        &self,
        plan: &Plan,
        steps: &[StepCount],
        memory: &Memory,
        capsule: Option<Recoverable>,
    ) -> Result<Vec<StepCount>, RightsError> {
        let mut intended = self.intended(plan, steps, memory)?;
        intended.capsule = capsule;
        for attempt in 1..=ATTEMPTS {
            let Eraser {
                store, actor, now, ..
            } = *self.eraser;
            let intent = store.record_intent(&intended, actor, now).await;
            let intent = intent.map_err(|error| RightsError::unrecorded(self.request, error))?;
            let (work, numbers) = work_of(plan, &intent.to_string());
            match self.mapped.source.run(&work).await {
                Ok(done) => {
                    // What stays may lead to nobody from here on: this is when it is counted.
                    let mut ran = kept_of(steps);
                    for (number, rows) in numbers.iter().zip(done.rows) {
                        if let Some(step) = steps.get(*number) {
                            ran.push(StepCount {
                                rows,
                                ..step.clone()
                            });
                        }
                    }
                    self.settle(intent, "run", &ran).await?;
                    return Ok(ran);
                }
                // The fresh plan of the next round decides.
                Err(error) if error.may_be_done() && memory.is_unmarked => {
                    return Ok(Vec::new());
                }
                Err(error) if error.may_be_done() => {
                    self.settle_doubt(intent, steps, error).await?;
                    return Ok(Vec::new());
                }
                Err(error) => {
                    self.fail(intent, steps, &error.to_string()).await?;
                    if error.trouble != Trouble::Conflict || attempt == ATTEMPTS {
                        return Err(told(&self.mapped.schema, steps, error));
                    }
                }
            }
        }
        Ok(Vec::new())
    }

    /// Nobody can say from here whether the source committed, or will yet: its marker can, if it can be reached.
    async fn settle_doubt(
        &self,
        intent: EntryId,
        steps: &[StepCount],
        error: SourceError,
    ) -> Result<(), RightsError> {
        match self.mapped.source.fence(&intent.to_string()).await? {
            Marker::Committed(_) => self.settle(intent, "marker", steps).await,
            Marker::Absent if error.trouble == Trouble::AlreadyDone => {
                self.fail(intent, steps, "another process closed it off")
                    .await?;
                Err(RightsError::Asked(format!(
                    "another process goes on with this request in source `{}`; `abide erase list` says how far it came",
                    self.mapped.name()
                )))
            }
            Marker::Absent => {
                self.fail(intent, steps, &error.to_string()).await?;
                Err(told(&self.mapped.schema, steps, error))
            }
            // The fresh plan of the next round decides.
            Marker::Untold => Ok(()),
        }
    }

    async fn settle(
        &self,
        intent: EntryId,
        how: &str,
        steps: &[StepCount],
    ) -> Result<(), RightsError> {
        let rows = |effect| {
            let steps = steps.iter().filter(|step| step.effect == effect);
            steps.map(|step| step.rows).sum::<u64>()
        };
        let counts = BTreeMap::from([
            ("deleted".to_owned(), rows(StepEffect::Delete)),
            ("overwritten".to_owned(), rows(StepEffect::Overwrite)),
        ]);
        let outcome = serde_json::json!({ "how": how, "steps": steps }).to_string();
        self.record(intent, Came::Work, &outcome, counts).await
    }

    /// The source kept nothing of it, but for what tables lost that know no transactions: nobody can tell what that was.
    async fn fail(
        &self,
        intent: EntryId,
        steps: &[StepCount],
        why: &str,
    ) -> Result<(), RightsError> {
        let lasting = lasting(&self.mapped.schema, steps);
        let come = match lasting.is_empty() {
            true => Came::Nothing,
            false => Came::Unknown,
        };
        let outcome = serde_json::json!({ "failed": why, "lasting": lasting }).to_string();
        self.record(intent, come, &outcome, BTreeMap::new()).await
    }

    async fn record(
        &self,
        intent: EntryId,
        come: Came,
        outcome: &str,
        counts: BTreeMap<String, u64>,
    ) -> Result<(), RightsError> {
        let settlement = Settlement {
            state: come.state(),
            outcome,
            counts,
            is_void: come == Came::Nothing,
        };
        let Eraser {
            store, actor, now, ..
        } = *self.eraser;
        let settled = store.settle_intent(intent, &settlement, actor, now).await;
        let is_late = matches!(settled, Err(StoreError::Refused(Refusal::Changed)));
        // Another process was told the same by the same marker.
        if is_late && self.is_settled(intent, settlement.state).await? {
            return Ok(());
        }
        settled?;
        Ok(())
    }

    async fn is_settled(&self, intent: EntryId, state: IntentState) -> Result<bool, RightsError> {
        let intents = self.intents().await?;
        let mut same = intents.iter().filter(|known| known.id == intent);
        Ok(same.any(|known| known.state == state))
    }
}

/// What came of an intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Came {
    /// The source committed it.
    Work,
    /// The source kept nothing of it.
    Nothing,
    /// Not all of it, as far as anybody can tell.
    Unknown,
}

impl Came {
    fn state(self) -> IntentState {
        match self {
            Self::Work => IntentState::Done,
            Self::Nothing | Self::Unknown => IntentState::Failed,
        }
    }
}

pub(crate) fn to_json(value: &impl Serialize) -> Result<Vec<u8>, RightsError> {
    serde_json::to_vec(value).map_err(|error| RightsError::Corrupt(error.to_string()))
}

fn expected_of(intent: &Intent) -> Result<Vec<StepCount>, RightsError> {
    serde_json::from_str(&intent.intended.expected).map_err(|_| unreadable(intent))
}

/// What an intent recorded of what came of it.
#[derive(Deserialize)]
pub(crate) struct Recorded {
    /// What ran, and what stays.
    pub(crate) steps: Vec<StepCount>,
    /// How many keys of rows that went had been given to somebody else.
    #[serde(default)]
    pub(crate) given_out: u64,
}

pub(crate) fn outcome_of(intent: &Intent) -> Result<Recorded, RightsError> {
    serde_json::from_str(&intent.outcome).map_err(|_| unreadable(intent))
}

pub(crate) fn unreadable(intent: &Intent) -> RightsError {
    RightsError::Corrupt(format!(
        "what intent `{}` recorded cannot be read",
        intent.id
    ))
}
