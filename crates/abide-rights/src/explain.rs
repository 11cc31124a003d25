//! A plan before it runs: each step with its rows, its reason and its clauses, in order. Changes nothing.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use abide_map::plan::{Doing, Identities, Plan};
use abide_map::schema::TableName;
use abide_map::statement::Statement;
use abide_sources::Snapshot;
use jiff::Timestamp;
use serde::Serialize;

use crate::error::RightsError;
use crate::mapped::Mapped;
use crate::step::{StepCount, StepEffect};

/// How many rows a batch would have in a sweep that is only explained; the counts do not depend on it.
const BATCH: u64 = 1000;

/// What would happen in one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// The source.
    pub source: String,
    /// What would be done.
    #[serde(skip)]
    doing: Doing,
    /// Hash of the map and the schema that the plan was made over.
    pub fingerprint: String,
    /// Tables of people in which more people were found than identifiers were given, and how many: all of them are meant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub several: Vec<(TableName, u64)>,
    /// The steps, in order.
    pub steps: Vec<StepCount>,
    /// The statement of each step, without values.
    pub statements: Vec<String>,
    /// What each clause says that a step answers to, where the policy is known.
    pub clauses: BTreeMap<String, Vec<String>>,
}

/// Plans for these people in one source and counts what each step would touch. A sweep is for nobody in particular.
pub async fn explain(
    mapped: &Mapped,
    doing: Doing,
    people: &Identities,
    now: Timestamp,
) -> Result<Explained, RightsError> {
    let planner = mapped.planner(now);
    let mut snapshot = mapped.source.snapshot().await?;
    let mut several = Vec::new();
    let plans = match doing {
        Doing::Sweep => planner.sweep(BATCH),
        _ => {
            let keys = mapped.look_up(&planner, people, snapshot.as_mut()).await?;
            several = keys.several(people);
            let subjects = mapped.subjects(&planner, people, &keys);
            match doing {
                Doing::Access => Ok(vec![planner.access(&subjects)]),
                Doing::Anonymise => planner.anonymise(&subjects).map(|plan| vec![plan]),
                _ => planner.erase(&subjects).map(|plan| vec![plan]),
            }
        }
    };
    let plans = plans.map_err(|findings| mapped.no_plan(findings))?;
    let mut explained = told(mapped, doing, plans, snapshot.as_mut()).await?;
    snapshot.end().await?;
    explained.several = several;
    Ok(explained)
}

/// Plans with what each of their steps would touch.
pub(crate) async fn told(
    mapped: &Mapped,
    doing: Doing,
    plans: Vec<Plan>,
    snapshot: &mut dyn Snapshot,
) -> Result<Explained, RightsError> {
    let mut explained = Explained {
        source: mapped.name().to_owned(),
        doing,
        fingerprint: String::new(),
        several: Vec::new(),
        steps: Vec::new(),
        statements: Vec::new(),
        clauses: BTreeMap::new(),
    };
    for plan in plans {
        let counts = counted(mapped, &plan, snapshot).await?;
        let statements = plan.steps.iter().map(|step| step.statement.sql.clone());
        explained.statements.extend(statements);
        explained
            .steps
            .extend(StepCount::of_plan(&plan, &mapped.map, &counts));
        explained.fingerprint = plan.fingerprint;
    }
    let touching = explained.steps.iter().filter(|step| step.rows > 0);
    for clause in touching.flat_map(|step| &step.clauses) {
        if let Some(said) = mapped.promises.clauses.get(clause) {
            explained.clauses.insert(clause.clone(), said.clone());
        }
    }
    Ok(explained)
}

/// What the counts of a plan's steps answer.
///
/// # Errors
///
/// What stands in the way of the plan, or the source.
pub(crate) async fn counted(
    mapped: &Mapped,
    plan: &Plan,
    snapshot: &mut dyn Snapshot,
) -> Result<Vec<u64>, RightsError> {
    let obstacles = plan.obstacles.iter().map(|obstacle| &obstacle.count);
    let steps = plan.steps.iter().map(|step| &step.count);
    let questions: Vec<Statement> = obstacles.chain(steps).cloned().collect();
    let mut counts = snapshot.numbers(&questions).await?;
    let of_steps = counts.split_off(plan.obstacles.len().min(counts.len()));
    let findings = plan.refused(&counts);
    match findings.is_empty() {
        true => Ok(of_steps),
        false => Err(mapped.no_plan(findings)),
    }
}

impl Explained {
    /// As text: a line for each step that touches something, in the order in which they run.
    pub fn text(&self) -> String {
        let mut out = format!("source {}\n", self.source);
        for (table, people) in &self.several {
            let _ = writeln!(
                out,
                "     {people} people in {table} are known by what was given, and all of them are meant"
            );
        }
        let touching = self.steps.iter().filter(|step| step.rows > 0);
        let mut number = 0;
        for step in touching {
            number += 1;
            let _ = write!(
                out,
                "{number:>3}. {} {} of {}: {}",
                verb(step.effect),
                rows(step.rows),
                step.table,
                step.because.as_ref().unwrap_or(&step.reason)
            );
            if let Some(until) = &step.until {
                let _ = write!(out, ", {until}");
            }
            if step.effect == StepEffect::Overwrite {
                let _ = write!(out, " [{}]", step.columns.join(", "));
            }
            if !step.clauses.is_empty() {
                let _ = write!(out, " ({})", step.clauses.join(", "));
            }
            out.push('\n');
        }
        for step in self.steps.iter().filter(|step| step.rows > 0) {
            for column in &step.files {
                number += 1;
                let _ = writeln!(
                    out,
                    "{number:>3}. ask for the files that `{column}` of {} of {} names to be erased where they are kept: this does not erase them",
                    rows(step.rows),
                    step.table
                );
            }
        }
        if number == 0 {
            out.push_str(match self.doing {
                Doing::Sweep => "     nothing to do\n",
                _ => "     nothing to do: no row is this person's by what was given\n",
            });
        }
        out
    }
}

/// `1 row`, `2 rows`.
pub(crate) fn rows(count: u64) -> String {
    count_of(count, "row")
}

/// A count with its word: `1 row`, `2 rows`, `2 entries`.
pub fn count_of<N: std::fmt::Display + PartialEq + From<u8>>(count: N, word: &str) -> String {
    match word.strip_suffix("ry") {
        _ if count == N::from(1) => format!("1 {word}"),
        Some(stem) => format!("{count} {stem}ries"),
        None if word.ends_with("ch") => format!("{count} {word}es"),
        None => format!("{count} {word}s"),
    }
}

fn verb(effect: StepEffect) -> &'static str {
    match effect {
        StepEffect::Read => "read",
        StepEffect::Delete => "delete",
        StepEffect::Overwrite => "overwrite",
        StepEffect::Keep => "keep",
    }
}
