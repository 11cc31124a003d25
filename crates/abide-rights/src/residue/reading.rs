//! Which columns of a source can hold an identifier, and the statement that reads them. Never filters rows: an index
//! would find only what is where it should be.

use std::collections::BTreeMap;

use abide_map::schema::{Column, Dialect, Schema, Table, TableName, TypeClass};
use abide_map::statement::Statement;

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

/// What rows are read from: a table, or a view that keeps copies of rows.
struct Relation<'a> {
    name: &'a TableName,
    columns: &'a [Column],
    key: Vec<&'a Column>,
}

/// A reading for each table, and each view that keeps copies of rows, with a column in which an identifier could stand.
pub(super) fn readings(schema: &Schema, needles: &Needles) -> Vec<Reading> {
    relations(schema)
        .filter_map(|relation| reading(schema.dialect, &relation, needles))
        .collect()
}

fn relations(schema: &Schema) -> impl Iterator<Item = Relation<'_>> {
    let tables = schema.tables.iter();
    let tables = tables.filter(|table| table.partition_of.is_none());
    let tables = tables.map(|table| Relation {
        name: &table.name,
        columns: &table.columns,
        key: key_of(table),
    });
    let copies = schema.views.iter();
    let copies = copies.filter(|view| view.is_materialised && view.is_readable);
    tables.chain(copies.map(|view| Relation {
        name: &view.name,
        columns: &view.columns,
        key: Vec::new(),
    }))
}

/// What no reading reads: how many columns of which types, and views that keep copies of rows and cannot be read.
pub(super) fn not_read(schema: &Schema, needles: &Needles) -> BTreeMap<String, u64> {
    let mut left = BTreeMap::new();
    for relation in relations(schema) {
        for column in relation.columns {
            if !is_read(column, schema.dialect, needles) {
                *left.entry(sort_of(column)).or_default() += 1;
            }
        }
    }
    let copies = schema.views.iter();
    for view in copies.filter(|view| view.is_materialised && !view.is_readable) {
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

fn reading(dialect: Dialect, relation: &Relation<'_>, needles: &Needles) -> Option<Reading> {
    let columns: Vec<&Column> = relation
        .columns
        .iter()
        .filter(|column| is_read(column, dialect, needles))
        .collect();
    if columns.is_empty() {
        return None;
    }
    let key = &relation.key;
    let list: Vec<String> = key
        .iter()
        .chain(&columns)
        .map(|column| as_text(column, dialect))
        .collect();
    let name = name_of(relation.name, dialect);
    Some(Reading {
        table: relation.name.clone(),
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

fn key_of(table: &Table) -> Vec<&Column> {
    let key = table.row_key().iter().map(|name| table.column(name));
    key.collect::<Option<_>>().unwrap_or_default()
}

fn is_read(column: &Column, dialect: Dialect, needles: &Needles) -> bool {
    can_hold_text(column, dialect) || needles.can_stand_in(column.class)
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
            name_of(&found.name, schema.dialect)
        ),
        values: Vec::new(),
    })
}

fn name_of(table: &TableName, dialect: Dialect) -> String {
    let name = quoted(&table.name, dialect);
    match &table.schema {
        Some(schema) => format!("{}.{name}", quoted(schema, dialect)),
        None => name,
    }
}
