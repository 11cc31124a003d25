//! What every database can be asked. Never says how one of them answers.

use std::fmt;
use std::pin::Pin;

use abide_map::plan::Row;
use abide_map::sample::{Contained, Containment, TableSample};
use abide_map::schema::{Dialect, Schema, Table};
use abide_map::statement::Statement;
use futures_core::Stream;

use crate::error::SourceError;
use crate::work::{Done, Marker, Work};

/// An answer of a source that is under way.
pub type SourceFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, SourceError>> + Send + 'a>>;

/// Rows as they arrive, so that memory stays flat however many there are. Dropped early, the rest is never fetched.
pub type RowStream<'a> = Pin<Box<dyn Stream<Item = Result<Row, SourceError>> + Send + 'a>>;

/// Somebody else's database.
pub trait Source: Send + Sync + fmt::Debug {
    /// What the configuration calls it.
    fn name(&self) -> &str;

    /// The language it speaks.
    fn dialect(&self) -> Dialect;

    /// The server's version, as it tells it: the cheapest proof that it can be reached.
    fn version(&self) -> SourceFuture<'_, String>;

    /// All that it says of itself, as far as the account may see. Views and tables of the system are left out, and so is
    /// [`MARKER_TABLE`](crate::MARKER_TABLE).
    fn schema(&self) -> SourceFuture<'_, Schema>;

    /// Up to `rows` rows of a table, spread over it where that is cheap: for each column the values that differ.
    fn sample<'a>(&'a self, table: &'a Table, rows: u64) -> SourceFuture<'a, TableSample>;

    /// Answers each question over a sample of the table's values, so that the cost on a big table is bounded.
    fn contained<'a>(
        &'a self,
        schema: &'a Schema,
        questions: &'a [Containment],
    ) -> SourceFuture<'a, Vec<Contained>>;

    /// One state of the database that stays as it is while statement after statement reads it.
    fn snapshot(&self) -> SourceFuture<'_, Box<dyn Snapshot>>;

    /// What each statement answers, each being one number, all of one state and in few round trips.
    fn numbers<'a>(&'a self, statements: &'a [Statement]) -> SourceFuture<'a, Vec<u64>> {
        Box::pin(async move {
            let mut snapshot = self.snapshot().await?;
            let numbers = snapshot.numbers(statements).await?;
            snapshot.end().await?;
            Ok(numbers)
        })
    }

    /// Does a piece of work in one transaction: all of it, with its marker, or nothing.
    ///
    /// # Errors
    ///
    /// Nothing was done unless the error [may have been committed](SourceError::may_be_done): then
    /// [`fence`](Self::fence) decides, or a fresh plan where there are no markers.
    fn run<'a>(&'a self, work: &'a Work) -> SourceFuture<'a, Done>;

    /// Whether work leaves a marker here: there is a table of markers, or the account may make one. Asked before work is recorded,
    /// since a grant that comes later makes the lack of a marker say nothing.
    fn is_marking(&self) -> SourceFuture<'_, bool>;

    /// Whether the work of this intent was committed here by now. Somebody may be about to.
    fn marker<'a>(&'a self, intent: &'a str) -> SourceFuture<'a, Marker>;

    /// Whether the work of this intent was committed here, for good: if it was not, it never will be, whoever still tries.
    /// Waits for a transaction that is about to.
    ///
    /// # Errors
    ///
    /// A transaction that does not end in time ([`Trouble::LockTimeout`](crate::Trouble::LockTimeout)), among all else that
    /// can go wrong. Nothing is known then; ask again.
    fn fence<'a>(&'a self, intent: &'a str) -> SourceFuture<'a, Marker>;

    /// Closes every connection.
    fn close(&self) -> SourceFuture<'_, ()>;
}

/// One state of a database, held by one connection until it [ends](Snapshot::end). One that is dropped takes its connection
/// with it, and the next has to connect anew.
pub trait Snapshot: Send {
    /// The rows of a statement. Read to the end before the next one.
    fn read<'a>(&'a mut self, statement: &'a Statement) -> RowStream<'a>;

    /// What each statement answers, each being one number.
    fn numbers<'a>(&'a mut self, statements: &'a [Statement]) -> SourceFuture<'a, Vec<u64>>;

    /// Lets go of the state and gives the connection back, with the statements that are prepared on it.
    fn end(self: Box<Self>) -> SourceFuture<'static, ()>;
}
