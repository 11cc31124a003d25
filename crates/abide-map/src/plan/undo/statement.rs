//! The statements that put one row back, and that tell whether it is there. Puts no value into the text.

use crate::map::Replacement;
use crate::ownership::Ownership;
use crate::plan::Row;
use crate::plan::render::{fitted, spelled};
use crate::schema::{Column, Dialect, Table};
use crate::statement::{Statement, Value};

use super::Written;

/// Columns of one table with their values, as images.
pub(super) type Values<'a> = Vec<(&'a Column, Value)>;

/// Writes statements over one table.
#[derive(Clone, Copy)]
pub(super) struct Maker<'a> {
    pub(super) ownership: &'a Ownership,
    pub(super) table: &'a Table,
}

impl<'a> Maker<'a> {
    /// These columns with the values of a key.
    pub(super) fn keyed(&self, key: &[String], values: &Row) -> Values<'a> {
        let pairs = key.iter().zip(values);
        pairs
            .filter_map(|(name, value)| Some((self.table.column(name)?, value.clone())))
            .collect()
    }

    /// Inserts a row; of rows without a key only if fewer than `nth` stand there that are equal.
    pub(super) fn insert(&self, values: &Values<'_>, nth: Option<u64>) -> Statement {
        let mut sql = Sql::new(self.ownership.dialect);
        let names = values
            .iter()
            .map(|(column, _)| sql.dialect.quote(&column.name));
        let names: Vec<String> = names.collect();
        let (verb, system) = match sql.dialect {
            Dialect::Postgresql => ("INSERT", " OVERRIDING SYSTEM VALUE"),
            // A table may say that what is new replaces what is in its way.
            Dialect::Sqlite => ("INSERT OR ABORT", ""),
            Dialect::Mariadb => ("INSERT", ""),
        };
        let name = sql.dialect.table(&self.table.name);
        sql.push(&format!(
            "{verb} INTO {name} ({}){system} SELECT ",
            names.join(", ")
        ));
        for (place, (column, value)) in values.iter().enumerate() {
            sql.push(if place > 0 { ", " } else { "" });
            sql.bind(value, column);
        }
        if sql.dialect == Dialect::Mariadb {
            sql.push(" FROM DUAL");
        }
        sql.push(" WHERE 1 = 1");
        if let Some(nth) = nth {
            sql.push(&format!(" AND (SELECT count(*) FROM {name} WHERE 1 = 1"));
            sql.as_it_was(values);
            sql.push(&format!(") < {nth}"));
        }
        self.led_somewhere(&mut sql, values);
        sql.done()
    }

    /// Writes values over those that an erasure wrote, where these still stand and the row is the one that it was.
    pub(super) fn update(
        &self,
        key: &Values<'_>,
        open: &[(&Column, &Written, Value)],
        telling: &Values<'_>,
    ) -> Statement {
        let mut sql = Sql::new(self.ownership.dialect);
        let verb = match sql.dialect {
            Dialect::Sqlite => "UPDATE OR ABORT",
            _ => "UPDATE",
        };
        sql.push(&format!(
            "{verb} {} SET ",
            sql.dialect.table(&self.table.name)
        ));
        for (place, (column, _, value)) in open.iter().enumerate() {
            let comma = if place > 0 { ", " } else { "" };
            sql.push(&format!("{comma}{} = ", sql.dialect.quote(&column.name)));
            sql.bind(value, column);
        }
        sql.push(" WHERE 1 = 1");
        sql.equal(key);
        for (column, with, _) in open {
            let text = match with {
                Written::Text(text) => {
                    let text = spelled(&fitted(text, column), Some(column));
                    sql.values.push(Value::text(text));
                    sql.dialect.placeholder(sql.values.len(), Some(column))
                }
                _ => String::new(),
            };
            let place = sql.dialect.quote(&column.name);
            let changed = sql
                .dialect
                .unwritten(&place, column, &Replacement::from(*with), &text);
            sql.push(&format!(" AND ({changed}) IS NOT TRUE"));
        }
        sql.as_it_was(telling);
        let written = open
            .iter()
            .map(|(column, _, value)| (*column, value.clone()));
        self.led_somewhere(&mut sql, &written.collect());
        sql.done()
    }

    /// Counts rows that hold these values.
    pub(super) fn count(&self, key: &Values<'_>, values: &Values<'_>) -> Statement {
        let mut sql = Sql::new(self.ownership.dialect);
        let name = sql.dialect.table(&self.table.name);
        sql.push(&format!("SELECT count(*) FROM {name} WHERE 1 = 1"));
        sql.equal(key);
        sql.as_it_was(values);
        sql.done()
    }

    /// Only where what the values lead to is there. The servers see to that at each statement; SQLite may leave it to the
    /// end of the transaction, which would then fail as a whole.
    fn led_somewhere(&self, sql: &mut Sql, values: &Values<'_>) {
        if sql.dialect != Dialect::Sqlite {
            return;
        }
        let value = |name: &String| {
            let mut values = values.iter();
            let found = values.find(|(column, _)| column.name == *name);
            found.map(|(_, value)| value.clone())
        };
        for reference in &self.table.foreign_keys {
            let leads: Option<Row> = reference.columns.iter().map(value).collect();
            let own: Option<Row> = reference.target_columns.iter().map(value).collect();
            let is_own = reference.target == self.table.name && leads == own;
            let there = self.ownership.id(&reference.target);
            let there = there.and_then(|id| self.ownership.tables.get(id));
            if let (Some(leads), Some(there), false) = (leads.filter(is_whole), there, is_own) {
                let target = Maker {
                    table: &there.table,
                    ..*self
                };
                let name = sql.dialect.table(&reference.target);
                sql.push(&format!(" AND EXISTS (SELECT 1 FROM {name} WHERE 1 = 1"));
                sql.equal(&target.keyed(&reference.target_columns, &leads));
                sql.push(")");
            }
        }
    }
}

/// Whether there is a key, and each part of it holds something.
pub(super) fn is_whole(key: &Row) -> bool {
    !key.is_empty() && key.iter().all(|value| value.0.is_some())
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

    fn bind(&mut self, image: &Value, column: &Column) {
        let (made, value) = self.dialect.of_image(self.values.len() + 1, column, image);
        self.values.push(value);
        self.push(&made);
    }

    /// Where these columns hold these values, as the database compares them.
    fn equal(&mut self, values: &Values<'_>) {
        for (column, value) in values {
            let place = self.dialect.quote(&column.name);
            self.push(&format!(" AND {place} = "));
            self.bind(value, column);
        }
    }

    /// Where these columns hold just these values.
    fn as_it_was(&mut self, values: &Values<'_>) {
        for (column, value) in values {
            let place = self.dialect.quote(&column.name);
            if value.0.is_none() {
                self.push(&format!(" AND {place} IS NULL"));
                continue;
            }
            self.values.push(value.clone());
            let bound = self.dialect.placeholder(self.values.len(), None);
            let image = self.dialect.same_image(&place, column);
            self.push(&format!(" AND {image} = {bound}"));
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
