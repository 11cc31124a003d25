//! What an error of a driver means, by its code. Takes names out of messages and nothing else: a server's own words may
//! repeat values.

use sqlx::error::DatabaseError;
use sqlx::mysql::MySqlDatabaseError;
use sqlx::postgres::PgDatabaseError;
use sqlx::sqlite::SqliteError;

use crate::error::{SourceError, Trouble};

/// An error of a driver, sorted by what to do about it.
pub(crate) fn of(source: &str, doing: &str, error: &sqlx::Error) -> SourceError {
    let mut found = SourceError::new(source, doing, Trouble::Other);
    found.trouble = match error {
        sqlx::Error::Database(error) => {
            found.code = code(&**error);
            database(&**error)
        }
        sqlx::Error::Configuration(error) => Trouble::Address(error.to_string()),
        sqlx::Error::Tls(error) => Trouble::Unreachable(format!("TLS: {error}")),
        sqlx::Error::PoolTimedOut => Trouble::Timeout,
        sqlx::Error::Io(_) | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => Trouble::Gone,
        _ => Trouble::Other,
    };
    found
}

/// The same, for an error that came while connecting.
pub(crate) fn of_connecting(
    source: &str,
    seconds: u64,
    has_connections: bool,
    error: &sqlx::Error,
) -> SourceError {
    let mut found = of(source, "connecting", error);
    found.trouble = match (error, found.trouble) {
        (sqlx::Error::Io(error), _) => Trouble::Unreachable(error.to_string()),
        // The pool tries again for as long as a server refuses, and then says only that it took too long.
        (sqlx::Error::PoolTimedOut, _) if !has_connections => Trouble::Unreachable(format!(
            "no answer within {seconds} s; is a server listening at that address?"
        )),
        (_, Trouble::Gone) => Trouble::Unreachable("the server ended the connection".to_owned()),
        (_, Trouble::Refused(_) | Trouble::Stale(_)) => Trouble::SignIn,
        (_, Trouble::Other) => {
            Trouble::Unreachable("the server does not let anybody in".to_owned())
        }
        (_, trouble) => trouble,
    };
    found
}

/// The most telling code: MariaDB's numbers say more than its SQLSTATE.
fn code(error: &dyn DatabaseError) -> Option<String> {
    match error.try_downcast_ref::<MySqlDatabaseError>() {
        Some(error) => Some(error.number().to_string()),
        None => error.code().map(|code| code.into_owned()),
    }
}

fn database(error: &dyn DatabaseError) -> Trouble {
    if let Some(error) = error.try_downcast_ref::<PgDatabaseError>() {
        return postgres(error);
    }
    if let Some(error) = error.try_downcast_ref::<MySqlDatabaseError>() {
        return mariadb(error.number(), error.message());
    }
    if error.try_downcast_ref::<SqliteError>().is_some() {
        let code = error.code().and_then(|code| code.parse().ok());
        return sqlite(code.unwrap_or_default(), error.message());
    }
    Trouble::Other
}

/// How PostgreSQL begins to say that a policy would leave rows out; the rest names the table.
const HIDES_ROWS: &str = "query would be affected by row-level security policy for table ";

/// By SQLSTATE, appendix A of PostgreSQL's manual. What a trigger raised in words of its own may have values of a row in
/// them: nothing of that is taken.
fn postgres(error: &PgDatabaseError) -> Trouble {
    let trouble = postgres_named(error);
    match trouble {
        Trouble::Refused(_) if is_raised(error) => Trouble::Refused(None),
        Trouble::HiddenRows(_) if is_raised(error) => Trouble::HiddenRows(None),
        Trouble::Stale(_) if is_raised(error) => Trouble::Stale(None),
        Trouble::ConstraintViolated(_) if is_raised(error) => Trouble::ConstraintViolated(None),
        trouble => trouble,
    }
}

/// Whether a function wrote the error, by the routine of the server that it came from.
fn is_raised(error: &PgDatabaseError) -> bool {
    let raising = ["exec_stmt_raise", "PLy_", "plperl_", "pltcl_"];
    let routine = error.routine().unwrap_or_default();
    raising.iter().any(|start| routine.starts_with(start))
}

fn postgres_named(error: &PgDatabaseError) -> Trouble {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    match error.code() {
        "42501" if error.message().starts_with(HIDES_ROWS) => {
            Trouble::HiddenRows(quoted(error.message(), '"'))
        }
        "42501" => Trouble::Refused(owned(
            error.message().strip_prefix("permission denied for "),
        )),
        "25006" => Trouble::ReadOnly,
        "55P03" => Trouble::LockTimeout,
        "57014" => Trouble::Timeout,
        "40001" | "40P01" => Trouble::Conflict,
        "53100" => Trouble::DiskFull,
        "53300" => Trouble::Unreachable("the server has no connection to spare".to_owned()),
        "57P03" => Trouble::Unreachable("the server is starting up or shutting down".to_owned()),
        "42P01" | "42703" | "42883" | "42804" | "3F000" | "428C9" | "0A000" => {
            Trouble::Stale(quoted(error.message(), '"'))
        }
        "3D000" => Trouble::NoDatabase,
        code => match code.get(..2) {
            Some("23") => Trouble::ConstraintViolated(owned(
                error.constraint().or(error.column()).or(error.table()),
            )),
            Some("22") => Trouble::WrongValue,
            Some("28") => Trouble::SignIn,
            Some("08" | "57") => Trouble::Gone,
            _ => Trouble::Other,
        },
    }
}

/// By number, as MariaDB's and MySQL's manuals list them.
fn mariadb(number: u16, message: &str) -> Trouble {
    match number {
        1045 | 1130 | 1698 | 1862 => Trouble::SignIn,
        1049 => Trouble::NoDatabase,
        1044 | 1142 | 1143 | 1227 | 1370 | 1410 => Trouble::Refused(after(message, "for table ")),
        1290 | 1792 | 1836 => Trouble::ReadOnly,
        1205 | 3572 => Trouble::LockTimeout,
        1317 | 1969 | 3024 => Trouble::Timeout,
        1020 | 1213 => Trouble::Conflict,
        1451 | 1452 | 1216 | 1217 => Trouble::ConstraintViolated(after(message, "CONSTRAINT ")),
        1062 | 1586 => Trouble::ConstraintViolated(after(message, "for key ")),
        1048 | 1364 | 3819 | 4025 => {
            Trouble::ConstraintViolated(quoted(message, '\'').or_else(|| quoted(message, '`')))
        }
        1021 | 1114 => Trouble::DiskFull,
        1030 | 3 if message.contains("28") => Trouble::DiskFull,
        1040 | 1203 | 1226 => {
            Trouble::Unreachable("the server has no connection to spare".to_owned())
        }
        1054 | 1146 | 1305 | 1906 | 3105 => Trouble::Stale(quoted(message, '\'')),
        1264 | 1265 | 1292 | 1366 | 1406 | 1411 | 1525 => Trouble::WrongValue,
        1053 | 1152 | 1158..=1161 | 1927 | 2006 | 2013 | 4031 => Trouble::Gone,
        _ => Trouble::Other,
    }
}

/// By result code, the low byte of which is the kind.
fn sqlite(code: u32, message: &str) -> Trouble {
    /// A trigger raised an error in words of its own.
    const RAISED: u32 = 1811;
    match code & 0xff {
        5 | 6 => Trouble::LockTimeout,
        8 => Trouble::ReadOnly,
        9 => Trouble::Timeout,
        13 => Trouble::DiskFull,
        3 | 23 => Trouble::Refused(None),
        10 | 11 | 14 | 26 => {
            Trouble::Unreachable("the file cannot be read as a SQLite database".to_owned())
        }
        19 if code == RAISED => Trouble::ConstraintViolated(None),
        19 => Trouble::ConstraintViolated(after(message, "constraint failed: ").or_else(|| {
            message
                .strip_suffix(" constraint failed")
                .map(str::to_owned)
        })),
        20 | 25 => Trouble::WrongValue,
        1 => match message.split_once(": ") {
            Some((before, name)) if before.starts_with("no such") => {
                Trouble::Stale(Some(name.to_owned()))
            }
            _ => Trouble::Other,
        },
        _ => Trouble::Other,
    }
}

/// The first name in quotes.
fn quoted(message: &str, quote: char) -> Option<String> {
    message.split(quote).nth(1).map(str::to_owned)
}

/// The name after the last of some words, up to the next blank, without its quotes.
fn after(message: &str, words: &str) -> Option<String> {
    let (_, rest) = message.rsplit_once(words)?;
    let name = rest.split(' ').next().unwrap_or(rest);
    let name: String = name
        .chars()
        .filter(|sign| !"`'\"".contains(*sign))
        .collect();
    (!name.is_empty()).then_some(name)
}
