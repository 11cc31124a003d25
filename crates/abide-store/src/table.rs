//! The tables of the schema, read from the migrations themselves: what a backup copies. Never names a table by hand.

use crate::migrate::Migration;

/// Type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ColumnType {
    Text,
    Int,
    Bytes,
}

/// A table as its migrations leave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) columns: Vec<(String, ColumnType)>,
    /// Columns of the primary key, in its order.
    pub(crate) key: Vec<String>,
}

/// The tables that these migrations make, in their order.
pub(crate) fn tables(migrations: &[Migration]) -> Vec<Table> {
    let mut tables = Vec::new();
    for migration in migrations {
        for statement in migration.sql.split(";\n") {
            if let Some((_, definition)) = statement.split_once("CREATE TABLE ") {
                tables.extend(parse(definition));
            }
        }
    }
    tables
}

/// A definition has a line for each column and one for the primary key.
fn parse(definition: &str) -> Option<Table> {
    let (name, lines) = definition.split_once(" (\n")?;
    let mut table = Table {
        name: name.to_owned(),
        columns: Vec::new(),
        key: Vec::new(),
    };
    for line in lines.lines().map(|line| line.trim().trim_end_matches(',')) {
        if let Some(key) = line.strip_prefix("PRIMARY KEY (") {
            table.key = key
                .trim_end_matches(')')
                .split(", ")
                .map(str::to_owned)
                .collect();
            continue;
        }
        let mut words = line.split(' ');
        let (Some(column), Some(kind)) = (words.next(), words.next()) else {
            continue;
        };
        let kind = match kind {
            "TEXT" => ColumnType::Text,
            "BIGINT" => ColumnType::Int,
            "BYTEA" => ColumnType::Bytes,
            _ => continue,
        };
        table.columns.push((column.to_owned(), kind));
    }
    Some(table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrate::MIGRATIONS;

    #[test]
    fn every_table_begins_its_key_with_the_tenant() {
        let tables = tables(MIGRATIONS);
        let defined: usize = MIGRATIONS
            .iter()
            .map(|it| it.sql.matches("CREATE TABLE").count())
            .sum();
        assert_eq!(tables.len(), defined);
        for table in &tables {
            assert_eq!(
                table.key.first().map(String::as_str),
                Some("tenant"),
                "{}",
                table.name
            );
            assert_eq!(
                table.columns[0],
                ("tenant".to_owned(), ColumnType::Text),
                "{}",
                table.name
            );
            for key in &table.key {
                assert!(
                    table.columns.iter().any(|(name, _)| name == key),
                    "{}",
                    table.name
                );
            }
        }
        // What is not understood here would be missing from backups.
        let altered = MIGRATIONS
            .iter()
            .any(|migration| migration.sql.contains("ALTER TABLE"));
        assert!(!altered, "teach this file to read ALTER TABLE");
    }

    #[test]
    fn a_table_is_read_with_types_and_key() {
        let links = tables(MIGRATIONS)
            .into_iter()
            .find(|table| table.name == "links")
            .unwrap();
        assert_eq!(links.key, ["tenant", "token", "into_token"]);
        assert_eq!(links.columns[1], ("token".to_owned(), ColumnType::Bytes));
        assert_eq!(
            links.columns.last(),
            Some(&("at".to_owned(), ColumnType::Int))
        );
    }
}
