//! Corrections and marks: values that are written over columns of a person's own rows, by the same plans as an erasure. Never
//! holds a value in what it answers or records.

use std::collections::BTreeMap;

use abide_map::plan::{Correction, Doing, Identities, Plan};
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

/// Writes in one source, in one transaction, and records that it was done. Written a second time, nothing is left to change,
/// so that one that was cut short is simply done again.
///
/// # Errors
///
/// A table or column that is not there, a legal hold, the source, or our records.
pub async fn write_values(
    store: &Store,
    mapped: &Mapped,
    written: &Written<'_>,
    actor: &str,
    now: Timestamp,
) -> Result<(u64, EntryId), RightsError> {
    let mut snapshot = mapped.source.snapshot().await?;
    let plan = plan(store, mapped, written, snapshot.as_mut(), now).await?;
    let counts = counted(mapped, &plan, snapshot.as_mut()).await?;
    snapshot.end().await?;
    let steps = StepCount::of_plan(&plan, &mapped.map, &counts);
    let work = Work {
        opening: plan.opening.clone(),
        steps: plan
            .steps
            .iter()
            .map(|step| step.statement.clone())
            .collect(),
        closing: plan.closing.clone(),
        ..Work::default()
    };
    let rows = match counts.iter().any(|count| *count > 0) {
        true => mapped.source.run(&work).await?.rows.iter().sum(),
        false => 0,
    };
    let entry = record(store, mapped, written, (rows, &steps), actor, now).await?;
    Ok((rows, entry))
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

async fn record(
    store: &Store,
    mapped: &Mapped,
    written: &Written<'_>,
    (rows, steps): (u64, &[StepCount]),
    actor: &str,
    now: Timestamp,
) -> Result<EntryId, RightsError> {
    let mut evidence = Evidence::new("request.answered", actor, now);
    evidence.outcome = Some(written.writing.word().to_owned());
    evidence.clauses = clauses_of(steps);
    evidence.counts = BTreeMap::from([("rows".to_owned(), rows)]);
    if let Some(first) = identifiers(written.people)?.first() {
        evidence.subject = Some(store.subject(first).await?);
    }
    let columns = written.values.iter();
    let columns: Vec<String> = columns
        .map(|value| format!("{}.{}", value.table, value.column))
        .collect();
    evidence.private = serde_json::json!({ "source": mapped.name(), "columns": columns });
    let tx = store.begin(evidence)?;
    let entry = tx.entry_id();
    tx.commit().await?;
    Ok(entry)
}
