//! Everything that stands in a database, as text, read past everything that plans are made with.

use abide_map::schema::{Column, Dialect, Schema, Table, TypeClass};
use abide_map::statement::Statement;
use abide_sources::Source;
use futures_util::TryStreamExt as _;

/// A row: a value for each column of its table, bytes as hex.
pub(crate) type Row = Vec<Option<String>>;

/// The rows of each table of a schema, in its order; none for partitions, whose rows are those of the whole.
pub(crate) type Dump = Vec<Vec<Row>>;

/// Reads every row of every table, in one state.
pub(crate) async fn dump(source: &dyn Source, schema: &Schema) -> Dump {
    let mut snapshot = source.snapshot().await.unwrap();
    let mut dump = Dump::new();
    for table in &schema.tables {
        if table.partition_of.is_some() {
            dump.push(Vec::new());
            continue;
        }
        let columns = table.columns.iter();
        let columns: Vec<String> = columns
            .map(|column| as_text(schema.dialect, column))
            .collect();
        let statement = Statement {
            sql: format!(
                "SELECT {} FROM {}",
                columns.join(", "),
                name_of(schema.dialect, table)
            ),
            values: Vec::new(),
        };
        let rows: Vec<abide_map::plan::Row> =
            snapshot.read(&statement).try_collect().await.unwrap();
        let plain = |row: abide_map::plan::Row| row.into_iter().map(|value| value.0).collect();
        dump.push(rows.into_iter().map(plain).collect());
    }
    dump
}

/// A name in the dialect's quotes.
pub(crate) fn quoted(dialect: Dialect, name: &str) -> String {
    let quote = if dialect == Dialect::Mariadb {
        '`'
    } else {
        '"'
    };
    format!("{quote}{name}{quote}")
}

/// A table's name in the dialect's quotes.
pub(crate) fn name_of(dialect: Dialect, table: &Table) -> String {
    let name = quoted(dialect, &table.name.name);
    match &table.name.schema {
        Some(schema) => format!("{}.{name}", quoted(dialect, schema)),
        None => name,
    }
}

fn as_text(dialect: Dialect, column: &Column) -> String {
    let name = quoted(dialect, &column.name);
    let is_binary = column.class == TypeClass::Binary;
    match dialect {
        Dialect::Postgresql if is_binary => format!("encode({name}, 'hex')"),
        Dialect::Postgresql => format!("{name}::text"),
        Dialect::Mariadb if is_binary => format!("LOWER(HEX({name}))"),
        Dialect::Mariadb => format!("CAST({name} AS CHAR)"),
        Dialect::Sqlite if is_binary => {
            format!("CASE WHEN {name} IS NOT NULL THEN lower(hex({name})) END")
        }
        Dialect::Sqlite => format!("CAST({name} AS TEXT)"),
    }
}
