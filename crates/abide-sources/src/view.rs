//! One state of a database on one connection, read by statement after statement. Never changes anything.

use std::time::Duration;

use abide_map::plan::Row;
use abide_map::schema::Dialect;
use abide_map::statement::Statement;
use futures_util::StreamExt as _;

use crate::error::{SourceError, Trouble};
use crate::link::Link;
use crate::numbers;
use crate::source::{RowStream, Snapshot, SourceFuture};
use crate::trouble;

/// Where a policy hides rows of a table from the account, PostgreSQL leaves them out without a word; so it refuses instead.
pub(crate) const ALL_ROWS: &str = "SET LOCAL row_security = off";

/// A connection within a transaction that reads only.
pub(crate) struct View {
    pub(crate) link: Link,
    pub(crate) dialect: Dialect,
    source: String,
    /// How long to wait for the next row.
    patience: Duration,
    /// Whether rows of an earlier statement may still be on their way.
    is_streaming: bool,
}

impl View {
    pub(crate) async fn begin(
        link: Link,
        dialect: Dialect,
        source: &str,
        patience: Duration,
        limit: Option<Duration>,
    ) -> Result<Self, SourceError> {
        let mut view = Self {
            link,
            dialect,
            source: source.to_owned(),
            patience,
            is_streaming: false,
        };
        let begin = begin_text(dialect, patience, limit);
        view.link
            .raw(begin)
            .await
            .map_err(|error| trouble::of(source, "beginning to read", &error))?;
        Ok(view)
    }

    /// Lets go of the state and gives the connection back.
    pub(crate) async fn end(mut self) -> Result<(), SourceError> {
        if !self.is_streaming && self.link.raw("ROLLBACK").await.is_ok() {
            self.link.release();
        }
        Ok(())
    }

    /// All rows of an answer that is known to be small.
    pub(crate) async fn rows(
        &mut self,
        doing: &str,
        statement: &Statement,
    ) -> Result<Vec<Row>, SourceError> {
        let stopper = self.link.stopper();
        let rows = tokio::time::timeout(self.patience, self.link.rows(statement)).await;
        match rows {
            Ok(Ok(rows)) => Ok(rows),
            Ok(Err(error)) => Err(trouble::of(&self.source, doing, &error)),
            Err(_) => {
                stopper.stop();
                Err(SourceError::new(&self.source, doing, Trouble::Timeout))
            }
        }
    }

    /// Trouble while reading.
    pub(crate) fn trouble(&self, doing: &str, trouble: Trouble) -> SourceError {
        SourceError::new(&self.source, doing, trouble)
    }
}

/// Begins a transaction that sees one state. The server's own limit on a statement counts the time in which we take its
/// rows, so a view that streams goes without. PostgreSQL's compiler is off: for long statements that touch few rows it
/// takes many times as long as the statement itself.
fn begin_text(dialect: Dialect, patience: Duration, limit: Option<Duration>) -> String {
    let milliseconds = limit.map_or(0, |limit| limit.as_millis());
    match dialect {
        Dialect::Postgresql => format!(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = {milliseconds}; SET LOCAL jit = off; {ALL_ROWS}"
        ),
        // The comments are read by MariaDB alone and by MySQL alone, each of which has its own name for the limit.
        Dialect::Mariadb => {
            // What is set stays with the pooled connection: every transaction that begins on one sets all of it anew.
            let seconds = limit.map_or(0.0, |limit| limit.as_secs_f64());
            let wait = patience.as_secs().max(1);
            format!(
                "SET SESSION lock_wait_timeout = {wait} /*M!100100 , max_statement_time = {seconds} */ /*!50708 , max_execution_time = {milliseconds} */; SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ; START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"
            )
        }
        Dialect::Sqlite => "BEGIN".to_owned(),
    }
}

impl Snapshot for View {
    fn read<'a>(&'a mut self, statement: &'a Statement) -> RowStream<'a> {
        let doing = "reading rows";
        if self.is_streaming {
            let error = self.trouble(doing, Trouble::Gone);
            return futures_util::stream::once(async move { Err(error) }).boxed();
        }
        self.is_streaming = true;
        let stopper = self.link.stopper();
        let (source, patience, is_streaming) =
            (&self.source, self.patience, &mut self.is_streaming);
        let state = (self.link.stream(statement), is_streaming, false);
        futures_util::stream::unfold(state, move |(mut rows, is_streaming, is_over)| {
            let stop = stopper.clone();
            async move {
                if is_over {
                    return None;
                }
                match tokio::time::timeout(patience, rows.next()).await {
                    Ok(None) => {
                        *is_streaming = false;
                        None
                    }
                    Ok(Some(Ok(row))) => Some((Ok(row), (rows, is_streaming, false))),
                    Ok(Some(Err(error))) => Some((
                        Err(trouble::of(source, doing, &error)),
                        (rows, is_streaming, true),
                    )),
                    Err(_) => {
                        stop.stop();
                        let error = SourceError::new(source, doing, Trouble::Timeout);
                        Some((Err(error), (rows, is_streaming, true)))
                    }
                }
            }
        })
        .boxed()
    }

    fn numbers<'a>(&'a mut self, statements: &'a [Statement]) -> SourceFuture<'a, Vec<u64>> {
        Box::pin(async move {
            let mut numbers = Vec::with_capacity(statements.len());
            for batch in numbers::batches(self.dialect, statements) {
                let rows = self.rows("counting", &batch.statement).await?;
                let found = numbers::of_rows(&rows, batch.count);
                numbers.extend(found.ok_or_else(|| self.trouble("counting", Trouble::Other))?);
            }
            Ok(numbers)
        })
    }

    fn end(self: Box<Self>) -> SourceFuture<'static, ()> {
        Box::pin(Self::end(*self))
    }
}
