//! Retention: rows whose time is over go, batch by batch, so that the application stays responsive. Each batch is recorded
//! before and after. Never touches what a legal hold names, and never leaves a sweep that was cut short untold.

use std::collections::BTreeMap;

use abide_map::plan::{Effect, Hold, Plan};
use abide_policy::diagnostic::Diagnostic;
use abide_sources::{Marker, Work};
use abide_store::{EntryId, Evidence, Refusal, Store, StoreError};
use jiff::Timestamp;

use crate::error::RightsError;
use crate::explain::{count_of, counted};
use crate::mapped::Mapped;
use crate::step::{StepCount, clauses_of, hash_of};

/// How a sweep ended that was cut short where no marker can be read.
const UNKNOWN: &str = "unknown";

/// What a sweep did in one source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// How many rows were deleted.
    pub deleted: u64,
    /// How many rows were overwritten.
    pub overwritten: u64,
    /// How many batches that took.
    pub batches: u64,
    /// How many of those are known by their markers alone, so that nobody counted their rows.
    pub uncounted: u64,
    /// How many more there were of which nobody can tell whether they were committed: the connection was lost, and there is no table
    /// of markers.
    pub untold: u64,
    /// How many batches earlier sweeps had committed that were cut short before they could say so.
    pub cut_short: u64,
}

impl Swept {
    fn since(self, before: Self) -> Self {
        Self {
            deleted: self.deleted - before.deleted,
            overwritten: self.overwritten - before.overwritten,
            batches: self.batches - before.batches,
            uncounted: self.uncounted - before.uncounted,
            untold: self.untold - before.untold,
            cut_short: 0,
        }
    }
}

/// How a sweep goes about it.
#[derive(Debug, Clone, Copy)]
pub struct Pace<'a> {
    /// The most rows of a table in one transaction.
    pub batch: u64,
    /// Who acts, for the evidence.
    pub actor: &'a str,
    /// The present moment.
    pub now: Timestamp,
}

/// The plans of a sweep, for as long as the same holds lie on the same people.
struct Plans<'a> {
    store: &'a Store,
    mapped: &'a Mapped,
    pace: Pace<'a>,
    holds: Vec<Hold>,
    plans: Vec<Plan>,
}

/// What one batch is taken from.
struct Turn<'a> {
    plan: &'a Plan,
    /// How many rows it would change, where it had to be made anew.
    anew: Option<u64>,
}

impl<'a> Plans<'a> {
    async fn make(
        store: &'a Store,
        mapped: &'a Mapped,
        pace: Pace<'a>,
    ) -> Result<Self, RightsError> {
        let holds = mapped.holds_of(&store.held().await?, pace.now).await?;
        let plans = plans(mapped, &holds, pace)?;
        Ok(Self {
            store,
            mapped,
            pace,
            holds,
            plans,
        })
    }

    /// The plan at a place, with the holds of this moment: one may be laid or lifted while a sweep goes on.
    async fn of_now(&mut self, place: usize) -> Result<Option<Turn<'_>>, RightsError> {
        let held = self.store.held().await?;
        let holds = self.mapped.holds_of(&held, self.pace.now).await?;
        let mut anew = None;
        if holds != self.holds {
            self.plans = plans(self.mapped, &holds, self.pace)?;
            self.holds = holds;
            if let Some(plan) = self.plans.get(place) {
                // What such a hold forbids is in the way from here on.
                anew = Some(due_in(&steps_of(self.mapped, plan).await?));
            }
        }
        Ok(self.plans.get(place).map(|plan| Turn { plan, anew }))
    }
}

/// One plan for each table with rows to sweep, whatever holds there are.
fn plans(mapped: &Mapped, holds: &[Hold], pace: Pace<'_>) -> Result<Vec<Plan>, RightsError> {
    let planner = mapped.planner_under(holds, pace.now);
    let plans = planner.sweep(pace.batch);
    plans.map_err(|findings| mapped.no_plan(findings))
}

/// Sweeps one source until nothing is due, and settles what earlier sweeps of it left open. `pause` is awaited between two
/// batches: the caller says how long the application may breathe.
///
/// # Errors
///
/// What is done stays done; the next sweep goes on from there. Rows that are due and that no batch can change are an error,
/// and so is what stands in the way of a table; the other tables are swept all the same. Another sweep of the source that
/// took this one for dead ends it.
pub async fn sweep(
    store: &Store,
    mapped: &Mapped,
    pace: Pace<'_>,
    pause: impl AsyncFn(),
) -> Result<Swept, RightsError> {
    let mut swept = Swept {
        cut_short: settle_cut_short(store, mapped, pace).await?,
        ..Swept::default()
    };
    let mut plans = Plans::make(store, mapped, pace).await?;
    let mut stuck = Stuck::default();
    for place in 0..plans.plans.len() {
        let done = sweep_table(&mut plans, place, &mut swept, &pause).await;
        stuck.take(done)?;
    }
    match stuck.left.is_empty() && stuck.obstacles.is_empty() {
        true => Ok(swept),
        false => Err(RightsError::Unswept {
            source: mapped.name().to_owned(),
            left: stuck.left,
            obstacles: stuck.obstacles,
        }),
    }
}

/// What keeps tables from being swept, for which other tables do not wait.
#[derive(Default)]
struct Stuck {
    left: Vec<(String, u64)>,
    obstacles: Vec<Diagnostic>,
}

impl Stuck {
    fn take(&mut self, done: Result<(), RightsError>) -> Result<(), RightsError> {
        match done {
            Err(RightsError::Unswept { left, .. }) => self.left.extend(left),
            Err(RightsError::Plan { findings, .. }) => {
                let fresh = findings
                    .into_iter()
                    .filter(|it| !self.obstacles.contains(it));
                let fresh: Vec<Diagnostic> = fresh.collect();
                self.obstacles.extend(fresh);
            }
            done => done?,
        }
        Ok(())
    }
}

/// Sweeps one table, with an entry before and one after.
async fn sweep_table(
    plans: &mut Plans<'_>,
    place: usize,
    swept: &mut Swept,
    pause: &impl AsyncFn(),
) -> Result<(), RightsError> {
    let (store, mapped, pace) = (plans.store, plans.mapped, plans.pace);
    let Some(Turn { plan, .. }) = plans.of_now(place).await? else {
        return Ok(());
    };
    let steps = steps_of(mapped, plan).await?;
    if !steps.iter().any(StepCount::is_due) {
        return Ok(());
    }
    let intent = intend(store, mapped, plan, &steps, pace).await?;
    let before = *swept;
    let done = run(plans, place, due_in(&steps), intent, swept, pause).await;
    let outcome = if done.is_ok() { "done" } else { "failed" };
    let told = Told {
        swept: swept.since(before),
        outcome,
    };
    match settle(store, mapped, intent, told, pace).await? {
        Settling::Told => done,
        Settling::Late => Err(RightsError::Asked(format!(
            "another sweep of source `{}` began meanwhile and goes on with it; this one had come as far as {}",
            mapped.name(),
            count_of(swept.batches, "batch")
        ))),
    }
}

fn unswept(mapped: &Mapped, left: Vec<(String, u64)>) -> RightsError {
    RightsError::Unswept {
        source: mapped.name().to_owned(),
        left,
        obstacles: Vec::new(),
    }
}

/// The steps of a plan with what they would touch at present.
async fn steps_of(mapped: &Mapped, plan: &Plan) -> Result<Vec<StepCount>, RightsError> {
    let mut snapshot = mapped.source.snapshot().await?;
    let counts = counted(mapped, plan, snapshot.as_mut()).await?;
    snapshot.end().await?;
    Ok(StepCount::of_plan(plan, &mapped.map, &counts))
}

/// How many rows of steps are due.
fn due_in(steps: &[StepCount]) -> u64 {
    let due = steps.iter().filter(|step| step.is_due());
    due.map(|step| step.rows).sum()
}

/// Settles the sweeps of a source that were begun and never settled; how many batches they had committed. The markers of
/// a sweep's batches are numbered without gaps. The next one is closed off, so that a sweep which is still at work ends there
/// and tells of nothing twice.
async fn settle_cut_short(
    store: &Store,
    mapped: &Mapped,
    pace: Pace<'_>,
) -> Result<u64, RightsError> {
    let mut all = 0;
    for intent in store.open_sweeps(mapped.name()).await? {
        let mut batches = 0;
        let outcome = loop {
            match mapped.source.fence(&marker(intent, batches + 1)).await? {
                Marker::Committed(_) => batches += 1,
                Marker::Absent => break "cut-short",
                Marker::Untold => break UNKNOWN,
            }
        };
        let swept = Swept {
            batches,
            uncounted: batches,
            ..Swept::default()
        };
        let told = Told { swept, outcome };
        if settle(store, mapped, intent, told, pace).await? == Settling::Told {
            all += batches;
        }
    }
    Ok(all)
}

/// What the marker of a sweep's batch is called; batches are counted from 1.
fn marker(intent: EntryId, number: u64) -> String {
    format!("{intent}-{number}")
}

/// Batch after batch of one plan, until one touches nothing. Then nothing may be due.
async fn run(
    plans: &mut Plans<'_>,
    place: usize,
    due: u64,
    intent: EntryId,
    swept: &mut Swept,
    pause: &impl AsyncFn(),
) -> Result<(), RightsError> {
    let mapped = plans.mapped;
    // A batch changes one row at least, or something puts back what it changes.
    let mut last = due.saturating_add(1);
    let mut number = 0;
    while number < last {
        number += 1;
        if swept.batches > 0 {
            pause().await;
        }
        let Some(turn) = plans.of_now(place).await? else {
            break;
        };
        if let Some(due) = turn.anew {
            last = due.saturating_add(number);
        }
        let marker = marker(intent, number);
        match batch(mapped, turn.plan, marker, swept).await? {
            Batch::Rows(0) => break,
            Batch::Rows(_) | Batch::Uncounted => swept.batches += 1,
            // The next batch finds what is left.
            Batch::Untold => swept.untold += 1,
        }
    }
    let Some(Turn { plan, .. }) = plans.of_now(place).await? else {
        return Ok(());
    };
    let left = steps_of(mapped, plan).await?;
    let left: Vec<(String, u64)> = left
        .into_iter()
        .filter(StepCount::is_due)
        .map(|step| (step.table, step.rows))
        .collect();
    match left.is_empty() {
        true => Ok(()),
        false => Err(unswept(mapped, left)),
    }
}

/// What came of a batch.
enum Batch {
    /// It was committed, with so many rows.
    Rows(u64),
    /// It was committed, and nobody counted its rows.
    Uncounted,
    /// Nobody can tell.
    Untold,
}

/// One batch, in one transaction with its marker.
async fn batch(
    mapped: &Mapped,
    plan: &Plan,
    marker: String,
    swept: &mut Swept,
) -> Result<Batch, RightsError> {
    let running = plan.steps.iter();
    let running = running.filter(|step| !matches!(step.effect, Effect::Keep { .. }));
    let running: Vec<_> = running.collect();
    let work = Work {
        intent: marker,
        opening: plan.opening.clone(),
        steps: running.iter().map(|step| step.statement.clone()).collect(),
        closing: plan.closing.clone(),
        ..Work::default()
    };
    let done = match mapped.source.run(&work).await {
        Ok(done) => done,
        Err(error) if error.may_be_done() => {
            return match mapped.source.fence(&work.intent).await? {
                Marker::Absent => Err(error.into()),
                Marker::Untold => Ok(Batch::Untold),
                Marker::Committed(_) => {
                    swept.uncounted += 1;
                    Ok(Batch::Uncounted)
                }
            };
        }
        Err(error) => return Err(error.into()),
    };
    for (step, rows) in running.iter().zip(&done.rows) {
        match step.effect {
            Effect::Delete => swept.deleted += rows,
            Effect::Overwrite { .. } => swept.overwritten += rows,
            Effect::Read { .. } | Effect::Keep { .. } => {}
        }
    }
    Ok(Batch::Rows(done.rows.iter().sum()))
}

async fn intend(
    store: &Store,
    mapped: &Mapped,
    plan: &Plan,
    steps: &[StepCount],
    pace: Pace<'_>,
) -> Result<EntryId, RightsError> {
    let mut evidence = Evidence::new("sweep.intended", pace.actor, pace.now);
    evidence.clauses = clauses_of(steps);
    evidence.counts = BTreeMap::from([("due".to_owned(), due_in(steps))]);
    evidence.private = serde_json::json!({
        "source": mapped.name(),
        "fingerprint": plan.fingerprint,
        "statements": hash_of(plan),
        "steps": steps,
    });
    Ok(store.begin_sweep(mapped.name(), evidence).await?)
}

/// What is said of a sweep when it ends.
struct Told {
    swept: Swept,
    outcome: &'static str,
}

/// Whether a sweep was settled by who tells of it.
#[derive(PartialEq, Eq)]
enum Settling {
    Told,
    /// Somebody else has.
    Late,
}

async fn settle(
    store: &Store,
    mapped: &Mapped,
    intent: EntryId,
    told: Told,
    pace: Pace<'_>,
) -> Result<Settling, RightsError> {
    let Told { swept, outcome } = told;
    let mut evidence = Evidence::new("sweep.settled", pace.actor, pace.now);
    evidence.outcome = Some(outcome.to_owned());
    // A count of nothing would say that nothing was done.
    if outcome != UNKNOWN {
        let counts = [
            ("deleted", swept.deleted),
            ("overwritten", swept.overwritten),
            ("batches", swept.batches),
            ("uncounted", swept.uncounted),
            ("untold", swept.untold),
        ];
        evidence.counts = BTreeMap::from(counts.map(|(name, count)| (name.to_owned(), count)));
    }
    evidence.private = serde_json::json!({ "intent": intent.to_string(), "source": mapped.name() });
    match store.settle_sweep(intent, evidence).await {
        Ok(()) => Ok(Settling::Told),
        Err(StoreError::Refused(Refusal::Changed)) => Ok(Settling::Late),
        Err(error) => Err(error.into()),
    }
}
