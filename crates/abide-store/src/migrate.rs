//! Brings a database to the schema of this program. Never edits a migration that a database may already have.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::engine::{Engine, Transaction};
use crate::error::StoreError;

/// One step of the schema: a file of SQL that both engines accept.
pub(crate) struct Migration {
    /// File name without its ending; the number in front is the order.
    pub(crate) name: &'static str,
    /// The statements, each ended by a semicolon at the end of a line.
    pub(crate) sql: &'static str,
}

macro_rules! migrations {
    ($($name:literal)*) => {
        &[$(Migration { name: $name, sql: include_str!(concat!("../migrations/", $name, ".sql")) }),*]
    };
}

/// Every migration there has ever been, in order. Only ever added to.
pub(crate) const MIGRATIONS: &[Migration] = migrations! {
    "0001_core"
    "0002_register"
    "0003_erased_lately"
    "0004_data_keys_in_order"
    "0005_requests"
    "0006_subject_requests"
    "0007_capsules"
    "0008_sweeps"
    "0009_mail"
};

impl Migration {
    /// SHA-256 of the text, in hex.
    pub(crate) fn sha256(&self) -> String {
        crate::hex::encode(&Sha256::digest(self.sql.as_bytes()))
    }
}

/// Applies what the database lacks of `migrations`. A database that has others, or the same under another text, is
/// refused: it belongs to a later program or was changed by hand.
pub(crate) async fn migrate(
    engine: &Engine,
    migrations: &[Migration],
    now: Timestamp,
) -> Result<(), StoreError> {
    if let Ok(applied) = applied(engine).await
        && check(&applied, migrations)? == migrations.len()
    {
        return Ok(());
    }
    let mut transaction = engine.begin("preparing the store").await?;
    for sql in engine.preamble() {
        transaction.execute(*sql, &[]).await?;
    }
    transaction
        .execute(
            "CREATE TABLE IF NOT EXISTS migrations (tenant TEXT NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_at BIGINT NOT NULL, PRIMARY KEY (tenant, name))",
            &[],
        )
        .await?;
    let rows = transaction.rows(APPLIED, &[]).await?;
    let applied = rows
        .iter()
        .map(|row| Ok((row.text(0)?, row.text(1)?)))
        .collect::<Result<Vec<_>, StoreError>>()?;
    let known = check(&applied, migrations)?;
    for migration in &migrations[known..] {
        apply(&mut transaction, migration, now).await?;
    }
    transaction.commit().await
}

/// How many migrations the database lacks; all of them if it was never opened as a store.
pub(crate) async fn lacking(engine: &Engine) -> Result<usize, StoreError> {
    let applied = match applied(engine).await {
        Ok(applied) => applied,
        // There is no such table yet.
        Err(StoreError::Statement { .. }) => Vec::new(),
        Err(error) => return Err(error),
    };
    Ok(MIGRATIONS.len() - check(&applied, MIGRATIONS)?)
}

const APPLIED: &str = "SELECT name, sha256 FROM migrations WHERE tenant = '' ORDER BY name";

async fn applied(engine: &Engine) -> Result<Vec<(String, String)>, StoreError> {
    let rows = engine
        .rows("reading the schema", APPLIED, Vec::new())
        .await?;
    rows.iter()
        .map(|row| Ok((row.text(0)?, row.text(1)?)))
        .collect()
}

async fn apply(
    transaction: &mut Transaction,
    migration: &Migration,
    now: Timestamp,
) -> Result<(), StoreError> {
    for statement in statements(migration.sql) {
        transaction.execute(statement, &[]).await?;
    }
    transaction
        .execute(
            "INSERT INTO migrations (tenant, name, sha256, applied_at) VALUES ('', $1, $2, $3)",
            &[
                migration.name.into(),
                migration.sha256().into(),
                now.as_millisecond().into(),
            ],
        )
        .await
        .map(drop)
}

fn statements(sql: &'static str) -> impl Iterator<Item = &'static str> {
    let meaningful = |part: &&str| {
        part.lines()
            .any(|line| !line.trim().is_empty() && !line.starts_with("--"))
    };
    sql.split(";\n").map(str::trim).filter(meaningful)
}

/// How many of `migrations` the database has, once it is sure that it has no others.
fn check(applied: &[(String, String)], migrations: &[Migration]) -> Result<usize, StoreError> {
    for (index, (name, sha256)) in applied.iter().enumerate() {
        match migrations.get(index) {
            Some(migration) if migration.name == name && migration.sha256() == *sha256 => {}
            Some(migration) if migration.name == name => {
                return Err(StoreError::Schema(format!(
                    "the database has another `{name}` than this program; use the program that made it, or restore a backup"
                )));
            }
            _ => {
                return Err(StoreError::Schema(format!(
                    "the database has `{name}`, which this program does not know; use a later program"
                )));
            }
        }
    }
    Ok(applied.len())
}

#[cfg(test)]
#[path = "migrate_tests.rs"]
mod tests;
