//! Retention: rows whose time is over go, batch by batch, so that the application stays responsive. Each batch is recorded
//! before and after. Never touches what a legal hold names.

use std::collections::BTreeMap;

use abide_map::plan::{Effect, Hold, Plan};
use abide_sources::{Marker, Work};
use abide_store::{EntryId, Evidence, Store};
use jiff::Timestamp;

use crate::error::RightsError;
use crate::explain::counted;
use crate::mapped::Mapped;
use crate::step::{StepCount, clauses_of, hash_of};

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

/// The plans of a sweep, for as long as the same holds lie on the same people.
struct Plans<'a> {
    store: &'a Store,
    mapped: &'a Mapped,
    pace: Pace<'a>,
    holds: Vec<Hold>,
    plans: Vec<Plan>,
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

    /// The plan at a place, with the holds of this moment: one may be laid while a sweep goes on.
    async fn of_now(&mut self, place: usize) -> Result<Option<&Plan>, RightsError> {
        let held = self.store.held().await?;
        let holds = self.mapped.holds_of(&held, self.pace.now).await?;
        if holds != self.holds {
            self.plans = plans(self.mapped, &holds, self.pace)?;
            self.holds = holds;
            if let Some(plan) = self.plans.get(place) {
                // What such a hold forbids is in the way from here on.
                let mut snapshot = self.mapped.source.snapshot().await?;
                counted(self.mapped, plan, snapshot.as_mut()).await?;
                snapshot.end().await?;
            }
        }
        Ok(self.plans.get(place))
    }
}

/// One plan for each table with rows to sweep, whatever holds there are.
fn plans(mapped: &Mapped, holds: &[Hold], pace: Pace<'_>) -> Result<Vec<Plan>, RightsError> {
    let planner = mapped.planner_under(holds, pace.now);
    let plans = planner.sweep(pace.batch);
    plans.map_err(|findings| mapped.no_plan(findings))
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
    let mut plans = Plans::make(store, mapped, pace).await?;
    let mut swept = Swept::default();
    for place in 0..plans.plans.len() {
        let Some(plan) = plans.of_now(place).await? else {
            continue;
        };
        let mut snapshot = mapped.source.snapshot().await?;
        let counts = counted(mapped, plan, snapshot.as_mut()).await?;
        snapshot.end().await?;
        let steps = StepCount::of_plan(plan, &mapped.map, &counts);
        if !steps.iter().any(StepCount::is_due) {
            continue;
        }
        let intent = intend(store, mapped, plan, &steps, pace).await?;
        let before = swept;
        let done = run(&mut plans, place, intent, &mut swept, &pause).await;
        let outcome = if done.is_ok() { "done" } else { "failed" };
        settle(store, mapped, intent, swept.since(before), outcome, pace).await?;
        done?;
    }
    Ok(swept)
}

/// Batch after batch of one plan, until one touches nothing.
async fn run(
    plans: &mut Plans<'_>,
    place: usize,
    intent: EntryId,
    swept: &mut Swept,
    pause: &impl AsyncFn(),
) -> Result<(), RightsError> {
    let mapped = plans.mapped;
    for number in 1_u64.. {
        if swept.batches > 0 {
            pause().await;
        }
        let Some(plan) = plans.of_now(place).await? else {
            break;
        };
        let marker = format!("{intent}-{number}");
        if batch(mapped, plan, marker, swept).await? == Some(0) {
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
    marker: String,
    swept: &mut Swept,
) -> Result<Option<u64>, RightsError> {
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
            // Where no marker can be read, the next batch finds what is left.
            if mapped.source.fence(&work.intent).await? == Marker::Absent {
                return Err(error.into());
            }
            swept.uncounted += 1;
            return Ok(None);
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
