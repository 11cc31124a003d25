//! MariaDB's and MySQL's `information_schema`, of the one database that the address names. Casts what it reads to text.

use std::collections::{BTreeMap, BTreeSet};

use abide_map::schema::{Column, Dialect, Schema, Table, TableName, TypeClass, View as SchemaView};

use super::{Line, ask, class, empty_table, on_delete, plain_column, reference, trigger};
use crate::error::SourceError;
use crate::quote;
use crate::view::View;

type Tables = BTreeMap<String, Table>;

pub(super) async fn read(view: &mut View, version: String) -> Result<Schema, SourceError> {
    let (mut tables, mut views) = tables(view).await?;
    let json = json_columns(view, &version).await?;
    columns(view, &mut tables, &mut views, &json).await?;
    indexes(view, &mut tables).await?;
    foreign_keys(view, &mut tables).await?;
    let tables: Vec<Table> = tables.into_values().collect();
    let triggers = triggers(view, &tables).await?;
    Ok(Schema {
        dialect: Dialect::Mariadb,
        version,
        tables,
        triggers,
        views: views.into_values().collect(),
    })
}

async fn tables(view: &mut View) -> Result<(Tables, BTreeMap<String, SchemaView>), SourceError> {
    let sql = "SELECT CAST(t.TABLE_NAME AS CHAR), CAST(t.TABLE_TYPE AS CHAR), CAST(COALESCE(t.TABLE_ROWS, 0) AS CHAR), CAST(e.TRANSACTIONS AS CHAR)
        FROM information_schema.TABLES t LEFT JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE
        WHERE t.TABLE_SCHEMA = DATABASE()";
    let (mut tables, mut views) = (Tables::new(), BTreeMap::new());
    for line in ask(view, sql).await? {
        let name = line.text(0);
        let kind = line.text(1);
        match kind.as_str() {
            "VIEW" | "SYSTEM VIEW" => {
                views.insert(
                    name.clone(),
                    SchemaView {
                        name: TableName::new(&name),
                        is_materialised: false,
                        is_readable: true,
                        columns: Vec::new(),
                    },
                );
            }
            "SEQUENCE" => {}
            _ => {
                let mut table = empty_table(TableName::new(&name));
                table.rows = line.number(2).unwrap_or_default();
                table.is_transactional = line.is(3);
                table.is_versioned = kind == "SYSTEM VERSIONED";
                tables.insert(name, table);
            }
        }
    }
    Ok((tables, views))
}

/// Columns declared `JSON`, which MariaDB keeps as text with a check on it.
async fn json_columns(
    view: &mut View,
    version: &str,
) -> Result<BTreeSet<(String, String)>, SourceError> {
    if !version.contains("MariaDB") {
        return Ok(BTreeSet::new());
    }
    let sql = "SELECT CAST(TABLE_NAME AS CHAR), CAST(CHECK_CLAUSE AS CHAR) FROM information_schema.CHECK_CONSTRAINTS
        WHERE CONSTRAINT_SCHEMA = DATABASE() AND CHECK_CLAUSE LIKE 'json_valid(%)'";
    let lines = ask(view, sql).await?;
    Ok(lines
        .iter()
        .map(|line| {
            let clause = line.text(1);
            let column = clause
                .trim_start_matches("json_valid(")
                .trim_end_matches(')');
            (line.text(0), column.trim_matches('`').replace("``", "`"))
        })
        .collect())
}

async fn columns(
    view: &mut View,
    tables: &mut Tables,
    views: &mut BTreeMap<String, SchemaView>,
    json: &BTreeSet<(String, String)>,
) -> Result<(), SourceError> {
    let sql = "SELECT CAST(TABLE_NAME AS CHAR), CAST(COLUMN_NAME AS CHAR), CAST(COLUMN_TYPE AS CHAR), CAST(DATA_TYPE AS CHAR),
            CAST(CHARACTER_MAXIMUM_LENGTH AS CHAR), CAST(IS_NULLABLE AS CHAR), CAST(EXTRA AS CHAR),
            CASE WHEN COLUMN_DEFAULT IS NOT NULL AND CAST(COLUMN_DEFAULT AS CHAR) <> 'NULL' THEN '1' ELSE '0' END
        FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, ORDINAL_POSITION";
    for line in ask(view, sql).await? {
        let table = line.text(0);
        let mut column = column(&line);
        if json.contains(&(table.clone(), column.name.clone())) {
            column.class = TypeClass::Json;
        }
        if let Some(table) = tables.get_mut(&table) {
            table.columns.push(column);
        } else if let Some(view) = views.get_mut(&table) {
            view.columns.push(column);
        }
    }
    Ok(())
}

fn column(line: &Line) -> Column {
    let whole = line.text(2);
    let extra = line.text(6).to_uppercase();
    let class = class::mariadb(&line.text(3).to_lowercase(), &whole.to_lowercase());
    let mut column = plain_column(line.text(1), whole, class);
    // The largest texts have a limit that nobody set.
    column.length = line
        .number(4)
        .filter(|length| *length < 1 << 24 && class == TypeClass::Text);
    column.nullable = line.is(5);
    // MySQL says `DEFAULT_GENERATED` of a default that is an expression.
    column.is_generated = extra.contains("VIRTUAL GENERATED")
        || extra.contains("STORED GENERATED")
        || extra.contains("PERSISTENT");
    column.has_default = line.is(7) || extra.contains("AUTO_INCREMENT");
    if class == TypeClass::Enum {
        column.allowed = class::words(&column.type_name);
    }
    column
}

async fn indexes(view: &mut View, tables: &mut Tables) -> Result<(), SourceError> {
    let sql = "SELECT CAST(TABLE_NAME AS CHAR), CAST(INDEX_NAME AS CHAR), CAST(NON_UNIQUE AS CHAR), CAST(COLUMN_NAME AS CHAR), CAST(INDEX_TYPE AS CHAR)
        FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX";
    struct Index {
        is_unique: bool,
        is_whole: bool,
        columns: Vec<String>,
    }
    let mut indexes: BTreeMap<(String, String), Index> = BTreeMap::new();
    for line in ask(view, sql).await? {
        let index = indexes
            .entry((line.text(0), line.text(1)))
            .or_insert_with(|| Index {
                is_unique: line.text(2) == "0",
                is_whole: matches!(line.text(4).as_str(), "BTREE" | "HASH"),
                columns: Vec::new(),
            });
        match line.maybe(3) {
            Some(column) => index.columns.push(column.to_owned()),
            // An index over an expression says nothing of the columns by themselves.
            None => index.is_whole = false,
        }
    }
    for ((table, name), index) in indexes {
        let Some(table) = tables.get_mut(&table).filter(|_| index.is_whole) else {
            continue;
        };
        if name == "PRIMARY" {
            table.primary_key.clone_from(&index.columns);
        } else if index.is_unique {
            table.unique.push(index.columns.clone());
        }
        table.indexes.push(index.columns);
    }
    Ok(())
}

async fn foreign_keys(view: &mut View, tables: &mut Tables) -> Result<(), SourceError> {
    let sql = "SELECT CAST(k.TABLE_NAME AS CHAR), CAST(k.CONSTRAINT_NAME AS CHAR), CAST(k.COLUMN_NAME AS CHAR),
            CAST(CASE WHEN k.REFERENCED_TABLE_SCHEMA = DATABASE() THEN NULL ELSE k.REFERENCED_TABLE_SCHEMA END AS CHAR),
            CAST(k.REFERENCED_TABLE_NAME AS CHAR), CAST(k.REFERENCED_COLUMN_NAME AS CHAR), CAST(r.DELETE_RULE AS CHAR)
        FROM information_schema.KEY_COLUMN_USAGE k
        LEFT JOIN information_schema.REFERENTIAL_CONSTRAINTS r ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME AND r.TABLE_NAME = k.TABLE_NAME
        WHERE k.TABLE_SCHEMA = DATABASE() AND k.REFERENCED_TABLE_NAME IS NOT NULL ORDER BY k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION";
    let mut untold = BTreeSet::new();
    for line in ask(view, sql).await? {
        let name = line.text(1);
        if line.maybe(6).is_none() {
            untold.insert(line.text(0));
        }
        let (column, target_column) = (line.text(2), line.text(5));
        let Some(table) = tables.get_mut(&line.text(0)) else {
            continue;
        };
        match table.foreign_keys.last_mut() {
            Some(key) if key.name.as_ref() == Some(&name) => {
                key.columns.push(column);
                key.target_columns.push(target_column);
            }
            _ => {
                let mut key = reference(Some(name), line.table(3), on_delete(&line.text(6)));
                key.columns.push(column);
                key.target_columns.push(target_column);
                table.foreign_keys.push(key);
            }
        }
    }
    for table in untold {
        if let Some(table) = tables.get_mut(&table) {
            told_by_declaration(view, table).await?;
        }
    }
    Ok(())
}

/// What happens on deletion, from the table's own declaration: the catalogue tells it only to those who may change rows.
async fn told_by_declaration(view: &mut View, table: &mut Table) -> Result<(), SourceError> {
    let name = quote::table(Dialect::Mariadb, &table.name);
    let lines = ask(view, &format!("SHOW CREATE TABLE {name}")).await?;
    let text = lines.first().map(|line| line.text(1)).unwrap_or_default();
    for key in &mut table.foreign_keys {
        let constraint = key.name.as_deref().unwrap_or_default();
        let start = format!("CONSTRAINT {} ", quote::name(Dialect::Mariadb, constraint));
        let declared = text
            .lines()
            .find(|line| line.trim_start().starts_with(&start));
        let rule = declared.and_then(|line| line.split_once(" ON DELETE "));
        if let Some((_, rule)) = rule {
            let rule = rule.split(" ON UPDATE ").next().unwrap_or(rule);
            key.on_delete = on_delete(rule.trim_end_matches(','));
        }
    }
    Ok(())
}

async fn triggers(
    view: &mut View,
    tables: &[Table],
) -> Result<Vec<abide_map::schema::Trigger>, SourceError> {
    let sql = "SELECT CAST(LOWER(ROUTINE_NAME) AS CHAR), CAST(ROUTINE_DEFINITION AS CHAR) FROM information_schema.ROUTINES
        WHERE ROUTINE_SCHEMA = DATABASE() AND ROUTINE_DEFINITION IS NOT NULL";
    let routines: BTreeMap<String, String> = ask(view, sql)
        .await?
        .iter()
        .map(|line| (line.text(0), line.text(1)))
        .collect();
    let sql = "SELECT CAST(TRIGGER_NAME AS CHAR), CAST(EVENT_OBJECT_TABLE AS CHAR), CAST(EVENT_MANIPULATION AS CHAR), CAST(ACTION_STATEMENT AS CHAR)
        FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()";
    let lines = ask(view, sql).await?;
    Ok(lines
        .iter()
        .map(|line| {
            trigger(
                line.text(0),
                TableName::new(&line.text(1)),
                vec![line.text(2)],
                line.text(3),
                tables,
                &routines,
            )
        })
        .collect())
}
