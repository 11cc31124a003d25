//! Some of a table's rows, and what a source was asked about its columns. Holds personal data, so nothing here is shown.

use std::fmt;

use crate::schema::TableName;

/// Values read from a table to see what its columns hold.
#[derive(Clone, Default)]
pub struct TableSample {
    /// How many rows were read.
    pub rows: u64,
    /// For each column of the table, in its order.
    pub columns: Vec<ColumnSample>,
}

/// Values of a column.
#[derive(Clone, Default)]
pub struct ColumnSample {
    /// How many of the rows held nothing.
    pub nulls: u64,
    /// The values that differ, as text, in no particular order; bytes as hex.
    pub values: Vec<String>,
}

/// Hides every value.
impl fmt::Debug for ColumnSample {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "ColumnSample({} values, {} nulls)",
            self.values.len(),
            self.nulls
        )
    }
}

impl fmt::Debug for TableSample {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "TableSample({} rows)", self.rows)
    }
}

/// Whether a column's values are found in another: a question to a source.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Containment {
    /// The table whose values are looked up.
    pub table: TableName,
    /// Its column.
    pub column: String,
    /// The table they are looked up in.
    pub target: TableName,
    /// Its column.
    pub target_column: String,
}

/// The answer to a [`Containment`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contained {
    /// How many values that differ were looked up; those that mean "nothing" (null, 0, empty) are not.
    pub asked: u64,
    /// How many of them were found.
    pub found: u64,
    /// How many values that differ the target holds.
    pub target: u64,
}
