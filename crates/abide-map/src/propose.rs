//! A first draft of a map, from a schema, some rows and answers about values. Proposes, with how sure and why; decides nothing.
//!
//! [`candidates`] says what to ask a source; [`draft`] takes the answers. The same input gives the same draft.

mod catalogue;
mod columns;
mod evidence;
mod guess;
mod ownership;
mod people;
mod polymorphic;
mod reference;
mod summary;
mod tables;
mod values;

use std::collections::{BTreeMap, HashMap};

use crate::map::Map;
use crate::sample::{Contained, Containment, TableSample};
use crate::schema::{Schema, TableName};

use abide_policy::source::{Span, Spanned};
use catalogue::Catalogue;
use people::People;

pub use reference::{Origin, Reference};
pub use summary::Summary;

/// Rows of some tables.
pub type Samples = BTreeMap<TableName, TableSample>;

/// What to ask a source before a draft: whether the values of a column are keys of a table that it may point at.
pub fn candidates(schema: &Schema, samples: &Samples) -> Vec<Containment> {
    let catalogue = Catalogue::new(schema);
    let people = People::new(&catalogue, samples);
    let mut questions = Vec::new();
    for (at, one) in catalogue.tables.iter().enumerate() {
        for (column_at, column) in one.table.columns.iter().enumerate() {
            let declared = one
                .table
                .foreign_keys
                .iter()
                .any(|key| key.columns.contains(&column.name));
            if declared || polymorphic::has_kind_beside(&catalogue, at, column_at) {
                continue;
            }
            let guesses = guess::guesses(&catalogue, &people, at, column_at);
            questions.extend(
                guesses.iter().filter_map(|guess| {
                    reference::question(&catalogue, at, column_at, guess.target)
                }),
            );
            if guesses.is_empty() {
                questions.extend(values::questions(&catalogue, at, column_at));
            }
        }
    }
    questions
}

/// How rows point at rows: what the schema declares, and what names, types and values tell besides.
pub fn references(
    schema: &Schema,
    samples: &Samples,
    answers: &[(Containment, Contained)],
) -> Vec<Reference> {
    let catalogue = Catalogue::new(schema);
    let people = People::new(&catalogue, samples);
    reference::find(&catalogue, &people, samples, &index(answers))
}

/// A draft of a map with this name, of the source with this name.
pub fn draft(
    name: &str,
    source: &str,
    schema: &Schema,
    samples: &Samples,
    answers: &[(Containment, Contained)],
) -> Map {
    let catalogue = Catalogue::new(schema);
    let people = People::new(&catalogue, samples);
    let references = reference::find(&catalogue, &people, samples, &index(answers));
    let ties = ownership::ties(&catalogue, &people, references);
    Map {
        name: written(name.to_owned()),
        source: Some(written(source.to_owned())),
        backups: None,
        undo: None,
        fingerprint: None,
        tables: tables::all(&catalogue, &people, samples, &ties),
    }
}

fn index(answers: &[(Containment, Contained)]) -> HashMap<&Containment, Contained> {
    answers
        .iter()
        .map(|(question, answer)| (question, *answer))
        .collect()
}

/// A value that stands in no file yet.
fn written<T>(value: T) -> Spanned<T> {
    Spanned {
        value,
        span: NOWHERE,
    }
}

/// The place of what stands in no file yet.
const NOWHERE: Span = Span {
    file: 0,
    start: 0,
    end: 0,
};

#[cfg(test)]
mod tests;
