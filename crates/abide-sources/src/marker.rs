//! The table in a source that remembers which intents were carried out. A marker of work is never written outside the
//! transaction it tells of.

use std::sync::atomic::Ordering;

use abide_map::schema::Dialect;
use abide_map::statement::{Statement, Value};

use crate::database::Database;
use crate::error::{SourceError, Trouble};
use crate::source::Source as _;
use crate::work::{MARKER_TABLE, Marker, Work};
use crate::{running, trouble};

/// What stands in the place of a time where an intent was closed off before it was carried out.
const VOID: &str = "void";

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
    insert_at(
        dialect,
        intent,
        match dialect {
            Dialect::Postgresql => "CAST(now() AS TEXT)",
            Dialect::Mariadb => "CAST(UTC_TIMESTAMP() AS CHAR)",
            Dialect::Sqlite => "CURRENT_TIMESTAMP",
        },
    )
}

fn insert_at(dialect: Dialect, intent: &str, at: &str) -> Statement {
    let place = place(dialect);
    Statement {
        sql: format!("INSERT INTO {MARKER_TABLE} (intent, at) VALUES ({place}, {at})"),
        values: vec![Value::text(intent)],
    }
}

fn select(dialect: Dialect, intent: &str) -> Statement {
    let place = place(dialect);
    Statement {
        sql: format!("SELECT at FROM {MARKER_TABLE} WHERE intent = {place}"),
        values: vec![Value::text(intent)],
    }
}

/// Where the one value of a statement stands.
fn place(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgresql => "$1",
        Dialect::Mariadb | Dialect::Sqlite => "?",
    }
}

/// Whether markers can be written here; makes the table where that is allowed.
pub(crate) async fn is_granted(database: &Database) -> Result<bool, SourceError> {
    if database.is_marking.load(Ordering::Relaxed) {
        return Ok(true);
    }
    let mut link = database.link().await?;
    let look = select(database.dialect(), "");
    let doing = "looking for markers";
    let is_granted = match link.rows(&look).await {
        Ok(_) => true,
        Err(error) if is_missing(&error) => match link.raw(create(database.dialect())).await {
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
    let rows = link.rows(&select(database.dialect(), intent)).await;
    match rows {
        Ok(rows) => {
            link.release();
            let at = rows.into_iter().flatten().next().and_then(|value| value.0);
            let at = at.filter(|at| at != VOID);
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

/// Closes an intent off, unless it was carried out: its marker is written here, by a transaction that does nothing else, so
/// that no other can write it any more.
pub(crate) async fn fence(database: &Database, intent: &str) -> Result<Marker, SourceError> {
    // Without the table, whoever is at work may be about to make it.
    if !is_granted(database).await? {
        return Ok(Marker::Untold);
    }
    let told = read(database, intent).await?;
    if told != Marker::Absent {
        return Ok(told);
    }
    let void = insert_at(database.dialect(), intent, &format!("'{VOID}'"));
    let work = Work {
        opening: vec![void],
        ..Work::default()
    };
    // Whoever is about to commit the intent holds the key of its marker, and this waits for them.
    match running::run(database, &work).await {
        Ok(_) => Ok(Marker::Absent),
        Err(error) if matches!(error.trouble, Trouble::ConstraintViolated(_)) => {
            read(database, intent).await
        }
        Err(error) => Err(error),
    }
}

/// Whether the table is not there or not ours to use.
fn is_missing(error: &sqlx::Error) -> bool {
    matches!(
        trouble::of("", "", error).trouble,
        Trouble::Stale(_) | Trouble::Refused(_) | Trouble::ReadOnly
    )
}
