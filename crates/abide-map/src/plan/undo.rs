//! An erasure taken back: statements that put rows back as they were, each for one row, and each touching nothing if the
//! row's place has been taken or what was written over it has been changed. Reads no row.

use std::collections::{BTreeMap, BTreeSet};

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
    /// A statement that answers one number: whether the row is as it was, whoever put it back.
    pub standing: Statement,
}

/// Where a value stood: table, key of the row, column.
type Spot = (TableName, Row, String);

/// Statements that put back what these steps, in the order in which they ran, took away. A database that looks at declared
/// references at the end of a transaction is asked to by the first list.
///
/// # Errors
/// The table or column that the schema does not have any more.
pub fn restore(
    schema: &Schema,
    steps: &[KeptStep],
) -> Result<(Vec<Statement>, Vec<Restoring>), String> {
    let mut restorer = Restorer {
        schema,
        back: BTreeSet::new(),
        emptied: BTreeMap::new(),
        deleted: BTreeMap::new(),
        found: Vec::new(),
    };
    for (number, step) in steps.iter().enumerate() {
        restorer.note(number, step);
    }
    for (number, step) in steps.iter().enumerate().rev() {
        restorer.take(number, step)?;
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
    /// Values that were emptied, by the number of the step: a row that was deleted after that is put back without them,
    /// because what they lead to may have to be put back in between.
    emptied: BTreeMap<Spot, usize>,
    /// Rows that were deleted, by the number of the step.
    deleted: BTreeMap<(TableName, Row), usize>,
    found: Vec<Restoring>,
}

impl Restorer<'_> {
    /// Remembers which step emptied or deleted what.
    fn note(&mut self, number: usize, step: &KeptStep) {
        let Some(table) = self.schema.table(&step.table) else {
            return;
        };
        let keyed = step.rows.iter().filter_map(|row| key_of(step, row));
        for key in keyed {
            if step.written.is_empty() {
                self.deleted
                    .entry((step.table.clone(), key))
                    .or_insert(number);
                continue;
            }
            for (name, with) in &step.written {
                let nullable = table.column(name).is_some_and(|column| column.nullable);
                if *with == Written::Empty && nullable {
                    let spot = (step.table.clone(), key.clone(), name.clone());
                    self.emptied.entry(spot).or_insert(number);
                }
            }
        }
    }

    fn take(&mut self, number: usize, step: &KeptStep) -> Result<(), String> {
        let table = self
            .schema
            .table(&step.table)
            .ok_or_else(|| format!("`{}`", step.table))?;
        let missing = step
            .columns
            .iter()
            .find(|name| table.column(name).is_none());
        if let Some(name) = missing {
            return Err(format!("`{}.{name}`", step.table));
        }
        if !step.written.is_empty() {
            for row in &step.rows {
                self.write_back(number, table, step, row);
            }
            return Ok(());
        }
        for row in in_order(table, step) {
            self.put_back(number, table, step, row);
        }
        Ok(())
    }

    /// A row that was written over: its values return where what was written still stands.
    fn write_back(
        &mut self,
        number: usize,
        table: &Table,
        step: &KeptStep,
        row: &[Option<String>],
    ) {
        let Some(key) = key_of(step, row) else { return };
        let deleted = self.deleted.get(&(step.table.clone(), key.clone()));
        if deleted.is_some_and(|deleted| *deleted < number) {
            return;
        }
        let spot = |name: &str| (step.table.clone(), key.clone(), name.to_owned());
        let mut open: Vec<(&Column, &Written, Value)> = Vec::new();
        for (name, with) in &step.written {
            if let (Some(column), true) = (table.column(name), self.back.insert(spot(name))) {
                open.push((column, with, value_of(step, row, name)));
            }
        }
        if open.is_empty() {
            return;
        }
        let mut sql = Sql::new(self.schema.dialect);
        sql.push(&format!("UPDATE {} SET ", sql.dialect.table(&table.name)));
        for (place, (column, _, value)) in open.iter().enumerate() {
            let comma = if place > 0 { ", " } else { "" };
            sql.push(&format!("{comma}{} = ", sql.dialect.quote(&column.name)));
            sql.bind(value.clone(), column);
        }
        sql.push(" WHERE ");
        sql.equals(table, &step.key, &key);
        for (column, with, _) in &open {
            let text = match with {
                Written::Text(text) => {
                    let text = spelled(&fitted(text, column), Some(column));
                    sql.placeholder(Value::text(text), column)
                }
                _ => String::new(),
            };
            let place = sql.dialect.quote(&column.name);
            let changed = sql
                .dialect
                .unwritten(&place, column, &Replacement::from(*with), &text);
            sql.push(&format!(" AND ({changed}) IS NOT TRUE"));
        }
        let open: Vec<(&Column, Value)> = open
            .into_iter()
            .map(|(column, _, value)| (column, value))
            .collect();
        let standing = self.standing(table, &step.key, &key, &open);
        self.found.push(Restoring {
            table: table.name.clone(),
            was_deleted: false,
            statement: sql.done(),
            standing,
        });
    }

    /// A row that was deleted: it returns where its key and whatever must be unique are free, and where what it leads to is
    /// there.
    fn put_back(&mut self, number: usize, table: &Table, step: &KeptStep, row: &[Option<String>]) {
        let key = key_of(step, row);
        let spot = |name: &str| Some((step.table.clone(), key.clone()?, name.to_owned()));
        let mut values: Vec<(&Column, Value)> = Vec::new();
        let mut whole: Vec<(&Column, Value)> = Vec::new();
        for column in step.columns.iter().filter_map(|name| table.column(name)) {
            let spot = spot(&column.name);
            let emptied = spot.as_ref().and_then(|spot| self.emptied.get(spot));
            if emptied.is_some_and(|emptied| *emptied < number) {
                values.push((column, Value(None)));
                continue;
            }
            self.back.extend(spot);
            let value = value_of(step, row, &column.name);
            whole.push((column, value.clone()));
            values.push((column, value));
        }
        let mut sql = Sql::new(self.schema.dialect);
        let names: Vec<String> = values
            .iter()
            .map(|(column, _)| sql.dialect.quote(&column.name))
            .collect();
        let name = sql.dialect.table(&table.name);
        let system = match sql.dialect {
            Dialect::Postgresql => " OVERRIDING SYSTEM VALUE",
            _ => "",
        };
        sql.push(&format!(
            "INSERT INTO {name} ({}){system} SELECT ",
            names.join(", ")
        ));
        for (place, (column, value)) in values.iter().enumerate() {
            sql.push(if place > 0 { ", " } else { "" });
            sql.bind(value.clone(), column);
        }
        if sql.dialect == Dialect::Mariadb {
            sql.push(" FROM DUAL");
        }
        sql.push(" WHERE 1 = 1");
        self.where_free(&mut sql, table, &values);
        let key = key.unwrap_or_default();
        let standing = self.standing(table, &step.key, &key, &whole);
        self.found.push(Restoring {
            table: table.name.clone(),
            was_deleted: true,
            statement: sql.done(),
            standing,
        });
    }

    /// Only where nothing of the table has a value that must be unique, and where what the row leads to is there.
    fn where_free(&self, sql: &mut Sql, table: &Table, values: &[(&Column, Value)]) {
        let value = |name: &String| {
            let mut values = values.iter();
            values
                .find(|(column, _)| column.name == *name)
                .map(|(_, value)| value.clone())
        };
        let name = sql.dialect.table(&table.name);
        for columns in std::iter::once(&table.primary_key).chain(&table.unique) {
            let key: Option<Row> = columns.iter().map(value).collect();
            if let Some(key) = key.filter(is_whole) {
                sql.push(&format!(" AND NOT EXISTS (SELECT 1 FROM {name} WHERE "));
                sql.equals(table, columns, &key);
                sql.push(")");
            }
        }
        for reference in &table.foreign_keys {
            let leads: Option<Row> = reference.columns.iter().map(value).collect();
            let own: Option<Row> = reference.target_columns.iter().map(value).collect();
            let is_own = reference.target == table.name && leads == own;
            let there = self.schema.table(&reference.target);
            if let (Some(leads), Some(there), false) = (leads.filter(is_whole), there, is_own) {
                let target = sql.dialect.table(&reference.target);
                sql.push(&format!(" AND EXISTS (SELECT 1 FROM {target} WHERE "));
                sql.equals(there, &reference.target_columns, &leads);
                sql.push(")");
            }
        }
    }

    /// Counts rows of the key that hold these values, as they are read.
    fn standing(
        &self,
        table: &Table,
        columns: &[String],
        key: &Row,
        values: &[(&Column, Value)],
    ) -> Statement {
        let mut sql = Sql::new(self.schema.dialect);
        sql.push(&format!(
            "SELECT count(*) FROM {} WHERE ",
            sql.dialect.table(&table.name)
        ));
        match is_whole(key) {
            true => sql.equals(table, columns, key),
            false => sql.push("1 = 1"),
        }
        for (column, value) in values {
            let place = sql.dialect.quote(&column.name);
            if value.0.is_none() {
                sql.push(&format!(" AND {place} IS NULL"));
                continue;
            }
            sql.values.push(value.clone());
            let bound = sql.dialect.placeholder(sql.values.len(), None);
            let text = sql.dialect.as_text(&place, column);
            sql.push(&format!(" AND {text} = {bound}"));
        }
        sql.done()
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
        self.push(&place);
    }

    fn equals(&mut self, table: &Table, columns: &[String], values: &Row) {
        for (place, (name, value)) in columns.iter().zip(values).enumerate() {
            let Some(column) = table.column(name) else {
                continue;
            };
            let and = if place > 0 { " AND " } else { "" };
            let quoted = self.dialect.quote(name);
            self.push(&format!("{and}{quoted} = "));
            self.bind(value.clone(), column);
        }
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn done(self) -> Statement {
        Statement {
            sql: self.text,
            values: self.values,
        }
    }
}

fn value_of(step: &KeptStep, row: &[Option<String>], name: &str) -> Value {
    let place = step.columns.iter().position(|column| column == name);
    Value(place.and_then(|place| row.get(place).cloned().flatten()))
}

fn key_of(step: &KeptStep, row: &[Option<String>]) -> Option<Row> {
    let key: Row = step
        .key
        .iter()
        .map(|name| value_of(step, row, name))
        .collect();
    is_whole(&key).then_some(key)
}

fn is_whole(key: &Row) -> bool {
    !key.is_empty() && key.iter().all(|value| value.0.is_some())
}
