//! The table in a source that remembers which intents were carried out. Never written outside the transaction it tells of.

use std::sync::atomic::Ordering;

use abide_map::schema::Dialect;
use abide_map::statement::{Statement, Value};

use crate::database::Database;
use crate::error::{SourceError, Trouble};
use crate::trouble;
use crate::work::{MARKER_TABLE, Marker};

/// What makes the table, in the language of the source.
pub fn create(dialect: Dialect) -> String {
    let text = match dialect {
        // MariaDB keys have a length, and the engine has to be one that takes part in transactions.
        Dialect::Mariadb => {
            return format!(
                "CREATE TABLE IF NOT EXISTS {MARKER_TABLE} (intent VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, at VARCHAR(40) NOT NULL) ENGINE=InnoDB"
            );
        }
        Dialect::Postgresql | Dialect::Sqlite => "TEXT NOT NULL",
    };
    format!("CREATE TABLE IF NOT EXISTS {MARKER_TABLE} (intent {text} PRIMARY KEY, at {text})")
}

/// Writes the marker of an intent, with the source's own clock.
pub(crate) fn insert(dialect: Dialect, intent: &str) -> Statement {
    let sql = match dialect {
        Dialect::Postgresql => {
            format!("INSERT INTO {MARKER_TABLE} (intent, at) VALUES ($1, CAST(now() AS TEXT))")
        }
        Dialect::Mariadb => {
            format!(
                "INSERT INTO {MARKER_TABLE} (intent, at) VALUES (?, CAST(UTC_TIMESTAMP() AS CHAR))"
            )
        }
        Dialect::Sqlite => {
            format!("INSERT INTO {MARKER_TABLE} (intent, at) VALUES (?, CURRENT_TIMESTAMP)")
        }
    };
    let values = vec![Value::text(intent)];
    Statement { sql, values }
}

fn select(dialect: Dialect, intent: &str) -> Statement {
    let place = if dialect == Dialect::Postgresql {
        "$1"
    } else {
        "?"
    };
    Statement {
        sql: format!("SELECT at FROM {MARKER_TABLE} WHERE intent = {place}"),
        values: vec![Value::text(intent)],
    }
}

/// Whether markers can be written here; makes the table where that is allowed.
pub(crate) async fn is_granted(database: &Database) -> Result<bool, SourceError> {
    if database.is_marking.load(Ordering::Relaxed) {
        return Ok(true);
    }
    let mut link = database.link().await?;
    let look = select(database.pool.dialect(), "");
    let doing = "looking for markers";
    let is_granted = match link.rows(&look).await {
        Ok(_) => true,
        Err(error) if is_missing(&error) => match link.raw(create(database.pool.dialect())).await {
            Ok(()) => true,
            Err(error) if is_missing(&error) => false,
            Err(error) => return Err(trouble::of(&database.options.name, doing, &error)),
        },
        Err(error) => return Err(trouble::of(&database.options.name, doing, &error)),
    };
    link.release();
    // A grant may come later, so only a good answer is remembered.
    database.is_marking.store(is_granted, Ordering::Relaxed);
    Ok(is_granted)
}

/// What the source knows of an intent.
pub(crate) async fn read(database: &Database, intent: &str) -> Result<Marker, SourceError> {
    let mut link = database.link().await?;
    let rows = link.rows(&select(database.pool.dialect(), intent)).await;
    match rows {
        Ok(rows) => {
            link.release();
            let at = rows.into_iter().flatten().next().and_then(|value| value.0);
            Ok(at.map_or(Marker::Absent, Marker::Committed))
        }
        Err(error) if is_missing(&error) => Ok(Marker::Untold),
        Err(error) => Err(trouble::of(
            &database.options.name,
            "reading a marker",
            &error,
        )),
    }
}

/// Whether the table is not there or not ours to use.
fn is_missing(error: &sqlx::Error) -> bool {
    matches!(
        trouble::of("", "", error).trouble,
        Trouble::Stale(_) | Trouble::Refused(_) | Trouble::ReadOnly
    )
}
