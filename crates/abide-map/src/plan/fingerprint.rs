//! A short name for how a database is built, so that a plan is never made over one that has changed. Rows do not count.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::schema::{Schema, Table};

/// `sha256:…` over names, types, keys, triggers and views in a fixed order, and over what a table's storage cannot do. The number of rows, indexes and the server's
/// version take no part: they change without changing what a row means.
pub fn fingerprint(schema: &Schema) -> String {
    let mut parts: Vec<String> = schema.tables.iter().map(table_text).collect();
    parts.extend(schema.triggers.iter().map(|trigger| {
        format!(
            "trigger {:?} {:?} {:?} {:?}",
            trigger.name, trigger.table, trigger.events, trigger.body
        )
    }));
    parts.extend(schema.views.iter().map(|view| {
        let columns: Vec<&str> = view
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .collect();
        format!("view {:?} {} {columns:?}", view.name, view.is_materialised)
    }));
    parts.sort();
    let mut hash = Sha256::new();
    hash.update(format!("{:?}", schema.dialect));
    for part in &parts {
        hash.update([0]);
        hash.update(part);
    }
    let mut text = "sha256:".to_owned();
    for byte in hash.finalize() {
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn table_text(table: &Table) -> String {
    let mut text = format!("table {:?} {:?}", table.name, table.primary_key);
    for column in &table.columns {
        let _ = write!(
            text,
            "\ncolumn {:?} {:?} {} {} {:?}",
            column.name, column.type_name, column.nullable, column.is_generated, column.allowed
        );
    }
    let mut rest: Vec<String> = table
        .unique
        .iter()
        .map(|key| format!("unique {key:?}"))
        .collect();
    rest.extend(table.foreign_keys.iter().map(|key| {
        format!(
            "key {:?} {:?} {:?} {:?} {}",
            key.columns, key.target, key.target_columns, key.on_delete, key.is_deferrable
        )
    }));
    // Without this nothing says that all of an erasure is done or none of it, nor that what was is gone.
    if !table.is_transactional {
        rest.push("not transactional".to_owned());
    }
    if table.is_versioned {
        rest.push("versioned".to_owned());
    }
    // A statement over the one reaches the rows of the other.
    rest.extend(
        table
            .inherits
            .iter()
            .map(|parent| format!("inherits {parent:?}")),
    );
    rest.sort();
    for line in rest {
        let _ = write!(text, "\n{line}");
    }
    text
}
