//! Trouble at a source during an erasure: it is told for what it is, nothing is half done, the request stays open, and once
//! the trouble is over the request goes on to its end.

use std::time::Duration;

use abide_rights::{Mapped, Progress};
use abide_sources::{Access, SourceOptions};
use abide_store::RequestState;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use crate::place::Engine;
use crate::shop::{MAP, Shop, known, mapped, mapped_with};

/// Somebody else who holds a lock on Ann's row until told otherwise.
enum Holder {
    Postgres(sqlx::PgConnection),
    Mariadb(sqlx::MySqlConnection),
    Sqlite(sqlx::SqliteConnection),
}

impl Holder {
    async fn new(shop: &Shop) -> Self {
        let url = &shop.database.url;
        let update = "UPDATE users SET name = 'held' WHERE id = 1";
        match shop.database.engine {
            Engine::Postgres => {
                let mut it = sqlx::PgConnection::connect(url).await.unwrap();
                it.execute("BEGIN").await.unwrap();
                it.execute(update).await.unwrap();
                Self::Postgres(it)
            }
            Engine::Mariadb => {
                let mut it = sqlx::MySqlConnection::connect(url).await.unwrap();
                it.execute("BEGIN").await.unwrap();
                it.execute(update).await.unwrap();
                Self::Mariadb(it)
            }
            Engine::Sqlite => {
                let mut it = sqlx::SqliteConnection::connect(url).await.unwrap();
                it.execute("BEGIN IMMEDIATE").await.unwrap();
                it.execute(update).await.unwrap();
                Self::Sqlite(it)
            }
        }
    }

    async fn let_go(self) {
        match self {
            Self::Postgres(mut it) => drop(it.execute("ROLLBACK").await.unwrap()),
            Self::Mariadb(mut it) => drop(it.execute("ROLLBACK").await.unwrap()),
            Self::Sqlite(mut it) => drop(it.execute("ROLLBACK").await.unwrap()),
        }
    }
}

/// One source is stuck and why, with the request open and nothing of a person in the words.
async fn stuck(shop: &Shop, progress: &Progress) -> String {
    assert!(progress.certified.is_none());
    let open = shop
        .store
        .requests(RequestState::Open, None, 10)
        .await
        .unwrap();
    assert_eq!(open.len(), 1);
    let [(source, why)] = progress.stuck.as_slice() else {
        panic!("{:?}", progress.stuck);
    };
    assert!(why.contains(source.as_str()), "{why}");
    assert!(!why.contains("ann@") && !why.contains("Ann"), "{why}");
    why.clone()
}

async fn goes_on(shop: &Shop, sources: &[Mapped], progress: &Progress) {
    let progress = shop
        .eraser_over(sources, 9)
        .advance(progress.request)
        .await
        .unwrap();
    assert!(progress.certified.is_some(), "{:?}", progress.stuck);
    let left = shop.dump().await;
    assert!(!left["users"].iter().any(|row| row.contains("ann@")));
    assert!(!left["orders"].iter().any(|row| row.contains("|1|")));
}

on_all! {
    async fn a_lock_that_is_held_for_too_long(shop: Shop) {
        let mut options = SourceOptions::new("shop");
        options.lock_timeout = Duration::from_millis(300);
        let sources = [mapped_with(&shop.database.url, options, MAP).await];
        let before = shop.dump().await;
        let holder = Holder::new(&shop).await;
        let eraser = shop.eraser_over(&sources, 1);
        let person = known("email", "ann@example.org");
        let progress = eraser.erase(&person, &["shop".into()], &[]).await.unwrap();
        let why = stuck(&shop, &progress).await;
        assert!(why.contains("lock"), "{why}");
        holder.let_go().await;
        assert_eq!(shop.dump().await, before);
        goes_on(&shop, &sources, &progress).await;
    }

    async fn a_source_that_is_not_there_holds_up_only_itself(shop: Shop) {
        let person = known("email", "ann@example.org");
        let names = ["shop".to_owned(), "gone".to_owned()];
        let progress = shop.eraser(1).erase(&person, &names, &[]).await.unwrap();
        let why = stuck(&shop, &progress).await;
        assert!(why.contains("`gone` cannot be used"), "{why}");
        let left = shop.dump().await;
        assert!(!left["users"].iter().any(|row| row.contains("ann@")), "the other source is done");
        let options = SourceOptions::new("gone");
        let sources = [
            mapped(&shop.database.url, Access::Change).await,
            mapped_with(&shop.database.url, options, MAP).await,
        ];
        goes_on(&shop, &sources, &progress).await;
    }

    async fn a_source_that_cannot_say_whom_a_hold_names_holds_up_all(shop: Shop) {
        // Only the one that is not there may know that this account has that address.
        shop.hold("case-7", "account", "3").await;
        let before = shop.dump().await;
        let person = known("email", "ann@example.org");
        let names = ["shop".to_owned(), "gone".to_owned()];
        let progress = shop.eraser(1).erase(&person, &names, &[]).await.unwrap();
        let why = stuck(&shop, &progress).await;
        assert!(why.contains("legal hold") && why.contains("`gone` cannot be used"), "{why}");
        assert_eq!(shop.dump().await, before, "nothing is erased anywhere");
        let options = SourceOptions::new("gone");
        let sources = [
            mapped(&shop.database.url, Access::Change).await,
            mapped_with(&shop.database.url, options, MAP).await,
        ];
        goes_on(&shop, &sources, &progress).await;
    }
}

/// An account that may read everything and change nothing, until it is granted more.
async fn missing_permission(shop: Shop) {
    let database = shop.database.url.rsplit_once('/').unwrap().1.to_owned();
    let account = format!("{database}_reader");
    let (create, all, grant) = match shop.database.engine {
        Engine::Postgres => (
            format!("CREATE ROLE {account} LOGIN PASSWORD 'quince'"),
            format!("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {account}"),
            format!("GRANT UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {account}"),
        ),
        _ => (
            format!("CREATE USER {account} IDENTIFIED BY 'quince'"),
            format!("GRANT SELECT ON {database}.* TO {account}"),
            format!("GRANT UPDATE, DELETE ON {database}.* TO {account}"),
        ),
    };
    shop.database.run(&create).await;
    shop.database.run(&all).await;
    let (scheme, rest) = shop.database.url.split_once("://").unwrap();
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let url = format!("{scheme}://{account}:quince@{host}");
    let sources = [mapped(&url, Access::Change).await];
    let before = shop.dump().await;
    let eraser = shop.eraser_over(&sources, 1);
    let person = known("email", "ann@example.org");
    let progress = eraser.erase(&person, &["shop".into()], &[]).await.unwrap();
    let why = stuck(&shop, &progress).await;
    assert!(why.contains("abide map grants"), "{why}");
    assert_eq!(shop.dump().await, before);
    shop.database.run(&grant).await;
    goes_on(&shop, &sources, &progress).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_permission_postgres() {
    missing_permission(Shop::open(Engine::Postgres, "missing").await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_permission_mariadb() {
    missing_permission(Shop::open(Engine::Mariadb, "missing").await).await;
}

/// Cuts the connection that waits for a lock; whether there was one.
async fn cut(shop: &Shop) -> bool {
    let url = &shop.database.url;
    if shop.database.engine == Engine::Postgres {
        let mut it = sqlx::PgConnection::connect(url).await.unwrap();
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        return !sqlx::query(sql)
            .fetch_all(&mut it)
            .await
            .unwrap()
            .is_empty();
    }
    let mut it = sqlx::MySqlConnection::connect(url).await.unwrap();
    // The server's list of locks is not written anew while it is asked for again and again.
    let sql = "SELECT id FROM information_schema.processlist WHERE db = database() AND id <> connection_id() AND command IN ('Query', 'Execute') AND time_ms > 300";
    let rows = sqlx::query_scalar::<_, i64>(sql)
        .fetch_all(&mut it)
        .await
        .unwrap();
    for id in &rows {
        sqlx::raw_sql(AssertSqlSafe(format!("KILL {id}")))
            .execute(&mut it)
            .await
            .unwrap();
    }
    !rows.is_empty()
}

async fn lost_connection(shop: Shop) {
    let sources = [mapped(&shop.database.url, Access::Change).await];
    let before = shop.dump().await;
    let holder = Holder::new(&shop).await;
    let eraser = shop.eraser_over(&sources, 1);
    let person = known("email", "ann@example.org");
    let names = ["shop".to_owned()];
    let cutting = async {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
        while !cut(&shop).await {
            assert!(tokio::time::Instant::now() < deadline, "nobody waits");
            tokio::task::yield_now().await;
        }
    };
    let (progress, ()) = tokio::join!(eraser.erase(&person, &names, &[]), cutting);
    let progress = progress.unwrap();
    let why = stuck(&shop, &progress).await;
    assert!(why.contains("connection was lost"), "{why}");
    holder.let_go().await;
    assert_eq!(shop.dump().await, before, "nothing is half done");
    goes_on(&shop, &sources, &progress).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_connection_postgres() {
    lost_connection(Shop::open(Engine::Postgres, "lost").await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_connection_mariadb() {
    lost_connection(Shop::open(Engine::Mariadb, "lost").await).await;
}

/// A server that takes nobody in between two steps.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_lets_nobody_in_postgres() {
    let shop = Shop::open(Engine::Postgres, "closed").await;
    let (start, database) = shop.database.url.rsplit_once('/').unwrap();
    let sources = [mapped(&shop.database.url, Access::Change).await];
    let mut it = sqlx::PgConnection::connect(&format!("{start}/postgres"))
        .await
        .unwrap();
    let mut ask = async |sql: String| {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql));
        sql.execute(&mut it).await.map(drop).unwrap();
    };
    ask(format!("ALTER DATABASE {database} ALLOW_CONNECTIONS false")).await;
    ask(format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"
    ))
    .await;
    let eraser = shop.eraser_over(&sources, 1);
    let person = known("email", "ann@example.org");
    let progress = eraser.erase(&person, &["shop".into()], &[]).await.unwrap();
    stuck(&shop, &progress).await;
    ask(format!("ALTER DATABASE {database} ALLOW_CONNECTIONS true")).await;
    goes_on(&shop, &sources, &progress).await;
}
