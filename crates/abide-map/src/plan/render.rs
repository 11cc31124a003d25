//! Conditions and selections as SQL, with their values apart. Puts no value into the text.

use super::Row;
use super::dialect::FEW;
use super::predicate::{Pred, Ring, Select, Source};
use crate::map::Replacement;
use crate::ownership::{Ownership, TableId};
use crate::schema::{Column, Dialect};
use crate::statement::{Statement, Value};

/// A statement in the making.
pub(crate) struct Writer<'a> {
    pub(crate) ownership: &'a Ownership,
    pub(crate) dialect: Dialect,
    pub(crate) sql: String,
    values: Vec<Value>,
    aliases: usize,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(ownership: &'a Ownership) -> Self {
        Self {
            ownership,
            dialect: ownership.dialect,
            sql: String::new(),
            values: Vec::new(),
            aliases: 0,
        }
    }

    pub(crate) fn done(self) -> Statement {
        Statement {
            sql: self.sql,
            values: self.values,
        }
    }

    pub(crate) fn push(&mut self, text: &str) -> &mut Self {
        self.sql.push_str(text);
        self
    }

    /// A name for the next table read.
    pub(crate) fn alias(&mut self) -> String {
        self.aliases += 1;
        format!("t{}", self.aliases)
    }

    pub(crate) fn table(&self, id: TableId) -> String {
        let node = self.ownership.tables.get(id);
        node.map_or_else(String::new, |node| self.dialect.table(&node.table.name))
    }

    /// The name of the table of noted keys.
    pub(crate) fn noted(id: TableId) -> String {
        format!("abide_noted_{id}")
    }

    pub(crate) fn place(&self, alias: &str, column: &str) -> String {
        format!("{alias}.{}", self.dialect.quote(column))
    }

    pub(crate) fn places(&self, alias: &str, columns: &[String]) -> String {
        let places: Vec<String> = columns
            .iter()
            .map(|column| self.place(alias, column))
            .collect();
        places.join(", ")
    }

    fn tuple(&self, alias: &str, columns: &[String]) -> String {
        let places = self.places(alias, columns);
        if columns.len() == 1 {
            places
        } else {
            format!("({places})")
        }
    }

    pub(crate) fn column(&self, id: TableId, name: &str) -> Option<&'a Column> {
        self.ownership.tables.get(id)?.table.column(name)
    }

    /// Binds a value and writes its place.
    pub(crate) fn bind(&mut self, value: &Value, column: Option<&Column>) -> &mut Self {
        self.values.push(value.clone());
        let placeholder = self.dialect.placeholder(self.values.len(), column);
        self.push(&placeholder)
    }

    /// `FROM table AS alias WHERE condition`, the last part only where there is one.
    pub(crate) fn from(&mut self, id: TableId, alias: &str, filter: &Pred) {
        let table = self.table(id);
        self.push(&format!(" FROM {table} AS {alias}"));
        self.filter(id, alias, filter);
    }

    /// `WHERE condition`, where there is one.
    pub(crate) fn filter(&mut self, id: TableId, alias: &str, filter: &Pred) {
        if *filter == Pred::Always {
            return;
        }
        self.push(" WHERE ");
        match filter {
            Pred::All(parts) => self.joined(id, alias, parts, " AND "),
            filter => self.pred(id, alias, filter),
        }
    }

    pub(crate) fn pred(&mut self, id: TableId, alias: &str, pred: &Pred) {
        match pred {
            Pred::Never => {
                self.push("1 = 0");
            }
            Pred::Always => {
                self.push("1 = 1");
            }
            Pred::Among(columns, rows) => self.among(id, alias, columns, rows, "IN"),
            Pred::Outside(columns, rows) => self.among(id, alias, columns, rows, "NOT IN"),
            Pred::Leads(columns, select) => {
                let tuple = self.tuple(alias, columns);
                self.push(&format!("{tuple} IN ("));
                self.select(select);
                self.push(")");
            }
            Pred::Equals(name, value) => {
                let place = self.place(alias, name);
                let column = self.column(id, name);
                self.push(&format!("{place} = ")).bind(value, column);
            }
            Pred::Filled(name) => {
                let place = self.place(alias, name);
                let is_text = self
                    .column(id, name)
                    .is_some_and(|column| column.class == crate::schema::TypeClass::Text);
                self.push(&format!("{place} IS NOT NULL"));
                if is_text {
                    self.push(&format!(" AND {place} <> ''"));
                }
            }
            Pred::Present(name) => {
                let place = self.place(alias, name);
                self.push(&format!("{place} IS NOT NULL"));
            }
            Pred::Before(name, moment) => {
                let place = self.place(alias, name);
                let Some(column) = self.column(id, name) else {
                    self.push("1 = 0");
                    return;
                };
                let (place, text) = self.dialect.moment(&place, column, *moment);
                self.push(&format!("{place} < "))
                    .bind(&Value::text(text), Some(column));
            }
            Pred::Joint => {
                self.push(&format!("{alias}.abide_joint = 1"));
            }
            Pred::Sole => {
                self.push(&format!("{alias}.abide_joint = 0"));
            }
            Pred::Unwritten(overwrites) => self.unwritten(id, alias, overwrites),
            Pred::Ring(ring) => self.ring(alias, ring),
            Pred::All(parts) => {
                self.push("(");
                self.joined(id, alias, parts, " AND ");
                self.push(")");
            }
            Pred::Any(parts) => self.any(id, alias, parts),
            Pred::Not(part) => {
                self.push("(");
                self.pred(id, alias, part);
                self.push(") IS NOT TRUE");
            }
        }
    }

    fn joined(&mut self, id: TableId, alias: &str, parts: &[Pred], word: &str) {
        for (place, part) in parts.iter().enumerate() {
            if place > 0 {
                self.push(word);
            }
            self.pred(id, alias, part);
        }
    }

    /// Several ways that read other rows are joined by key, each on its own index, where there is a key.
    fn any(&mut self, id: TableId, alias: &str, parts: &[Pred]) {
        let key = self
            .ownership
            .tables
            .get(id)
            .map(|node| node.key.clone())
            .unwrap_or_default();
        if key.is_empty() || !parts.iter().any(Pred::reads_rows) {
            self.push("(");
            self.joined(id, alias, parts, " OR ");
            self.push(")");
            return;
        }
        let tuple = self.tuple(alias, &key);
        let union = self.alias();
        self.push(&format!("{tuple} IN (SELECT * FROM ("));
        for (place, part) in parts.iter().enumerate() {
            if place > 0 {
                self.push(" UNION ");
            }
            self.select(&Select {
                columns: key.clone(),
                from: Source::Table(id),
                filter: part.clone(),
            });
        }
        self.push(&format!(") AS {union})"));
    }

    fn select(&mut self, select: &Select) {
        let alias = self.alias();
        let places = self.places(&alias, &select.columns);
        self.push(&format!("SELECT {places}"));
        match select.from {
            Source::Table(id) => self.from(id, &alias, &select.filter),
            Source::Noted(id) => {
                self.push(&format!(" FROM {} AS {alias}", Self::noted(id)));
                self.filter(id, &alias, &select.filter);
            }
        }
    }

    fn among(&mut self, id: TableId, alias: &str, names: &[String], rows: &[Row], word: &str) {
        let columns: Vec<Option<&Column>> =
            names.iter().map(|name| self.column(id, name)).collect();
        let tuple = self.tuple(alias, names);
        self.push(&format!("{tuple} {word} ("));
        if rows.len() > FEW {
            let first = self.values.len() + 1;
            let text = |value: &'_ Value| value.0.clone().unwrap_or_default();
            let owned: Vec<Vec<String>> = rows
                .iter()
                .map(|row| row.iter().map(text).collect())
                .collect();
            let rows: Vec<Vec<&str>> = owned
                .iter()
                .map(|row| row.iter().map(String::as_str).collect())
                .collect();
            let lists = self.dialect.list(&rows, &columns);
            self.values.extend(lists.into_iter().map(Value::text));
            let unlist = self.dialect.unlist(first, &columns);
            self.push(&unlist);
        } else {
            let is_tuple = names.len() > 1;
            if is_tuple && self.dialect == Dialect::Sqlite {
                self.push("VALUES ");
            }
            for (place, row) in rows.iter().enumerate() {
                self.push(match (place, is_tuple) {
                    (0, true) => "(",
                    (0, false) => "",
                    (_, true) => ", (",
                    (_, false) => ", ",
                });
                for (at, value) in row.iter().enumerate() {
                    if at > 0 {
                        self.push(", ");
                    }
                    self.bind(value, columns.get(at).copied().flatten());
                }
                self.push(if is_tuple { ")" } else { "" });
            }
        }
        self.push(")");
    }

    fn unwritten(&mut self, id: TableId, alias: &str, overwrites: &[(String, Replacement)]) {
        self.push("(");
        for (place, (name, replacement)) in overwrites.iter().enumerate() {
            if place > 0 {
                self.push(" OR ");
            }
            let Some(column) = self.column(id, name) else {
                self.push("1 = 0");
                continue;
            };
            let text = match replacement {
                Replacement::Text(text) => {
                    self.values.push(Value::text(fitted(text, column)));
                    self.dialect.placeholder(self.values.len(), Some(column))
                }
                _ => String::new(),
            };
            let place = self.place(alias, name);
            let part = self.dialect.unwritten(&place, column, replacement, &text);
            self.push(&part);
        }
        self.push(")");
    }

    /// `(key) IN (…)` over a recursive table of everything that the ring reaches. Its first column says of which member a
    /// row is; the key columns of the others hold nothing.
    fn ring(&mut self, alias: &str, ring: &Ring) {
        let Some(target) = ring.members.get(ring.target).copied() else {
            self.push("1 = 0");
            return;
        };
        let name = format!("r{}", self.alias());
        let keys = |id: TableId| {
            let node = self.ownership.tables.get(id);
            node.map(|node| node.key.clone()).unwrap_or_default()
        };
        let members: Vec<(TableId, Vec<String>)> =
            ring.members.iter().map(|id| (*id, keys(*id))).collect();
        let columns: Vec<String> = members
            .iter()
            .enumerate()
            .flat_map(|(place, (_, key))| (0..key.len()).map(move |at| format!("k{place}_{at}")))
            .collect();
        let tuple = self.tuple(alias, &keys(target));
        let wanted = ring_key(ring.target, keys(target).len(), &name);
        self.push(&format!(
            "{tuple} IN (SELECT * FROM (WITH RECURSIVE {name} (n, {}) AS (",
            columns.join(", ")
        ));
        if members.len() > 1 {
            self.ring_types(&members);
            self.push(" UNION ");
        }
        for (place, (member, start)) in ring.starts.iter().enumerate() {
            if place > 0 {
                self.push(" UNION ");
            }
            let row = self.alias();
            self.ring_row(&members, *member, &row, false);
            if let Some((id, _)) = members.get(*member) {
                self.from(*id, &row, start);
            }
        }
        self.ring_steps(&name, &members, ring);
        let derived = self.alias();
        self.push(&format!(
            ") SELECT {wanted} FROM {name} WHERE {name}.n = {}) AS {derived})",
            ring.target
        ));
    }

    /// A selection of no rows that gives every column of a ring its type.
    fn ring_types(&mut self, members: &[(TableId, Vec<String>)]) {
        let aliases: Vec<String> = members.iter().map(|_| self.alias()).collect();
        let places: Vec<String> = members
            .iter()
            .zip(&aliases)
            .map(|((_, key), alias)| self.places(alias, key))
            .collect();
        let tables: Vec<String> = members
            .iter()
            .zip(&aliases)
            .map(|((id, _), alias)| format!("{} AS {alias}", self.table(*id)))
            .collect();
        self.push(&format!(
            "SELECT 0, {} FROM {} WHERE 1 = 0",
            places.join(", "),
            tables.join(" CROSS JOIN ")
        ));
    }

    /// `SELECT member, …`: the row's key in its own columns and nothing in the others.
    fn ring_row(
        &mut self,
        members: &[(TableId, Vec<String>)],
        member: usize,
        alias: &str,
        is_cast: bool,
    ) {
        let mut parts = vec![member.to_string()];
        for (place, (id, key)) in members.iter().enumerate() {
            for column in key {
                parts.push(if place == member {
                    self.place(alias, column)
                } else if is_cast {
                    let type_name = self
                        .column(*id, column)
                        .and_then(super::dialect::postgresql_type);
                    format!(
                        "CAST(NULL AS {})",
                        type_name.unwrap_or_else(|| "text".to_owned())
                    )
                } else {
                    "NULL".to_owned()
                });
            }
        }
        self.push(&format!("SELECT {}", parts.join(", ")));
    }

    /// PostgreSQL lets a recursive table be named once only, so several steps go into one lateral table there.
    fn ring_steps(&mut self, name: &str, members: &[(TableId, Vec<String>)], ring: &Ring) {
        let is_lateral = self.dialect == Dialect::Postgresql && ring.steps.len() > 1;
        if is_lateral {
            self.push(&format!(
                " UNION SELECT x.* FROM {name} CROSS JOIN LATERAL ("
            ));
        }
        for (place, (link, from, to)) in ring.steps.iter().enumerate() {
            let Some(link) = self.ownership.links.get(*link) else {
                continue;
            };
            if place > 0 && is_lateral {
                self.push(" UNION ALL ");
            } else if !is_lateral {
                self.push(" UNION ");
            }
            let (source, row) = (self.alias(), self.alias());
            self.ring_row(members, *to, &row, is_lateral);
            let source_table = self.table(link.source);
            let row_table = self.table(link.dependent);
            let key = members
                .get(*from)
                .map(|(_, key)| key.clone())
                .unwrap_or_default();
            let mut on: Vec<String> = vec![format!("{name}.n = {from}")];
            for (at, column) in key.iter().enumerate() {
                on.push(format!(
                    "{} = {name}.k{from}_{at}",
                    self.place(&source, column)
                ));
            }
            let mut leads = Vec::new();
            for (there, here) in link.source_columns.iter().zip(&link.dependent_columns) {
                leads.push(format!(
                    "{} = {}",
                    self.place(&row, here),
                    self.place(&source, there)
                ));
            }
            if is_lateral {
                self.push(&format!(
                    " FROM {source_table} AS {source} JOIN {row_table} AS {row} ON {} WHERE {}",
                    leads.join(" AND "),
                    on.join(" AND ")
                ));
            } else {
                self.push(&format!(
                    " FROM {name} JOIN {source_table} AS {source} ON {} JOIN {row_table} AS {row} ON {}",
                    on.join(" AND "),
                    leads.join(" AND ")
                ));
            }
            let (id, alias) = if link.is_pull() {
                (link.dependent, &row)
            } else {
                (link.source, &source)
            };
            for condition in &link.when {
                let column = &condition.column.value;
                let place = self.place(alias, column);
                let type_of = self.column(id, column);
                self.push(&format!(" AND {place} = "))
                    .bind(&Value::text(&condition.value), type_of);
            }
        }
        if is_lateral {
            self.push(") AS x");
        }
    }
}

/// A text no longer than the column takes.
pub(crate) fn fitted(text: &str, column: &Column) -> String {
    match column.length {
        Some(length) => text
            .chars()
            .take(usize::try_from(length).unwrap_or(usize::MAX))
            .collect(),
        None => text.to_owned(),
    }
}

fn ring_key(member: usize, count: usize, name: &str) -> String {
    let places: Vec<String> = (0..count)
        .map(|at| format!("{name}.k{member}_{at}"))
        .collect();
    places.join(", ")
}
