//! PostgreSQL's catalogue, in one query for each kind of thing. Never looks at tables of the system or of extensions.

use std::collections::BTreeMap;

use abide_map::schema::{Column, Dialect, OnDelete, Schema, Table, TableName, View as SchemaView};
use abide_map::statement::Statement;

use super::partition::{divided, lift};
use super::{Line, ask, class, empty_table, plain_column, reference, trigger};
use crate::error::{SourceError, Trouble};
use crate::numbers::batches;
use crate::view::View;
use crate::{numbers, quote};

/// Tables without statistics are counted if they are no larger than this many bytes, and estimated above.
const COUNTED_BYTES: u64 = 64 << 20;

/// About how many bytes a row takes where nothing better is known.
const ROW_BYTES: u64 = 100;

/// Schemas of other people's making. Unqualified names lead to the first that the account searches.
pub(super) const OURS: &str = "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%' AND n.nspname NOT LIKE 'pg\\_temp%'";

/// The schema's name, if it is not where unqualified names lead.
const QUALIFIER: &str = "nullif(n.nspname, coalesce(current_schema(), 'public'))";

pub(super) async fn read(view: &mut View, version: String) -> Result<Schema, SourceError> {
    let mut read = tables(view).await?;
    columns(view, &mut read).await?;
    constraints(view, &mut read).await?;
    indexes(view, &mut read).await?;
    sequences(view, &mut read).await?;
    let divided = divided(view).await?;
    lift(&mut read, &divided);
    count(view, &mut read).await?;
    let triggers = triggers(view, &read).await?;
    Ok(Schema {
        dialect: Dialect::Postgresql,
        version,
        tables: read.tables.into_values().map(|found| found.table).collect(),
        triggers,
        views: read.views.into_values().collect(),
    })
}

/// What has been read, by the catalogue's own number.
#[derive(Default)]
pub(super) struct Read {
    pub(super) tables: BTreeMap<u64, Found>,
    views: BTreeMap<u64, SchemaView>,
}

pub(super) struct Found {
    pub(super) table: Table,
    /// Whether the server knows how many rows there are.
    is_estimated: bool,
    bytes: u64,
}

async fn tables(view: &mut View) -> Result<Read, SourceError> {
    let sql = format!(
        "SELECT c.oid::text, {QUALIFIER}::text, c.relname::text, c.relkind::text, c.reltuples::bigint::text,
            CASE WHEN c.relkind IN ('r', 'm') THEN pg_relation_size(c.oid) ELSE 0 END::text,
            parent.oid::text, has_table_privilege(c.oid, 'SELECT')::text, row_security_active(c.oid)::text,
            (SELECT json_agg(i.inhparent::text ORDER BY i.inhseqno)::text FROM pg_inherits i WHERE i.inhrelid = c.oid), c.relispopulated::text
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN LATERAL (SELECT p.oid FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent
            WHERE i.inhrelid = c.oid AND (c.relispartition OR NOT EXISTS (SELECT 1 FROM pg_attribute own
                WHERE own.attrelid = c.oid AND own.attnum > 0 AND NOT own.attisdropped AND own.attinhcount = 0))
            ORDER BY i.inhseqno LIMIT 1) parent ON true
        WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND {OURS} AND c.relpersistence <> 't'
            AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')"
    );
    let mut read = Read::default();
    let mut parents = Vec::new();
    let mut inherited = Vec::new();
    for line in ask(view, &sql).await? {
        let oid = line.number(0).unwrap_or_default();
        let kind = line.text(3);
        if kind == "v" || kind == "m" {
            read.views.insert(
                oid,
                SchemaView {
                    name: line.table(1),
                    is_materialised: kind == "m",
                    is_readable: line.is(7) && line.is(10),
                    columns: Vec::new(),
                },
            );
            continue;
        }
        let mut table = empty_table(line.table(1));
        table.is_transactional = kind != "f";
        table.hides_rows = line.is(8);
        let known = line.number(4).filter(|_| kind != "p");
        table.rows = known.unwrap_or_default();
        match line.number(6) {
            Some(parent) => parents.push((oid, parent)),
            None => inherited.push((oid, line.list(9))),
        }
        let found = Found {
            table,
            // What nobody may read cannot be counted either; a partitioned table is the sum of its parts.
            is_estimated: known.is_some_and(|rows| rows > 0)
                || !line.is(7)
                || line.is(8)
                || kind != "r",
            bytes: line.number(5).unwrap_or_default(),
        };
        read.tables.insert(oid, found);
    }
    set_parents(&mut read, parents, inherited);
    Ok(read)
}

/// Whose parts tables are, and what others they inherit from, by the catalogue's numbers.
fn set_parents(read: &mut Read, parts: Vec<(u64, u64)>, inherited: Vec<(u64, Vec<String>)>) {
    for (child, parent) in parts {
        let name = read
            .tables
            .get(&parent)
            .map(|found| found.table.name.clone());
        if let Some(found) = read.tables.get_mut(&child) {
            found.table.partition_of = name;
        }
    }
    for (child, parents) in inherited {
        let parents = parents.iter().filter_map(|oid| oid.parse::<u64>().ok());
        let parents = parents.filter_map(|oid| read.tables.get(&oid));
        let names = parents.map(|found| found.table.name.clone()).collect();
        if let Some(found) = read.tables.get_mut(&child) {
            found.table.inherits = names;
        }
    }
}

async fn columns(view: &mut View, read: &mut Read) -> Result<(), SourceError> {
    let sql = format!(
        "SELECT a.attrelid::text, a.attname::text, format_type(a.atttypid, a.atttypmod), base.typname::text, base.typcategory::text,
            CASE WHEN base.typname IN ('varchar', 'bpchar') AND a.atttypmod > 4 THEN a.atttypmod - 4 END::text,
            (NOT (a.attnotnull OR t.typnotnull))::text, (a.attgenerated <> '')::text, (a.atthasdef OR a.attidentity <> '')::text,
            (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder)::text FROM pg_enum e WHERE e.enumtypid = base.oid)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_type t ON t.oid = a.atttypid
        JOIN pg_type base ON base.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
        WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f', 'v', 'm') AND {OURS}
        ORDER BY a.attrelid, a.attnum"
    );
    for line in ask(view, &sql).await? {
        let oid = line.number(0).unwrap_or_default();
        let column = column(&line);
        if let Some(found) = read.tables.get_mut(&oid) {
            found.table.columns.push(column);
        } else if let Some(view) = read.views.get_mut(&oid) {
            view.columns.push(column);
        }
    }
    Ok(())
}

fn column(line: &Line) -> Column {
    let class = class::postgres(&line.text(3), &line.text(4));
    let mut column = plain_column(line.text(1), line.text(2), class);
    column.length = line.number(5);
    column.nullable = line.is(6);
    column.is_generated = line.is(7);
    column.has_default = line.is(8);
    column.allowed = line.list(9);
    column
}

/// Names of columns by their numbers, in order, as JSON.
pub(super) fn names(relation: &str, numbers: &str) -> String {
    format!(
        "(SELECT json_agg(a.attname ORDER BY k.place)::text FROM unnest({numbers}) WITH ORDINALITY AS k(number, place) JOIN pg_attribute a ON a.attrelid = {relation} AND a.attnum = k.number)"
    )
}

async fn constraints(view: &mut View, read: &mut Read) -> Result<(), SourceError> {
    let (here, there) = (
        names("c.conrelid", "c.conkey"),
        names("c.confrelid", "c.confkey"),
    );
    let sql = format!(
        "SELECT c.conrelid::text, c.contype::text, c.conname::text, {here}, c.confrelid::text, {there}, c.confdeltype::text, c.condeferrable::text, c.convalidated::text
        FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
        WHERE c.conrelid <> 0 AND (c.contype IN ('p', 'u') OR (c.contype = 'f' AND c.conparentid = 0)) AND {OURS}"
    );
    for line in ask(view, &sql).await? {
        let target = line
            .number(4)
            .and_then(|oid| read.tables.get(&oid))
            .map(|found| found.table.name.clone());
        let Some(found) = line.number(0).and_then(|oid| read.tables.get_mut(&oid)) else {
            continue;
        };
        let columns = line.list(3);
        match (line.text(1).as_str(), target) {
            ("p", _) => found.table.primary_key = columns,
            ("u", _) => found.table.unique.push(columns),
            (_, Some(target)) => {
                let mut key = reference(Some(line.text(2)), target, deletes(&line.text(6)));
                key.columns = columns;
                key.target_columns = line.list(5);
                key.is_deferrable = line.is(7);
                key.is_partial = !line.is(8);
                found.table.foreign_keys.push(key);
            }
            _ => {}
        }
    }
    Ok(())
}

fn deletes(letter: &str) -> OnDelete {
    match letter {
        "c" => OnDelete::Cascade,
        "n" => OnDelete::SetNull,
        "d" => OnDelete::SetDefault,
        _ => OnDelete::Refuse,
    }
}

async fn indexes(view: &mut View, read: &mut Read) -> Result<(), SourceError> {
    let sql = format!(
        "SELECT i.indrelid::text, i.indisunique::text, i.indisprimary::text, (0 = ANY (i.indkey))::text,
            (SELECT json_agg(a.attname ORDER BY k.place)::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, place)
                JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number WHERE k.place <= i.indnkeyatts)
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE i.indisvalid AND i.indpred IS NULL AND {OURS}"
    );
    for line in ask(view, &sql).await? {
        let Some(found) = line.number(0).and_then(|oid| read.tables.get_mut(&oid)) else {
            continue;
        };
        let columns = line.list(4);
        // An index over an expression says nothing of the columns by themselves.
        if line.is(3) || columns.is_empty() {
            continue;
        }
        if line.is(1) && !line.is(2) {
            found.table.unique.push(columns.clone());
        }
        found.table.indexes.push(columns);
    }
    Ok(())
}

/// Sequences that defaults of columns take from. Those of identity columns need no right of their own.
async fn sequences(view: &mut View, read: &mut Read) -> Result<(), SourceError> {
    let sql = format!(
        "SELECT d.adrelid::text, {QUALIFIER}::text, c.relname::text FROM pg_attrdef d
        JOIN pg_depend p ON p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid AND p.refclassid = 'pg_class'::regclass
        JOIN pg_class c ON c.oid = p.refobjid AND c.relkind = 'S' JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {OURS} ORDER BY d.adrelid, d.adnum"
    );
    for line in ask(view, &sql).await? {
        let oid = line.number(0).unwrap_or_default();
        if let Some(found) = read.tables.get_mut(&oid) {
            found.table.sequences.push(line.table(1));
        }
    }
    Ok(())
}

/// Counts small tables of which the server keeps no statistics, and guesses at large ones by their size.
async fn count(view: &mut View, read: &mut Read) -> Result<(), SourceError> {
    let mut counted = Vec::new();
    let mut statements = Vec::new();
    for (oid, found) in &mut read.tables {
        if found.is_estimated {
            continue;
        }
        if found.bytes > COUNTED_BYTES {
            found.table.rows = found.bytes / ROW_BYTES;
        } else if found.bytes > 0 {
            counted.push(*oid);
            statements.push(Statement {
                sql: format!(
                    "SELECT count(*) FROM ONLY {}",
                    quote::table(Dialect::Postgresql, &found.table.name)
                ),
                values: Vec::new(),
            });
        }
    }
    let mut rows = Vec::new();
    for batch in batches(Dialect::Postgresql, &statements) {
        let found = view.rows(super::DOING, &batch.statement).await?;
        let found = numbers::of_rows(&found, batch.count);
        rows.extend(found.ok_or_else(|| view.trouble(super::DOING, Trouble::Other))?);
    }
    for (oid, rows) in counted.into_iter().zip(rows) {
        if let Some(found) = read.tables.get_mut(&oid) {
            found.table.rows = rows;
        }
    }
    sum_parts(read);
    Ok(())
}

/// A partitioned table has the rows of its parts, at any depth.
fn sum_parts(read: &mut Read) {
    let parts: Vec<(TableName, u64)> = read
        .tables
        .values()
        .filter_map(|found| Some((found.table.partition_of.clone()?, found.table.rows)))
        .collect();
    let parents: BTreeMap<TableName, TableName> = read
        .tables
        .values()
        .filter_map(|found| Some((found.table.name.clone(), found.table.partition_of.clone()?)))
        .collect();
    for (parent, rows) in parts {
        let mut next = Some(parent);
        while let Some(name) = next {
            if let Some(found) = read
                .tables
                .values_mut()
                .find(|found| found.table.name == name)
            {
                found.table.rows += rows;
            }
            next = parents.get(&name).cloned();
        }
    }
}

async fn triggers(
    view: &mut View,
    read: &Read,
) -> Result<Vec<abide_map::schema::Trigger>, SourceError> {
    let tables: Vec<Table> = read
        .tables
        .values()
        .map(|found| found.table.clone())
        .collect();
    let sql = format!(
        "SELECT lower(p.proname::text), p.prosrc FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
        WHERE l.lanname IN ('plpgsql', 'sql') AND {OURS} ORDER BY p.oid"
    );
    let mut routines: BTreeMap<String, String> = BTreeMap::new();
    for line in ask(view, &sql).await? {
        // Functions of one name are taken together.
        let body = routines.entry(line.text(0)).or_default();
        body.push_str(&line.text(1));
        body.push('\n');
    }
    // Bits of tgtype: 4 insert, 8 delete, 16 update. Rules do what triggers do; 2 is update, 3 insert, 4 delete.
    let sql = format!(
        "SELECT t.tgrelid::text, t.tgname::text, (t.tgtype & 4 > 0)::text, (t.tgtype & 16 > 0)::text, (t.tgtype & 8 > 0)::text, p.prosrc
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND {OURS}
        UNION ALL
        SELECT r.ev_class::text, r.rulename::text, (r.ev_type = '3')::text, (r.ev_type = '2')::text, (r.ev_type = '4')::text, pg_get_ruledef(r.oid)
        FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE r.ev_type IN ('2', '3', '4') AND c.relkind IN ('r', 'p') AND r.ev_enabled <> 'D' AND {OURS}"
    );
    let mut triggers = Vec::new();
    for line in ask(view, &sql).await? {
        let Some(found) = line.number(0).and_then(|oid| read.tables.get(&oid)) else {
            continue;
        };
        let events = [(2, "INSERT"), (3, "UPDATE"), (4, "DELETE")];
        let events = events.iter().filter(|(place, _)| line.is(*place));
        triggers.push(trigger(
            line.text(1),
            found.table.name.clone(),
            events.map(|(_, event)| (*event).to_owned()).collect(),
            line.text(5),
            &tables,
            &routines,
        ));
    }
    Ok(triggers)
}

#[cfg(test)]
mod tests {
    use abide_map::schema::TypeClass;

    use super::*;

    #[test]
    fn parts_of_parts_are_summed_to_the_top() {
        let mut read = Read::default();
        for (oid, (name, parent, rows)) in [
            ("all", None, 0),
            ("year", Some("all"), 0),
            ("day", Some("year"), 7),
        ]
        .into_iter()
        .enumerate()
        {
            let mut table = empty_table(TableName::new(name));
            table.partition_of = parent.map(TableName::new);
            table.rows = rows;
            let found = Found {
                table,
                is_estimated: true,
                bytes: 0,
            };
            read.tables.insert(oid as u64, found);
        }
        sum_parts(&mut read);
        let rows: Vec<u64> = read.tables.values().map(|found| found.table.rows).collect();
        assert_eq!(rows, [7, 7, 7]);
        assert_eq!(class::postgres("citext", "S"), TypeClass::Text);
    }
}
