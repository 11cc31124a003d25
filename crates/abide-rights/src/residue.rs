//! The scan for what an erasure left behind: every column of every table in which one of the identifiers could stand, mapped
//! or not, read once and searched for those of many people. Never changes anything, and never keeps a value that it found.

mod excuse;
mod needle;
mod number;
mod reading;
mod unescaped;

use std::collections::BTreeMap;

use abide_map::schema::{Schema, TableName};
use abide_sources::Source;
use futures_util::StreamExt as _;
use serde::Serialize;

use crate::error::RightsError;
use crate::memory::RowKey;
pub use excuse::Excuses;
pub use needle::{Needles, Sought};
pub(crate) use reading::column_of;
use reading::{Reading, not_read, readings};

/// How many keys of rows are kept for one finding.
const KEPT_KEYS: usize = 20;

/// Identifiers of a person that were found in a column.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Residue {
    /// The number of the person among those that were sought.
    pub person: usize,
    /// The source.
    pub source: String,
    /// The table.
    pub table: TableName,
    /// The column.
    pub column: String,
    /// How many rows.
    pub rows: u64,
    /// Why they may stand there; nothing where they may not.
    pub because: Option<String>,
    /// The keys of some of them, which may be personal: for those who mend it, and never in a certificate.
    #[serde(skip)]
    pub keys: Vec<RowKey>,
}

/// Hides the keys.
impl std::fmt::Debug for Residue {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "Residue(person {} in {}.{}.{}, {} rows)",
            self.person, self.source, self.table, self.column, self.rows
        )
    }
}

/// What a scan of a source saw.
#[derive(Debug, Clone, Default)]
pub struct Scanned {
    /// What was found.
    pub residues: Vec<Residue>,
    /// How many tables were read.
    pub tables: u64,
    /// How many columns.
    pub columns: u64,
    /// How many rows.
    pub rows: u64,
    /// What was not read, since none of the identifiers can stand there: types of columns, with how many there are.
    pub not_read: BTreeMap<String, u64>,
}

/// Searches a source for all `needles` in one pass. Rows that `excuses` names are told apart from the others. Memory does
/// not grow with the source.
pub async fn scan(
    source: &dyn Source,
    schema: &Schema,
    needles: &Needles,
    excuses: &Excuses,
) -> Result<Scanned, RightsError> {
    let mut scanned = Scanned::default();
    let mut found = BTreeMap::new();
    let mut snapshot = source.snapshot().await?;
    scanned.not_read = not_read(schema, needles);
    for reading in readings(schema, needles) {
        let mut rows = snapshot.read(&reading.statement);
        while let Some(row) = rows.next().await {
            scanned.rows += 1;
            search(&row?, &reading, needles, excuses, &mut found);
        }
        scanned.tables += 1;
        scanned.columns += reading.columns.len() as u64;
    }
    snapshot.end().await?;
    let mut residues: Vec<Residue> = found
        .into_iter()
        .map(|((person, table, column, because), (rows, keys))| Residue {
            person,
            source: source.name().to_owned(),
            because: because.or_else(|| excuses.of_unkeyed(person, &table, rows)),
            table,
            column,
            rows,
            keys,
        })
        .collect();
    excuse_copies(schema, &mut residues);
    scanned.residues = residues;
    Ok(scanned)
}

/// A view that keeps copies of rows may name whom rows that stay name: in columns of the same name, in as many rows at most.
fn excuse_copies(schema: &Schema, residues: &mut [Residue]) {
    let is_copy = |residue: &Residue| {
        let mut views = schema.views.iter();
        views.any(|view| view.is_materialised && view.name == residue.table)
    };
    let excused: Vec<Residue> = residues
        .iter()
        .filter(|residue| residue.because.is_some() && !is_copy(residue))
        .cloned()
        .collect();
    for residue in residues {
        if residue.because.is_some() || !is_copy(residue) {
            continue;
        }
        let same = |other: &&Residue| {
            other.person == residue.person
                && other.column == residue.column
                && residue.rows <= other.rows
        };
        let kept = excused.iter().find(same);
        residue.because = kept.and_then(|kept| {
            let because = kept.because.as_ref()?;
            Some(format!("a copy of {}: {because}", kept.table))
        });
    }
}

/// By person, table, column, and the reason for which a row may name the person.
type Found = BTreeMap<(usize, TableName, String, Option<String>), (u64, Vec<RowKey>)>;

fn search(
    row: &abide_map::plan::Row,
    reading: &Reading,
    needles: &Needles,
    excuses: &Excuses,
    found: &mut Found,
) {
    let (key, values) = row.split_at(reading.key.len().min(row.len()));
    for ((column, class), value) in reading.columns.iter().zip(values) {
        let Some(text) = value.0.as_deref() else {
            continue;
        };
        for person in needles.found_in(text, *class) {
            let key: RowKey = key.iter().map(|value| value.0.clone()).collect();
            let because = excuses.of(person, &reading.table, &reading.key, &key);
            let because =
                because.or_else(|| excuses.of_key(person, (&reading.table, column), text));
            let place = (person, reading.table.clone(), column.clone(), because);
            let (rows, keys) = found.entry(place).or_default();
            *rows += 1;
            if keys.len() < KEPT_KEYS {
                keys.push(key);
            }
        }
    }
}
