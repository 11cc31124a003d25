//! An empty database of one test, on any engine. Goes away with its server or folder.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use abide_map::schema::Dialect;
use abide_map::statement::{Statement, Value};
use abide_sources::{Address, Source, SourceOptions, open};
use sqlx::{AssertSqlSafe, Connection as _, MySqlConnection, PgConnection, SqliteConnection};

use crate::server;

/// An empty database.
pub(crate) struct Place {
    /// Its address, with the password of an account that may do everything.
    pub(crate) url: String,
    pub(crate) dialect: Dialect,
    folder: Option<PathBuf>,
}

impl Place {
    pub(crate) async fn postgres(test: &str) -> Self {
        let server = server::address("postgres");
        let name = database_name(test);
        let mut connection = PgConnection::connect(&server).await.unwrap();
        run_postgres(&mut connection, &format!("CREATE DATABASE {name}")).await;
        connection.close().await.unwrap();
        Self::at(Dialect::Postgresql, &server, &name)
    }

    pub(crate) async fn mariadb(test: &str) -> Self {
        let server = server::address("mariadb");
        let name = database_name(test);
        let mut connection = MySqlConnection::connect(&server).await.unwrap();
        run_mariadb(
            &mut connection,
            &format!("CREATE DATABASE {name} CHARACTER SET utf8mb4"),
        )
        .await;
        connection.close().await.unwrap();
        Self::at(Dialect::Mariadb, &server, &name)
    }

    pub(crate) async fn sqlite(test: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("abide-sources-{}", database_name(test)));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("source.db");
        std::fs::write(&path, b"").unwrap();
        Self {
            url: format!("sqlite:{}", path.display()),
            dialect: Dialect::Sqlite,
            folder: Some(folder),
        }
    }

    fn at(dialect: Dialect, server: &str, name: &str) -> Self {
        let (start, _) = server.rsplit_once('/').unwrap();
        Self {
            url: format!("{start}/{name}"),
            dialect,
            folder: None,
        }
    }

    /// The name of the database.
    pub(crate) fn name(&self) -> &str {
        self.url.rsplit('/').next().unwrap()
    }

    pub(crate) fn open(&self) -> Box<dyn Source> {
        self.open_with(|_| ())
    }

    pub(crate) fn open_with(&self, change: impl FnOnce(&mut SourceOptions)) -> Box<dyn Source> {
        let mut options = SourceOptions::new("test");
        change(&mut options);
        open(&Address::parse(&self.url).unwrap(), options).unwrap()
    }

    /// The same database by another account.
    pub(crate) fn open_as(&self, account: &str, password: &str) -> Box<dyn Source> {
        let (scheme, rest) = self.url.split_once("://").unwrap();
        let (_, host) = rest.rsplit_once('@').unwrap();
        let url = format!("{scheme}://{account}:{password}@{host}");
        open(&Address::parse(&url).unwrap(), SourceOptions::new("test")).unwrap()
    }

    /// Runs statements as the owner of the database.
    pub(crate) async fn sql(&self, sql: &str) {
        match self.dialect {
            Dialect::Postgresql => {
                let mut connection = PgConnection::connect(&self.url).await.unwrap();
                run_postgres(&mut connection, sql).await;
                connection.close().await.unwrap();
            }
            Dialect::Mariadb => {
                let mut connection = MySqlConnection::connect(&self.url).await.unwrap();
                run_mariadb(&mut connection, sql).await;
                connection.close().await.unwrap();
            }
            Dialect::Sqlite => {
                let mut connection = SqliteConnection::connect(&self.url).await.unwrap();
                sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
                    .execute(&mut connection)
                    .await
                    .unwrap();
                connection.close().await.unwrap();
            }
        }
    }

    /// What a statement with one row and one column answers.
    pub(crate) async fn text(&self, sql: &str) -> String {
        let sql = AssertSqlSafe(sql.to_owned());
        match self.dialect {
            Dialect::Postgresql => {
                let mut connection = PgConnection::connect(&self.url).await.unwrap();
                sqlx::query_scalar(sql).fetch_one(&mut connection).await
            }
            Dialect::Mariadb => {
                let mut connection = MySqlConnection::connect(&self.url).await.unwrap();
                sqlx::query_scalar(sql).fetch_one(&mut connection).await
            }
            Dialect::Sqlite => {
                let mut connection = SqliteConnection::connect(&self.url).await.unwrap();
                sqlx::query_scalar(sql).fetch_one(&mut connection).await
            }
        }
        .unwrap()
    }

    /// A statement whose places for values are written `?`.
    pub(crate) fn statement(&self, sql: &str, values: &[&str]) -> Statement {
        let mut text = String::new();
        let mut place = 0;
        for sign in sql.chars() {
            if sign == '?' && self.dialect == Dialect::Postgresql {
                place += 1;
                text.push_str(&format!("${place}"));
            } else {
                text.push(sign);
            }
        }
        Statement {
            sql: text,
            values: values.iter().map(|value| Value::text(*value)).collect(),
        }
    }

    /// How many rows a table has.
    pub(crate) async fn count(&self, table: &str) -> u64 {
        let source = self.open();
        let count = self.statement(&format!("SELECT count(*) FROM {table}"), &[]);
        source.numbers(&[count]).await.unwrap()[0]
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            drop(std::fs::remove_dir_all(folder));
        }
    }
}

async fn run_postgres(connection: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(connection)
        .await
        .unwrap();
}

async fn run_mariadb(connection: &mut MySqlConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(connection)
        .await
        .unwrap();
}

fn database_name(test: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let test = &test[..test.len().min(30)];
    format!("src_{test}_{}_{count}", std::process::id())
}
