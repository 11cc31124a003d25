//! How rows point at rows: what the schema declares, and what only names, types and values tell. Never says whose they are.

use std::collections::HashMap;

use super::Samples;
use super::catalogue::Catalogue;
use super::guess::{Guess, guesses};
use super::people::People;
use super::polymorphic;
use super::values;
use crate::sample::{Contained, Containment};
use crate::schema::{ForeignKey, TableName};

/// The least confidence at which a reference is proposed.
pub const LEAST: f64 = 0.5;

/// A reference from rows to rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// The table it starts from.
    pub table: TableName,
    /// Its columns there, in order.
    pub columns: Vec<String>,
    /// The table it leads to.
    pub target: TableName,
    /// The columns there, in the same order.
    pub target_columns: Vec<String>,
    /// Holds only where the column has the value.
    pub when: Option<(String, String)>,
    /// How it is known.
    pub origin: Origin,
}

/// How a reference is known.
#[derive(Debug, Clone, PartialEq)]
pub enum Origin {
    /// The schema declares it.
    Declared,
    /// By its name, its type and perhaps its values.
    Hidden {
        /// How sure, 0 to 1.
        confidence: f64,
        /// Why, in words without values.
        reason: String,
    },
}

impl Reference {
    /// How sure it is; declared ones are certain.
    pub fn confidence(&self) -> f64 {
        match self.origin {
            Origin::Declared => 1.0,
            Origin::Hidden { confidence, .. } => confidence,
        }
    }

    fn declared(table: &TableName, key: &ForeignKey) -> Self {
        Self {
            table: table.clone(),
            columns: key.columns.clone(),
            target: key.target.clone(),
            target_columns: key.target_columns.clone(),
            when: None,
            origin: Origin::Declared,
        }
    }
}

/// What sources answered.
pub(super) type Answers<'a> = HashMap<&'a Containment, Contained>;

/// Every reference of a schema, in the order of its tables and columns.
pub(super) fn find(
    catalogue: &Catalogue<'_>,
    people: &People,
    samples: &Samples,
    answers: &Answers<'_>,
) -> Vec<Reference> {
    let mut found = Vec::new();
    for (at, one) in catalogue.tables.iter().enumerate() {
        found.extend(
            one.table
                .foreign_keys
                .iter()
                .map(|key| Reference::declared(&one.table.name, key)),
        );
        for (column_at, column) in one.table.columns.iter().enumerate() {
            if one
                .table
                .foreign_keys
                .iter()
                .any(|key| key.columns.contains(&column.name))
            {
                continue;
            }
            let many = polymorphic::references(catalogue, samples, at, column_at);
            if many.is_empty() {
                found.extend(single(catalogue, people, answers, at, column_at));
            } else {
                found.extend(many);
            }
        }
    }
    found
}

/// The one reference of a column that nothing declares.
fn single(
    catalogue: &Catalogue<'_>,
    people: &People,
    answers: &Answers<'_>,
    at: usize,
    column_at: usize,
) -> Option<Reference> {
    let one = catalogue.tables.get(at)?;
    let column = one.table.columns.get(column_at)?;
    if polymorphic::has_kind_beside(catalogue, at, column_at) {
        return None;
    }
    let weighed = guesses(catalogue, people, at, column_at)
        .into_iter()
        .map(|guess| {
            let answer = question(catalogue, at, column_at, guess.target)
                .and_then(|question| answers.get(&question).copied());
            weigh(guess, answer)
        });
    let named = weighed.max_by(|one, other| {
        one.value
            .total_cmp(&other.value)
            .then(other.target.cmp(&one.target))
    });
    let best = named.or_else(|| values::guess(catalogue, answers, at, column_at))?;
    let target = catalogue.tables.get(best.target)?;
    (best.value >= LEAST).then(|| Reference {
        table: one.table.name.clone(),
        columns: vec![column.name.clone()],
        target: target.table.name.clone(),
        target_columns: target
            .key_column()
            .map(|key| key.name.clone())
            .into_iter()
            .collect(),
        when: None,
        origin: Origin::Hidden {
            confidence: round(best.value),
            reason: best.reason,
        },
    })
}

/// The question whether a column's values are keys of a table.
pub(super) fn question(
    catalogue: &Catalogue<'_>,
    at: usize,
    column_at: usize,
    target: usize,
) -> Option<Containment> {
    let one = catalogue.tables.get(at)?;
    let target = catalogue.tables.get(target)?;
    Some(Containment {
        table: one.table.name.clone(),
        column: one.table.columns.get(column_at)?.name.clone(),
        target: target.table.name.clone(),
        target_column: target.key_column()?.name.clone(),
    })
}

/// A guess after its values were looked up: all found says little of dense numbers, one missing says much.
fn weigh(guess: Guess, answer: Option<Contained>) -> Guess {
    let Some(answer) = answer.filter(|answer| answer.asked > 0 && answer.target > 0) else {
        return guess;
    };
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more digits")]
    let share = answer.found as f64 / answer.asked as f64;
    let (value, seen) = if answer.found == answer.asked {
        (
            guess.value + (1.0 - guess.value) * 0.5,
            format!("all {} values seen are found there", answer.asked),
        )
    } else if share >= 0.98 {
        (
            guess.value,
            format!(
                "{} of {} values seen are found there",
                answer.found, answer.asked
            ),
        )
    } else {
        (
            guess.value * share * 0.6,
            format!(
                "only {} of {} values seen are found there",
                answer.found, answer.asked
            ),
        )
    };
    Guess {
        value,
        reason: format!("{}; {seen}", guess.reason),
        ..guess
    }
}

/// Two digits: more would only look exact.
pub(super) fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
