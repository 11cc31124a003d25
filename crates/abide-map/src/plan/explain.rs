//! A plan for people to read before anything runs, as text and as JSON. Shows no value.

use std::fmt::Write as _;

use serde::Serialize;

use super::{Doing, Effect, Plan};

/// A plan in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// What it does.
    pub doing: &'static str,
    /// Hash of the schema that it was made over.
    pub fingerprint: String,
    /// As of when.
    pub now: String,
    /// The steps, in order.
    pub steps: Vec<ExplainedStep>,
}

/// A step in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainedStep {
    /// Its place, counted from 1.
    pub step: usize,
    /// The table.
    pub table: String,
    /// `read`, `delete`, `overwrite` or `keep`.
    pub effect: &'static str,
    /// The columns that are read or overwritten.
    pub columns: Vec<String>,
    /// The columns left out, each with the reason.
    pub withheld: Vec<(String, String)>,
    /// How many rows it concerns, where that was counted.
    pub rows: Option<u64>,
    /// Why.
    pub reason: String,
    /// For how long rows are kept, where the map says so.
    pub until: Option<String>,
    /// The clauses that it answers to.
    pub clauses: Vec<String>,
    /// The statement, without its values.
    pub statement: String,
}

impl Plan {
    /// The plan in words. `rows` holds what each step's count answered, in the order of the steps, as far as it was asked.
    pub fn explain(&self, rows: &[u64]) -> Explained {
        let steps = self.steps.iter().enumerate().map(|(place, step)| {
            let (effect, columns, withheld, until) = match &step.effect {
                Effect::Read {
                    columns, withheld, ..
                } => {
                    let names = columns.iter().map(|column| column.name.clone()).collect();
                    ("read", names, withheld.clone(), None)
                }
                Effect::Delete => ("delete", Vec::new(), Vec::new(), None),
                Effect::Overwrite { columns } => ("overwrite", columns.clone(), Vec::new(), None),
                Effect::Keep { until, .. } => ("keep", Vec::new(), Vec::new(), until.clone()),
            };
            ExplainedStep {
                step: place + 1,
                table: step.table.to_string(),
                effect,
                columns,
                withheld,
                rows: rows.get(place).copied(),
                reason: step.reason.clone(),
                until,
                clauses: step.clauses.clone(),
                statement: step.statement.sql.clone(),
            }
        });
        Explained {
            doing: self.doing.word(),
            fingerprint: self.fingerprint.clone(),
            now: self.now.to_string(),
            steps: steps.collect(),
        }
    }
}

impl Doing {
    /// The word for it in commands and reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Erase => "erase",
            Self::Anonymise => "anonymise",
            Self::Rectify => "rectify",
            Self::Restrict => "restrict",
            Self::Sweep => "sweep",
        }
    }
}

impl Explained {
    /// As lines of text, a step after the other; `statements` are shown below each where they are asked for.
    pub fn text(&self, statements: Statements) -> String {
        let mut text = String::new();
        for step in &self.steps {
            let rows = step
                .rows
                .map_or_else(|| "?".to_owned(), |rows| rows.to_string());
            // Writing to a `String` cannot fail.
            let _ = write!(
                text,
                "{:>3}  {:<9} {:<24} {rows:>8} {}",
                step.step,
                step.effect,
                step.table,
                if step.rows == Some(1) { "row" } else { "rows" }
            );
            if step.effect == "overwrite" {
                let _ = write!(text, "  {}", step.columns.join(", "));
            }
            let _ = write!(text, "\n     {}", step.reason);
            if let Some(until) = &step.until {
                let _ = write!(text, ", {until}");
            }
            if !step.clauses.is_empty() {
                let _ = write!(text, " ({})", step.clauses.join(", "));
            }
            text.push('\n');
            for (column, reason) in &step.withheld {
                let _ = writeln!(text, "     without `{column}`: {reason}");
            }
            if statements == Statements::Shown {
                let _ = writeln!(text, "     {}", step.statement);
            }
        }
        text
    }
}

/// Whether statements are shown in an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statements {
    /// They are.
    Shown,
    /// They are not.
    Hidden,
}
