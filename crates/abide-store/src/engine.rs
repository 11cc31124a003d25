//! The only file that can tell SQLite from PostgreSQL. Never knows what a table means.

use std::borrow::Cow;
use std::path::Path;
use std::str::FromStr as _;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgPool, PgPoolOptions, PgRow};
use sqlx::query::Query;
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteRow, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Postgres, Row as _, Sqlite};

use crate::error::{Refusal, StoreError};
use crate::statement::{Expect, Statement, Value};

/// SQL text: written out in this crate, or put together from such text. Never holds a value.
pub(crate) type Sql = Cow<'static, str>;

/// How many places in the order of arrival one transaction is given. Part of the stored order: never changes.
pub(crate) const ARRIVALS: i64 = 4096;

/// The most parameters one statement may have; SQLite's limit is 32,766 and PostgreSQL's 65,535.
const MAX_PARAMETERS: usize = 30_000;

/// A connection that was idle for less is not asked whether it is still there, which would be a wait for the server each
/// time.
const SURELY_THERE: Duration = Duration::from_secs(1);

/// How many connections to hold and how long to wait.
#[derive(Clone, Debug)]
pub struct EngineOptions {
    /// Connections for reading.
    pub readers: u32,
    /// Transactions that may write at once. SQLite has one writer whatever stands here.
    pub writers: u32,
    /// Seconds to wait for a connection, a lock or a busy file.
    pub patience_seconds: u64,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            readers: 4,
            writers: 2,
            patience_seconds: 10,
        }
    }
}

/// A database: SQLite in one file or PostgreSQL. Cheap to clone.
#[derive(Clone)]
pub struct Engine(Pools);

#[derive(Clone)]
enum Pools {
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
    },
    Postgres {
        writers: PgPool,
        readers: PgPool,
        at_once: u32,
    },
}

enum Connection {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

/// A row of an answer.
pub struct Row(AnyRow);

enum AnyRow {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// A transaction. Dropped without `commit`, its connection is closed and nothing of it stays.
pub struct Transaction {
    connection: Connection,
    doing: &'static str,
    open: bool,
}

/// Runs the same code on either connection.
macro_rules! either {
    ($connection:expr, $kind:ident, |$it:ident, $query:ident| $run:expr) => {
        match $connection {
            $kind::Sqlite($it) => {
                let $query = sqlite_query;
                $run
            }
            $kind::Postgres($it) => {
                let $query = postgres_query;
                $run
            }
        }
    };
}

impl Engine {
    /// Opens `sqlite:PATH`, a plain path, or `postgres://…`; TLS as the address's `sslmode` says.
    pub async fn open(url: &str, options: &EngineOptions) -> Result<Self, StoreError> {
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            return open_postgres(url, options).await;
        }
        let path = url.strip_prefix("sqlite:").unwrap_or(url);
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() || path.contains("://") || path == ":memory:" {
            return Err(StoreError::Setting(
                "the store's address is not a file and not `postgres://…`; write `sqlite:abide.db` or a PostgreSQL address".into(),
            ));
        }
        open_sqlite(Path::new(path), options).await
    }

    /// The engine's name, for people.
    pub fn name(&self) -> &'static str {
        match &self.0 {
            Pools::Sqlite { .. } => "SQLite",
            Pools::Postgres { .. } => "PostgreSQL",
        }
    }

    /// How many transactions may write at once.
    pub(crate) fn writers(&self) -> u32 {
        match &self.0 {
            Pools::Sqlite { .. } => 1,
            Pools::Postgres { at_once, .. } => *at_once,
        }
    }

    /// All rows of an answer.
    pub(crate) async fn rows(
        &self,
        doing: &'static str,
        sql: impl Into<Sql>,
        params: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        let mut connection = self.reader(doing).await?;
        connection.rows(doing, sql.into(), &params).await
    }

    /// The first row of an answer, if it has one.
    pub(crate) async fn row(
        &self,
        doing: &'static str,
        sql: impl Into<Sql>,
        params: Vec<Value>,
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(doing, sql, params).await?.into_iter().next())
    }

    /// A transaction that may write.
    pub(crate) async fn begin(&self, doing: &'static str) -> Result<Transaction, StoreError> {
        let (connection, begin) = match &self.0 {
            // The lock is taken at once: a transaction that begins by reading could not be sure to get it later.
            Pools::Sqlite { writer, .. } => (
                Connection::Sqlite(
                    writer
                        .acquire()
                        .await
                        .map_err(|error| failure(doing, error))?,
                ),
                "BEGIN IMMEDIATE",
            ),
            Pools::Postgres { writers, .. } => (
                Connection::Postgres(
                    writers
                        .acquire()
                        .await
                        .map_err(|error| failure(doing, error))?,
                ),
                "BEGIN",
            ),
        };
        Transaction::start(connection, doing, begin).await
    }

    /// A transaction that reads one state of the database, however long it takes.
    pub(crate) async fn snapshot(&self, doing: &'static str) -> Result<Transaction, StoreError> {
        let begin = match &self.0 {
            Pools::Sqlite { .. } => "BEGIN",
            Pools::Postgres { .. } => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        Transaction::start(self.reader(doing).await?, doing, begin).await
    }

    /// Makes places in the order of arrival begin above `floor`: after a restore.
    pub(crate) async fn raise_arrivals(
        &self,
        transaction: &mut Transaction,
        floor: i64,
    ) -> Result<(), StoreError> {
        let block = floor / ARRIVALS + 1;
        let sql = match &self.0 {
            Pools::Sqlite { .. } => {
                "UPDATE counters SET value = max(value, $1) WHERE tenant = '' AND name = 'arrivals'"
            }
            Pools::Postgres { .. } => {
                "SELECT setval('abide_arrivals', greatest(CAST($1 AS BIGINT), (SELECT last_value FROM abide_arrivals)))"
            }
        };
        transaction.execute(sql, &[block.into()]).await.map(drop)
    }

    /// What the engine needs besides tables; runs before the first migration.
    pub(crate) fn preamble(&self) -> &'static [&'static str] {
        match &self.0 {
            Pools::Sqlite { .. } => &[],
            Pools::Postgres { .. } => &[
                // One program migrates at a time; the others wait here and find nothing left to do.
                "SELECT pg_advisory_xact_lock(7021987)",
                "CREATE SEQUENCE IF NOT EXISTS abide_arrivals",
            ],
        }
    }

    /// Closes every connection.
    pub(crate) async fn close(&self) {
        match &self.0 {
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres {
                writers, readers, ..
            } => {
                readers.close().await;
                writers.close().await;
            }
        }
    }

    async fn reader(&self, doing: &'static str) -> Result<Connection, StoreError> {
        let connection = match &self.0 {
            Pools::Sqlite { readers, .. } => readers.acquire().await.map(Connection::Sqlite),
            Pools::Postgres { readers, .. } => readers.acquire().await.map(Connection::Postgres),
        };
        connection.map_err(|error| failure(doing, error))
    }
}

impl Connection {
    async fn rows(
        &mut self,
        doing: &'static str,
        sql: Sql,
        params: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        let rows = match self {
            Self::Sqlite(it) => sqlite_query(sql, params)
                .fetch_all(&mut **it)
                .await
                .map(|rows| {
                    rows.into_iter()
                        .map(|row| Row(AnyRow::Sqlite(row)))
                        .collect()
                }),
            Self::Postgres(it) => {
                postgres_query(sql, params)
                    .fetch_all(&mut **it)
                    .await
                    .map(|rows| {
                        rows.into_iter()
                            .map(|row| Row(AnyRow::Postgres(row)))
                            .collect()
                    })
            }
        };
        rows.map_err(|error| failure(doing, error))
    }

    async fn execute(
        &mut self,
        doing: &'static str,
        sql: Sql,
        params: &[Value],
    ) -> Result<u64, StoreError> {
        either!(self, Self, |it, query| query(sql, params)
            .execute(&mut **it)
            .await
            .map(|done| done.rows_affected()))
        .map_err(|error| failure(doing, error))
    }
}

impl Transaction {
    async fn start(
        connection: Connection,
        doing: &'static str,
        begin: &'static str,
    ) -> Result<Self, StoreError> {
        let mut transaction = Self {
            connection,
            doing,
            open: true,
        };
        transaction.execute(begin, &[]).await?;
        Ok(transaction)
    }

    /// All rows of an answer.
    pub(crate) async fn rows(
        &mut self,
        sql: impl Into<Sql>,
        params: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        self.connection.rows(self.doing, sql.into(), params).await
    }

    /// Runs a statement; how many rows it wrote.
    pub(crate) async fn execute(
        &mut self,
        sql: impl Into<Sql>,
        params: &[Value],
    ) -> Result<u64, StoreError> {
        self.connection
            .execute(self.doing, sql.into(), params)
            .await
    }

    /// Runs a statement and holds it to what it must have done.
    pub(crate) async fn run(&mut self, statement: &Statement) -> Result<(), StoreError> {
        let written = self.execute(statement.sql, &statement.params).await?;
        match statement.expect {
            Expect::Rows(wanted, refusal) if written != wanted => Err(refusal.into()),
            _ => Ok(()),
        }
    }

    /// Inserts many rows in few statements; how many were written. `head` and `tail` surround the rows. A column has
    /// values of one type.
    pub(crate) async fn insert(
        &mut self,
        head: &str,
        tail: &str,
        rows: &[&[Value]],
    ) -> Result<u64, StoreError> {
        let Some(first) = rows.first() else {
            return Ok(0);
        };
        if let Connection::Postgres(it) = &mut self.connection {
            // One prepared statement for any number of rows, and one value a column to plan for.
            let sql = format!("{head} SELECT * FROM {}{tail}", unnest(first));
            let inserted = by_column(sql, rows).execute(&mut **it).await;
            return inserted
                .map(|done| done.rows_affected())
                .map_err(|error| failure(self.doing, error));
        }
        // Rows go in powers of two, so that a handful of prepared statements serves any number of rows.
        let width = first.len().max(1);
        let most = (MAX_PARAMETERS / width).clamp(1, 256);
        let (mut rest, mut written) = (rows, 0);
        while !rest.is_empty() {
            let count = rest.len().min(most);
            let (chunk, later) = rest.split_at(1 << count.ilog2());
            let sql = insert_text(head, tail, width, chunk.len());
            written += self.execute(sql, &chunk.concat()).await?;
            rest = later;
        }
        Ok(written)
    }

    /// The first of [`ARRIVALS`] places in the order of arrival that belong to this transaction alone. A transaction
    /// that begins after another was acknowledged gets later places.
    pub(crate) async fn arrivals(&mut self) -> Result<i64, StoreError> {
        let sql = match &self.connection {
            Connection::Sqlite(_) => {
                "UPDATE counters SET value = value + 1 WHERE tenant = '' AND name = 'arrivals' RETURNING value"
            }
            // A row that all writers update would make them wait for each other; a sequence does not.
            Connection::Postgres(_) => "SELECT nextval('abide_arrivals')",
        };
        let rows = self.rows(sql, &[]).await?;
        let block = rows
            .first()
            .ok_or_else(|| StoreError::corrupt("counter", "it is missing"))?;
        Ok(block.int(0)? * ARRIVALS)
    }

    /// Which of these data keys exist; they stay until this transaction ends. Each is a tenant and a key's id.
    pub(crate) async fn hold_keys(&mut self, keys: &[(Value, Value)]) -> Result<usize, StoreError> {
        let mut found = 0;
        for chunk in keys.chunks(256) {
            let mut sql =
                "SELECT key_id FROM data_keys WHERE (tenant, key_id) IN (VALUES ".to_owned();
            push_rows(&mut sql, 2, chunk.len());
            // On SQLite there is no other writer to keep away.
            sql.push_str(match &self.connection {
                Connection::Sqlite(_) => ")",
                Connection::Postgres(_) => ") ORDER BY key_id FOR KEY SHARE",
            });
            let params: Vec<Value> = chunk
                .iter()
                .flat_map(|(tenant, key)| [tenant.clone(), key.clone()])
                .collect();
            found += self.rows(sql, &params).await?.len();
        }
        Ok(found)
    }

    /// Makes everything since `begin` durable. An error means that nothing may be acknowledged.
    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        self.execute("COMMIT", &[]).await?;
        self.open = false;
        Ok(())
    }

    /// Undoes everything since `begin`.
    pub(crate) async fn rollback(mut self) -> Result<(), StoreError> {
        self.execute("ROLLBACK", &[]).await?;
        self.open = false;
        Ok(())
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        // After a failure nobody can say what state the connection is in; a fresh one is cheap.
        if self.open {
            match &mut self.connection {
                Connection::Sqlite(it) => it.close_on_drop(),
                Connection::Postgres(it) => it.close_on_drop(),
            }
        }
    }
}

macro_rules! getter {
    ($(#[$doc:meta] $name:ident -> $of:ty;)*) => {
        impl Row {$(
            #[$doc]
            pub(crate) fn $name(&self, column: usize) -> Result<$of, StoreError> {
                either!(&self.0, AnyRow, |it, _query| it.try_get(column))
                    .map_err(|error: sqlx::Error| StoreError::corrupt("row", error))
            }
        )*}
    };
}

getter! {
    /// A TEXT that is never NULL.
    text -> String;
    /// A TEXT.
    maybe_text -> Option<String>;
    /// A BIGINT that is never NULL.
    int -> i64;
    /// A BIGINT.
    maybe_int -> Option<i64>;
    /// A BYTEA that is never NULL.
    bytes -> Vec<u8>;
    /// A BYTEA.
    maybe_bytes -> Option<Vec<u8>>;
}

impl Row {
    /// A BYTEA of a fixed length that is never NULL.
    pub(crate) fn array<const N: usize>(&self, column: usize) -> Result<[u8; N], StoreError> {
        let bytes = self.bytes(column)?;
        let length = bytes.len();
        bytes
            .try_into()
            .map_err(|_| StoreError::corrupt("row", format!("expected {N} bytes, found {length}")))
    }

    /// A count or size that is never NULL.
    pub(crate) fn size(&self, column: usize) -> Result<u64, StoreError> {
        let number = self.int(column)?;
        u64::try_from(number).map_err(|_| StoreError::corrupt("row", "a size is negative"))
    }
}

fn sqlite_query(sql: Sql, params: &[Value]) -> Query<'static, Sqlite, SqliteArguments> {
    params.iter().fold(
        sqlx::query(AssertSqlSafe(sql)),
        |query, value| match value {
            Value::Text(_) => query.bind(value.text()),
            Value::Int(_) | Value::Arrival(_) => query.bind(value.int()),
            Value::Bytes(_) => query.bind(value.bytes()),
        },
    )
}

fn postgres_query(sql: Sql, params: &[Value]) -> Query<'static, Postgres, PgArguments> {
    params.iter().fold(
        sqlx::query(AssertSqlSafe(sql)),
        |query, value| match value {
            Value::Text(_) => query.bind(value.text()),
            Value::Int(_) | Value::Arrival(_) => query.bind(value.int()),
            Value::Bytes(_) => query.bind(value.bytes()),
        },
    )
}

/// `unnest($1::TEXT[], $2::BIGINT[])`: rows from an array for each column, of the types in this row.
fn unnest(row: &[Value]) -> String {
    let arrays = row.iter().zip(1..).map(|(value, place)| {
        let of = match value {
            Value::Text(_) => "TEXT",
            Value::Int(_) | Value::Arrival(_) => "BIGINT",
            Value::Bytes(_) => "BYTEA",
        };
        format!("${place}::{of}[]")
    });
    format!("unnest({})", arrays.collect::<Vec<_>>().join(", "))
}

/// A query whose parameters are the columns of these rows.
fn by_column(sql: String, rows: &[&[Value]]) -> Query<'static, Postgres, PgArguments> {
    fn column<'a, T>(
        rows: &[&'a [Value]],
        at: usize,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Vec<Option<T>> {
        rows.iter().map(|row| row.get(at).and_then(&read)).collect()
    }
    let first = rows.first().copied().unwrap_or_default();
    first.iter().enumerate().fold(
        sqlx::query(AssertSqlSafe(sql)),
        |query, (at, value)| match value {
            Value::Text(_) => query.bind(column(rows, at, Value::text)),
            Value::Int(_) | Value::Arrival(_) => query.bind(column(rows, at, Value::int)),
            Value::Bytes(_) => query.bind(column(rows, at, Value::bytes)),
        },
    )
}

fn insert_text(head: &str, tail: &str, width: usize, rows: usize) -> String {
    let mut sql = format!("{head} VALUES ");
    push_rows(&mut sql, width, rows);
    sql.push_str(tail);
    sql
}

/// `($1, $2), ($3, $4)` for two rows of two.
fn push_rows(sql: &mut String, width: usize, rows: usize) {
    for place in 0..width * rows {
        let before = match (place, place % width) {
            (0, _) => "(",
            (_, 0) => "), (",
            _ => ", ",
        };
        sql.push_str(before);
        sql.push('$');
        sql.push_str(&(place + 1).to_string());
    }
    sql.push(')');
}

async fn open_sqlite(path: &Path, options: &EngineOptions) -> Result<Engine, StoreError> {
    let doing = "opening the store";
    create_private(path)?;
    let patience = Duration::from_secs(options.patience_seconds);
    let connect = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(patience)
        .statement_cache_capacity(256)
        .disable_statement_logging();
    let pool = || {
        SqlitePoolOptions::new()
            .acquire_timeout(patience)
            .test_before_acquire(false)
            .max_lifetime(None)
            .idle_timeout(None)
    };
    let writer = pool()
        .max_connections(1)
        .connect_with(connect.clone())
        .await
        .map_err(|error| failure(doing, error))?;
    let readers = pool()
        .max_connections(options.readers.max(1))
        .connect_lazy_with(connect.pragma("query_only", "on"));
    Ok(Engine(Pools::Sqlite { writer, readers }))
}

/// Creates the file before SQLite does, readable by its owner alone.
fn create_private(path: &Path) -> Result<(), StoreError> {
    let mut file = std::fs::OpenOptions::new();
    file.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    match file.open(path) {
        Ok(_) => Ok(()),
        // A read-only file can still be read.
        Err(_) if path.exists() => Ok(()),
        Err(error) => Err(StoreError::Setting(format!(
            "the store `{}` cannot be created: {error}",
            path.display()
        ))),
    }
}

/// A server that is set to acknowledge what is not on disk must not do so to us; one that does more is left alone.
const DURABLE: &str = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

async fn open_postgres(url: &str, options: &EngineOptions) -> Result<Engine, StoreError> {
    // The address may hold a password, so the message repeats nothing of it.
    let connect = PgConnectOptions::from_str(url).map_err(|_| {
        StoreError::Setting("the PostgreSQL address cannot be read; write `postgres://NAME:PASSWORD@HOST:PORT/DATABASE`".into())
    })?;
    let patience = Duration::from_secs(options.patience_seconds);
    let milliseconds = patience.as_millis().to_string();
    let connect = connect
        .application_name("abide")
        .statement_cache_capacity(256)
        .options([
            ("lock_timeout", milliseconds.as_str()),
            ("statement_timeout", "120000"),
            // A process that was stopped in the middle of a transaction must not keep others waiting for ever.
            ("idle_in_transaction_session_timeout", milliseconds.as_str()),
        ])
        .disable_statement_logging();
    let pool = |connections: u32| {
        PgPoolOptions::new()
            .max_connections(connections.max(1))
            .acquire_timeout(patience)
            .test_before_acquire(false)
            .before_acquire(|connection, meta| {
                Box::pin(async move {
                    Ok(meta.idle_for < SURELY_THERE || connection.ping().await.is_ok())
                })
            })
    };
    // One more than write at once: the sequencer's.
    let writers = pool(options.writers + 1)
        .after_connect(|connection, _| {
            Box::pin(async move { sqlx::raw_sql(DURABLE).execute(connection).await.map(drop) })
        })
        .connect_with(connect.clone())
        .await
        .map_err(|error| failure("connecting to PostgreSQL", error))?;
    Ok(Engine(Pools::Postgres {
        writers,
        readers: pool(options.readers).connect_lazy_with(connect),
        at_once: options.writers.max(1),
    }))
}

/// Sorts an error by whom it concerns: the caller, this statement, or everyone. Takes the database's primary message
/// only; details would repeat values.
fn failure(doing: &'static str, error: sqlx::Error) -> StoreError {
    let sqlx::Error::Database(error) = error else {
        let cause = error.to_string();
        return StoreError::Unavailable { doing, cause };
    };
    let code = error.code().unwrap_or_default().into_owned();
    let cause = format!("{} (code {code})", error.message());
    if error.is_unique_violation() {
        return Refusal::AlreadyThere.into();
    }
    let outage = match code.parse::<u32>() {
        // SQLite: result codes are numbers below 10,000, the low byte of which is the kind. PostgreSQL's are five
        // letters and digits and those that parse as a number begin with a class we name below.
        Ok(number) if number < 10_000 && code.len() < 5 => {
            const BUSY_LOCKED_READONLY_IOERR_CORRUPT_FULL_CANTOPEN_NOTADB: [u32; 8] =
                [5, 6, 8, 10, 11, 13, 14, 26];
            BUSY_LOCKED_READONLY_IOERR_CORRUPT_FULL_CANTOPEN_NOTADB.contains(&(number & 0xff))
        }
        _ => match code.as_str() {
            "40001" | "40P01" | "55P03" => return StoreError::Contention,
            // What was asked for holds a NUL, which nothing that is stored does.
            "22021" => return Refusal::NotThere.into(),
            "25006" | "25P03" => true,
            _ => matches!(code.get(..2), Some("08" | "53" | "57" | "58" | "XX")),
        },
    };
    match outage {
        true => StoreError::Unavailable { doing, cause },
        false => StoreError::Statement { doing, cause },
    }
}
