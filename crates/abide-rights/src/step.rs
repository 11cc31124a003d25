//! Steps of a plan with the rows they touch: what is explained before, recorded as intended, and told afterwards. Never
//! holds a value.

use abide_map::map::{Holds, Map};
use abide_map::plan::{Effect, Plan, Step};
use abide_sources::Work;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::explain::rows as rows_of;

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepEffect {
    /// Reads rows.
    Read,
    /// Deletes rows.
    Delete,
    /// Overwrites columns.
    Overwrite,
    /// Leaves rows where they are.
    Keep,
}

/// A step with how many rows it touches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepCount {
    /// The table.
    pub table: String,
    /// What happens to them.
    pub effect: StepEffect,
    /// How many rows.
    pub rows: u64,
    /// The columns that are read or overwritten.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// Why, in words of the map.
    pub reason: String,
    /// Why rows stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// How long they stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Columns that name files and that the step deletes or overwrites.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// The clauses that it answers to.
    pub clauses: Vec<String>,
}

impl StepCount {
    /// The steps of a plan with what each of their counts answered.
    pub(crate) fn of_plan(plan: &Plan, map: &Map, counts: &[u64]) -> Vec<Self> {
        let pairs = plan.steps.iter().zip(counts);
        pairs
            .map(|(step, rows)| Self::of(step, map, *rows))
            .collect()
    }

    fn of(step: &Step, map: &Map, rows: u64) -> Self {
        let (effect, columns, because, until) = match &step.effect {
            Effect::Read { columns, .. } => {
                let names = columns.iter().map(|column| column.name.clone());
                (StepEffect::Read, names.collect(), None, None)
            }
            Effect::Delete => (StepEffect::Delete, Vec::new(), None, None),
            Effect::Overwrite { columns } => (StepEffect::Overwrite, columns.clone(), None, None),
            Effect::Keep { because, until } => (
                StepEffect::Keep,
                Vec::new(),
                Some(because.clone()),
                until.clone(),
            ),
        };
        Self {
            table: step.table.to_string(),
            effect,
            rows,
            columns,
            reason: step.reason.clone(),
            because,
            until,
            files: files_of(step, map),
            clauses: step.clauses.clone(),
        }
    }

    /// Whether both are the same step, whatever they counted.
    fn is_same(&self, other: &Self) -> bool {
        self.table == other.table
            && self.effect == other.effect
            && self.columns == other.columns
            && self.reason == other.reason
    }

    /// Whether something is to be done.
    pub(crate) fn is_due(&self) -> bool {
        self.rows > 0 && matches!(self.effect, StepEffect::Delete | StepEffect::Overwrite)
    }
}

fn files_of(step: &Step, map: &Map) -> Vec<String> {
    let goes = |name: &String| match &step.effect {
        Effect::Delete => true,
        Effect::Overwrite { columns } => columns.contains(name),
        Effect::Read { .. } | Effect::Keep { .. } => false,
    };
    let columns = map.table(&step.table).map(|table| table.columns.iter());
    columns
        .into_iter()
        .flatten()
        .filter(|column| column.holds == Holds::File && goes(&column.name.value))
        .map(|column| column.name.value.clone())
        .collect()
}

/// How many rows of which tables are due.
pub(crate) fn told_due(steps: &[StepCount]) -> String {
    told(steps.iter().filter(|step| step.is_due()))
}

/// The rows that are due still after a statement for them was carried out and changed none; nothing where there are none.
pub(crate) fn unmoved(ran: &[StepCount], steps: &[StepCount]) -> Option<String> {
    let is_unmoved = |step: &&StepCount| {
        let mut before = ran.iter().filter(|before| before.is_same(step));
        step.is_due() && before.any(|before| before.rows == 0)
    };
    let unmoved: Vec<&StepCount> = steps.iter().filter(is_unmoved).collect();
    (!unmoved.is_empty()).then(|| told(unmoved.into_iter()))
}

fn told<'s>(steps: impl Iterator<Item = &'s StepCount>) -> String {
    let told = steps.map(|step| format!("{} of `{}`", rows_of(step.rows), step.table));
    told.collect::<Vec<_>>().join(", ")
}

/// Every clause that these steps answer to, once.
pub(crate) fn clauses_of(steps: &[StepCount]) -> Vec<String> {
    let clauses = steps.iter().flat_map(|step| step.clauses.iter().cloned());
    let mut clauses: Vec<String> = clauses.collect();
    clauses.sort();
    clauses.dedup();
    clauses
}

/// SHA-256 over the text of everything that a plan runs, in hex. Values are left out: they are about a person.
pub(crate) fn hash_of(plan: &Plan) -> String {
    let mut hash = Sha256::new();
    let steps = plan.steps.iter().map(|step| &step.statement);
    for statement in plan.opening.iter().chain(steps).chain(&plan.closing) {
        hash.update((statement.sql.len() as u64).to_be_bytes());
        hash.update(&statement.sql);
    }
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The work of a plan, and which of its steps each of the work's is: a step that keeps rows runs nothing.
pub(crate) fn work_of(plan: &Plan, intent: &str) -> (Work, Vec<usize>) {
    let running = || {
        let steps = plan.steps.iter().enumerate();
        steps.filter(|(_, step)| !matches!(step.effect, Effect::Keep { .. }))
    };
    let work = Work {
        intent: intent.to_owned(),
        opening: plan.opening.clone(),
        steps: running().map(|(_, step)| step.statement.clone()).collect(),
        closing: plan.closing.clone(),
        ..Work::default()
    };
    (work, running().map(|(number, _)| number).collect())
}

/// The steps that leave rows where they are.
pub(crate) fn kept_of(steps: &[StepCount]) -> Vec<StepCount> {
    let kept = steps.iter().filter(|step| step.effect == StepEffect::Keep);
    kept.cloned().collect()
}
