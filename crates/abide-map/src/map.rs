//! What people say of a database: whose each row is, what each column holds, and what becomes of it. Never says how.

use std::fmt;

use abide_policy::source::{Span, Spanned};

use crate::schema::TableName;

/// A map of one source.
#[derive(Debug, Clone, PartialEq)]
pub struct Map {
    /// Its name.
    pub name: Spanned<String>,
    /// The source it is of, as the configuration names it.
    pub source: Option<Spanned<String>>,
    /// The longest that a backup of the source lives, such as `35 days`.
    pub backups: Option<Spanned<String>>,
    /// For how long an erasure may be undone, as a length; without it, not at all.
    pub undo: Option<Spanned<String>>,
    /// Hash of the schema that it was last held against; a plan over another is refused.
    pub fingerprint: Option<Spanned<String>>,
    /// The tables, in the order written.
    pub tables: Vec<MappedTable>,
}

/// What a map says of one table.
#[derive(Debug, Clone, PartialEq)]
pub struct MappedTable {
    /// Its name.
    pub name: Spanned<TableName>,
    /// What its rows are to people.
    pub standing: Standing,
    /// Columns that name a person by themselves.
    pub identities: Vec<Identity>,
    /// How its rows hang together with those of others.
    pub edges: Vec<Edge>,
    /// What its columns hold.
    pub columns: Vec<MappedColumn>,
    /// What an erasure does to a row of the person's own.
    pub erase: Erase,
    /// Columns left out of what a person is given, each with the reason shown in its place.
    pub hides: Vec<Hidden>,
    /// How long a row is kept anyway, after which a sweep treats it as an erasure would.
    pub retain: Option<Retain>,
    /// Clauses that this table answers to beyond those that its categories bring.
    pub clauses: Vec<Spanned<String>>,
    /// The whole statement.
    pub span: Span,
}

/// What the rows of a table are to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// A row is a person.
    Subject,
    /// Rows are people's by their edges or identities.
    Linked,
    /// No row is anyone's, for this reason.
    Ordinary(String),
    /// Nobody has said yet; no plan is made over such a map.
    Undecided,
}

/// A column that names a person by itself: `identity email author_email`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The kind of identifier: `email`, `account-id`, `phone`, `device`, `cookie` or a word of the map's own.
    pub kind: Spanned<String>,
    /// The column.
    pub column: Spanned<String>,
    /// In which case its values are written.
    pub case: Case,
}

/// In which case a column's values are written: mail addresses are compared without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Case {
    /// As people typed them.
    #[default]
    Any,
    /// In lower case, by the application: an index of the column serves.
    Lower,
}

/// How rows of a table hang together with rows of another (or of itself): `owned-by user_id to=users`.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    /// In which way.
    pub kind: EdgeKind,
    /// The columns here, in order.
    pub columns: Vec<Spanned<String>>,
    /// The table they lead to.
    pub target: Spanned<TableName>,
    /// The columns there; empty is its primary key.
    pub target_columns: Vec<Spanned<String>>,
    /// Holds only for rows where each of these columns has this value: `when entity_type USER`.
    pub when: Vec<Condition>,
    /// Columns that whoever reaches the row by this edge is not shown.
    pub hides: Vec<Hidden>,
    /// What becomes of the row when the person at the other end goes and somebody else still owns it.
    pub erase: Option<EdgeErase>,
    /// How sure a proposal was, 0 to 1; nothing once a person has written or kept the line.
    pub confidence: Option<Confidence>,
    /// The whole statement.
    pub span: Span,
}

/// The ways in which rows hang together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EdgeKind {
    /// This row belongs to whoever owns that one (`owned-by`).
    OwnedBy,
    /// That row belongs to whoever owns this one (`owns`).
    Owns,
    /// Whoever owns that row may see this one and does not own it (`accessible-by`).
    AccessibleBy,
    /// Whoever owns this row may see that one and does not own it (`accesses`).
    Accesses,
    /// A reference that says nothing of anyone (`refers`), kept because deletions have to respect it.
    Refers,
}

/// `when COLUMN VALUE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The column here.
    pub column: Spanned<String>,
    /// The value, as text.
    pub value: String,
}

/// A column left out, and the reason that stands in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden {
    /// The column.
    pub column: Spanned<String>,
    /// Why: a ground of the policy, or words.
    pub because: Option<Spanned<String>>,
}

/// What an erasure does to a row that is the person's own.
#[derive(Debug, Clone, PartialEq)]
pub enum Erase {
    /// Deletes it.
    Delete,
    /// Keeps it and overwrites columns, so that it says nothing of a person any more.
    Anonymise(Vec<Overwrite>),
    /// Keeps it and cuts the edge to the person: its columns become empty.
    Detach,
    /// Keeps it as it is, or with columns overwritten, for a reason and a time.
    Keep(Keep),
    /// Nobody has said yet.
    Undecided,
}

/// Why and how long a row outlives an erasure.
#[derive(Debug, Clone, PartialEq)]
pub struct Keep {
    /// The ground: a noun of the policy, or the id of a clause.
    pub because: Spanned<String>,
    /// How long, counted from `from`: `7 years`, or a constant of law that the policy names. Nothing: no end.
    pub until: Option<Spanned<String>>,
    /// The column that the time is counted from.
    pub from: Option<Spanned<String>>,
    /// Columns overwritten meanwhile.
    pub overwrites: Vec<Overwrite>,
}

/// What becomes of somebody else's row when the person at the end of an edge goes.
#[derive(Debug, Clone, PartialEq)]
pub enum EdgeErase {
    /// The row is deleted, whoever owns it.
    Delete,
    /// Columns are overwritten.
    Anonymise(Vec<Overwrite>),
    /// The edge's own columns become empty.
    Detach,
    /// Nothing: the row keeps saying what it says.
    Leave,
}

/// A column and what is written over it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overwrite {
    /// The column.
    pub column: Spanned<String>,
    /// With what.
    pub with: Replacement,
}

/// What stands in place of what was there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replacement {
    /// Nothing: null where the column may hold it, else the empty value of its type (empty text, 0, the first of a list).
    Empty,
    /// This text.
    Text(String),
    /// A value that nobody else has: for columns that must be unique. Random, never derived from what was there.
    Unique,
}

/// `retain "2 years" from=last_seen`: a clock over rows, erasure or no erasure.
#[derive(Debug, Clone, PartialEq)]
pub struct Retain {
    /// How long: a length, or a constant of law.
    pub length: Spanned<String>,
    /// The column that it is counted from.
    pub from: Spanned<String>,
    /// The clause that promises it.
    pub clause: Option<Spanned<String>>,
}

/// What a column holds.
#[derive(Debug, Clone, PartialEq)]
pub struct MappedColumn {
    /// The column.
    pub name: Spanned<String>,
    /// What it holds.
    pub holds: Holds,
    /// How sure a proposal was.
    pub confidence: Option<Confidence>,
}

/// What a column holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Holds {
    /// Data of these categories: nouns of the policy or of the standard vocabulary.
    Data(Vec<Spanned<String>>),
    /// A key of this table or of another.
    Key,
    /// Nothing of a person.
    Ordinary,
    /// The name or address of a file that is kept elsewhere.
    File,
    /// Nobody has said yet.
    Undecided,
}

/// How sure a proposal is, and why, in words without values.
#[derive(Debug, Clone, PartialEq)]
pub struct Confidence {
    /// 0 to 1.
    pub value: f64,
    /// Why.
    pub reason: String,
}

impl Map {
    /// What is said of the table of this name.
    pub fn table(&self, name: &TableName) -> Option<&MappedTable> {
        self.tables.iter().find(|table| table.name.value == *name)
    }
}

impl MappedTable {
    /// The columns that times of its rows are counted from.
    pub fn clocks(&self) -> impl Iterator<Item = &Spanned<String>> {
        let kept = match &self.erase {
            Erase::Keep(keep) => keep.from.as_ref(),
            _ => None,
        };
        let retained = self.retain.as_ref().map(|retain| &retain.from);
        kept.into_iter().chain(retained)
    }
}

impl fmt::Display for EdgeKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::OwnedBy => "owned-by",
            Self::Owns => "owns",
            Self::AccessibleBy => "accessible-by",
            Self::Accesses => "accesses",
            Self::Refers => "refers",
        })
    }
}
