//! The least an account needs for a map, as statements for whoever runs the server. Never runs them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use abide_policy::diagnostic::Findings;
use jiff::Timestamp;

use crate::map::{Map, Standing};
use crate::ownership::Ownership;
use crate::plan::{Effect, Identities, KnownAs, Plan, Planner, Row, Subjects};
use crate::promise::Promises;
use crate::schema::{Dialect, Schema, TableName};
use crate::statement::Value;

/// How many people a sweep takes at once; grants do not depend on it.
const BATCH: u64 = 100;

/// The table in which a source remembers what was carried out there.
#[derive(Debug, Clone)]
pub struct Markers {
    /// Its name.
    pub name: &'static str,
    /// The statement that makes it.
    pub create: String,
}

/// Whom the grants are for, and what every account gets.
#[derive(Debug, Clone)]
pub struct Grantee {
    /// The account's name at the server.
    pub account: String,
    /// The table of markers.
    pub markers: Markers,
}

/// What has to be allowed on one table.
#[derive(Default)]
struct Needs {
    deletes: bool,
    inserts: bool,
    /// Whether rows are inserted that are numbered meanwhile.
    numbers: bool,
    updates: BTreeSet<String>,
}

type All = BTreeMap<TableName, Needs>;

/// The statements that allow the account to read what is mapped, and to change no more than erasures and sweeps over this
/// map change; with the table of markers. They are worked out from the plans themselves.
///
/// # Errors
///
/// Findings of the map, if no plan can be made over it.
pub fn grants(
    map: &Map,
    schema: &Schema,
    grantee: &Grantee,
    now: Timestamp,
) -> Result<String, Findings> {
    let ownership = Ownership::resolve(map, schema)?;
    let promises = Promises::default();
    let planner = Planner::new(&ownership, &promises, now);
    let somebody = somebody(map, &planner);
    let mut plans = vec![planner.erase(&somebody)?];
    plans.extend(planner.sweep(BATCH)?);
    let mut needs = needs(map, &plans);
    trigger_needs(schema, &mut needs);
    let notes = |plan: &Plan| !plan.opening.is_empty();
    let keys = plans
        .iter()
        .any(notes)
        .then_some("tables of keys within a transaction");
    Ok(match schema.dialect {
        Dialect::Postgresql => postgres(&needs, schema, grantee, keys),
        Dialect::Mariadb => mariadb(&needs, schema, grantee, keys),
        Dialect::Sqlite => sqlite(),
    })
}

/// A person of whom everything is known, so that no step is left out.
fn somebody(map: &Map, planner: &Planner<'_>) -> Subjects {
    let known = |kind: &str| KnownAs {
        kind: kind.to_owned(),
        value: "1".to_owned(),
    };
    let identities = map.tables.iter().flat_map(|table| &table.identities);
    let identities = Identities(
        identities
            .map(|identity| known(&identity.kind.value))
            .collect(),
    );
    let found: Vec<_> = planner
        .find(&identities)
        .into_iter()
        .map(|lookup| {
            let row: Row = vec![Value::text("1"); lookup.columns.len()];
            (lookup, vec![row])
        })
        .collect();
    Subjects::new(identities, &found)
}

fn needs(map: &Map, plans: &[Plan]) -> All {
    let mut needs = All::new();
    for table in &map.tables {
        if !matches!(table.standing, Standing::Ordinary(_)) {
            needs.entry(table.name.value.clone()).or_default();
        }
    }
    for step in plans.iter().flat_map(|plan| &plan.steps) {
        let table = needs.entry(step.table.clone()).or_default();
        match &step.effect {
            Effect::Delete => {
                table.deletes = true;
                // What is deleted returns, if it may be taken back.
                table.inserts |= map.undo.is_some();
            }
            Effect::Overwrite { columns } => table.updates.extend(columns.iter().cloned()),
            Effect::Read { .. } | Effect::Keep { .. } => {}
        }
    }
    needs
}

/// PostgreSQL runs a trigger with the rights of whoever set it off; MariaDB with those of whoever wrote it.
fn trigger_needs(schema: &Schema, needs: &mut All) {
    if schema.dialect != Dialect::Postgresql {
        return;
    }
    for trigger in &schema.triggers {
        let sets_off = needs.get(&trigger.table).is_some_and(|table| {
            let on = |event: &str| trigger.events.iter().any(|known| known == event);
            (table.deletes && on("DELETE")) || (!table.updates.is_empty() && on("UPDATE"))
        });
        if sets_off {
            for written in &trigger.writes {
                let table = needs.entry(written.clone()).or_default();
                (table.inserts, table.numbers) = (true, true);
            }
        }
    }
}

/// `SELECT, DELETE, UPDATE ("name")`.
fn rights(dialect: Dialect, needs: &Needs) -> String {
    let mut rights = vec!["SELECT".to_owned()];
    if needs.deletes {
        rights.push("DELETE".to_owned());
    }
    if needs.inserts {
        rights.push("INSERT".to_owned());
    }
    if !needs.updates.is_empty() {
        let columns: Vec<String> = needs
            .updates
            .iter()
            .map(|column| dialect.quote(column))
            .collect();
        rights.push(format!("UPDATE ({})", columns.join(", ")));
    }
    rights.join(", ")
}

/// Tables that no plan touches, and views that keep copies of rows: the residue scan reads them.
fn others<'a>(needs: &'a All, schema: &'a Schema) -> impl Iterator<Item = &'a TableName> {
    let tables = schema.tables.iter().map(|table| &table.name);
    let tables = tables.filter(|name| !needs.contains_key(*name));
    let copies = schema.views.iter().filter(|view| view.is_materialised);
    tables.chain(copies.map(|view| &view.name))
}

fn postgres(needs: &All, schema: &Schema, grantee: &Grantee, keys: Option<&str>) -> String {
    let dialect = Dialect::Postgresql;
    let account = dialect.quote(&grantee.account);
    let mut out = format!("-- Once: CREATE ROLE {account} LOGIN PASSWORD '…';\n");
    let schemas: BTreeSet<&str> = schema
        .tables
        .iter()
        .filter_map(|table| table.name.schema.as_deref())
        .collect();
    for name in schemas {
        let name = dialect.quote(name);
        _ = writeln!(out, "GRANT USAGE ON SCHEMA {name} TO {account};");
    }
    for (name, needs) in needs {
        let (rights, table) = (rights(dialect, needs), dialect.table(name));
        _ = writeln!(out, "GRANT {rights} ON {table} TO {account};");
    }
    let numbered = needs.iter().filter(|(_, needs)| needs.numbers);
    let numbered = numbered.filter_map(|(name, _)| schema.table(name));
    for sequence in numbered.flat_map(|table| &table.sequences) {
        let name = dialect.table(sequence);
        _ = writeln!(
            out,
            "GRANT USAGE ON SEQUENCE {name} TO {account}; -- numbers the rows that a trigger inserts"
        );
    }
    for name in others(needs, schema) {
        let table = dialect.table(name);
        _ = writeln!(
            out,
            "GRANT SELECT ON {table} TO {account}; -- the residue scan reads it"
        );
    }
    if schema.tables.iter().any(|table| table.hides_rows) {
        _ = writeln!(
            out,
            "ALTER ROLE {account} BYPASSRLS; -- policies of the database hide rows from it"
        );
    }
    if let Some(why) = keys {
        let text = grantee.account.replace('\'', "''");
        _ = writeln!(
            out,
            "DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO %I', current_database(), '{text}'); END $$; -- {why}"
        );
    }
    markers(&mut out, &grantee.markers, &account);
    out
}

fn mariadb(needs: &All, schema: &Schema, grantee: &Grantee, keys: Option<&str>) -> String {
    let dialect = Dialect::Mariadb;
    let account = format!("'{}'@'%'", grantee.account.replace('\'', "''"));
    let mut out = format!("-- Once: CREATE USER {account} IDENTIFIED BY '…';\n");
    out.push_str(
        "-- TRIGGER lets the account see triggers, which the server shows to nobody else.\n",
    );
    for (name, needs) in needs {
        let (rights, table) = (rights(dialect, needs), dialect.table(name));
        _ = writeln!(out, "GRANT {rights}, TRIGGER ON {table} TO {account};");
    }
    for name in others(needs, schema) {
        let table = dialect.table(name);
        _ = writeln!(
            out,
            "GRANT SELECT ON {table} TO {account}; -- the residue scan reads it"
        );
    }
    if let Some(why) = keys {
        _ = writeln!(
            out,
            "GRANT CREATE TEMPORARY TABLES ON * TO {account}; -- {why}"
        );
    }
    markers(&mut out, &grantee.markers, &account);
    out
}

fn markers(out: &mut String, markers: &Markers, account: &str) {
    _ = writeln!(out, "{};", markers.create);
    _ = writeln!(
        out,
        "GRANT SELECT, INSERT ON {} TO {account}; -- remembers what was done, so that it is done once",
        markers.name
    );
}

fn sqlite() -> String {
    "-- SQLite knows no accounts: whoever runs Abide needs to read the file, and to write it and its folder.\n-- The table of markers is made at the first erasure.\n".to_owned()
}
