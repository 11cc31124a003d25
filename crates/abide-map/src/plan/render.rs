//! Conditions and selections as SQL, with their values apart. Puts no value into the text.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::Row;
use super::dialect::FEW;
use super::predicate::{Pred, Select, Source};
use super::ring::{Rings, Shared};
use super::same::Fold;
use crate::map::Replacement;
use crate::ownership::{Ownership, TableId};
use crate::schema::{Column, Dialect, TypeClass};
use crate::statement::{Statement, Value};

/// A statement in the making. What several conditions reach in a ring stands once, before the statement.
pub(crate) struct Writer<'a> {
    pub(crate) ownership: &'a Ownership,
    pub(crate) dialect: Dialect,
    /// What stands before everything, such as `CREATE … AS`.
    head: String,
    pub(super) shared: Vec<Shared>,
    pub(super) sql: String,
    /// Each with its number in the order of binding, which is the order of the text but for what is shared.
    pub(super) values: Vec<(usize, Value)>,
    bound: usize,
    aliases: usize,
    pub(super) rings: Rings,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(ownership: &'a Ownership) -> Self {
        Self {
            ownership,
            dialect: ownership.dialect,
            head: String::new(),
            shared: Vec::new(),
            sql: String::new(),
            values: Vec::new(),
            bound: 0,
            aliases: 0,
            rings: match ownership.dialect {
                Dialect::Mariadb => Rings::InPlace,
                _ => Rings::Shared,
            },
        }
    }

    /// A statement behind these words.
    pub(crate) fn behind(ownership: &'a Ownership, head: String) -> Self {
        let mut writer = Self::new(ownership);
        writer.head = head;
        writer
    }

    pub(crate) fn done(self) -> Statement {
        let is_plain = self.shared.is_empty();
        let mut sql = self.head;
        let mut values = Vec::new();
        for (place, shared) in self.shared.into_iter().enumerate() {
            sql.push_str(if place == 0 { "WITH RECURSIVE " } else { ", " });
            sql.push_str(&shared.text);
            values.extend(shared.values);
        }
        if !is_plain {
            sql.push(' ');
        }
        sql.push_str(&self.sql);
        values.extend(self.values);
        // Only PostgreSQL numbers its places; the others take values as they come in the text.
        if self.dialect == Dialect::Postgresql {
            values.sort_by_key(|(number, _)| *number);
        }
        Statement {
            sql,
            values: values.into_iter().map(|(_, value)| value).collect(),
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

    /// The name of the table of the keys that a step is about.
    pub(crate) fn step(number: usize) -> String {
        format!("abide_step_{number}")
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

    pub(super) fn tuple(&self, alias: &str, columns: &[String]) -> String {
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
        let number = self.keep(value.clone());
        let placeholder = self.dialect.placeholder(number, column);
        self.push(&placeholder)
    }

    /// Binds one of several values that are held against several columns at once.
    fn bind_in_tuple(&mut self, value: &Value, column: Option<&Column>) -> &mut Self {
        let number = self.keep(value.clone());
        let placeholder = self.dialect.placeholder(number, column);
        let placeholder = self.dialect.in_tuple(placeholder, column);
        self.push(&placeholder)
    }

    /// Takes a value; its number.
    fn keep(&mut self, value: Value) -> usize {
        self.bound += 1;
        self.values.push((self.bound, value));
        self.bound
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
            Pred::Never | Pred::Always => {
                self.push(if *pred == Pred::Never {
                    "1 = 0"
                } else {
                    "1 = 1"
                });
            }
            Pred::Among(columns, rows) => self.among(id, alias, columns, rows, "IN"),
            Pred::Outside(columns, rows) => self.among(id, alias, columns, rows, "NOT IN"),
            Pred::AmongFolded(Fold::Exact, column, rows) => self.exactly(id, alias, column, rows),
            Pred::AmongFolded(fold, column, rows) => {
                self.folded(*fold, alias, column, rows, "IN");
            }
            Pred::OutsideFolded(fold, column, rows) => {
                self.folded(*fold, alias, column, rows, "NOT IN");
            }
            Pred::Leads(columns, select) => self.leads(id, alias, columns, select),
            Pred::Equals(name, value) => self.equals(id, alias, name, value),
            Pred::Filled(name) => self.filled(id, alias, name),
            Pred::Present(name) => {
                let place = self.place(alias, name);
                self.push(&format!("{place} IS NOT NULL"));
            }
            Pred::Before(name, moment) => self.before(id, alias, name, *moment),
            Pred::Untimed(name) => self.untimed(id, alias, name),
            Pred::Apart(columns, others) => {
                let pairs = columns.iter().zip(others);
                let apart: Vec<String> = pairs
                    .map(|(one, other)| {
                        format!("{} <> {}", self.place(alias, one), self.place(alias, other))
                    })
                    .collect();
                self.push(&format!("({})", apart.join(" OR ")));
            }
            Pred::Joint => {
                self.push(&format!("{alias}.abide_joint = 1"));
            }
            Pred::Sole => {
                self.push(&format!("{alias}.abide_joint = 0"));
            }
            Pred::Unwritten(overwrites) => self.unwritten(id, alias, overwrites),
            Pred::Ring(ring, target) => self.ring(alias, ring, *target),
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

    fn filled(&mut self, id: TableId, alias: &str, name: &str) {
        let place = self.place(alias, name);
        let column = self.column(id, name);
        let is_text = column.is_some_and(|column| column.class == TypeClass::Text);
        self.push(&format!("{place} IS NOT NULL"));
        if is_text {
            self.push(&format!(" AND {place} <> ''"));
        }
    }

    fn equals(&mut self, id: TableId, alias: &str, name: &str, value: &Value) {
        let place = self.place(alias, name);
        let column = self.column(id, name);
        let value = Value(value.0.as_deref().map(|text| spelled(text, column)));
        self.push(&format!("{place} = ")).bind(&value, column);
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

    fn leads(&mut self, id: TableId, alias: &str, columns: &[String], select: &Select) {
        let there = match select.from {
            Source::Table(there) | Source::Noted(there) => there,
            Source::Step(_) => id,
        };
        let pairs = || columns.iter().zip(&select.columns);
        let here: Vec<String> = pairs()
            .map(|(name, other)| {
                self.place_against(alias, (id, name.as_str()), (there, other.as_str()))
            })
            .collect();
        let inner = self.alias();
        let other: Vec<String> = pairs()
            .map(|(name, other)| {
                self.place_against(&inner, (there, other.as_str()), (id, name.as_str()))
            })
            .collect();
        let here = match here.len() {
            1 => here.join(""),
            _ => format!("({})", here.join(", ")),
        };
        self.push(&format!("{here} IN (SELECT {}", other.join(", ")));
        self.selected(select, &inner);
        self.push(")");
    }

    /// A column as it is held against one of another table.
    pub(super) fn place_against(
        &self,
        alias: &str,
        (id, name): (TableId, &str),
        (other, there): (TableId, &str),
    ) -> String {
        let place = self.place(alias, name);
        self.dialect
            .against(place, self.column(id, name), self.column(other, there))
    }

    fn select(&mut self, select: &Select) {
        let alias = self.alias();
        let places = self.places(&alias, &select.columns);
        self.push(&format!("SELECT {places}"));
        self.selected(select, &alias);
    }

    fn selected(&mut self, select: &Select, alias: &str) {
        match select.from {
            Source::Table(id) => self.from(id, alias, &select.filter),
            Source::Noted(id) => {
                self.push(&format!(" FROM {} AS {alias}", Self::noted(id)));
                self.filter(id, alias, &select.filter);
            }
            Source::Step(number) => {
                self.push(&format!(" FROM {} AS {alias}", Self::step(number)));
            }
        }
    }

    /// An index of the column finds what the column takes for the same; of those, the rows that are.
    fn exactly(&mut self, id: TableId, alias: &str, name: &String, rows: &[Row]) {
        self.push("(");
        self.among(id, alias, std::slice::from_ref(name), rows, "IN");
        self.push(" AND ");
        self.folded(Fold::Exact, alias, name, rows, "IN");
        self.push(")");
    }

    fn folded(&mut self, fold: Fold, alias: &str, name: &str, rows: &[Row], word: &str) {
        let place = self.place(alias, name);
        let mut folded = self.dialect.folded(&place, fold);
        if fold == Fold::Case {
            let letters = letters_beyond_ascii(rows);
            folded = self.dialect.folded_beyond_ascii(folded, &letters);
        }
        self.list(&folded, &[None], rows, word);
    }

    fn among(&mut self, id: TableId, alias: &str, names: &[String], rows: &[Row], word: &str) {
        let columns: Vec<Option<&Column>> =
            names.iter().map(|name| self.column(id, name)).collect();
        let tuple = self.tuple(alias, names);
        self.list(&tuple, &columns, rows, word);
    }

    /// Whether what is asked, one column or several, is in a list of rows.
    fn list(&mut self, asked: &str, columns: &[Option<&Column>], rows: &[Row], word: &str) {
        self.push(&format!("{asked} {word} ("));
        if rows.len() > FEW {
            let first = self.bound + 1;
            let text = |value: &'_ Value| value.0.clone().unwrap_or_default();
            let owned: Vec<Vec<String>> = rows
                .iter()
                .map(|row| row.iter().map(text).collect())
                .collect();
            let rows: Vec<Vec<&str>> = owned
                .iter()
                .map(|row| row.iter().map(String::as_str).collect())
                .collect();
            let lists = self.dialect.list(&rows, columns);
            for list in lists {
                self.keep(Value::text(list));
            }
            let unlist = self.dialect.unlist(first, columns);
            self.push(&unlist);
        } else {
            let is_tuple = columns.len() > 1;
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
                    let column = columns.get(at).copied().flatten();
                    match is_tuple {
                        true => self.bind_in_tuple(value, column),
                        false => self.bind(value, column),
                    };
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
                    let number =
                        self.keep(Value::text(spelled(&fitted(text, column), Some(column))));
                    self.dialect.placeholder(number, Some(column))
                }
                _ => String::new(),
            };
            let place = self.place(alias, name);
            let part = self.dialect.unwritten(&place, column, replacement, &text);
            self.push(&part);
        }
        self.push(")");
    }
}

/// A text as values of the column's type are bound: what holds bytes takes those of the text, as hex.
pub(crate) fn spelled(text: &str, column: Option<&Column>) -> String {
    if column.is_none_or(|column| column.class != TypeClass::Binary) {
        return text.to_owned();
    }
    text.bytes().fold(String::new(), |mut hex, byte| {
        // Writing to a `String` cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
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

/// The letters with a case that are not of ASCII and stand in rows of text, with all that stand near them in Unicode: which of
/// these they are is nothing for the text of a statement.
fn letters_beyond_ascii(rows: &[Row]) -> Vec<(char, char)> {
    let texts = rows.iter().flatten().filter_map(|value| value.0.as_deref());
    let letters = texts.flat_map(str::chars).filter(|it| !it.is_ascii());
    let cases = letters.flat_map(|it| it.to_lowercase().chain(it.to_uppercase()));
    let blocks: BTreeSet<u32> = { cases.map(|letter| u32::from(letter) / BLOCK) }
        .filter(|block| *block > 0)
        .collect();
    let near = blocks
        .iter()
        .flat_map(|block| block * BLOCK..(block + 1) * BLOCK);
    let pairs = near.filter_map(char::from_u32).filter_map(|upper| {
        let mut lower = upper.to_lowercase();
        match (lower.next(), lower.next()) {
            (Some(lower), None) if lower != upper => Some((upper, lower)),
            _ => None,
        }
    });
    pairs.collect()
}

/// How many letters of Unicode are taken together: all of a script, or nearly.
const BLOCK: u32 = 128;
