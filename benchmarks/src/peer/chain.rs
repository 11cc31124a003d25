//! Evidence as it is often built by hand: a PostgreSQL table whose trigger links each row to the one before by hash.

use crate::postgres::Postgres;
use std::time::Duration;

/// One row waits for the other, or two of them would follow the same one.
const TABLE: &str = "
CREATE TABLE chain (n BIGINT PRIMARY KEY, entry TEXT NOT NULL, previous BYTEA NOT NULL, hash BYTEA NOT NULL);
CREATE FUNCTION link() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE last RECORD;
BEGIN
    PERFORM pg_advisory_xact_lock(1);
    SELECT n, hash INTO last FROM chain ORDER BY n DESC LIMIT 1;
    NEW.n := coalesce(last.n, 0) + 1;
    NEW.previous := coalesce(last.hash, '');
    NEW.hash := sha256(NEW.previous || convert_to(NEW.entry, 'UTF8'));
    RETURN NEW;
END $$;
CREATE TRIGGER link BEFORE INSERT ON chain FOR EACH ROW EXECUTE FUNCTION link();";

/// A database with such a table.
pub struct Chain<'a> {
    server: &'a Postgres,
    url: String,
    script: String,
}

impl<'a> Chain<'a> {
    /// `entry` is what each writer appends.
    ///
    /// # Errors
    /// What the server said.
    pub fn new(server: &'a Postgres, entry: &str) -> Result<Self, String> {
        let url = server.database("chain")?;
        server.sql(&url, TABLE)?;
        let script = format!(
            "INSERT INTO chain (entry) VALUES ('{}');\n",
            entry.replace('\'', "''")
        );
        Ok(Self {
            server,
            url,
            script,
        })
    }

    /// Entries per second with that many writers.
    ///
    /// # Errors
    /// What pgbench said.
    pub fn append(&self, writers: usize, length: Duration) -> Result<f64, String> {
        self.server.bench(&self.url, &self.script, writers, length)
    }
}
