//! The only file that tells three drivers apart: connections, statements and rows. Never knows what a statement means.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use abide_map::plan::Row;
use abide_map::schema::Dialect;
use abide_map::statement::{Statement, Value};
use futures_core::Stream;
use futures_util::{StreamExt as _, TryStreamExt as _};
use sqlx::mysql::{MySqlPool, MySqlRow};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgPool, PgRow};
use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{AssertSqlSafe, MySql, Postgres, Row as _, Sqlite, TypeInfo as _, ValueRef as _};

/// Texts longer than this are not kept prepared: they hold many placeholders and hardly come twice.
const LONGEST_PREPARED: usize = 32 * 1024;

/// How many steps of SQLite's machine pass between two looks at whether it should stop.
const STEPS_BETWEEN_LOOKS: i32 = 10_000;

/// Connections to one database.
#[derive(Debug, Clone)]
pub(crate) enum Pool {
    Postgres(PgPool),
    Mariadb(MySqlPool),
    Sqlite(SqlitePool),
}

/// One connection. Dropped before [`release`](Self::release), it is closed, and nothing of an open transaction stays.
pub(crate) struct Link {
    wire: Wire,
    stop: Arc<AtomicBool>,
    is_clean: bool,
}

enum Wire {
    Postgres(PoolConnection<Postgres>),
    Mariadb(PoolConnection<MySql>),
    Sqlite(PoolConnection<Sqlite>),
}

/// Rows of one statement, with the drivers' own errors.
pub(crate) type Rows<'a> = Pin<Box<dyn Stream<Item = Result<Row, sqlx::Error>> + Send + 'a>>;

macro_rules! renewed {
    ($pool:expr) => {{
        let connect = $pool.connect_options();
        let options = $pool.options().clone();
        options.connect_lazy_with((*connect).clone())
    }};
}

impl Pool {
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Postgres(_) => Dialect::Postgresql,
            Self::Mariadb(_) => Dialect::Mariadb,
            Self::Sqlite(_) => Dialect::Sqlite,
        }
    }

    /// How many connections are open.
    pub(crate) fn size(&self) -> u32 {
        match self {
            Self::Postgres(pool) => pool.size(),
            Self::Mariadb(pool) => pool.size(),
            Self::Sqlite(pool) => pool.size(),
        }
    }

    /// The same address and limits, with no connection yet.
    pub(crate) fn afresh(&self) -> Self {
        match self {
            Self::Postgres(pool) => Self::Postgres(renewed!(pool)),
            Self::Mariadb(pool) => Self::Mariadb(renewed!(pool)),
            Self::Sqlite(pool) => Self::Sqlite(renewed!(pool)),
        }
    }

    pub(crate) async fn link(&self) -> Result<Link, sqlx::Error> {
        let stop = Arc::new(AtomicBool::new(false));
        let wire = match self {
            Self::Postgres(pool) => Wire::Postgres(pool.acquire().await?),
            Self::Mariadb(pool) => Wire::Mariadb(pool.acquire().await?),
            Self::Sqlite(pool) => {
                let mut it = pool.acquire().await?;
                let stop = Arc::clone(&stop);
                it.lock_handle()
                    .await?
                    .set_progress_handler(STEPS_BETWEEN_LOOKS, move || {
                        !stop.load(Ordering::Relaxed)
                    });
                Wire::Sqlite(it)
            }
        };
        Ok(Link {
            wire,
            stop,
            is_clean: false,
        })
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Postgres(pool) => pool.close().await,
            Self::Mariadb(pool) => pool.close().await,
            Self::Sqlite(pool) => pool.close().await,
        }
    }
}

/// Tells that a statement is about to run, and nothing of it: tests that cut work short count these.
fn tell() {
    tracing::trace!(target: "abide_sources::statement", "a statement runs");
}

/// A query of one driver with its values; the text is a plan's or this crate's, values are apart from it.
macro_rules! query {
    ($statement:expr) => {{
        let statement: &Statement = $statement;
        let query = sqlx::query(AssertSqlSafe(statement.sql.clone()))
            .persistent(statement.sql.len() <= LONGEST_PREPARED);
        statement
            .values
            .iter()
            .fold(query, |query, value| query.bind(value.0.clone()))
    }};
}

impl Link {
    /// Runs several statements that have no values and no answer.
    pub(crate) async fn raw(&mut self, sql: impl Into<String>) -> Result<(), sqlx::Error> {
        tell();
        let sql = sqlx::raw_sql(AssertSqlSafe(sql.into()));
        match &mut self.wire {
            Wire::Postgres(it) => sql.execute(&mut **it).await.map(drop),
            Wire::Mariadb(it) => sql.execute(&mut **it).await.map(drop),
            Wire::Sqlite(it) => sql.execute(&mut **it).await.map(drop),
        }
    }

    /// Runs a statement; how many rows it changed.
    pub(crate) async fn execute(&mut self, statement: &Statement) -> Result<u64, sqlx::Error> {
        tell();
        match &mut self.wire {
            Wire::Postgres(it) => query!(statement)
                .execute(&mut **it)
                .await
                .map(|done| done.rows_affected()),
            Wire::Mariadb(it) => query!(statement)
                .execute(&mut **it)
                .await
                .map(|done| done.rows_affected()),
            Wire::Sqlite(it) => query!(statement)
                .execute(&mut **it)
                .await
                .map(|done| done.rows_affected()),
        }
    }

    /// The rows of a statement as they arrive.
    pub(crate) fn stream<'a>(&'a mut self, statement: &'a Statement) -> Rows<'a> {
        tell();
        match &mut self.wire {
            Wire::Postgres(it) => query!(statement)
                .fetch(&mut **it)
                .map(|row| row.and_then(|row| postgres_row(&row)))
                .boxed(),
            Wire::Mariadb(it) => query!(statement)
                .fetch(&mut **it)
                .map(|row| row.and_then(|row| mariadb_row(&row)))
                .boxed(),
            Wire::Sqlite(it) => query!(statement)
                .fetch(&mut **it)
                .map(|row| row.and_then(|row| sqlite_row(&row)))
                .boxed(),
        }
    }

    /// All rows of a statement, for answers that are known to be small.
    pub(crate) async fn rows(&mut self, statement: &Statement) -> Result<Vec<Row>, sqlx::Error> {
        self.stream(statement).try_collect().await
    }

    /// Tells a statement that is running in this process to stop.
    pub(crate) fn stopper(&self) -> Stopper {
        Stopper(Arc::clone(&self.stop))
    }

    /// Gives the connection back: no transaction is open on it and no row is still to come.
    pub(crate) fn release(mut self) {
        self.is_clean = true;
    }
}

/// Stops a statement that runs in this process. Servers have limits of their own.
#[derive(Clone)]
pub(crate) struct Stopper(Arc<AtomicBool>);

impl Stopper {
    pub(crate) fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        if self.is_clean {
            return;
        }
        self.stop.store(true, Ordering::Relaxed);
        match &mut self.wire {
            Wire::Postgres(it) => it.close_on_drop(),
            Wire::Mariadb(it) => it.close_on_drop(),
            Wire::Sqlite(it) => it.close_on_drop(),
        }
    }
}

/// A row function for one driver. Plans read text; whole numbers are understood too, for statements that count.
macro_rules! row_of {
    ($name:ident, $row:ty) => {
        fn $name(row: &$row) -> Result<Row, sqlx::Error> {
            (0..row.len())
                .map(|place| {
                    let raw = row.try_get_raw(place)?;
                    if raw.is_null() {
                        return Ok(Value(None));
                    }
                    if is_whole(raw.type_info().name()) {
                        if let Ok(number) = row.try_get::<i64, _>(place) {
                            return Ok(Value::text(number.to_string()));
                        }
                        if let Ok(number) = row.try_get::<i32, _>(place) {
                            return Ok(Value::text(number.to_string()));
                        }
                    }
                    let bytes: &[u8] = row.try_get_unchecked(place)?;
                    Ok(Value::text(String::from_utf8_lossy(bytes)))
                })
                .collect()
        }
    };
}

row_of!(postgres_row, PgRow);
row_of!(mariadb_row, MySqlRow);
row_of!(sqlite_row, SqliteRow);

fn is_whole(type_name: &str) -> bool {
    matches!(
        type_name,
        "INT8" | "INT4" | "BIGINT" | "INT" | "INTEGER" | "BIGINT UNSIGNED" | "INT UNSIGNED"
    )
}
