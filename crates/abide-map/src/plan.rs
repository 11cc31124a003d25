//! A plan: the statements that do one thing to what some subjects have in one source, in order, each with its reason.
//! Never runs anything.

use std::fmt;

use abide_policy::diagnostic::{Diagnostic, Findings};
use jiff::Timestamp;

use crate::map::Replacement;
use crate::schema::{Dialect, TableName};
use crate::statement::{ReadColumn, Statement, Value};

mod access;
mod dialect;
mod erase;
mod fingerprint;
mod held;
mod image;
mod known;
mod limit;
mod moment;
mod operation;
mod order;
mod orphan;
mod planner;
mod predicate;
mod reference;
mod render;
mod ring;
mod rows;
mod same;
mod spelling;
mod subject;
pub mod undo;

pub use fingerprint::fingerprint;
pub use planner::Planner;
pub use same::phone_digits;
pub use subject::{KeyLeft, Lookup, Subjects};

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Doing {
    /// Read what people have, for them to see or to take along.
    Access,
    /// Erase what the map says an erasure erases.
    Erase,
    /// Overwrite what says who it was, and keep the rows.
    Anonymise,
    /// Write over what is wrong.
    Rectify,
    /// Write the marks that the application reads as "do not use".
    Restrict,
    /// Erase what has been kept for as long as the map says.
    Sweep,
}

/// Something that must be kept for as long as it lasts, such as a lawsuit. It wins over every erasure, and is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// What it is called, such as `case-2031`.
    pub name: String,
    /// What it holds.
    pub on: Held,
}

impl Hold {
    /// Why rows stay on which it lies, as a plan says it.
    pub fn because(&self) -> String {
        format!("the hold `{}`", self.name)
    }

    /// The name of the hold in [`because`](Self::because); nothing where another reason stands.
    pub fn named_in(because: &str) -> Option<&str> {
        because.strip_prefix("the hold `")?.strip_suffix('`')
    }
}

/// What a hold holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// Every row of a table.
    Table(TableName),
    /// Everything that these people own. They are found as those are for whom a plan is made.
    Subjects(Subjects),
}

/// A value written over a column in every row of the person's own.
#[derive(Debug, Clone)]
pub struct Correction {
    /// The table.
    pub table: TableName,
    /// The column.
    pub column: String,
    /// What is written there.
    pub value: Value,
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
    /// What must not be there, or nothing is run at all.
    pub obstacles: Vec<Obstacle>,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// What runs last, whatever happened: the tables of keys go.
    pub closing: Vec<Statement>,
}

/// Rows that would stand in the way: while there are any, the database would refuse the plan, or a hold forbids it.
#[derive(Debug, Clone)]
pub struct Obstacle {
    /// A statement that answers one number: how many there are. It needs no table of `opening`.
    pub count: Statement,
    /// What to tell if there are any.
    pub finding: Diagnostic,
}

impl Plan {
    /// Why the plan must not be run, given what the counts of its obstacles answered, in their order. Empty: it may.
    pub fn refused(&self, counts: &[u64]) -> Findings {
        let met = self.obstacles.iter().zip(counts);
        met.filter(|(_, count)| **count > 0)
            .map(|(obstacle, _)| obstacle.finding.clone())
            .collect()
    }
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
    /// A statement that answers one number: how many rows it will read, change or keep. It needs no table of `opening`.
    /// After a deletion or an overwriting it answers 0.
    pub count: Statement,
    /// What has to be read before it runs, because nobody can tell it afterwards.
    pub before: Option<ReadBefore>,
    /// In an erasure that may be undone: reads the rows that it changes, whole. It needs no table of [`Plan::opening`].
    pub image: Option<Image>,
    /// Why, in words of the map, without values.
    pub reason: String,
    /// The clauses that it answers to.
    pub clauses: Vec<String>,
}

/// What puts back the rows of a step: how they are read before it, and what is written over them.
#[derive(Debug, Clone)]
pub struct Image {
    /// Reads every column that the database does not compute.
    pub read: ReadBefore,
    /// The columns that tell rows apart; none where the table has none.
    pub key: Vec<String>,
    /// What is written over which column; nothing where the rows are deleted.
    pub written: Vec<(String, Replacement)>,
}

/// A reading before a step: of rows that stay, their keys; of rows that change, the names of files in them. It needs no
/// table of [`Plan::opening`].
#[derive(Debug, Clone)]
pub struct ReadBefore {
    /// The statement.
    pub statement: Statement,
    /// What comes back.
    pub columns: Vec<ReadColumn>,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Reads rows of the person's own, or that the person may see. A row that is both comes with its own.
    Read {
        /// What comes back, in order.
        columns: Vec<ReadColumn>,
        /// What is left out, and the reason shown in its place.
        withheld: Vec<(String, String)>,
        /// Whether the rows are the person's own rather than somebody else's that the person may see.
        is_own: bool,
    },
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
        /// How long, where the map says so, in its words: ``7 years after `created_at```.
        until: Option<String>,
    },
}

/// A row as it is read: one value for each of the columns.
pub type Row = Vec<Value>;
