//! Which columns of a source can hold an identifier, and the statement that reads them. Never filters rows: an index
//! would find only what is where it should be.

use std::collections::BTreeMap;

use abide_map::schema::{Column, Dialect, Schema, Table, TableName, TypeClass};
use abide_map::statement::Statement;

use super::excuse::Excuses;
use super::needle::Needles;

/// One table's worth of reading.
pub(super) struct Reading {
    pub(super) table: TableName,
    pub(super) statement: Statement,
    /// The columns in front, which tell the rows apart; none where nothing does.
    pub(super) key: Vec<String>,
    /// The columns behind, with what they hold.
    pub(super) columns: Vec<(String, TypeClass)>,
}

/// A reading for each table that has a column in which an identifier could stand.
pub(super) fn readings(schema: &Schema, needles: &Needles, excuses: &Excuses) -> Vec<Reading> {
    whole_tables(schema)
        .filter_map(|table| reading(schema.dialect, table, needles, excuses))
        .collect()
}

fn whole_tables(schema: &Schema) -> impl Iterator<Item = &Table> {
    let tables = schema.tables.iter();
    tables.filter(|table| table.partition_of.is_none())
}

/// What no reading reads: how many columns of which types, and views that keep copies of rows.
pub(super) fn not_read(
    schema: &Schema,
    needles: &Needles,
    excuses: &Excuses,
) -> BTreeMap<String, u64> {
    let mut left = BTreeMap::new();
    for table in whole_tables(schema) {
        for column in &table.columns {
            if !is_read(table, column, schema.dialect, needles, excuses) {
                *left.entry(sort_of(column)).or_default() += 1;
            }
        }
    }
    for view in schema.views.iter().filter(|view| view.is_materialised) {
        left.insert(format!("materialised view {}", view.name), 1);
    }
    left
}

/// The type without its limits, as the database writes it.
fn sort_of(column: &Column) -> String {
    let name = column
        .type_name
        .split('(')
        .next()
        .unwrap_or_default()
        .trim();
    match name {
        "" => "no type".to_owned(),
        name => name.to_lowercase(),
    }
}

fn reading(
    dialect: Dialect,
    table: &Table,
    needles: &Needles,
    excuses: &Excuses,
) -> Option<Reading> {
    let columns: Vec<&Column> = table
        .columns
        .iter()
        .filter(|column| is_read(table, column, dialect, needles, excuses))
        .collect();
    if columns.is_empty() {
        return None;
    }
    let key = table.row_key().iter().map(|name| table.column(name));
    let key: Vec<&Column> = key.collect::<Option<_>>().unwrap_or_default();
    let list: Vec<String> = key
        .iter()
        .chain(&columns)
        .map(|column| as_text(column, dialect))
        .collect();
    let name = name_of(table, dialect);
    Some(Reading {
        table: table.name.clone(),
        statement: Statement {
            sql: format!("SELECT {} FROM {name}", list.join(", ")),
            values: Vec::new(),
        },
        key: key.iter().map(|column| column.name.clone()).collect(),
        columns: columns
            .iter()
            .map(|column| (column.name.clone(), column.class))
            .collect(),
    })
}

fn is_read(
    table: &Table,
    column: &Column,
    dialect: Dialect,
    needles: &Needles,
    excuses: &Excuses,
) -> bool {
    can_hold_text(column, dialect)
        || (needles.can_stand_in(column.class) && !excuses.is_planned(&table.name, &column.name))
}

/// SQLite keeps any value in any column, whatever its type says.
fn can_hold_text(column: &Column, dialect: Dialect) -> bool {
    let short = column.length.is_some_and(|length| length < 5);
    match column.class {
        TypeClass::Text | TypeClass::Other => !short,
        TypeClass::Binary | TypeClass::Json | TypeClass::Array | TypeClass::Network => true,
        TypeClass::Enum | TypeClass::Geometry => false,
        _ => dialect == Dialect::Sqlite,
    }
}

fn quoted(name: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Mariadb => format!("`{}`", name.replace('`', "``")),
        Dialect::Postgresql | Dialect::Sqlite => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}

fn as_text(column: &Column, dialect: Dialect) -> String {
    let name = quoted(&column.name, dialect);
    let is_binary = column.class == TypeClass::Binary;
    match dialect {
        Dialect::Postgresql if is_binary => format!("encode({name}, 'hex')"),
        Dialect::Postgresql => format!("{name}::text"),
        // As plans read them, so that keys can be compared.
        Dialect::Mariadb if is_binary => format!("LOWER(HEX({name}))"),
        Dialect::Sqlite if is_binary => {
            format!("CASE WHEN {name} IS NOT NULL THEN lower(hex({name})) END")
        }
        Dialect::Mariadb => format!("CAST({name} AS CHAR)"),
        Dialect::Sqlite => format!("CAST({name} AS TEXT)"),
    }
}

/// The statement that reads one column, each value once; nothing if the source has no such column.
pub(crate) fn column_of(schema: &Schema, table: &TableName, column: &str) -> Option<Statement> {
    let found = schema.table(table)?;
    let text = as_text(found.column(column)?, schema.dialect);
    Some(Statement {
        sql: format!(
            "SELECT DISTINCT {text} FROM {}",
            name_of(found, schema.dialect)
        ),
        values: Vec::new(),
    })
}

fn name_of(table: &Table, dialect: Dialect) -> String {
    let name = quoted(&table.name.name, dialect);
    match &table.name.schema {
        Some(schema) => format!("{}.{name}", quoted(schema, dialect)),
        None => name,
    }
}
