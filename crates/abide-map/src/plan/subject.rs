//! Who a plan is for: the statements that find people's rows, and what came back. Never shows an identifier.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{Identities, KnownAs, Row};
use crate::map::Erase;
use crate::ownership::Node;
use crate::schema::TableName;
use crate::statement::{ReadColumn, Statement, Value};

/// A statement that finds people's rows in one subject table, by one kind of identifier.
#[derive(Debug, Clone)]
pub struct Lookup {
    /// The table.
    pub table: TableName,
    /// The kind of identifier it looks by.
    pub kind: String,
    /// The statement.
    pub statement: Statement,
    /// What comes back: the columns that a plan needs, and those of every `identity` line.
    pub columns: Vec<ReadColumn>,
    /// Those of them that tell the rows apart; none where the table has no key.
    pub key: Vec<String>,
}

/// A key by which a row that an erasure leaves is told apart or led to, in a column where the map wants it.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyLeft {
    /// The table: the row's own, or one whose rows lead to it.
    pub table: TableName,
    /// The column.
    pub column: String,
    /// What stands there.
    pub value: String,
}

/// Hides whose it was.
impl fmt::Debug for KeyLeft {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "KeyLeft({}.{} …)", self.table, self.column)
    }
}

/// The people that a plan is for: their identifiers, and their rows in the subject tables.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Subjects {
    /// Their verified identifiers.
    pub(crate) identities: Identities,
    /// By subject table: the columns that were read, and a row for each person.
    pub(crate) rows: BTreeMap<TableName, SubjectRows>,
}

/// Rows of one subject table.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct SubjectRows {
    pub(crate) columns: Vec<String>,
    pub(crate) key: Vec<String>,
    pub(crate) rows: Vec<Row>,
}

impl SubjectRows {
    /// Where the values stand that tell the rows apart: those of the key, or all of them where the table has none. A row is
    /// the same row when its address has changed.
    fn places(&self) -> Vec<usize> {
        let all = 0..self.columns.len();
        let keyed = |place: &usize| match self.columns.get(*place) {
            Some(name) => self.key.contains(name),
            None => false,
        };
        match self.key.is_empty() {
            true => all.collect(),
            false => all.filter(keyed).collect(),
        }
    }

    /// The identifiers in a row, those aside that are part of its key.
    fn identifiers(&self, node: &Node, row: &Row) -> Identities {
        let identities = node.mapped.iter().flat_map(|mapped| &mapped.identities);
        let beyond = identities.filter(|it| !self.key.contains(&it.column.value));
        let known = beyond.filter_map(|identity| {
            let column = &identity.column.value;
            let place = self.columns.iter().position(|name| name == column)?;
            let value = node.as_brought(column, row.get(place)?.0.clone()?);
            // An empty text is nobody's.
            (!value.trim().is_empty()).then(|| KnownAs {
                kind: identity.kind.value.clone(),
                value,
            })
        });
        Identities(known.collect())
    }

    /// Whether one of these rows with this mark was the person's who has these identifiers. Where it had none, every value
    /// that was read has to be as it was.
    fn is_of_any(&self, node: &Node, marked: &Row, known: &Identities, row: &Row) -> bool {
        let places = self.places();
        let mut same = self.rows.iter().filter(|own| mark(own, &places) == *marked);
        same.any(|own| {
            let had = self.identifiers(node, own);
            match had.0.is_empty() {
                true => own == row,
                false => had.0.iter().any(|it| known.has(it)),
            }
        })
    }

    /// What tells each row apart.
    fn marks(&self) -> BTreeSet<Row> {
        let places = self.places();
        self.rows.iter().map(|row| mark(row, &places)).collect()
    }
}

fn mark(row: &Row, places: &[usize]) -> Row {
    let values = places.iter().filter_map(|place| row.get(*place));
    values.cloned().collect()
}

/// Hides whose they are.
impl fmt::Debug for Subjects {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: usize = self.rows.values().map(|table| table.rows.len()).sum();
        write!(out, "Subjects({:?}, {rows} rows)", self.identities)
    }
}

impl Subjects {
    /// The people with these identifiers; `found` is what each lookup of [`Planner::find`](super::Planner::find) gave
    /// back. Rows found twice count once.
    pub fn new(identities: Identities, found: &[(Lookup, Vec<Row>)]) -> Self {
        let mut tables: BTreeMap<TableName, SubjectRows> = BTreeMap::new();
        for (lookup, rows) in found {
            let table = tables.entry(lookup.table.clone()).or_default();
            table.columns = lookup
                .columns
                .iter()
                .map(|column| column.name.clone())
                .collect();
            table.key.clone_from(&lookup.key);
            table.rows.extend(rows.iter().cloned());
        }
        for table in tables.values_mut() {
            table.rows.sort();
            table.rows.dedup();
        }
        Self {
            identities,
            rows: tables,
        }
    }

    /// How many rows of subject tables were found. Nobody found is no proof that a source holds nothing: rows that name
    /// a person by an identifier of their own are in the plan even so.
    pub fn len(&self) -> usize {
        self.rows.values().map(|table| table.rows.len()).sum()
    }

    /// Whether no row of a subject table was found.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The identifiers they were asked for by.
    pub fn identities(&self) -> &Identities {
        &self.identities
    }

    /// Whether a row of a table, as it was read, is among theirs.
    pub fn has(&self, table: &TableName, row: &Row) -> bool {
        self.rows
            .get(table)
            .is_some_and(|found| found.rows.contains(row))
    }

    /// Whether somebody is among both: by a row that was found, or by an identifier.
    pub fn overlaps(&self, others: &Self) -> bool {
        let mut rest = self.clone();
        rest.leave_out(others);
        rest.len() < self.len() || rest.identities.0.len() < self.identities.0.len()
    }

    /// Those of the rows found in a table that are somebody else's: under a key that is none of theirs or, where an erasure
    /// deletes the rows and their keys are free again, under one of theirs and with none of the identifiers that stood there
    /// or that were brought. An identifier that is part of the key comes with it, and tells nobody apart.
    pub(crate) fn strangers_in(&self, node: &Node, others: &Self) -> Option<SubjectRows> {
        let found = self.rows.get(&node.table.name)?;
        let theirs = others.rows.get(&node.table.name);
        let marks = theirs.map(SubjectRows::marks).unwrap_or_default();
        let erase = node.mapped.as_ref().map(|mapped| &mapped.erase);
        let is_free_again = matches!(erase, Some(Erase::Delete));
        let places = found.places();
        let is_theirs = |row: &Row| {
            let mark = mark(row, &places);
            if !is_free_again || !marks.contains(&mark) {
                return marks.contains(&mark);
            }
            let known = found.identifiers(node, row);
            let brought = &others.identities;
            known.0.iter().any(|known| brought.has(known))
                || theirs.is_some_and(|theirs| theirs.is_of_any(node, &mark, &known, row))
        };
        let rows = found.rows.iter().filter(|row| !is_theirs(row));
        Some(SubjectRows {
            rows: rows.cloned().collect(),
            columns: found.columns.clone(),
            key: found.key.clone(),
        })
    }

    /// Takes in others, with their rows and identifiers.
    pub(crate) fn join(&mut self, others: &Self) {
        self.identities
            .0
            .extend(others.identities.0.iter().cloned());
        for (name, other) in &others.rows {
            let table = self.rows.entry(name.clone()).or_default();
            if table.columns.is_empty() {
                table.columns.clone_from(&other.columns);
                table.key.clone_from(&other.key);
            }
            let places = table.columns.iter().map(|column| {
                let mut names = other.columns.iter();
                names.position(|name| name == column)
            });
            let places: Vec<Option<usize>> = places.collect();
            table.rows.extend(other.rows.iter().map(|row| {
                let cells = places.iter().map(|place| row.get((*place)?).cloned());
                cells
                    .map(|cell| cell.unwrap_or(Value(None)))
                    .collect::<Row>()
            }));
        }
    }

    /// Leaves out the rows and identifiers of others.
    pub fn leave_out(&mut self, others: &Self) {
        self.identities
            .0
            .retain(|known| !others.identities.has(known));
        for (name, table) in &mut self.rows {
            if let Some(held) = others.rows.get(name) {
                let (places, held) = (table.places(), held.marks());
                table.rows.retain(|row| !held.contains(&mark(row, &places)));
            }
        }
    }

    /// Leaves out all but the rows and identifiers of these.
    pub(crate) fn keep_only(&mut self, these: &Self) {
        self.identities
            .0
            .retain(|known| these.identities.has(known));
        for (name, table) in &mut self.rows {
            let kept = these.rows.get(name).map(SubjectRows::marks);
            let (places, kept) = (table.places(), kept.unwrap_or_default());
            table.rows.retain(|row| kept.contains(&mark(row, &places)));
        }
    }

    /// What the found rows hold in these columns, row by row and without repeats; rows where one of them holds nothing
    /// are left out.
    pub(crate) fn keys(&self, table: &TableName, columns: &[String]) -> Vec<Row> {
        let Some(found) = self.rows.get(table) else {
            return Vec::new();
        };
        let places: Option<Vec<usize>> = columns
            .iter()
            .map(|column| found.columns.iter().position(|name| name == column))
            .collect();
        let Some(places) = places else {
            return Vec::new();
        };
        let pick = |row: &Row| -> Option<Row> {
            let key: Option<Row> = places
                .iter()
                .map(|place| row.get(*place).cloned())
                .collect();
            key.filter(|key| key.iter().all(|value| value.0.is_some()))
        };
        let mut keys: Vec<Row> = found.rows.iter().filter_map(pick).collect();
        keys.sort();
        keys.dedup();
        keys
    }
}
