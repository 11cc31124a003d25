//! A plan: the statements that do one thing to what some subjects have in one source, in order, each with its reason.
//! Never runs anything.

use std::fmt;

use jiff::Timestamp;

use crate::schema::{Dialect, TableName};
use crate::statement::{ReadColumn, Statement, Value};

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Doing {
    /// Read what people have, for them to see or to take along.
    Access,
    /// Erase what the map says an erasure erases.
    Erase,
    /// Overwrite what says who it was, and keep the rows.
    Anonymise,
}

/// For whom: identifiers, each of which must have been verified.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Identities(pub Vec<KnownAs>);

/// One identifier of a person.
#[derive(Clone, PartialEq, Eq)]
pub struct KnownAs {
    /// Its kind, as the map's `identity` lines name it.
    pub kind: String,
    /// The identifier.
    pub value: String,
}

/// Hides the identifier.
impl fmt::Debug for KnownAs {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "KnownAs({} …)", self.kind)
    }
}

impl fmt::Debug for Identities {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Identities({})", self.0.len())
    }
}

/// The statements for one source, in the order they run. An erasure's steps run in one transaction.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What it does.
    pub doing: Doing,
    /// The source's language.
    pub dialect: Dialect,
    /// Hash of map and schema that it was made over.
    pub fingerprint: String,
    /// As of when: what is still kept depends on it.
    pub now: Timestamp,
    /// What runs first: tables of keys that later steps read.
    pub opening: Vec<Statement>,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// What runs last, whatever happened: the tables of keys go.
    pub closing: Vec<Statement>,
}

/// One step: one statement over one table.
#[derive(Debug, Clone)]
pub struct Step {
    /// The table.
    pub table: TableName,
    /// What it does there.
    pub effect: Effect,
    /// The statement that does it.
    pub statement: Statement,
    /// A statement that answers one number: how many rows it will read or change. After the effect it answers 0.
    pub count: Statement,
    /// Why, in words of the map, without values.
    pub reason: String,
    /// The clauses that it answers to.
    pub clauses: Vec<String>,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Reads rows of the person's own, or that the person may see.
    Read {
        /// What comes back, in order.
        columns: Vec<ReadColumn>,
        /// What is left out, and the reason shown in its place.
        withheld: Vec<(String, String)>,
        /// Whether the rows are the person's own rather than somebody else's that the person may see.
        is_own: bool,
    },
    /// Notes keys that a later step needs once these rows are gone.
    Note,
    /// Deletes rows.
    Delete,
    /// Overwrites columns.
    Overwrite {
        /// Which.
        columns: Vec<String>,
    },
    /// Leaves rows where they are, for a reason; nothing runs but the count.
    Keep {
        /// The ground.
        because: String,
        /// The day after which they go too, where the map says so: the latest of them.
        until: Option<String>,
    },
}

/// A row as it is read: one value for each of the columns.
pub type Row = Vec<Value>;
