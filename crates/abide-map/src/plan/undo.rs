//! An erasure taken back: statements that put rows back as they were, each for one row, and each touching nothing if the
//! row's place has been taken or what was written over it has been changed. Reads no row.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Row;
use super::render::{fitted, spelled};
use crate::map::Replacement;
use crate::schema::{Column, Dialect, ForeignKey, Schema, Table, TableName, TypeClass};
use crate::statement::{Statement, Value};

/// The rows of one step of an erasure, as they were before it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptStep {
    /// The table.
    pub table: TableName,
    /// The columns that tell rows apart; none where the table has none.
    pub key: Vec<String>,
    /// The columns that were read.
    pub columns: Vec<String>,
    /// What was written over which column; nothing where the rows were deleted.
    pub written: Vec<(String, Written)>,
    /// The rows.
    pub rows: Vec<Vec<Option<String>>>,
}

/// What was written over a value.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Written {
    /// Nothing, or the empty value of the column's type.
    Empty,
    /// This text.
    Text(String),
    /// What nobody else has.
    Unique,
}

impl From<&Replacement> for Written {
    fn from(replacement: &Replacement) -> Self {
        match replacement {
            Replacement::Empty => Self::Empty,
            Replacement::Text(text) => Self::Text(text.clone()),
            Replacement::Unique => Self::Unique,
        }
    }
}

impl From<&Written> for Replacement {
    fn from(written: &Written) -> Self {
        match written {
            Written::Empty => Self::Empty,
            Written::Text(text) => Self::Text(text.clone()),
            Written::Unique => Self::Unique,
        }
    }
}

/// Hides the rows.
impl std::fmt::Debug for KeptStep {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "KeptStep({}, {} rows)", self.table, self.rows.len())
    }
}

/// What puts one row back.
#[derive(Debug, Clone)]
pub struct Restoring {
    /// Its table.
    pub table: TableName,
    /// Whether the row was deleted, rather than written over.
    pub was_deleted: bool,
    /// The statement: it changes one row, or none if that is not possible any more.
    pub statement: Statement,
}

/// Where a value stood: table, key of the row, column.
type Spot = (TableName, Row, String);

/// Statements that put back what these steps, in the order in which they ran, took away. A database that looks at declared
/// references at the end of a transaction is asked to by the first list.
///
/// # Errors
/// The table or column that the schema does not have any more.
pub fn restore(schema: &Schema, steps: &[KeptStep]) -> Result<(Vec<Statement>, Vec<Restoring>), String> {
    let mut restorer = Restorer {
        schema,
        back: BTreeSet::new(),
        emptied: BTreeSet::new(),
        found: Vec::new(),
    };
    for step in steps.iter().filter(|step| !step.written.is_empty()) {
        restorer.note_emptied(step);
    }
    for step in steps.iter().rev() {
        restorer.take(step)?;
    }
    let opening = schema.dialect.defer().map(|sql| Statement {
        sql: sql.to_owned(),
        values: Vec::new(),
    });
    Ok((opening.into_iter().collect(), restorer.found))
}

struct Restorer<'a> {
    schema: &'a Schema,
    /// Values that a later statement need not put back: the row has been put back with them.
    back: BTreeSet<Spot>,
    /// Values that were emptied before anything else happened: a row that is put back begins without them, because what
    /// they lead to may have to be put back after it.
    emptied: BTreeSet<Spot>,
    found: Vec<Restoring>,
}

impl Restorer<'_> {
    fn note_emptied(&mut self, step: &KeptStep) {
        let Some(table) = self.schema.table(&step.table) else {
            return;
        };
        for row in &step.rows {
            for (name, with) in &step.written {
                let nullable = table.column(name).is_some_and(|column| column.nullable);
                if let (Written::Empty, true, Some(key)) = (with, nullable, key_of(step, row)) {
                    self.emptied.insert((step.table.clone(), key, name.clone()));
                }
            }
        }
    }

    fn take(&mut self, step: &KeptStep) -> Result<(), String> {
        let table = self
            .schema
            .table(&step.table)
            .ok_or_else(|| format!("`{}`", step.table))?;
        let missing = step.columns.iter().find(|name| table.column(name).is_none());
        if let Some(name) = missing {
            return Err(format!("`{}.{name}`", step.table));
        }
        if !step.written.is_empty() {
            step.rows.iter().for_each(|row| self.write_back(table, step, row));
            return Ok(());
        }
        for row in in_order(table, step) {
            self.put_back(table, step, row);
        }
        Ok(())
    }

    /// A row that was written over: its values return where what was written still stands.
    fn write_back(&mut self, table: &Table, step: &KeptStep, row: &[Option<String>]) {
        let Some(key) = key_of(step, row) else { return };
        let spot = |name: &str| (step.table.clone(), key.clone(), name.to_owned());
        let open: Vec<&(String, Written)> = step
            .written
            .iter()
            .filter(|(name, _)| self.back.insert(spot(name)))
            .collect();
        if open.is_empty() {
            return;
        }
        let mut sql = Sql::new(self.schema.dialect);
        sql.text.push_str(&format!("UPDATE {} SET ", sql.dialect.table(&table.name)));
        for (place, (name, _)) in open.iter().enumerate() {
            let Some(column) = table.column(name) else { return };
            let comma = if place > 0 { ", " } else { "" };
            sql.text.push_str(&format!("{comma}{} = ", sql.dialect.quote(name)));
            sql.bind(value_of(step, row, name), column);
        }
        sql.text.push_str(" WHERE ");
        sql.equals(table, &step.key, &key);
        for (name, with) in open {
            let Some(column) = table.column(name) else { return };
            let text = match with {
                Written::Text(text) => sql.placeholder(
                    Value::text(spelled(&fitted(text, column), Some(column))),
                    column,
                ),
                _ => String::new(),
            };
            let place = sql.dialect.quote(name);
            let changed = sql.dialect.unwritten(&place, column, &with.into(), &text);
            sql.text.push_str(&format!(" AND ({changed}) IS NOT TRUE"));
        }
        self.found.push(sql.done(&table.name, false));
    }

    /// A row that was deleted: it returns where its key and whatever must be unique are free, and where what it leads to is
    /// there.
    fn put_back(&mut self, table: &Table, step: &KeptStep, row: &[Option<String>]) {
        let key = key_of(step, row);
        let spot = |name: &str| Some((step.table.clone(), key.clone()?, name.to_owned()));
        let mut values: Vec<(&Column, Value)> = Vec::new();
        for name in &step.columns {
            let Some(column) = table.column(name) else { return };
            let later = spot(name).filter(|spot| self.emptied.contains(spot));
            let value = match later {
                Some(_) => Value(None),
                None => value_of(step, row, name),
            };
            if let (None, Some(spot)) = (later, spot(name)) {
                self.back.insert(spot);
            }
            values.push((column, value));
        }
        let mut sql = Sql::new(self.schema.dialect);
        let names: Vec<String> = values.iter().map(|(column, _)| sql.dialect.quote(&column.name)).collect();
        let name = sql.dialect.table(&table.name);
        let system = match sql.dialect {
            Dialect::Postgresql => " OVERRIDING SYSTEM VALUE",
            _ => "",
        };
        sql.text.push_str(&format!("INSERT INTO {name} ({}){system} SELECT ", names.join(", ")));
        for (place, (column, value)) in values.iter().enumerate() {
            sql.text.push_str(if place > 0 { ", " } else { "" });
            sql.bind(value.clone(), column);
        }
        if sql.dialect == Dialect::Mariadb {
            sql.text.push_str(" FROM DUAL");
        }
        sql.text.push_str(" WHERE 1 = 1");
        let value = |name: &String| {
            let mut values = values.iter();
            values.find(|(column, _)| column.name == *name).map(|(_, value)| value.clone())
        };
        for columns in std::iter::once(&table.primary_key).chain(&table.unique) {
            let key: Option<Row> = columns.iter().map(value).collect();
            if let Some(key) = key.filter(|key| is_whole(key)) {
                sql.text.push_str(&format!(" AND NOT EXISTS (SELECT 1 FROM {name} WHERE "));
                sql.equals(table, columns, &key);
                sql.text.push(')');
            }
        }
        for reference in &table.foreign_keys {
            let leads: Option<Row> = reference.columns.iter().map(value).collect();
            let own: Option<Row> = reference.target_columns.iter().map(value).collect();
            let is_own = reference.target == table.name && leads == own;
            let there = self.schema.table(&reference.target);
            if let (Some(leads), Some(there), false) = (leads.filter(is_whole), there, is_own) {
                let target = sql.dialect.table(&reference.target);
                sql.text.push_str(&format!(" AND EXISTS (SELECT 1 FROM {target} WHERE "));
                sql.equals(there, &reference.target_columns, &leads);
                sql.text.push(')');
            }
        }
        self.found.push(sql.done(&table.name, true));
    }
}

/// Rows that lead to other rows of the same step come after those.
fn in_order<'a>(table: &Table, step: &'a KeptStep) -> Vec<&'a Vec<Option<String>>> {
    let own = |key: &&ForeignKey| key.target == table.name;
    let references: Vec<&ForeignKey> = table.foreign_keys.iter().filter(own).collect();
    let mut left: Vec<&Vec<Option<String>>> = step.rows.iter().collect();
    let mut ordered = Vec::new();
    while !references.is_empty() && !left.is_empty() {
        let values = |row: &[Option<String>], names: &[String]| -> Row {
            names.iter().map(|name| value_of(step, row, name)).collect()
        };
        let waiting: BTreeSet<Row> = references
            .iter()
            .flat_map(|key| left.iter().map(|row| values(row, &key.target_columns)))
            .collect();
        let waits = |row: &&Vec<Option<String>>| {
            references.iter().any(|key| {
                let leads = values(row, &key.columns);
                leads != values(row, &key.target_columns) && waiting.contains(&leads)
            })
        };
        let (later, free): (Vec<_>, Vec<_>) = left.iter().copied().partition(waits);
        if free.is_empty() {
            break;
        }
        ordered.extend(free);
        left = later;
    }
    ordered.extend(left);
    ordered
}

/// A statement in the making.
struct Sql {
    dialect: Dialect,
    text: String,
    values: Vec<Value>,
}

impl Sql {
    fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            text: String::new(),
            values: Vec::new(),
        }
    }

    fn placeholder(&mut self, value: Value, column: &Column) -> String {
        self.values.push(value);
        let place = self.dialect.placeholder(self.values.len(), Some(column));
        match (self.dialect, column.class) {
            (Dialect::Mariadb, TypeClass::Geometry) => format!("ST_GeomFromText({place})"),
            _ => place,
        }
    }

    fn bind(&mut self, value: Value, column: &Column) {
        let place = self.placeholder(value, column);
        self.text.push_str(&place);
    }

    fn equals(&mut self, table: &Table, columns: &[String], values: &Row) {
        for (place, (name, value)) in columns.iter().zip(values).enumerate() {
            let Some(column) = table.column(name) else { continue };
            let and = if place > 0 { " AND " } else { "" };
            self.text.push_str(&format!("{and}{} = ", self.dialect.quote(name)));
            self.bind(value.clone(), column);
        }
    }

    fn done(self, table: &TableName, was_deleted: bool) -> Restoring {
        Restoring {
            table: table.clone(),
            was_deleted,
            statement: Statement {
                sql: self.text,
                values: self.values,
            },
        }
    }
}

fn value_of(step: &KeptStep, row: &[Option<String>], name: &str) -> Value {
    let place = step.columns.iter().position(|column| column == name);
    Value(place.and_then(|place| row.get(place).cloned().flatten()))
}

fn key_of(step: &KeptStep, row: &[Option<String>]) -> Option<Row> {
    let key: Row = step.key.iter().map(|name| value_of(step, row, name)).collect();
    is_whole(&key).then_some(key)
}

fn is_whole(key: &Row) -> bool {
    !key.is_empty() && key.iter().all(|value| value.0.is_some())
}
