//! A piece of work in one transaction. Never leaves half of it.

use std::time::Duration;

use abide_map::schema::Dialect;
use abide_map::statement::Statement;

use crate::database::Database;
use crate::error::{SourceError, Trouble};
use crate::link::Link;
use crate::source::Source as _;
use crate::view::ALL_ROWS;
use crate::work::{Attempt, Done, Work};
use crate::{marker, numbers, trouble};

/// How much longer than the server we wait, before a connection counts as lost.
const GRACE: Duration = Duration::from_secs(5);

/// A transaction under way.
struct Running<'a> {
    link: Link,
    source: &'a str,
    dialect: Dialect,
    /// How long one statement may take.
    limit: Duration,
}

/// Does the work: all of it, or nothing.
pub(crate) async fn run(database: &Database, work: &Work) -> Result<Done, SourceError> {
    // Before the transaction: some servers end it when a table is made.
    let is_marked = !work.intent.is_empty() && marker::is_granted(database).await?;
    let lock = work.lock_timeout.unwrap_or(database.options.lock_timeout);
    let limit = work
        .statement_timeout
        .unwrap_or(database.options.statement_timeout);
    let mut running = Running {
        link: database.link().await?,
        source: &database.options.name,
        dialect: database.dialect(),
        limit,
    };
    match running.transact(work, is_marked, lock).await {
        Ok((rows, attempts)) => {
            running.link.release();
            Ok(Done {
                rows,
                attempts,
                is_marked,
            })
        }
        Err(error) => {
            if error.trouble == Trouble::Timeout {
                running.link.stopper().stop();
            }
            // Locks are let go before the caller hears of it; the connection is closed whatever comes of this.
            if error.trouble != Trouble::Gone {
                drop(tokio::time::timeout(GRACE, running.link.raw("ROLLBACK")).await);
            }
            if matches!(error.trouble, Trouble::Refused(_)) {
                database.connect_anew();
            }
            Err(error)
        }
    }
}

impl Running<'_> {
    async fn transact(
        &mut self,
        work: &Work,
        is_marked: bool,
        lock: Duration,
    ) -> Result<(Vec<u64>, Vec<bool>), SourceError> {
        self.raw("beginning", &begin_text(self.dialect, lock, self.limit))
            .await?;
        if is_marked {
            self.execute(
                "writing the marker",
                &marker::insert(self.dialect, &work.intent),
            )
            .await
            .map_err(|error| match error.trouble {
                Trouble::ConstraintViolated(_) => {
                    SourceError::new(self.source, "writing the marker", Trouble::AlreadyDone)
                }
                _ => error,
            })?;
        }
        for statement in &work.opening {
            self.execute("preparing", statement).await?;
        }
        let mut rows = Vec::with_capacity(work.steps.len());
        for (place, statement) in work.steps.iter().enumerate() {
            let doing = format!("step {} of {}", place + 1, work.steps.len());
            rows.push(self.execute(&doing, statement).await?);
        }
        let mut attempts: Vec<bool> = Vec::with_capacity(work.attempts.len());
        for (place, attempt) in work.attempts.iter().enumerate() {
            let doing = format!("row {} of {}", place + 1, work.attempts.len());
            let mut needs = attempt.needs.iter();
            let may = needs.all(|need| attempts.get(*need) == Some(&true));
            attempts.push(may && self.attempt(&doing, attempt).await?);
        }
        self.check(work).await?;
        for statement in &work.closing {
            self.execute("tidying up", statement).await?;
        }
        self.raw("committing", "COMMIT")
            .await
            .map_err(|error| SourceError {
                is_in_doubt: !is_refusal(&error.trouble),
                ..error
            })?;
        Ok((rows, attempts))
    }

    /// Whether all statements of an attempt changed something; else none of them did.
    async fn attempt(&mut self, doing: &str, attempt: &Attempt) -> Result<bool, SourceError> {
        self.raw(doing, "SAVEPOINT abide_attempt").await?;
        let mut is_done = true;
        for statement in &attempt.statements {
            is_done = match self.execute(doing, statement).await {
                Ok(rows) => rows > 0,
                Err(error) if is_of_the_row(&error) => false,
                Err(error) => return Err(error),
            };
            if !is_done {
                self.raw(doing, "ROLLBACK TO SAVEPOINT abide_attempt")
                    .await?;
                break;
            }
        }
        self.raw(doing, "RELEASE SAVEPOINT abide_attempt").await?;
        Ok(is_done)
    }

    async fn check(&mut self, work: &Work) -> Result<(), SourceError> {
        let doing = "checking";
        let statements: Vec<Statement> = work
            .checks
            .iter()
            .map(|check| check.statement.clone())
            .collect();
        let mut found = Vec::with_capacity(statements.len());
        for batch in numbers::batches(self.dialect, &statements) {
            let rows = self.link.rows(&batch.statement);
            let rows = within(self.limit + GRACE, self.source, doing, rows).await?;
            let numbers = numbers::of_rows(&rows, batch.count)
                .ok_or_else(|| SourceError::new(self.source, doing, Trouble::Other))?;
            found.extend(numbers);
        }
        for (check, found) in work.checks.iter().zip(found) {
            if found != check.expected {
                let trouble = Trouble::CheckFailed {
                    what: check.what.clone(),
                    expected: check.expected,
                    found,
                };
                return Err(SourceError::new(self.source, doing, trouble));
            }
        }
        Ok(())
    }

    async fn execute(&mut self, doing: &str, statement: &Statement) -> Result<u64, SourceError> {
        let patience = self.patience();
        within(patience, self.source, doing, self.link.execute(statement)).await
    }

    async fn raw(&mut self, doing: &str, sql: &str) -> Result<(), SourceError> {
        let patience = self.patience();
        within(patience, self.source, doing, self.link.raw(sql)).await
    }

    /// A server keeps the limit itself, and is given a little longer; SQLite has nobody else to keep it.
    fn patience(&self) -> Duration {
        match self.dialect {
            Dialect::Sqlite => self.limit,
            Dialect::Postgresql | Dialect::Mariadb => self.limit + GRACE,
        }
    }
}

async fn within<T>(
    patience: Duration,
    source: &str,
    doing: &str,
    work: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, SourceError> {
    match tokio::time::timeout(patience, work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(trouble::of(source, doing, &error)),
        Err(_) => Err(SourceError::new(source, doing, Trouble::Timeout)),
    }
}

/// Whether an error speaks of the row that a statement would have written, and not of the source: a constraint, a value, or what a
/// trigger raised in words of its own.
fn is_of_the_row(error: &SourceError) -> bool {
    match error.trouble {
        Trouble::ConstraintViolated(_) | Trouble::WrongValue => true,
        Trouble::Other => error.code.is_some(),
        _ => false,
    }
}

/// Whether a server that answers a COMMIT so has said no. Of any other answer nobody can tell from here what it committed.
fn is_refusal(trouble: &Trouble) -> bool {
    matches!(
        trouble,
        Trouble::ConstraintViolated(_)
            | Trouble::Conflict
            | Trouble::LockTimeout
            | Trouble::Refused(_)
            | Trouble::WrongValue
    )
}

/// Begins a transaction whose waits have an end. Reads see what is committed, so that locks are held on the rows that
/// change and not on the gaps between them.
fn begin_text(dialect: Dialect, lock: Duration, limit: Duration) -> String {
    let (lock_ms, limit_ms) = (lock.as_millis().max(1), limit.as_millis().max(1));
    match dialect {
        Dialect::Postgresql => format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL lock_timeout = {lock_ms}; SET LOCAL statement_timeout = {limit_ms}; SET LOCAL idle_in_transaction_session_timeout = {limit_ms}; SET LOCAL jit = off; {ALL_ROWS}"
        ),
        Dialect::Mariadb => {
            // Whole seconds are the least that the server knows.
            let lock = lock.as_secs().max(1);
            let limit = limit.as_secs_f64();
            format!(
                "SET SESSION innodb_lock_wait_timeout = {lock}, lock_wait_timeout = {lock} /*M!100100 , max_statement_time = {limit} */; SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; START TRANSACTION READ WRITE"
            )
        }
        // The lock is taken at once: a transaction that begins by reading could not be sure to get it later. What is deleted
        // is written over with zeros, and not left in pages that are free.
        Dialect::Sqlite => {
            format!("PRAGMA busy_timeout = {lock_ms}; PRAGMA secure_delete = ON; BEGIN IMMEDIATE")
        }
    }
}
