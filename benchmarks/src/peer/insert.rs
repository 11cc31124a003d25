//! The least that remembering a consent can cost: one row, inserted and on disk, on either engine.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::postgres::Postgres;

/// As many columns as say who, what, for what, since when and what was shown.
const TABLE: &str = "CREATE TABLE consent (id BIGINT, subject TEXT NOT NULL, purpose TEXT NOT NULL, state TEXT NOT NULL, \
                     at BIGINT NOT NULL, shown TEXT NOT NULL)";

/// PostgreSQL, driven by its own pgbench, without an index to keep.
pub struct Pgbench<'a> {
    server: &'a Postgres,
    url: String,
}

impl<'a> Pgbench<'a> {
    /// # Errors
    /// What the server said.
    pub fn new(server: &'a Postgres) -> Result<Self, String> {
        let url = server.database("plain")?;
        server.sql(&url, TABLE)?;
        Ok(Self { server, url })
    }

    /// Rows per second, one a transaction.
    ///
    /// # Errors
    /// What pgbench said.
    pub fn insert(&self, clients: usize, length: Duration) -> Result<f64, String> {
        let script = "\\set id random(1, 1000000000)\nINSERT INTO consent VALUES (:id, 'account-person-1000000', \
                      'newsletter', 'ConsentGiven', 1700000000000, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa');\n";
        self.server.bench(&self.url, script, clients, length)
    }
}

/// SQLite called directly, as durable as ours: write-ahead log, synced at each commit.
pub struct Sqlite {
    connection: rusqlite::Connection,
    number: i64,
}

impl Sqlite {
    /// # Errors
    /// What SQLite said.
    pub fn new(folder: &Path) -> Result<Self, String> {
        let open = || {
            let connection = rusqlite::Connection::open(folder.join("plain.db"))?;
            connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
            connection.execute_batch(TABLE)?;
            Ok(connection)
        };
        let opened: rusqlite::Result<_> = open();
        Ok(Self {
            connection: opened.map_err(|error| format!("opening SQLite: {error}"))?,
            number: 0,
        })
    }

    /// Rows per second, `rows` a transaction: as many as ours puts behind one sync.
    ///
    /// # Errors
    /// What SQLite said.
    pub fn insert(&mut self, rows: usize, length: Duration) -> Result<f64, String> {
        let inserted = self.insert_for(rows, length);
        inserted.map_err(|error| format!("inserting into SQLite: {error}"))
    }

    #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
    fn insert_for(&mut self, rows: usize, length: Duration) -> rusqlite::Result<f64> {
        let start = Instant::now();
        let first = self.number;
        while start.elapsed() < length {
            let transaction = self.connection.transaction()?;
            for _ in 0..rows {
                self.number += 1;
                transaction
                    .prepare_cached(
                        "INSERT INTO consent VALUES ($1, $2, 'newsletter', 'ConsentGiven', $3, $4)",
                    )?
                    .execute(rusqlite::params![
                        self.number,
                        format!("account:person-{}", self.number),
                        1_700_000_000_000_i64,
                        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                    ])?;
            }
            transaction.commit()?;
        }
        Ok((self.number - first) as f64 / start.elapsed().as_secs_f64())
    }
}
