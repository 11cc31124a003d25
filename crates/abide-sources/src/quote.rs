//! Names and columns as SQL text. Never writes a value.

use abide_map::schema::{Column, Dialect, TableName, TypeClass};

/// A name in the quotes of the language.
pub(crate) fn name(dialect: Dialect, name: &str) -> String {
    match dialect {
        Dialect::Mariadb => format!("`{}`", name.replace('`', "``")),
        Dialect::Postgresql | Dialect::Sqlite => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}

/// A table with its schema.
pub(crate) fn table(dialect: Dialect, table: &TableName) -> String {
    match &table.schema {
        Some(schema) => format!("{}.{}", name(dialect, schema), name(dialect, &table.name)),
        None => name(dialect, &table.name),
    }
}

/// A column read as text, cut after so many characters; bytes as hex.
pub(crate) fn text(dialect: Dialect, column: &Column, most: u32) -> String {
    let quoted = name(dialect, &column.name);
    let is_binary = column.class == TypeClass::Binary;
    match dialect {
        Dialect::Postgresql if is_binary => {
            format!("encode(substring({quoted} from 1 for {most}), 'hex')")
        }
        Dialect::Postgresql => format!("left(CAST({quoted} AS text), {most})"),
        Dialect::Mariadb if is_binary => format!("HEX(LEFT({quoted}, {most}))"),
        Dialect::Mariadb if column.class == TypeClass::Geometry => format!("ST_AsText({quoted})"),
        Dialect::Mariadb => format!("LEFT(CAST({quoted} AS CHAR), {most})"),
        // `hex` makes an empty text of nothing.
        Dialect::Sqlite if is_binary => {
            format!("CASE WHEN {quoted} IS NOT NULL THEN hex(substr({quoted}, 1, {most})) END")
        }
        Dialect::Sqlite => format!("substr(CAST({quoted} AS TEXT), 1, {most})"),
    }
}
