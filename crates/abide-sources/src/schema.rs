//! What a database says of itself, from its catalogue. Never reads a row of anybody's table, except to count small ones.

mod class;
mod mariadb;
mod partition;
mod postgres;
mod sqlite;
mod writes;

use std::collections::BTreeMap;

use abide_map::plan::Row;
use abide_map::schema::{
    Column, Dialect, ForeignKey, OnDelete, Schema, Table, TableName, Trigger, TypeClass,
};
use abide_map::statement::Statement;

use crate::error::SourceError;
use crate::view::View;

const DOING: &str = "reading the schema";

/// The server's version.
pub(crate) async fn version(view: &mut View) -> Result<String, SourceError> {
    let sql = match view.dialect {
        Dialect::Postgresql => "SELECT current_setting('server_version')",
        Dialect::Mariadb => "SELECT CAST(VERSION() AS CHAR)",
        Dialect::Sqlite => "SELECT sqlite_version()",
    };
    let rows = ask(view, sql).await?;
    Ok(rows.first().map(|row| row.text(0)).unwrap_or_default())
}

/// The whole schema.
pub(crate) async fn read(view: &mut View) -> Result<Schema, SourceError> {
    let version = version(view).await?;
    let dialect = view.dialect;
    let mut schema = match dialect {
        Dialect::Postgresql => postgres::read(view, version).await?,
        Dialect::Mariadb => mariadb::read(view, version).await?,
        Dialect::Sqlite => sqlite::read(view, version).await?,
    };
    schema
        .tables
        .retain(|table| table.name.name != crate::MARKER_TABLE);
    schema
        .tables
        .sort_by(|one, other| one.name.cmp(&other.name));
    schema.views.sort_by(|one, other| one.name.cmp(&other.name));
    schema
        .triggers
        .sort_by(|one, other| (&one.table, &one.name).cmp(&(&other.table, &other.name)));
    for table in &mut schema.tables {
        table.unique.sort();
        table.unique.dedup();
        table.indexes.sort();
        table.indexes.dedup();
        table
            .foreign_keys
            .sort_by(|one, other| (&one.name, &one.columns).cmp(&(&other.name, &other.columns)));
    }
    Ok(schema)
}

/// A row of a catalogue.
struct Line(Row);

impl Line {
    fn maybe(&self, place: usize) -> Option<&str> {
        self.0.get(place)?.0.as_deref()
    }

    fn text(&self, place: usize) -> String {
        self.maybe(place).unwrap_or_default().to_owned()
    }

    fn number(&self, place: usize) -> Option<u64> {
        self.maybe(place)?.parse().ok()
    }

    /// Whether the catalogue says yes, in any of its ways.
    fn is(&self, place: usize) -> bool {
        matches!(self.maybe(place), Some("1" | "t" | "true" | "YES" | "yes"))
    }

    /// A JSON list of texts.
    fn list(&self, place: usize) -> Vec<String> {
        let list: Option<Vec<Option<String>>> = self
            .maybe(place)
            .and_then(|text| serde_json::from_str(text).ok());
        list.unwrap_or_default()
            .into_iter()
            .map(Option::unwrap_or_default)
            .collect()
    }

    /// A table, by its schema, if that is another than the usual one, and its name.
    fn table(&self, place: usize) -> TableName {
        TableName {
            schema: self.maybe(place).map(str::to_owned),
            name: self.text(place + 1),
        }
    }
}

async fn ask(view: &mut View, sql: &str) -> Result<Vec<Line>, SourceError> {
    let statement = Statement {
        sql: sql.to_owned(),
        values: Vec::new(),
    };
    let rows = view.rows(DOING, &statement).await?;
    Ok(rows.into_iter().map(Line).collect())
}

/// A table of which only the name is known yet.
fn empty_table(name: TableName) -> Table {
    Table {
        name,
        columns: Vec::new(),
        primary_key: Vec::new(),
        unique: Vec::new(),
        foreign_keys: Vec::new(),
        indexes: Vec::new(),
        rows: 0,
        partition_of: None,
        is_transactional: true,
        is_versioned: false,
        inherits: Vec::new(),
        sequences: Vec::new(),
        hides_rows: false,
    }
}

/// A column of which only name and type are known yet.
fn plain_column(name: String, type_name: String, class: TypeClass) -> Column {
    Column {
        name,
        type_name,
        class,
        length: None,
        nullable: true,
        is_generated: false,
        has_default: false,
        allowed: Vec::new(),
    }
}

/// `CASCADE`, `SET NULL`, `SET DEFAULT`; anything else refuses.
fn on_delete(word: &str) -> OnDelete {
    match word {
        "CASCADE" => OnDelete::Cascade,
        "SET NULL" => OnDelete::SetNull,
        "SET DEFAULT" => OnDelete::SetDefault,
        _ => OnDelete::Refuse,
    }
}

/// A declared reference without its columns.
fn reference(name: Option<String>, target: TableName, on_delete: OnDelete) -> ForeignKey {
    ForeignKey {
        name,
        columns: Vec::new(),
        target,
        target_columns: Vec::new(),
        on_delete,
        is_deferrable: false,
        is_partial: false,
    }
}

/// A trigger, with the tables its body writes to, and what the routines write that it calls.
fn trigger(
    name: String,
    table: TableName,
    events: Vec<String>,
    body: String,
    tables: &[Table],
    routines: &BTreeMap<String, String>,
) -> Trigger {
    let writes = writes::of(&body, tables, routines);
    Trigger {
        name,
        table,
        events,
        body,
        writes,
    }
}
