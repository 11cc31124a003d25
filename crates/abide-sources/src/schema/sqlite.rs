//! SQLite's own description of a file, by its pragmas. Names lead to tables whatever their case, as in SQLite itself.

use std::collections::BTreeMap;

use abide_map::schema::{Dialect, ForeignKey, Schema, Table, TableName, View as SchemaView};
use abide_map::statement::Statement;

use super::{ask, class, empty_table, on_delete, plain_column, reference, trigger};
use crate::error::{SourceError, Trouble};
use crate::numbers::{batches, of_rows};
use crate::quote;
use crate::view::View;

type Tables = BTreeMap<String, Table>;

pub(super) async fn read(view: &mut View, version: String) -> Result<Schema, SourceError> {
    let (mut tables, mut views) = tables(view).await?;
    columns(view, &mut tables, &mut views).await?;
    indexes(view, &mut tables).await?;
    foreign_keys(view, &mut tables).await?;
    count(view, &mut tables).await?;
    let tables: Vec<Table> = tables.into_values().collect();
    let triggers = triggers(view, &tables).await?;
    Ok(Schema {
        dialect: Dialect::Sqlite,
        version,
        tables,
        triggers,
        views: views.into_values().collect(),
    })
}

async fn tables(view: &mut View) -> Result<(Tables, BTreeMap<String, SchemaView>), SourceError> {
    // Shadow tables hold what a virtual table is made of, and go with it.
    let sql = "SELECT name, type FROM pragma_table_list WHERE schema = 'main' AND type <> 'shadow' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    let (mut tables, mut views) = (Tables::new(), BTreeMap::new());
    for line in ask(view, sql).await? {
        let name = line.text(0);
        let named = TableName::new(&name);
        if line.text(1) == "view" {
            let view = SchemaView {
                name: named,
                is_materialised: false,
                is_readable: true,
                columns: Vec::new(),
            };
            views.insert(name, view);
        } else {
            tables.insert(name, empty_table(named));
        }
    }
    Ok((tables, views))
}

async fn columns(
    view: &mut View,
    tables: &mut Tables,
    views: &mut BTreeMap<String, SchemaView>,
) -> Result<(), SourceError> {
    let sql = "SELECT t.name, x.name, x.type, CAST(x.\"notnull\" AS TEXT), CAST(x.dflt_value IS NOT NULL AS TEXT), CAST(x.pk AS TEXT), CAST(x.hidden AS TEXT)
        FROM pragma_table_list t JOIN pragma_table_xinfo(t.name) x WHERE t.schema = 'main' AND x.hidden <> 1 ORDER BY t.name, x.cid";
    let mut keys: BTreeMap<String, BTreeMap<u64, String>> = BTreeMap::new();
    for line in ask(view, sql).await? {
        let (table, name, declared) = (line.text(0), line.text(1), line.text(2));
        let key = line.number(5).unwrap_or_default();
        let mut column = plain_column(name, declared, class::sqlite(&line.text(2)));
        column.length = class::length(&column.type_name);
        column.nullable = !line.is(3) && key == 0;
        column.has_default = line.is(4);
        column.is_generated = matches!(line.number(6), Some(2 | 3));
        if key > 0 {
            let names = keys.entry(table.clone()).or_default();
            names.insert(key, column.name.clone());
        }
        if let Some(table) = tables.get_mut(&table) {
            table.columns.push(column);
        } else if let Some(view) = views.get_mut(&table) {
            view.columns.push(column);
        }
    }
    for (table, names) in keys {
        if let Some(table) = tables.get_mut(&table) {
            table.primary_key = names.into_values().collect();
            table.indexes.push(table.primary_key.clone());
        }
    }
    Ok(())
}

async fn indexes(view: &mut View, tables: &mut Tables) -> Result<(), SourceError> {
    let sql = "SELECT t.name, l.name, CAST(l.\"unique\" AS TEXT), l.origin, i.name
        FROM pragma_table_list t JOIN pragma_index_list(t.name) l JOIN pragma_index_info(l.name) i
        WHERE t.schema = 'main' AND l.partial = 0 ORDER BY t.name, l.name, i.seqno";
    #[derive(Default)]
    struct Index {
        is_unique: bool,
        columns: Vec<Option<String>>,
    }
    let mut indexes: BTreeMap<(String, String), Index> = BTreeMap::new();
    for line in ask(view, sql).await? {
        let index = indexes.entry((line.text(0), line.text(1))).or_default();
        index.is_unique = line.is(2) && line.text(3) != "pk";
        index.columns.push(line.maybe(4).map(str::to_owned));
    }
    for ((table, _), index) in indexes {
        // An index over an expression says nothing of the columns by themselves.
        let columns: Option<Vec<String>> = index.columns.into_iter().collect();
        let (Some(table), Some(columns)) = (tables.get_mut(&table), columns) else {
            continue;
        };
        if index.is_unique {
            table.unique.push(columns.clone());
        }
        table.indexes.push(columns);
    }
    Ok(())
}

async fn foreign_keys(view: &mut View, tables: &mut Tables) -> Result<(), SourceError> {
    let sql = "SELECT t.name, CAST(f.id AS TEXT), f.\"table\", f.\"from\", f.\"to\", f.on_delete
        FROM pragma_table_list t JOIN pragma_foreign_key_list(t.name) f WHERE t.schema = 'main' ORDER BY t.name, f.id, f.seq";
    let mut keys: BTreeMap<(String, u64), ForeignKey> = BTreeMap::new();
    for line in ask(view, sql).await? {
        let place = (line.text(0), line.number(1).unwrap_or_default());
        let rule = line.text(5);
        let target = named(tables, &line.text(2));
        let key = keys.entry(place).or_insert_with(|| {
            let mut key = reference(None, TableName::new(&target), on_delete(&rule));
            // `PRAGMA defer_foreign_keys` makes any of them wait, except one that restricts.
            key.is_deferrable = rule != "RESTRICT";
            // Each connection says for itself whether keys count; by default they do not.
            key.is_partial = true;
            key
        });
        key.columns.push(line.text(3));
        key.target_columns.extend(line.maybe(4).map(str::to_owned));
    }
    for ((table, _), mut key) in keys {
        if let Some(target) = tables.get(&key.target.name) {
            if key.target_columns.is_empty() {
                key.target_columns.clone_from(&target.primary_key);
            }
            in_case_of(target, &mut key.target_columns);
        }
        if let Some(table) = tables.get_mut(&table) {
            in_case_of(table, &mut key.columns);
            // One that names no key of the other table can never hold.
            if key.columns.len() == key.target_columns.len() {
                table.foreign_keys.push(key);
            }
        }
    }
    Ok(())
}

/// The name of a table as it was declared.
fn named(tables: &Tables, name: &str) -> String {
    tables
        .keys()
        .find(|known| known.eq_ignore_ascii_case(name))
        .map_or_else(|| name.to_owned(), Clone::clone)
}

/// Spells columns as the table declares them.
fn in_case_of(table: &Table, columns: &mut [String]) {
    for name in columns {
        let known = table
            .columns
            .iter()
            .find(|column| column.name.eq_ignore_ascii_case(name));
        if let Some(column) = known {
            name.clone_from(&column.name);
        }
    }
}

async fn count(view: &mut View, tables: &mut Tables) -> Result<(), SourceError> {
    let statements: Vec<Statement> = tables
        .values()
        .map(|table| Statement {
            sql: format!(
                "SELECT count(*) FROM {}",
                quote::table(Dialect::Sqlite, &table.name)
            ),
            values: Vec::new(),
        })
        .collect();
    let mut rows = Vec::new();
    for batch in batches(Dialect::Sqlite, &statements) {
        let found = view.rows(super::DOING, &batch.statement).await?;
        let found = of_rows(&found, batch.count);
        rows.extend(found.ok_or_else(|| view.trouble(super::DOING, Trouble::Other))?);
    }
    for (table, rows) in tables.values_mut().zip(rows) {
        table.rows = rows;
    }
    Ok(())
}

async fn triggers(
    view: &mut View,
    tables: &[Table],
) -> Result<Vec<abide_map::schema::Trigger>, SourceError> {
    let sql = "SELECT name, tbl_name, sql FROM sqlite_schema WHERE type = 'trigger'";
    let mut triggers = Vec::new();
    for line in ask(view, sql).await? {
        let body = line.text(2);
        let table = tables
            .iter()
            .find(|table| table.name.name.eq_ignore_ascii_case(&line.text(1)));
        let Some(table) = table else { continue };
        triggers.push(trigger(
            line.text(0),
            table.name.clone(),
            vec![event(&body)],
            work(&body),
            tables,
            &BTreeMap::new(),
        ));
    }
    Ok(triggers)
}

/// The first word of the declaration that is an event, after its name.
fn event(sql: &str) -> String {
    let head = sql.get(..begin(sql)).unwrap_or(sql).to_uppercase();
    head.split_whitespace()
        .skip(2)
        .find(|word| matches!(*word, "INSERT" | "UPDATE" | "DELETE"))
        .unwrap_or("UPDATE")
        .to_owned()
}

/// What stands between `BEGIN` and `END`.
fn work(sql: &str) -> String {
    let work = sql.get(begin(sql)..).unwrap_or(sql).trim();
    work.strip_prefix(|sign: char| "bB".contains(sign))
        .and_then(|rest| rest.get(4..))
        .unwrap_or(work)
        .trim()
        .to_owned()
}

/// Where the word `BEGIN` stands by itself.
fn begin(sql: &str) -> usize {
    let upper = sql.to_ascii_uppercase();
    let is_blank = |sign: Option<char>| sign.is_none_or(char::is_whitespace);
    upper
        .match_indices("BEGIN")
        .find(|(place, word)| {
            is_blank(upper[..*place].chars().next_back())
                && is_blank(upper[place + word.len()..].chars().next())
        })
        .map_or(sql.len(), |(place, _)| place)
}

#[cfg(test)]
mod tests {
    use abide_map::schema::OnDelete;

    use super::*;

    #[test]
    fn a_trigger_is_taken_apart() {
        let sql =
            "CREATE TRIGGER \"on begin\" AFTER DELETE ON t BEGIN INSERT INTO audit VALUES (1); END";
        assert_eq!(event(sql), "DELETE");
        assert_eq!(
            work("CREATE TRIGGER a AFTER UPDATE ON t BEGIN DELETE FROM b; END"),
            "DELETE FROM b; END"
        );
        assert_eq!(on_delete("NO ACTION"), OnDelete::Refuse);
    }
}
