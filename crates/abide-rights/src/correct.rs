//! Corrections and marks: values that are written over columns of a person's own rows, by the same plans as an erasure. Never
//! holds a value in what it answers or records.

use std::collections::{BTreeMap, BTreeSet};

use abide_map::plan::{Correction, Doing, Effect, Identities, Plan, Step};
use abide_map::statement::Statement;
use abide_sources::{Snapshot, Work};
use abide_store::{EntryId, Evidence, Store};
use jiff::Timestamp;

use crate::error::RightsError;
use crate::explain::{Explained, counted, told};
use crate::mapped::{Mapped, lying_on};
use crate::remembered::identifiers;
use crate::step::{StepCount, clauses_of};

/// Why values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    /// What stands there is wrong.
    Correction,
    /// The application reads them as "may only be kept".
    Restriction,
}

impl Writing {
    /// The right that it answers to, as requests and evidence name it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Correction => "correct",
            Self::Restriction => "restrict",
        }
    }

    fn doing(self) -> Doing {
        match self {
            Self::Correction => Doing::Rectify,
            Self::Restriction => Doing::Restrict,
        }
    }
}

/// What is written, and for whom.
#[derive(Debug, Clone)]
pub struct Written<'a> {
    /// Why.
    pub writing: Writing,
    /// Whose rows.
    pub people: &'a Identities,
    /// What, and where.
    pub values: &'a [Correction],
}

/// What would be written in one source, counted. Changes nothing.
///
/// # Errors
///
/// A table or column that is not there, a legal hold, or the source.
pub async fn explain_written(
    store: &Store,
    mapped: &Mapped,
    written: &Written<'_>,
    now: Timestamp,
) -> Result<Explained, RightsError> {
    let mut snapshot = mapped.source.snapshot().await?;
    let plan = plan(store, mapped, written, snapshot.as_mut(), now).await?;
    let explained = told(
        mapped,
        written.writing.doing(),
        vec![plan],
        snapshot.as_mut(),
    )
    .await?;
    snapshot.end().await?;
    Ok(explained)
}

/// What came of writing.
#[derive(Debug)]
pub struct Wrote {
    /// How many rows were written over.
    pub rows: u64,
    /// What was written and what stays as it is, with the rows that were counted before.
    pub steps: Vec<StepCount>,
    /// The entry that says so.
    pub entry: EntryId,
}

/// Writes in one source, in one transaction: what is about to be written is recorded before, and what was written after.
/// Written a second time, nothing is left to change, so that one that was cut short is simply done again.
///
/// # Errors
///
/// A table or column that is not there, nobody who has a row there, a legal hold, the source, or our records.
pub async fn write_values(
    store: &Store,
    mapped: &Mapped,
    written: &Written<'_>,
    actor: &str,
    now: Timestamp,
) -> Result<Wrote, RightsError> {
    let mut snapshot = mapped.source.snapshot().await?;
    let plan = plan(store, mapped, written, snapshot.as_mut(), now).await?;
    let counts = counted(mapped, &plan, snapshot.as_mut()).await?;
    let steps = StepCount::of_plan(&plan, &mapped.map, &counts);
    let due: u64 = { steps.iter().filter(|step| step.is_due()) }
        .map(|step| step.rows)
        .sum();
    if steps.iter().all(|step| step.rows == 0) {
        refuse_nobody(mapped, written, snapshot.as_mut(), now).await?;
    }
    snapshot.end().await?;
    let telling = Telling {
        store,
        mapped,
        written,
        steps: &steps,
        actor,
        now,
    };
    let mut rows = 0;
    let mut intent = None;
    if due > 0 {
        intent = Some(telling.record("request.intended", due, None).await?);
        rows = mapped.source.run(&work_of(&plan)).await?.rows.iter().sum();
    }
    let entry = telling.record("request.answered", rows, intent).await?;
    Ok(Wrote { rows, steps, entry })
}

fn work_of(plan: &Plan) -> Work {
    let running = plan.steps.iter();
    let running = running.filter(|step| !matches!(step.effect, Effect::Keep { .. }));
    Work {
        opening: plan.opening.clone(),
        steps: running.map(|step| step.statement.clone()).collect(),
        closing: plan.closing.clone(),
        ..Work::default()
    }
}

/// Refuses to write for somebody who has no row in any of the tables: whoever asked is taken for somebody else, or asked in the
/// wrong place.
async fn refuse_nobody(
    mapped: &Mapped,
    written: &Written<'_>,
    snapshot: &mut dyn Snapshot,
    now: Timestamp,
) -> Result<(), RightsError> {
    let planner = mapped.planner(now);
    let keys = mapped.look_up(&planner, written.people, snapshot).await?;
    let subjects = mapped.subjects(&planner, written.people, &keys);
    let is_meant = |step: &&Step| {
        let mut tables = written.values.iter().map(|value| &value.table);
        let is_own = matches!(step.effect, Effect::Read { is_own: true, .. });
        is_own && tables.any(|table| *table == step.table)
    };
    let own = planner.access(&subjects).steps;
    let counts: Vec<Statement> = { own.iter().filter(is_meant) }
        .map(|step| step.count.clone())
        .collect();
    if snapshot
        .numbers(&counts)
        .await?
        .iter()
        .any(|count| *count > 0)
    {
        return Ok(());
    }
    let tables: BTreeSet<String> = { written.values.iter() }
        .map(|value| value.table.to_string())
        .collect();
    let tables: Vec<String> = tables.into_iter().collect();
    Err(RightsError::Asked(format!(
        "nothing was written: no row of `{}` in source `{}` is this person's by what was given",
        tables.join("`, `"),
        mapped.name()
    )))
}

async fn plan(
    store: &Store,
    mapped: &Mapped,
    written: &Written<'_>,
    snapshot: &mut dyn Snapshot,
    now: Timestamp,
) -> Result<Plan, RightsError> {
    let holds = mapped.holds_of(&store.held().await?, now).await?;
    let planner = mapped.planner_under(&holds, now);
    let keys = mapped.look_up(&planner, written.people, snapshot).await?;
    let subjects = mapped.subjects(&planner, written.people, &keys);
    let lying = lying_on(&holds, &subjects);
    if !lying.is_empty() {
        return Err(RightsError::Held(lying));
    }
    let plan = match written.writing {
        Writing::Correction => planner.rectify(&subjects, written.values),
        Writing::Restriction => planner.restrict(&subjects, written.values),
    };
    plan.map_err(|findings| mapped.no_plan(findings))
}

/// What is told of a piece of writing, before and after.
struct Telling<'a> {
    store: &'a Store,
    mapped: &'a Mapped,
    written: &'a Written<'a>,
    steps: &'a [StepCount],
    actor: &'a str,
    now: Timestamp,
}

impl Telling<'_> {
    async fn record(
        &self,
        kind: &str,
        rows: u64,
        intent: Option<EntryId>,
    ) -> Result<EntryId, RightsError> {
        let Self { store, written, .. } = *self;
        let mut evidence = Evidence::new(kind, self.actor, self.now);
        evidence.outcome = Some(written.writing.word().to_owned());
        evidence.clauses = clauses_of(self.steps);
        evidence.counts = BTreeMap::from([("rows".to_owned(), rows)]);
        if let Some(first) = identifiers(written.people)?.first() {
            evidence.subject = Some(store.subject(first).await?);
        }
        let columns = written.values.iter();
        let columns: Vec<String> = columns
            .map(|value| format!("{}.{}", value.table, value.column))
            .collect();
        evidence.private = serde_json::json!({
            "source": self.mapped.name(),
            "columns": columns,
            "intent": intent.map(|id| id.to_string()),
        });
        let tx = store.begin(evidence)?;
        let entry = tx.entry_id();
        tx.commit().await?;
        Ok(entry)
    }
}
