//! From an address to a pool of connections, with TLS, limits and reading only as the options say. Connects to nothing yet.

use std::path::Path;
use std::str::FromStr as _;
use std::time::Duration;

use abide_map::schema::Dialect;
use sqlx::ConnectOptions as _;
use sqlx::mysql::{MySqlConnectOptions, MySqlPoolOptions, MySqlSslMode};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

use crate::address::{Access, Address, SourceOptions};
use crate::error::{SourceError, Trouble};
use crate::link::Pool;

/// How many statements a connection keeps prepared: about what a map of a hundred tables needs.
const PREPARED: usize = 256;

/// How long a connection that nobody uses stays open. Other people's servers have better use for it.
const IDLE: Duration = Duration::from_secs(60);

/// A pool for an address.
pub(crate) fn pool(address: &Address, options: &SourceOptions) -> Result<Pool, SourceError> {
    let made = match address.dialect {
        Dialect::Postgresql => postgres(address, options),
        Dialect::Mariadb => mariadb(address, options),
        Dialect::Sqlite => sqlite(address, options),
    };
    made.map_err(|why| SourceError::new(&options.name, "opening it", Trouble::Address(why)))
}

fn postgres(address: &Address, options: &SourceOptions) -> Result<Pool, String> {
    let mut connect = PgConnectOptions::from_str(&address.text)
        .map_err(|_| "write `postgres://NAME@HOST:PORT/DATABASE`".to_owned())?
        .application_name("abide")
        .extra_float_digits(None)
        .statement_cache_capacity(PREPARED)
        .disable_statement_logging();
    if let Some(password) = options.password.as_ref().or(address.password.as_ref()) {
        connect = connect.password(password.reveal());
    }
    if let Some(ca) = &options.ca {
        readable(ca)?;
        connect = connect.ssl_root_cert(ca);
        if !matches!(connect.get_ssl_mode(), PgSslMode::VerifyCa) {
            connect = connect.ssl_mode(PgSslMode::VerifyFull);
        }
    }
    let mut pool = PgPoolOptions::new()
        .max_connections(options.connections.max(1))
        .acquire_timeout(options.connect_timeout)
        .idle_timeout(IDLE);
    if options.access == Access::Read {
        // Set here rather than when connecting, because poolers between us and the server refuse such options.
        pool = pool.after_connect(|connection, _| {
            Box::pin(async move {
                sqlx::raw_sql("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
                    .execute(connection)
                    .await
                    .map(drop)
            })
        });
    }
    Ok(Pool::Postgres(pool.connect_lazy_with(connect)))
}

fn mariadb(address: &Address, options: &SourceOptions) -> Result<Pool, String> {
    let mut connect = MySqlConnectOptions::from_str(&address.text)
        .map_err(|_| "write `mysql://NAME@HOST:PORT/DATABASE`".to_owned())?
        // The server's own modes hold; statements are written so that they do not depend on them.
        .pipes_as_concat(false)
        .no_engine_substitution(false)
        .statement_cache_capacity(PREPARED)
        .disable_statement_logging();
    if connect.get_database().is_none() {
        return Err("it names no database; write `mysql://NAME@HOST:PORT/DATABASE`".to_owned());
    }
    if let Some(password) = options.password.as_ref().or(address.password.as_ref()) {
        connect = connect.password(password.reveal());
    }
    if let Some(ca) = &options.ca {
        readable(ca)?;
        connect = connect.ssl_ca(ca);
        if !matches!(connect.get_ssl_mode(), MySqlSslMode::VerifyCa) {
            connect = connect.ssl_mode(MySqlSslMode::VerifyIdentity);
        }
    }
    let mut pool = MySqlPoolOptions::new()
        .max_connections(options.connections.max(1))
        .acquire_timeout(options.connect_timeout)
        .idle_timeout(IDLE);
    if options.access == Access::Read {
        pool = pool.after_connect(|connection, _| {
            Box::pin(async move {
                sqlx::raw_sql("SET SESSION TRANSACTION READ ONLY")
                    .execute(connection)
                    .await
                    .map(drop)
            })
        });
    }
    Ok(Pool::Mariadb(pool.connect_lazy_with(connect)))
}

fn sqlite(address: &Address, options: &SourceOptions) -> Result<Pool, String> {
    let path = address
        .text
        .strip_prefix("sqlite:")
        .unwrap_or(&address.text);
    let path = path.strip_prefix("//").unwrap_or(path);
    if path == ":memory:" || path.is_empty() {
        return Err("write `sqlite:PATH` with the path of a file".to_owned());
    }
    let mut connect = SqliteConnectOptions::new()
        .filename(Path::new(path))
        .create_if_missing(false)
        .foreign_keys(true)
        .busy_timeout(options.lock_timeout)
        .statement_cache_capacity(PREPARED)
        .disable_statement_logging();
    if options.access == Access::Read {
        connect = connect.read_only(true).pragma("query_only", "on");
    }
    let pool = SqlitePoolOptions::new()
        .max_connections(options.connections.max(1))
        .acquire_timeout(options.connect_timeout)
        .idle_timeout(IDLE);
    Ok(Pool::Sqlite(pool.connect_lazy_with(connect)))
}

fn readable(ca: &Path) -> Result<(), String> {
    match std::fs::metadata(ca) {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("`{}` cannot be read: {error}", ca.display())),
    }
}
