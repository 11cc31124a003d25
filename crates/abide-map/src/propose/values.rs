//! Keys that no name tells, only values: a column called after nothing, whose values are all keys of one table and of no
//! other. Dense numbers prove nothing, so one other table that holds them all too takes the proposal back.

use super::catalogue::{Catalogue, without_marks};
use super::guess::Guess;
use super::reference::{Answers, question};
use crate::sample::Containment;
use crate::schema::TypeClass;

/// How many tables a column is looked up in at most.
const MOST: usize = 40;

/// How many values that differ have to be found before they say anything.
const ENOUGH: u64 = 5;

/// What to ask of a column whose name says that it is a key and not of what.
pub(super) fn questions(
    catalogue: &Catalogue<'_>,
    at: usize,
    column_at: usize,
) -> Vec<Containment> {
    targets(catalogue, at, column_at)
        .into_iter()
        .filter_map(|target| question(catalogue, at, column_at, target))
        .collect()
}

/// The one table whose keys hold all of the column's values.
pub(super) fn guess(
    catalogue: &Catalogue<'_>,
    answers: &Answers<'_>,
    at: usize,
    column_at: usize,
) -> Option<Guess> {
    let mut holding = Vec::new();
    let mut lacking = 0;
    for target in targets(catalogue, at, column_at) {
        let asked = question(catalogue, at, column_at, target)?;
        let Some(answer) = answers.get(&asked).filter(|answer| answer.target > 0) else {
            continue;
        };
        match answer.asked >= ENOUGH && answer.found == answer.asked {
            true => holding.push((target, answer.asked)),
            false => lacking += 1,
        }
    }
    let [(target, asked)] = holding.as_slice() else {
        return None;
    };
    let class = catalogue
        .tables
        .get(at)?
        .table
        .columns
        .get(column_at)?
        .class;
    let value = match class {
        TypeClass::Uuid => 0.85,
        _ if lacking >= 2 => 0.6,
        _ => return None,
    };
    let name = &catalogue.tables.get(*target)?.table.name;
    let reason = format!("all {asked} values seen are keys of `{name}` and of no other table");
    Some(Guess {
        target: *target,
        value,
        reason,
    })
}

/// The tables whose keys a column could hold, where its name says that it is one.
fn targets(catalogue: &Catalogue<'_>, at: usize, column_at: usize) -> Vec<usize> {
    let Some(one) = catalogue.tables.get(at) else {
        return Vec::new();
    };
    let (Some(column), Some(words)) =
        (one.table.columns.get(column_at), one.columns.get(column_at))
    else {
        return Vec::new();
    };
    let marked = without_marks(words).len() < words.len() && words.len() > 1;
    let class = matches!(
        column.class,
        TypeClass::Integer | TypeClass::Uuid | TypeClass::Decimal
    );
    if !marked || !class || one.key == Some(column_at) {
        return Vec::new();
    }
    let fits = |target: &usize| {
        let key = catalogue
            .tables
            .get(*target)
            .and_then(|one| one.key_column());
        *target != at && key.is_some_and(|key| catalogue.can_hold(column, key))
    };
    (0..catalogue.tables.len())
        .filter(fits)
        .take(MOST)
        .collect()
}
