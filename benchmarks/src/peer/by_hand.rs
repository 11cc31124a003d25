//! What somebody who knows the schema writes by hand, over the driver that ours uses: a statement a table, prepared once,
//! each row taken as it comes. Never looks whether anything is left, and keeps no record.

use futures_util::TryStreamExt as _;
use sqlx::postgres::{PgArguments, PgConnection, PgRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Connection as _, Postgres, Row as _, ValueRef as _};

use crate::house::TABLES;
use crate::postgres::said;

/// One connection that stays open.
pub struct ByHand(PgConnection);

/// What came back.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Taken {
    pub rows: u64,
    pub bytes: u64,
}

fn query(sql: &str) -> Query<'static, Postgres, PgArguments> {
    sqlx::query(AssertSqlSafe(sql.to_owned()))
}

impl ByHand {
    /// # Errors
    /// What the server said.
    pub async fn connect(url: &str) -> Result<Self, String> {
        PgConnection::connect(url).await.map(Self).map_err(said)
    }

    /// Runs statements without values, as one.
    ///
    /// # Errors
    /// What the server said.
    pub async fn run(&mut self, sql: &str) -> Result<(), String> {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        sql.execute(&mut self.0).await.map(drop).map_err(said)
    }

    /// Runs a statement over and over until it changes nothing; gives how many rows it changed.
    ///
    /// # Errors
    /// What the server said.
    pub async fn exhaust(&mut self, sql: &str) -> Result<u64, String> {
        let mut all = 0;
        loop {
            let done = query(sql).execute(&mut self.0).await.map_err(said)?;
            if done.rows_affected() == 0 {
                return Ok(all);
            }
            all += done.rows_affected();
        }
    }

    /// Takes all rows of a statement, one at a time.
    ///
    /// # Errors
    /// What the server said.
    pub async fn take(&mut self, sql: &str, key: Option<i64>) -> Result<Taken, String> {
        let mut query = query(sql);
        if let Some(key) = key {
            query = query.bind(key);
        }
        let mut taken = Taken::default();
        let mut rows = query.fetch(&mut self.0);
        while let Some(row) = rows.try_next().await.map_err(said)? {
            taken.rows += 1;
            taken.bytes += bytes_of(&row)?;
        }
        Ok(taken)
    }

    async fn key(&mut self, email: &str) -> Result<i64, String> {
        let key = query("SELECT id FROM users WHERE email = $1").bind(email);
        let row = key.fetch_one(&mut self.0).await.map_err(said)?;
        row.try_get(0).map_err(said)
    }

    /// Everything of a person, all of one state.
    ///
    /// # Errors
    /// What the server said.
    pub async fn read(&mut self, email: &str) -> Result<Taken, String> {
        self.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            .await?;
        let key = self.key(email).await?;
        let mut all = Taken::default();
        for sql in reads() {
            let taken = self.take(&sql, Some(key)).await?;
            all.rows += taken.rows;
            all.bytes += taken.bytes;
        }
        self.run("COMMIT").await?;
        Ok(all)
    }

    /// A person goes, in one transaction.
    ///
    /// # Errors
    /// What the server said.
    pub async fn erase(&mut self, email: &str) -> Result<u64, String> {
        self.run("BEGIN").await?;
        let key = self.key(email).await?;
        let mut rows = 0;
        for sql in deletions() {
            let done = query(&sql).bind(key).execute(&mut self.0).await;
            rows += done.map_err(said)?.rows_affected();
        }
        self.run("COMMIT").await?;
        Ok(rows)
    }

    /// Many people go, in one transaction, by a table of their keys that the planner knows the size of.
    ///
    /// # Errors
    /// What the server said.
    pub async fn erase_many(&mut self, emails: &[String]) -> Result<u64, String> {
        self.run("BEGIN; CREATE TEMPORARY TABLE gone (id bigint PRIMARY KEY) ON COMMIT DROP")
            .await?;
        query("INSERT INTO gone SELECT id FROM users WHERE email = ANY ($1)")
            .bind(emails)
            .execute(&mut self.0)
            .await
            .map_err(said)?;
        self.run("ANALYZE gone").await?;
        let mut rows = 0;
        for sql in set_deletions() {
            let done = query(&sql).execute(&mut self.0).await;
            rows += done.map_err(said)?.rows_affected();
        }
        self.run("COMMIT").await?;
        Ok(rows)
    }
}

fn bytes_of(row: &PgRow) -> Result<u64, String> {
    let mut bytes = 0;
    for place in 0..row.len() {
        let value = row.try_get_raw(place).map_err(said)?;
        if !value.is_null() {
            bytes += value.as_bytes().map_err(said)?.len() as u64;
        }
    }
    Ok(bytes)
}

/// A `SELECT` for each table, of one person by key.
fn reads() -> Vec<String> {
    let each = TABLES.iter().map(|table| {
        let name = table.name;
        match (table.owner(), table.between()) {
            (None, _) => format!("SELECT * FROM {name} WHERE id = $1"),
            (Some(owner), None) => format!("SELECT * FROM {name} WHERE {owner} = $1"),
            (Some(owner), Some(above)) => format!(
                "SELECT c.* FROM {name} c JOIN {} p ON p.id = c.{owner} WHERE p.users_id = $1",
                above.name
            ),
        }
    });
    each.collect()
}

/// A `DELETE` for each table, children first, of one person by key.
fn deletions() -> Vec<String> {
    let each = TABLES.iter().rev().map(|table| {
        let name = table.name;
        match (table.owner(), table.between()) {
            (None, _) => format!("DELETE FROM {name} WHERE id = $1"),
            (Some(owner), None) => format!("DELETE FROM {name} WHERE {owner} = $1"),
            (Some(owner), Some(above)) => format!(
                "DELETE FROM {name} WHERE {owner} IN (SELECT id FROM {} WHERE users_id = $1)",
                above.name
            ),
        }
    });
    each.collect()
}

/// The same of everybody in the table `gone`.
fn set_deletions() -> Vec<String> {
    let each = TABLES.iter().rev().map(|table| {
        let name = table.name;
        match (table.owner(), table.between()) {
            (None, _) => format!("DELETE FROM {name} t USING gone g WHERE t.id = g.id"),
            (Some(owner), None) => format!("DELETE FROM {name} t USING gone g WHERE t.{owner} = g.id"),
            (Some(owner), Some(above)) => format!(
                "DELETE FROM {name} t USING {} p, gone g WHERE t.{owner} = p.id AND p.users_id = g.id",
                above.name
            ),
        }
    });
    each.collect()
}
