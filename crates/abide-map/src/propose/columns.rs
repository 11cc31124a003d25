//! What a draft says of each column: a key, data of a category, nothing of a person, or that nobody has said yet.

use super::catalogue::{Described, is_truth};
use super::reference::Reference;
use super::written;
use crate::map::{Confidence, EdgeKind, Holds, MappedColumn};
use crate::recognise::{Surroundings, recognise};
use crate::sample::{ColumnSample, TableSample};
use crate::schema::{Column, TypeClass};

/// Words at the end of a name for text that says nothing of a person.
const PLAIN: &[&str] = &[
    "status",
    "type",
    "kind",
    "slug",
    "sku",
    "currency",
    "format",
    "mime",
    "encoding",
    "code",
    "state",
    "checksum",
    "version",
    "level",
    "priority",
    "method",
    "mode",
    "class",
    "category",
    "unit",
    "color",
    "colour",
    "size",
    "locale",
    "timezone",
    "algorithm",
    "etag",
    "hash",
    "sha",
    "digest",
];

/// The most values that a column of a few words repeats.
const FEW: usize = 12;

/// A column and what it holds.
pub(super) struct Found {
    /// As the map says it.
    pub column: MappedColumn,
}

impl Found {
    /// The categories it holds.
    pub fn nouns(&self) -> Vec<String> {
        match &self.column.holds {
            Holds::Data(nouns) => nouns.iter().map(|noun| noun.value.clone()).collect(),
            _ => Vec::new(),
        }
    }

    /// How sure that is.
    pub fn confidence(&self) -> f64 {
        self.column
            .confidence
            .as_ref()
            .map_or(1.0, |confidence| confidence.value)
    }
}

/// Every column of a table.
pub(super) fn all(
    one: &Described<'_>,
    is_people: bool,
    sample: Option<&TableSample>,
    references: &[(Reference, EdgeKind)],
) -> Vec<Found> {
    let has_address = one.columns.iter().any(|words| {
        words.last().is_some_and(|last| {
            ["city", "zip", "postcode", "country", "street"].contains(&last.as_str())
        }) || words.concat().ends_with("postalcode")
    });
    let has_mailbox = one
        .columns
        .iter()
        .any(|words| words.iter().any(|word| word == "email" || word == "mail"));
    let around = Surroundings {
        table: &one.words,
        is_people: is_people || has_mailbox,
        has_address,
    };
    let columns = one.table.columns.iter().zip(&one.columns).enumerate();
    columns
        .map(|(at, (column, words))| {
            let sample = sample.and_then(|sample| sample.columns.get(at));
            let is_key = one.key == Some(at)
                || one.table.primary_key.contains(&column.name)
                || references
                    .iter()
                    .any(|(reference, _)| reference.columns.contains(&column.name));
            let (holds, confidence) = holds(column, words, &around, sample, is_key);
            Found {
                column: MappedColumn {
                    name: written(column.name.clone()),
                    holds,
                    confidence,
                },
            }
        })
        .collect()
}

fn holds(
    column: &Column,
    words: &[String],
    around: &Surroundings<'_>,
    sample: Option<&ColumnSample>,
    is_key: bool,
) -> (Holds, Option<Confidence>) {
    if is_key && !matches!(column.class, TypeClass::Text | TypeClass::Binary) {
        return (Holds::Key, None);
    }
    if let Some(found) = recognise(column, words, around, sample) {
        let confidence = Confidence {
            value: super::reference::round(found.value),
            reason: found.reason.clone(),
        };
        return (found.holds(), Some(confidence));
    }
    if is_key {
        return (Holds::Key, None);
    }
    match plain(column, words, sample) {
        Some((value, reason)) => (
            Holds::Ordinary,
            Some(Confidence {
                value,
                reason: reason.to_owned(),
            }),
        ),
        None => (Holds::Undecided, None),
    }
}

/// Why a column says nothing of a person, if it looks so.
fn plain(
    column: &Column,
    words: &[String],
    sample: Option<&ColumnSample>,
) -> Option<(f64, &'static str)> {
    use TypeClass::{Boolean, Date, Decimal, Enum, Float, Integer, Time, Timestamp};
    let marked = words.last().is_some_and(|last| last == "id")
        || words.first().is_some_and(|first| first == "id");
    match column.class {
        Boolean | Enum => return Some((0.8, "one of a few values")),
        Date | Time | Timestamp => return Some((0.75, "a moment")),
        Integer if is_truth(column) => return Some((0.8, "yes or no")),
        Integer | Decimal | Float if !marked => return Some((0.7, "a number")),
        _ => {}
    }
    if column.class == TypeClass::Text
        && words
            .last()
            .is_some_and(|last| PLAIN.contains(&last.as_str()))
    {
        return Some((0.7, "a word of the application's own"));
    }
    let few = sample.is_some_and(|sample| {
        (1..=FEW).contains(&sample.values.len())
            && sample.values.iter().all(|value| value.len() <= 24)
    });
    (few && column.class == TypeClass::Text && !marked).then_some((0.6, "few values, all short"))
}
