//! Keys that PostgreSQL knows of the parts of a table and not of the whole. Adds nothing that no part declares.

use std::collections::BTreeMap;

use abide_map::schema::{ForeignKey, OnDelete, Table, TableName};

use super::ask;
use super::postgres::{OURS, Read, names};
use crate::error::SourceError;
use crate::view::View;

/// The columns by which tables are divided into parts, by the catalogue's number of the table. None for a table that is
/// divided by an expression.
pub(super) async fn divided(view: &mut View) -> Result<BTreeMap<u64, Vec<String>>, SourceError> {
    let columns = names("d.partrelid", "d.partattrs::int2[]");
    let sql = format!(
        "SELECT d.partrelid::text, (0 = ANY (d.partattrs))::text, {columns}
        FROM pg_partitioned_table d JOIN pg_class c ON c.oid = d.partrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {OURS}"
    );
    let mut divided = BTreeMap::new();
    for line in ask(view, &sql).await? {
        let columns = if line.is(1) { Vec::new() } else { line.list(2) };
        divided.insert(line.number(0).unwrap_or_default(), columns);
    }
    Ok(divided)
}

/// Gives each divided table the keys of its parts: references that any part declares, which the database would refuse to
/// break; and what is unique in every part and by the columns that say in which part a row is.
pub(super) fn lift(read: &mut Read, divided: &BTreeMap<u64, Vec<String>>) {
    let mut left: Vec<u64> = divided.keys().copied().collect();
    // Parts may be divided again: the innermost come first.
    while !left.is_empty() {
        let waits = |oid: &u64| {
            let name = read.tables.get(oid).map(|found| &found.table.name);
            let mut inner = left.iter().filter_map(|oid| read.tables.get(oid));
            inner.any(|found| found.table.partition_of.as_ref() == name)
        };
        let Some(place) = left.iter().position(|oid| !waits(oid)) else {
            return;
        };
        let oid = left.swap_remove(place);
        let by = divided.get(&oid).map_or(&[][..], Vec::as_slice);
        lift_into(read, oid, by);
    }
}

fn lift_into(read: &mut Read, oid: u64, by: &[String]) {
    let Some(name) = read.tables.get(&oid).map(|found| found.table.name.clone()) else {
        return;
    };
    let tables = read.tables.values().map(|found| &found.table);
    let parts: Vec<&Table> = tables.filter(|table| is_part(table, &name)).collect();
    let references = references(&parts);
    let unique = unique(&parts, by);
    let Some(whole) = read.tables.get_mut(&oid).map(|found| &mut found.table) else {
        return;
    };
    for key in references {
        if !whole.foreign_keys.iter().any(|known| is_same(known, &key)) {
            whole.foreign_keys.push(key);
        }
    }
    for columns in unique {
        if !whole.is_unique(&columns) {
            whole.unique.push(columns);
        }
    }
}

fn is_part(table: &Table, whole: &TableName) -> bool {
    table.partition_of.as_ref() == Some(whole)
}

fn is_same(one: &ForeignKey, other: &ForeignKey) -> bool {
    one.columns == other.columns
        && one.target == other.target
        && one.target_columns == other.target_columns
}

/// Every reference of a part, once, with what holds for all of them.
fn references(parts: &[&Table]) -> Vec<ForeignKey> {
    let mut lifted: Vec<ForeignKey> = Vec::new();
    for key in parts.iter().flat_map(|part| &part.foreign_keys) {
        if lifted.iter().any(|known| is_same(known, key)) {
            continue;
        }
        let of_part = |part: &&Table| {
            part.foreign_keys
                .iter()
                .find(|it| is_same(it, key))
                .cloned()
        };
        let same: Vec<ForeignKey> = parts.iter().filter_map(of_part).collect();
        let is_alike = same.iter().all(|it| it.on_delete == key.on_delete);
        lifted.push(ForeignKey {
            name: None,
            on_delete: if is_alike {
                key.on_delete
            } else {
                OnDelete::Refuse
            },
            is_deferrable: same.iter().all(|it| it.is_deferrable),
            is_partial: same.len() < parts.len() || same.iter().any(|it| it.is_partial),
            ..key.clone()
        });
    }
    lifted
}

/// What tells rows apart in every part, and with the columns that no two parts share, in the whole.
fn unique(parts: &[&Table], by: &[String]) -> Vec<Vec<String>> {
    let Some((first, rest)) = parts.split_first() else {
        return Vec::new();
    };
    let keys = first.unique.iter().chain([&first.primary_key]);
    let in_all = keys.filter(|key| {
        let is_apart = !by.is_empty() && by.iter().all(|column| key.contains(column));
        is_apart && rest.iter().all(|part| part.is_unique(key))
    });
    in_all.cloned().collect()
}
