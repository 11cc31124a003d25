//! The table, and each operation as one statement on it.

use sqlx::postgres::{PgArguments, PgConnection};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Connection as _, Postgres};
use tokio::runtime::Runtime;

use super::role::{Operation, mark};
use super::{OBJECTS, PEOPLE, PURPOSES, RECORDS};
use crate::postgres::said;

/// The table, its indexes, the records, and a log for the regulator to read.
pub fn tables() -> String {
    format!(
        "CREATE TABLE records (key text PRIMARY KEY, pur text NOT NULL, ttl text NOT NULL, usr text NOT NULL, obj text NOT NULL,
            dec text NOT NULL, acl text NOT NULL, shr text NOT NULL, src text NOT NULL, cat text NOT NULL, data text NOT NULL);
        INSERT INTO records SELECT 'key' || n, 'purpose' || n % {PURPOSES},
            (ARRAY[30, 10000, 12000, 14000, 16000, 18000, 20000, 22000, 24000, 1000000])[1 + n % 10]::text, 'user' || n % {PEOPLE},
            'obj' || n % {OBJECTS}, 'dec' || n % 2, 'acl' || n % 10, 'shr' || n % 10, 'src' || n % 10, 'cat' || n % 10,
            left(repeat(md5(n::text), 4), 100)
            FROM generate_series(0, {RECORDS} - 1) n;
        CREATE INDEX ON records (pur);
        CREATE INDEX ON records (usr);
        CREATE INDEX ON records (ttl);
        CREATE TABLE log (id bigint PRIMARY KEY, line text NOT NULL);
        INSERT INTO log SELECT n, md5(n::text) || md5((n + 1)::text) FROM generate_series(1, {RECORDS}) n"
    )
}

/// One connection.
pub struct Bare {
    runtime: Runtime,
    connection: PgConnection,
}

/// One statement and its values.
type Asked = (String, Vec<String>);

impl Bare {
    pub fn open(url: &str) -> Result<Self, String> {
        let runtime = Runtime::new().map_err(said)?;
        let connection = runtime.block_on(PgConnection::connect(url)).map_err(said)?;
        Ok(Self {
            runtime,
            connection,
        })
    }

    /// How many rows it read or changed.
    pub fn carry_out(&mut self, operation: Operation) -> Result<u64, String> {
        let (sql, values) = statement(operation);
        let query: Query<'static, Postgres, PgArguments> = sqlx::query(AssertSqlSafe(sql.clone()));
        let query = values
            .into_iter()
            .fold(query, |query, value| query.bind(value));
        if sql.starts_with("SELECT") {
            let rows = self.runtime.block_on(query.fetch_all(&mut self.connection));
            return rows.map(|rows| rows.len() as u64).map_err(said);
        }
        let done = self.runtime.block_on(query.execute(&mut self.connection));
        done.map(|done| done.rows_affected()).map_err(said)
    }
}

fn key(record: u64) -> String {
    format!("key{record}")
}

fn purpose(record: u64) -> String {
    format!("purpose{}", record % PURPOSES)
}

fn person(record: u64) -> String {
    format!("user{}", record % PEOPLE)
}

fn statement(operation: Operation) -> Asked {
    let read = |column: &str, value: String| {
        (
            format!("SELECT * FROM records WHERE {column} = $1"),
            vec![value],
        )
    };
    let set = |field: &str, column: &str, value: String, with: String| {
        let sql = format!("UPDATE records SET {field} = $2 WHERE {column} = $1");
        (sql, vec![value, with])
    };
    match operation {
        Operation::Create(record) => (
            "INSERT INTO records VALUES ($1, $2, $3, $4, 'obj0', 'dec0', 'acl0', 'shr0', 'src0', 'cat0', $5)".to_owned(),
            vec![
                key(record),
                purpose(record),
                "10000".to_owned(),
                person(record),
                format!("{record:0100}"),
            ],
        ),
        Operation::Erase(record) => (
            "DELETE FROM records WHERE key = $1".to_owned(),
            vec![key(record)],
        ),
        Operation::Correct(record) => set("data", "key", key(record), format!("{record:0100}")),
        Operation::MarkPurpose(record, field) => {
            set(field, "pur", purpose(record), mark(field, record))
        }
        Operation::MarkPerson(record, field) => {
            set(field, "usr", person(record), mark(field, record))
        }
        Operation::Use(record) | Operation::Give(record) | Operation::Verify(record) => {
            read("key", key(record))
        }
        Operation::UsePurpose(record) => read("pur", purpose(record)),
        Operation::UsePerson(record) | Operation::GivePerson(record) => {
            read("usr", person(record))
        }
        Operation::Log(lines) => (
            format!("SELECT line FROM log ORDER BY id DESC LIMIT {lines}"),
            Vec::new(),
        ),
    }
}
