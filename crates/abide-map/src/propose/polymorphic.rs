//! Columns that point at rows of several tables, told apart by a column of kinds beside them: `entity_type`, `entity_id`.

use super::Samples;
use super::catalogue::{Catalogue, Described, without_marks};
use super::reference::{Origin, Reference};
use crate::schema::{Column, TypeClass};
use crate::words;

/// Words for a thing of any kind.
const ANYTHING: &[&str] = &[
    "entity",
    "object",
    "item",
    "record",
    "resource",
    "target",
    "subject",
    "reference",
    "thing",
    "source",
    "owner",
    "notifiable",
];

/// Words for a column of kinds.
const KINDS: &[&str] = &["type", "kind", "class", "model", "table"];

/// The references of a column that points at several tables, one for each kind whose name is that of a table.
pub(super) fn references(
    catalogue: &Catalogue<'_>,
    samples: &Samples,
    at: usize,
    column_at: usize,
) -> Vec<Reference> {
    let Some(one) = catalogue.tables.get(at) else {
        return Vec::new();
    };
    let Some(kind_at) = kind_column(one, column_at, catalogue)
        .or_else(|| kind_by_values(catalogue, samples, at, column_at))
    else {
        return Vec::new();
    };
    let (Some(column), Some(kind)) = (
        one.table.columns.get(column_at),
        one.table.columns.get(kind_at),
    ) else {
        return Vec::new();
    };
    let mut found: Vec<Reference> = Vec::new();
    for value in kinds(samples, one, kind, kind_at) {
        let Some(target) = named(catalogue, &value) else {
            continue;
        };
        let Some(to) = catalogue.tables.get(target) else {
            continue;
        };
        let Some(key) = to
            .key_column()
            .filter(|key| catalogue.can_hold(column, key))
        else {
            continue;
        };
        found.push(Reference {
            table: one.table.name.clone(),
            columns: vec![column.name.clone()],
            target: to.table.name.clone(),
            target_columns: vec![key.name.clone()],
            when: Some((kind.name.clone(), value)),
            origin: Origin::Hidden {
                confidence: 0.85,
                reason: format!(
                    "`{}` names the table that `{}` points at",
                    kind.name, column.name
                ),
            },
        });
    }
    found
}

/// Whether a column stands beside one that says what it points at, so that it points at no one table.
pub(super) fn has_kind_beside(catalogue: &Catalogue<'_>, at: usize, column_at: usize) -> bool {
    catalogue
        .tables
        .get(at)
        .is_some_and(|one| kind_column(one, column_at, catalogue).is_some())
}

/// The column of kinds that belongs to a column by its name: `entity_type` to `entity_id`.
fn kind_column(one: &Described<'_>, column_at: usize, catalogue: &Catalogue<'_>) -> Option<usize> {
    let column = one.table.columns.get(column_at)?;
    let pointing = matches!(
        column.class,
        TypeClass::Integer | TypeClass::Uuid | TypeClass::Text | TypeClass::Decimal
    );
    let bare = without_marks(one.columns.get(column_at)?);
    let marked = one.columns.get(column_at)?.len() > bare.len();
    let generic = bare
        .last()
        .is_some_and(|last| ANYTHING.contains(&last.as_str()));
    // `user_type` beside `user_id` says what sort of user it is.
    if !pointing
        || bare.is_empty()
        || catalogue.find(&words::stems(&bare)).is_some()
        || !(marked || generic)
        || catalogue.home(one.columns.get(column_at)?).is_some()
    {
        return None;
    }
    one.columns.iter().enumerate().position(|(at, words)| {
        let kinds = one.table.columns.get(at).is_some_and(may_name_kinds);
        let named = matches!(words.as_slice(), [stem @ .., last] if KINDS.contains(&last.as_str()) && !stem.is_empty() && bare.ends_with(stem));
        at != column_at && kinds && named
    })
}

/// A column whose values name tables, for a column that is called after nothing in particular.
fn kind_by_values(
    catalogue: &Catalogue<'_>,
    samples: &Samples,
    at: usize,
    column_at: usize,
) -> Option<usize> {
    let one = catalogue.tables.get(at)?;
    let words = one.columns.get(column_at)?;
    let bare = without_marks(words);
    let generic = words.len() > bare.len()
        && matches!(bare.as_slice(), [.., last] if ANYTHING.contains(&last.as_str()) || last == "redirected");
    if !generic || catalogue.find(&words::stems(&bare)).is_some() {
        return None;
    }
    let says_tables = |kind_at: usize, kind: &Column| {
        let values = kinds(samples, one, kind, kind_at);
        let tables = values
            .iter()
            .filter(|value| named(catalogue, value).is_some())
            .count();
        tables >= 2 && tables * 10 >= values.len() * 6
    };
    one.table
        .columns
        .iter()
        .enumerate()
        .position(|(kind_at, kind)| {
            kind_at != column_at && may_name_kinds(kind) && says_tables(kind_at, kind)
        })
}

fn may_name_kinds(kind: &Column) -> bool {
    matches!(
        kind.class,
        TypeClass::Text
            | TypeClass::Enum
            | TypeClass::Binary
            | TypeClass::Other
            | TypeClass::Integer
    )
}

/// The values of a column of kinds: those that its type lists, else those seen.
fn kinds(samples: &Samples, one: &Described<'_>, kind: &Column, kind_at: usize) -> Vec<String> {
    if !kind.allowed.is_empty() {
        return kind.allowed.clone();
    }
    let sample = samples
        .get(&one.table.name)
        .and_then(|sample| sample.columns.get(kind_at));
    let mut values: Vec<String> = sample
        .map(|sample| sample.values.clone())
        .unwrap_or_default();
    values.retain(|value| {
        !value.is_empty() && value.len() <= 80 && value.chars().any(char::is_alphabetic)
    });
    values.sort_unstable();
    values.dedup();
    values
}

/// The table that a value names: `App::Order`, `ORDER`, `orders`, `301-product`.
fn named(catalogue: &Catalogue<'_>, value: &str) -> Option<usize> {
    let last = value
        .rsplit([':', '\\', '.', '/'])
        .next()
        .unwrap_or_default();
    let name = if last.chars().any(char::is_lowercase) {
        last.to_owned()
    } else {
        last.to_lowercase()
    };
    let mut words = words::split(&name);
    words.retain(|word| !word.chars().all(|letter| letter.is_ascii_digit()));
    let whole = words::split(&value.replace("::", "_"));
    let stems = words::stems(&words);
    catalogue
        .find(&words::stems(&whole))
        .or_else(|| catalogue.find(&stems))
        .map(|(at, _)| at)
}
