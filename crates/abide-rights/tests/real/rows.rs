//! Rows for every table of a schema: declared references and the map's edges lead somewhere, keys are unique, several
//! people share rows, and some are known by an address alone. The same for the same seed.

use std::collections::BTreeSet;

use abide_map::map::{EdgeKind, Identity, Map, MappedTable, Standing};
use abide_map::schema::{Column, Dialect, Schema, Table, TypeClass};

use crate::dump::{Dump, Row, name_of, quoted};
use crate::value::{Dice, value};

/// Numbers below are left to rows that a schema brings along.
const FIRST: usize = 10;

/// Columns that lead to a row of a table.
struct Reference {
    columns: Vec<usize>,
    target: usize,
    target_columns: Vec<usize>,
    when: Vec<(usize, String)>,
    is_declared: bool,
    is_owned_by: bool,
}

/// A reference that could not be made when its row was: what it leads to came later.
struct Deferred {
    table: usize,
    row: usize,
    reference: usize,
}

struct Maker<'a> {
    schema: &'a Schema,
    mapped: Vec<Option<&'a MappedTable>>,
    references: Vec<Vec<Reference>>,
    dice: Dice,
    rows: Dump,
    deferred: Vec<Deferred>,
}

/// Rows for every table.
pub(crate) fn make(schema: &Schema, map: &Map, seed: u64) -> Dump {
    let tables = schema.tables.iter();
    let mut maker = Maker {
        schema,
        mapped: tables.map(|table| map.table(&table.name)).collect(),
        references: Vec::new(),
        dice: Dice::new(seed),
        rows: vec![Vec::new(); schema.tables.len()],
        deferred: Vec::new(),
    };
    maker.references = (0..schema.tables.len())
        .map(|table| maker.references_of(table))
        .collect();
    for table in maker.order() {
        maker.fill(table);
    }
    maker.settle();
    maker.rows
}

/// Statements that write these rows, past what keys demand until all of them are there.
pub(crate) fn statements(schema: &Schema, rows: &Dump) -> String {
    let dialect = schema.dialect;
    let mut text = match dialect {
        Dialect::Postgresql => "SET session_replication_role = replica;\n",
        Dialect::Mariadb => "SET foreign_key_checks = 0;\n",
        Dialect::Sqlite => "PRAGMA foreign_keys = OFF;\n",
    }
    .to_owned();
    for (table, rows) in schema.tables.iter().zip(rows) {
        if rows.is_empty() {
            continue;
        }
        let written = |column: &&Column| !column.is_generated;
        let names: Vec<String> = table
            .columns
            .iter()
            .filter(written)
            .map(|column| quoted(dialect, &column.name))
            .collect();
        let overriding = if dialect == Dialect::Postgresql {
            " OVERRIDING SYSTEM VALUE"
        } else {
            ""
        };
        let lines: Vec<String> = rows
            .iter()
            .map(|row| {
                let cells = table
                    .columns
                    .iter()
                    .zip(row)
                    .filter(|(column, _)| written(column));
                let cells: Vec<String> = cells
                    .map(|(column, cell)| literal(dialect, column, cell.as_deref()))
                    .collect();
                format!("({})", cells.join(", "))
            })
            .collect();
        text.push_str(&format!(
            "INSERT INTO {} ({}){overriding} VALUES\n{};\n",
            name_of(dialect, table),
            names.join(", "),
            lines.join(",\n")
        ));
    }
    text
}

fn literal(dialect: Dialect, column: &Column, cell: Option<&str>) -> String {
    let Some(cell) = cell else {
        return "NULL".to_owned();
    };
    match (column.class, dialect) {
        (TypeClass::Binary, Dialect::Postgresql) => format!("'\\x{cell}'"),
        (TypeClass::Binary, _) => format!("x'{cell}'"),
        (TypeClass::Integer | TypeClass::Boolean, Dialect::Mariadb) => cell.to_owned(),
        _ => format!("'{}'", cell.replace('\'', "''")),
    }
}

/// The place of a column.
pub(crate) fn place(table: &Table, name: &str) -> usize {
    let mut columns = table.columns.iter();
    columns.position(|column| column.name == name).unwrap()
}

/// The place of a table.
pub(crate) fn table_of(schema: &Schema, name: &abide_map::schema::TableName) -> usize {
    let mut tables = schema.tables.iter();
    tables
        .position(|table| table.name == *name)
        .unwrap_or_else(|| panic!("no table {name}"))
}

impl Maker<'_> {
    fn table(&self, table: usize) -> &Table {
        &self.schema.tables[table]
    }

    fn references_of(&self, here: usize) -> Vec<Reference> {
        let table = self.table(here);
        let mut references: Vec<Reference> = Vec::new();
        for edge in self.mapped[here].iter().flat_map(|mapped| &mapped.edges) {
            let target = table_of(self.schema, &edge.target.value);
            let there = self.table(target);
            let target_columns: Vec<String> = match edge.target_columns.as_slice() {
                [] => there.primary_key.clone(),
                given => given.iter().map(|name| name.value.clone()).collect(),
            };
            references.push(Reference {
                columns: edge
                    .columns
                    .iter()
                    .map(|name| place(table, &name.value))
                    .collect(),
                target,
                target_columns: target_columns
                    .iter()
                    .map(|name| place(there, name))
                    .collect(),
                when: edge
                    .when
                    .iter()
                    .map(|when| (place(table, &when.column.value), when.value.clone()))
                    .collect(),
                is_declared: false,
                is_owned_by: edge.kind == EdgeKind::OwnedBy,
            });
        }
        for key in &table.foreign_keys {
            let columns: Vec<usize> = key.columns.iter().map(|name| place(table, name)).collect();
            if let Some(known) = references.iter_mut().find(|known| known.columns == columns) {
                known.is_declared = true;
                continue;
            }
            let target = table_of(self.schema, &key.target);
            let there = self.table(target);
            references.push(Reference {
                columns,
                target,
                target_columns: key
                    .target_columns
                    .iter()
                    .map(|name| place(there, name))
                    .collect(),
                when: Vec::new(),
                is_declared: true,
                is_owned_by: false,
            });
        }
        references
    }

    /// What is led to comes first, where tables do not lead to each other.
    fn order(&self) -> Vec<usize> {
        fn visit(
            maker: &Maker<'_>,
            table: usize,
            seen: &mut BTreeSet<usize>,
            order: &mut Vec<usize>,
        ) {
            if !seen.insert(table) {
                return;
            }
            for reference in &maker.references[table] {
                visit(maker, reference.target, seen, order);
            }
            order.push(table);
        }
        let (mut seen, mut order) = (BTreeSet::new(), Vec::new());
        for table in 0..self.schema.tables.len() {
            visit(self, table, &mut seen, &mut order);
        }
        order.retain(|table| self.table(*table).partition_of.is_none());
        order
    }

    fn fill(&mut self, table: usize) {
        let standing = self.mapped[table].map(|mapped| &mapped.standing);
        let count = match standing {
            Some(Standing::Subject) => 7,
            Some(Standing::Linked) => 20,
            _ => 4,
        };
        let mut taken: Vec<BTreeSet<Vec<String>>> =
            vec![BTreeSet::new(); keys(self.table(table)).len()];
        for number in 0..count {
            for attempt in 0..40 {
                let before = self.deferred.len();
                let row = self.row(table, number, attempt);
                let own: Vec<Option<Vec<String>>> = keys(self.table(table))
                    .iter()
                    .map(|key| filled(&row, key))
                    .collect();
                let is_new = own
                    .iter()
                    .zip(&taken)
                    .all(|(key, taken)| key.as_ref().is_none_or(|key| !taken.contains(key)));
                if is_new {
                    for (key, taken) in own.into_iter().zip(&mut taken) {
                        taken.extend(key);
                    }
                    self.rows[table].push(row);
                    break;
                }
                self.deferred.truncate(before);
            }
        }
    }

    fn row(&mut self, table: usize, number: usize, attempt: usize) -> Row {
        let columns = self.table(table).columns.len();
        let (mut row, mut is_set): (Row, Vec<bool>) = (vec![None; columns], vec![false; columns]);
        let mut owners: Vec<(usize, usize)> = Vec::new();
        for group in groups(&self.references[table]) {
            let reference = group[self.dice.roll(group.len())];
            self.lead(
                table,
                reference,
                number + attempt,
                &mut row,
                &mut is_set,
                &mut owners,
            );
        }
        let identities = self.mapped[table].map_or(&[][..], |mapped| mapped.identities.as_slice());
        for (nth, identity) in identities.iter().enumerate() {
            let at = place(self.table(table), &identity.column.value);
            if !is_set[at]
                && let Some(named) = self.identity(table, identity, (nth, number), &owners)
            {
                (row[at], is_set[at]) = (Some(named), true);
            }
        }
        for at in 0..columns {
            if is_set[at] {
                continue;
            }
            let column = &self.schema.tables[table].columns[at];
            let is_key = self.schema.tables[table].primary_key.contains(&column.name);
            if column.nullable && !is_key && self.dice.in_percent(10) {
                continue;
            }
            let mut different = FIRST + number + attempt * 37;
            // These differ in the whole database, not only in their table and their column.
            if column.class == TypeClass::Uuid {
                different += 1000 * table + 200_000 * at;
            }
            row[at] = Some(value(
                self.schema.dialect,
                column,
                different,
                &mut self.dice,
            ));
        }
        row
    }

    /// Makes one reference of a row, or leaves it for later.
    fn lead(
        &mut self,
        table: usize,
        reference: usize,
        number: usize,
        row: &mut Row,
        is_set: &mut [bool],
        owners: &mut Vec<(usize, usize)>,
    ) {
        let made = &self.references[table][reference];
        if made.columns.iter().any(|at| is_set[*at]) {
            return;
        }
        let here = &self.schema.tables[table];
        let is_key = made
            .columns
            .iter()
            .any(|at| here.primary_key.contains(&here.columns[*at].name));
        let is_unique = keys(here)
            .iter()
            .any(|key| made.columns.iter().any(|at| key.contains(at)));
        let nulls = !is_key && made.columns.iter().all(|at| here.columns[*at].nullable);
        for at in &made.columns {
            is_set[*at] = true;
        }
        let (is_left_out, is_meant) = (self.dice.in_percent(15), self.dice.in_percent(75));
        for (at, wanted) in &made.when {
            if !is_set[*at] {
                let column = &here.columns[*at];
                row[*at] = Some(if is_meant {
                    wanted.clone()
                } else {
                    other_word(column)
                });
                is_set[*at] = true;
            }
        }
        if is_left_out && !is_key && (nulls || !made.is_declared) {
            for at in &made.columns {
                row[*at] = nothing(&here.columns[*at]);
            }
            return;
        }
        let there = &self.rows[made.target];
        if there.is_empty() {
            for at in &made.columns {
                row[*at] = nothing(&here.columns[*at]);
            }
            let at = self.rows[table].len();
            self.deferred.push(Deferred {
                table,
                row: at,
                reference,
            });
            return;
        }
        let chosen = if is_unique {
            (number * 3 + self.dice.roll(2)) % there.len()
        } else {
            self.dice.roll(there.len())
        };
        for (at, target) in made.columns.iter().zip(&made.target_columns) {
            let column = &here.columns[*at];
            // What is of another sort than the reference has another UUID too; numbers of two tables may be the same.
            let is_another = !is_meant && !made.when.is_empty();
            row[*at] = if is_another && column.class == TypeClass::Uuid {
                let different = FIRST + number + 1000 * table + 500_000;
                let dialect = self.schema.dialect;
                Some(value(dialect, column, different, &mut self.dice))
            } else {
                there[chosen][*target].clone()
            };
        }
        if made.is_owned_by && is_meant {
            owners.push((made.target, chosen));
        }
    }

    /// By what a row names a person.
    fn identity(
        &mut self,
        table: usize,
        identity: &Identity,
        (nth, number): (usize, usize),
        owners: &[(usize, usize)],
    ) -> Option<String> {
        let kind = identity.kind.value.as_str();
        if self.mapped[table].is_some_and(|mapped| mapped.standing == Standing::Subject) {
            let name = self.table(table).name.name.to_lowercase().replace('_', "");
            return match kind {
                "email" => Some(format!("p{number}.{nth}.{name}@people.example")),
                "phone" => Some(format!("+49305{table:03}{number:03}")),
                "username" => Some(format!("person-{name}-{number}")),
                _ => None,
            };
        }
        let named = owners
            .iter()
            .find_map(|(target, row)| self.known(*target, *row, kind));
        if let Some(named) = named
            && self.dice.in_percent(85)
        {
            return Some(named);
        }
        if kind != "email" {
            return None;
        }
        if self.dice.in_percent(50) {
            let people = (0..self.rows.len()).filter(|table| {
                self.mapped[*table].is_some_and(|mapped| mapped.standing == Standing::Subject)
            });
            let people: Vec<usize> = people
                .filter(|table| !self.rows[*table].is_empty())
                .collect();
            if !people.is_empty() {
                let table = people[self.dice.roll(people.len())];
                let row = self.dice.roll(self.rows[table].len());
                return self.known(table, row, kind);
            }
        }
        Some(format!("guest{}@visitors.example", self.dice.roll(3)))
    }

    /// By what a person of a table is known.
    fn known(&self, table: usize, row: usize, kind: &str) -> Option<String> {
        let mapped = self.mapped[table].filter(|mapped| mapped.standing == Standing::Subject)?;
        let identity = mapped
            .identities
            .iter()
            .find(|identity| identity.kind.value == kind)?;
        let at = place(self.table(table), &identity.column.value);
        self.rows[table][row][at].clone()
    }

    /// Makes the references that were left for later.
    fn settle(&mut self) {
        for deferred in std::mem::take(&mut self.deferred) {
            let made = &self.references[deferred.table][deferred.reference];
            let there = &self.rows[made.target];
            if there.is_empty() {
                continue;
            }
            let start = self.dice.roll(there.len());
            for step in 0..there.len() {
                let chosen = (start + step) % there.len();
                let mut row = self.rows[deferred.table][deferred.row].clone();
                for (at, target) in made.columns.iter().zip(&made.target_columns) {
                    row[*at] = there[chosen][*target].clone();
                }
                let same = |key: &Vec<usize>| {
                    let mine = filled(&row, key);
                    let others = self.rows[deferred.table]
                        .iter()
                        .enumerate()
                        .filter(|(at, _)| *at != deferred.row);
                    mine.is_some() && { others }.any(|(_, other)| filled(other, key) == mine)
                };
                if !keys(self.table(deferred.table)).iter().any(same) {
                    self.rows[deferred.table][deferred.row] = row;
                    break;
                }
            }
        }
    }
}

/// References by the columns that they stand in: a row has one of each.
fn groups(references: &[Reference]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (place, reference) in references.iter().enumerate() {
        let same = groups
            .iter_mut()
            .find(|group| references[group[0]].columns == reference.columns);
        match same {
            Some(group) => group.push(place),
            None => groups.push(vec![place]),
        }
    }
    groups
}

/// The sets of columns by which rows differ.
fn keys(table: &Table) -> Vec<Vec<usize>> {
    let all = std::iter::once(&table.primary_key).chain(&table.unique);
    let named = all.filter(|key| !key.is_empty());
    named
        .map(|key| key.iter().map(|name| place(table, name)).collect())
        .collect()
}

/// What a row has in these columns; nothing if one of them holds nothing.
fn filled(row: &Row, key: &[usize]) -> Option<Vec<String>> {
    key.iter().map(|at| row[*at].clone()).collect()
}

/// What stands where a reference leads nowhere.
fn nothing(column: &Column) -> Option<String> {
    if column.nullable {
        return None;
    }
    Some(match column.class {
        TypeClass::Integer | TypeClass::Boolean => "0".to_owned(),
        TypeClass::Uuid => "13814000-1dd2-11b2-8080-808080808080".to_owned(),
        _ => String::new(),
    })
}

/// A word that is none of those in the map's conditions.
fn other_word(column: &Column) -> String {
    let room = usize::try_from(column.length.unwrap_or(20)).unwrap();
    match column.class {
        TypeClass::Integer => "2".to_owned(),
        _ => "OTHER"[..room.min(5)].to_owned(),
    }
}
