//! What a database says of itself: tables, columns, keys, triggers and views. Never says what any of it means.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Which language of SQL a source speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// PostgreSQL.
    Postgresql,
    /// MariaDB and MySQL.
    Mariadb,
    /// SQLite.
    Sqlite,
}

/// A table's name; the schema is given only where it is not the one that unqualified names mean.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TableName {
    /// The schema (PostgreSQL) it is in, if it is not `public`.
    pub schema: Option<String>,
    /// Its name, in the case the database uses.
    pub name: String,
}

impl TableName {
    /// A table where unqualified names lead.
    pub fn new(name: &str) -> Self {
        Self {
            schema: None,
            name: name.to_owned(),
        }
    }

    /// What [`Display`](fmt::Display) writes; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let mut names = Names(text);
        let first = names.name()?;
        if names.is_done() {
            return Some(Self {
                schema: None,
                name: first,
            });
        }
        names.sign('.')?;
        let name = names.name()?;
        names.is_done().then_some(Self {
            schema: Some(first),
            name,
        })
    }
}

/// As a map writes it: `orders`, or `billing.orders`. A part with a sign in it that a map gives a meaning stands in quotes of
/// its own, doubled inside, as SQL writes them.
impl fmt::Display for TableName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(out, "{}.", name_part(schema))?;
        }
        out.write_str(&name_part(&self.name))
    }
}

/// The signs that end a name where several are written in one text.
const NAME_SIGNS: [char; 5] = ['.', ',', '(', ')', '"'];

/// A name as it stands among others in one text: in quotes where it would be read otherwise.
pub fn name_part(name: &str) -> Cow<'_, str> {
    if name.is_empty() || name.trim() != name || name.contains(NAME_SIGNS) {
        Cow::Owned(format!("\"{}\"", name.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(name)
    }
}

/// Reads names and signs from a text, from left to right.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a>(pub &'a str);

impl Names<'_> {
    /// The name that comes next, its quotes taken off; `None` if there is none.
    pub fn name(&mut self) -> Option<String> {
        self.0 = self.0.trim_start();
        if let Some(inside) = self.0.strip_prefix('"') {
            return self.quoted(inside.len());
        }
        let end = self.0.find(NAME_SIGNS).unwrap_or(self.0.len());
        let (name, rest) = self.0.split_at(end);
        self.0 = rest;
        Some(name.trim_end().to_owned()).filter(|name| !name.is_empty())
    }

    fn quoted(&mut self, length: usize) -> Option<String> {
        let inside = self.0.get(self.0.len() - length..)?;
        let mut name = String::new();
        let mut letters = inside.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            if letter != '"' {
                name.push(letter);
            } else if letters.next_if(|(_, next)| *next == '"').is_some() {
                name.push('"');
            } else {
                self.0 = inside.get(at + 1..)?;
                return Some(name);
            }
        }
        None
    }

    /// Takes a sign that comes next; `None` if something else does.
    pub fn sign(&mut self, sign: char) -> Option<()> {
        self.0 = self.0.trim_start().strip_prefix(sign)?;
        Some(())
    }

    /// Whether nothing is left.
    pub fn is_done(&self) -> bool {
        self.0.trim().is_empty()
    }
}

/// The whole of a database, as far as the account it was read with may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// Its language.
    pub dialect: Dialect,
    /// The server's version, as it tells it.
    pub version: String,
    /// The tables, by name.
    pub tables: Vec<Table>,
    /// The triggers, by table and name.
    pub triggers: Vec<Trigger>,
    /// The views, by name.
    pub views: Vec<View>,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: TableName,
    /// Its columns, in the order of the table.
    pub columns: Vec<Column>,
    /// The columns of the primary key, in its order; empty without one.
    pub primary_key: Vec<String>,
    /// Other sets of columns that are unique.
    pub unique: Vec<Vec<String>>,
    /// Declared references to other tables.
    pub foreign_keys: Vec<ForeignKey>,
    /// The columns of each index, in its order, the keys' included.
    pub indexes: Vec<Vec<String>>,
    /// Sequences that number rows which are inserted without a value, and that whoever inserts must be allowed to use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sequences: Vec<TableName>,
    /// About how many rows there are, from the server's statistics; exact where it keeps none.
    pub rows: u64,
    /// The partitioned table whose rows these are; statements go to that one.
    pub partition_of: Option<TableName>,
    /// Tables whose statements reach these rows too, and that are tables of their own (`INHERITS`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inherits: Vec<TableName>,
    /// Whether what is done to it can be undone by the end of a transaction.
    pub is_transactional: bool,
    /// Whether the database keeps every former state of its rows beside them (`WITH SYSTEM VERSIONING`).
    #[serde(default)]
    pub is_versioned: bool,
    /// Whether a policy of the database hides rows from the account that it was read with (`ENABLE ROW LEVEL SECURITY`).
    #[serde(default)]
    pub hides_rows: bool,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type, as the database writes it: `character varying(255)`.
    pub type_name: String,
    /// What sort of value it holds.
    pub class: TypeClass,
    /// The longest value in characters, where there is a limit.
    pub length: Option<u64>,
    /// Whether it may hold nothing.
    pub nullable: bool,
    /// Whether the database computes it, so that no statement may set it.
    pub is_generated: bool,
    /// Whether it has a default, a sequence included.
    pub has_default: bool,
    /// The words it may hold, where the type lists them.
    pub allowed: Vec<String>,
}

/// What sort of value a column holds, over all engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TypeClass {
    /// Whole numbers.
    Integer,
    /// Exact fractions.
    Decimal,
    /// Floating point.
    Float,
    /// True and false.
    Boolean,
    /// Text of any length.
    Text,
    /// Bytes.
    Binary,
    /// A UUID of the engine's own type.
    Uuid,
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A moment, with or without its zone.
    Timestamp,
    /// JSON in a type of its own.
    Json,
    /// Network addresses.
    Network,
    /// One of a list of words, or several.
    Enum,
    /// A list of values.
    Array,
    /// Points and shapes.
    Geometry,
    /// Anything else; it is read as text.
    Other,
}

/// A declared reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignKey {
    /// The constraint's name, where it has one.
    pub name: Option<String>,
    /// The columns here, in order.
    pub columns: Vec<String>,
    /// The table they lead to.
    pub target: TableName,
    /// The columns there, in the same order.
    pub target_columns: Vec<String>,
    /// What the database does here when a row there is deleted.
    pub on_delete: OnDelete,
    /// Whether the database may be asked to wait with it until the end of the transaction.
    pub is_deferrable: bool,
    /// Whether rows may be there that break it: only some of the table's partitions declare it, its rows were never held
    /// against it (`NOT VALID`), or the engine leaves it to each connection whether it counts, as SQLite does.
    #[serde(default)]
    pub is_partial: bool,
}

/// What a database does to a row when the one it refers to is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnDelete {
    /// Refuses.
    Refuse,
    /// Deletes it too.
    Cascade,
    /// Sets the columns to nothing.
    SetNull,
    /// Sets the columns to their defaults.
    SetDefault,
}

/// Something that runs when rows change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// Its name.
    pub name: String,
    /// The table it watches.
    pub table: TableName,
    /// Whether it runs on `INSERT`, `UPDATE`, `DELETE`.
    pub events: Vec<String>,
    /// Its body, or that of the function it calls.
    pub body: String,
    /// Tables of the schema that the body names after `INSERT INTO`, `UPDATE`, `DELETE FROM`, `REPLACE INTO`.
    pub writes: Vec<TableName>,
}

/// A view, materialised or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// Its name.
    pub name: TableName,
    /// Whether it keeps copies of rows, that only a refresh renews.
    pub is_materialised: bool,
    /// Whether the account may read it, and there is something to read.
    #[serde(default)]
    pub is_readable: bool,
    /// Its columns.
    pub columns: Vec<Column>,
}

impl Schema {
    /// The table of this name.
    pub fn table(&self, name: &TableName) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == *name)
    }
}

impl Table {
    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The columns by which rows are told apart: of the primary key, else of the first unique key that is never empty; none
    /// where nothing does.
    pub fn row_key(&self) -> &[String] {
        if !self.primary_key.is_empty() {
            return &self.primary_key;
        }
        let is_full = |name: &String| self.column(name).is_some_and(|column| !column.nullable);
        let mut unique = self.unique.iter();
        unique
            .find(|columns| columns.iter().all(is_full))
            .map_or(&[], Vec::as_slice)
    }

    /// Whether these columns, in any order, tell rows apart.
    pub fn is_unique(&self, columns: &[String]) -> bool {
        let same = |key: &Vec<String>| {
            key.len() == columns.len() && key.iter().all(|name| columns.contains(name))
        };
        same(&self.primary_key) || self.unique.iter().any(same)
    }
}
