//! Retention: rows whose time is over go, batch by batch, so that the application stays responsive. Each batch is recorded
//! before and after. Never touches what a legal hold names.

use std::collections::BTreeMap;

use abide_map::plan::{Effect, Plan};
use abide_sources::{Marker, Work};
use abide_store::{EntryId, Evidence, Store};
use jiff::Timestamp;

use crate::error::RightsError;
use crate::explain::counted;
use crate::mapped::Mapped;
use crate::step::{StepCount, StepEffect, clauses_of, hash_of};

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
}

impl Swept {
    fn since(self, before: Self) -> Self {
        Self {
            deleted: self.deleted - before.deleted,
            overwritten: self.overwritten - before.overwritten,
            batches: self.batches - before.batches,
            uncounted: self.uncounted - before.uncounted,
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

/// Sweeps one source until nothing is due. `pause` is awaited between two batches: the caller says how long the
/// application may breathe.
///
/// # Errors
///
/// What is done stays done; the next sweep goes on from there.
pub async fn sweep(
    store: &Store,
    mapped: &Mapped,
    pace: Pace<'_>,
    pause: impl AsyncFn(),
) -> Result<Swept, RightsError> {
    let planner = mapped.planner(pace.now);
    let plans = planner
        .sweep(pace.batch)
        .map_err(|findings| mapped.no_plan(findings))?;
    let mut swept = Swept::default();
    for plan in plans {
        let mut snapshot = mapped.source.snapshot().await?;
        let counts = counted(mapped, &plan, snapshot.as_mut()).await?;
        snapshot.end().await?;
        let steps = StepCount::of_plan(&plan, &mapped.map, &counts);
        if !steps.iter().any(StepCount::is_due) {
            continue;
        }
        let intent = intend(store, mapped, &plan, &steps, pace).await?;
        let before = swept;
        let done = run(mapped, &plan, &steps, intent, &mut swept, &pause).await;
        let outcome = if done.is_ok() { "done" } else { "failed" };
        settle(store, mapped, intent, swept.since(before), outcome, pace).await?;
        done?;
    }
    Ok(swept)
}

/// Batch after batch of one plan, until one touches nothing.
async fn run(
    mapped: &Mapped,
    plan: &Plan,
    steps: &[StepCount],
    intent: EntryId,
    swept: &mut Swept,
    pause: &impl AsyncFn(),
) -> Result<(), RightsError> {
    for number in 1_u64.. {
        if swept.batches > 0 {
            pause().await;
        }
        let marker = format!("{intent}-{number}");
        if batch(mapped, plan, steps, marker, swept).await? == Some(0) {
            break;
        }
        swept.batches += 1;
    }
    Ok(())
}

/// One batch, in one transaction with its marker; how many rows that were, if anybody counted them.
async fn batch(
    mapped: &Mapped,
    plan: &Plan,
    steps: &[StepCount],
    marker: String,
    swept: &mut Swept,
) -> Result<Option<u64>, RightsError> {
    let running = plan.steps.iter().zip(steps);
    let (running, steps): (Vec<_>, Vec<_>) = running
        .filter(|(step, _)| !matches!(step.effect, Effect::Keep { .. }))
        .map(|(step, count)| (step.statement.clone(), count))
        .unzip();
    let work = Work {
        intent: marker,
        opening: plan.opening.clone(),
        steps: running,
        closing: plan.closing.clone(),
        ..Work::default()
    };
    let done = match mapped.source.run(&work).await {
        Ok(done) => done,
        Err(error) if error.may_be_done() => {
            // Where no marker can be read, the next batch finds what is left.
            if mapped.source.marker(&work.intent).await? == Marker::Absent {
                return Err(error.into());
            }
            swept.uncounted += 1;
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    for (step, rows) in steps.iter().zip(&done.rows) {
        match step.effect {
            StepEffect::Delete => swept.deleted += rows,
            StepEffect::Overwrite => swept.overwritten += rows,
            StepEffect::Read | StepEffect::Keep => {}
        }
    }
    Ok(Some(done.rows.iter().sum()))
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
    let due = steps.iter().filter(|step| step.is_due());
    evidence.counts = BTreeMap::from([("due".to_owned(), due.map(|step| step.rows).sum())]);
    evidence.private = serde_json::json!({
        "source": mapped.name(),
        "fingerprint": plan.fingerprint,
        "statements": hash_of(plan),
        "steps": steps,
    });
    Ok(store.begin(evidence)?.commit().await?.entry_id)
}

async fn settle(
    store: &Store,
    mapped: &Mapped,
    intent: EntryId,
    swept: Swept,
    outcome: &str,
    pace: Pace<'_>,
) -> Result<(), RightsError> {
    let mut evidence = Evidence::new("sweep.settled", pace.actor, pace.now);
    evidence.outcome = Some(outcome.to_owned());
    evidence.counts = BTreeMap::from([
        ("deleted".to_owned(), swept.deleted),
        ("overwritten".to_owned(), swept.overwritten),
        ("batches".to_owned(), swept.batches),
        ("uncounted".to_owned(), swept.uncounted),
    ]);
    evidence.private = serde_json::json!({ "intent": intent.to_string(), "source": mapped.name() });
    store.begin(evidence)?.commit().await?;
    Ok(())
}
