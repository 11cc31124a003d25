//! Some rows of a table, spread over it. Never reads a big table to its end.

use std::collections::HashSet;

use abide_map::sample::{ColumnSample, TableSample};
use abide_map::schema::{Dialect, Table, TypeClass};
use abide_map::statement::{Statement, Value};

use crate::error::SourceError;
use crate::quote;
use crate::view::View;

/// The longest piece of a value that is looked at, in characters.
const LONGEST: u32 = 2_000;

/// Into how many pieces a table is cut, each of which gives some of its first rows.
const PIECES: u64 = 8;

const DOING: &str = "sampling rows";

/// Up to `rows` rows of the table.
pub(crate) async fn sample(
    view: &mut View,
    table: &Table,
    rows: u64,
) -> Result<TableSample, SourceError> {
    let mut seen: Vec<HashSet<String>> = vec![HashSet::new(); table.columns.len()];
    let mut sample = TableSample {
        rows: 0,
        columns: vec![ColumnSample::default(); table.columns.len()],
    };
    if table.columns.is_empty() || rows == 0 {
        return Ok(sample);
    }
    let statement = statement(view, table, rows).await?;
    let mut found = view.rows(DOING, &statement).await?;
    if found.is_empty() && view.dialect == Dialect::Postgresql {
        // A sample of pages may hit none that hold rows.
        found = view.rows(DOING, &head(view.dialect, table, rows)).await?;
    }
    for row in found {
        sample.rows += 1;
        for (place, value) in row.into_iter().enumerate() {
            let (Some(column), Some(seen)) = (sample.columns.get_mut(place), seen.get_mut(place))
            else {
                continue;
            };
            match value.0 {
                Some(value) => {
                    seen.insert(value);
                }
                None => column.nulls += 1,
            }
        }
    }
    for (column, seen) in sample.columns.iter_mut().zip(seen) {
        column.values = seen.into_iter().collect();
        column.values.sort_unstable();
    }
    Ok(sample)
}

fn columns(dialect: Dialect, table: &Table) -> String {
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|column| quote::text(dialect, column, LONGEST))
        .collect();
    columns.join(", ")
}

/// The rows that come first.
fn head(dialect: Dialect, table: &Table, rows: u64) -> Statement {
    let (columns, name) = (columns(dialect, table), quote::table(dialect, &table.name));
    Statement {
        sql: format!("SELECT {columns} FROM {name} LIMIT {rows}"),
        values: Vec::new(),
    }
}

async fn statement(view: &mut View, table: &Table, rows: u64) -> Result<Statement, SourceError> {
    let dialect = view.dialect;
    if table.rows <= rows.saturating_mul(4) {
        return Ok(head(dialect, table, rows));
    }
    if dialect == Dialect::Postgresql {
        return Ok(match table.is_transactional {
            true => pages(table, rows),
            // Tables that are elsewhere cannot be sampled by page.
            false => head(dialect, table, rows),
        });
    }
    let key = match table.primary_key.as_slice() {
        [key] => table.column(key),
        _ => None,
    };
    let Some(key) = key.filter(|key| key.class == TypeClass::Integer) else {
        return Ok(head(dialect, table, rows));
    };
    pieces(view, table, &quote::name(dialect, &key.name), rows).await
}

/// Twice as many pages as needed by the statistics, which may be old.
fn pages(table: &Table, rows: u64) -> Statement {
    let dialect = Dialect::Postgresql;
    let (columns, name) = (columns(dialect, table), quote::table(dialect, &table.name));
    // Hundredths of a percent, rounded up.
    let share = (rows.saturating_mul(20_000) / table.rows.max(1) + 1).min(10_000);
    Statement {
        sql: format!(
            "SELECT {columns} FROM {name} TABLESAMPLE SYSTEM ({}.{:02}) REPEATABLE (1) LIMIT {rows}",
            share / 100,
            share % 100
        ),
        values: Vec::new(),
    }
}

/// Some rows from each of several places between the lowest key and the highest.
async fn pieces(
    view: &mut View,
    table: &Table,
    key: &str,
    rows: u64,
) -> Result<Statement, SourceError> {
    let dialect = view.dialect;
    let (columns, name) = (columns(dialect, table), quote::table(dialect, &table.name));
    let (text, number) = match dialect {
        Dialect::Mariadb => ("CHAR", "SIGNED"),
        Dialect::Postgresql | Dialect::Sqlite => ("TEXT", "INTEGER"),
    };
    let ends = Statement {
        sql: format!("SELECT CAST(MIN({key}) AS {text}), CAST(MAX({key}) AS {text}) FROM {name}"),
        values: Vec::new(),
    };
    let ends = view.rows(DOING, &ends).await?;
    let mut ends = ends.iter().flatten().map(|value| {
        value
            .0
            .as_deref()
            .and_then(|text| text.parse::<i128>().ok())
    });
    let (Some(Some(low)), Some(Some(high))) = (ends.next(), ends.next()) else {
        return Ok(head(dialect, table, rows));
    };
    let width = (high - low) / i128::from(PIECES);
    let each = rows.div_ceil(PIECES);
    let mut parts = Vec::new();
    let mut values = Vec::new();
    for piece in 0..PIECES {
        parts.push(format!(
            "SELECT * FROM (SELECT {columns} FROM {name} WHERE {key} >= CAST(? AS {number}) ORDER BY {key} LIMIT {each}) AS piece{piece}"
        ));
        values.push(Value::text((low + width * i128::from(piece)).to_string()));
    }
    Ok(Statement {
        sql: parts.join(" UNION ALL "),
        values,
    })
}
