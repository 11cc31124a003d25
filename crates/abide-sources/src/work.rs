//! A piece of work: what happens in one transaction of a source, and how one knows afterwards that it did. Never runs it.

use std::time::Duration;

use abide_map::statement::Statement;

/// The table that remembers which intents were carried out; one row each, written by the transaction itself.
pub const MARKER_TABLE: &str = "abide_marker";

/// What happens in one transaction.
#[derive(Debug, Clone, Default)]
pub struct Work {
    /// What the work is known by, at most 190 characters. The same intent is never done twice where markers are granted.
    /// Empty: no marker is written.
    pub intent: String,
    /// What runs first: tables of keys that steps read.
    pub opening: Vec<Statement>,
    /// The steps, in order.
    pub steps: Vec<Statement>,
    /// What is tried after the steps, each for itself.
    pub attempts: Vec<Attempt>,
    /// What must be so after that, or nothing stays.
    pub checks: Vec<Check>,
    /// What runs last, within the transaction: tables of keys go. After a failure the connection is closed instead,
    /// which has the same effect.
    pub closing: Vec<Statement>,
    /// How long to wait for a lock; nothing: as the source's options say.
    pub lock_timeout: Option<Duration>,
    /// How long one statement may take; nothing: as the source's options say.
    pub statement_timeout: Option<Duration>,
}

/// Statements of a transaction that are done together or left out, without harm to the others: each has to change a row, and
/// no constraint may stand against it.
#[derive(Debug, Clone, Default)]
pub struct Attempt {
    /// The statements, in order.
    pub statements: Vec<Statement>,
    /// Attempts before it, by their places, without which it is left out.
    pub needs: Vec<usize>,
}

/// A number that must be as stated.
#[derive(Debug, Clone)]
pub struct Check {
    /// What is checked, in words without values: `rows left in orders`.
    pub what: String,
    /// A statement that answers one number.
    pub statement: Statement,
    /// What it must answer.
    pub expected: u64,
}

/// What a piece of work did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// How many rows each step changed, as the server counts them.
    pub rows: Vec<u64>,
    /// Which attempts were done.
    pub attempts: Vec<bool>,
    /// Whether a marker was written; without, only a fresh plan can tell that the work was done.
    pub is_marked: bool,
}

/// What a source knows of an intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Marker {
    /// It was committed, at this time by the source's own clock.
    Committed(String),
    /// It was not committed: not by now, as [`marker`](crate::Source::marker) tells; for good, as
    /// [`fence`](crate::Source::fence) does.
    Absent,
    /// There is no table of markers that the account may read.
    Untold,
}
