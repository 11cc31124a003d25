//! Erasures taken back after the world went on: keys that were given out again, addresses that somebody took, rows that nobody can
//! tell apart, people who asked twice. Whoever is there by then gets nothing that was somebody else's.

use abide_map::schema::Dialect;
use abide_map::statement::Statement;
use abide_rights::{Eraser, Mapped, undo};
use abide_sources::SourceOptions;
use abide_store::{EntryId, RequestState};
use futures_util::TryStreamExt as _;

use crate::kill::{dump_of, role_of};
use crate::place::Engine;
use crate::shop::{Shop, at, known, mapped_with, undoable};

/// A table without a key, with rows that are equal.
const VISITS: &str = "CREATE TABLE visits (user_id INTEGER NOT NULL, page VARCHAR(40)); INSERT INTO visits VALUES (1, '/a'), (1, '/a'), (1, '/b'), (2, '/a');";

fn with_table(table: &str) -> String {
    let map = undoable();
    let (tables, _) = map.trim_end().rsplit_once('}').unwrap();
    format!("{tables} {table} }}\n")
}

async fn sources_with(shop: &Shop, map: &str) -> [Mapped; 1] {
    [mapped_with(&shop.database.url, SourceOptions::new("shop"), map).await]
}

async fn erase(eraser: &Eraser<'_>) -> (EntryId, String) {
    let person = known("email", "ann@example.org");
    let progress = eraser.erase(&person, &["shop".into()], &[]).await.unwrap();
    assert!(progress.stuck.is_empty(), "{:?}", progress.stuck);
    (progress.request, progress.certified.unwrap().1.text())
}

on_all! {
    async fn whoever_has_the_key_by_then_is_given_nothing(shop: Shop) {
        shop.database.run(VISITS).await;
        let before = dump_of(&shop).await;
        let map = with_table("table visits { owned-by user_id to=users; erase delete }");
        let sources = sources_with(&shop, &map).await;
        let (request, _) = erase(&shop.eraser_over(&sources, 1)).await;
        shop.database.run("INSERT INTO users VALUES (1, 'eve@example.org', 'Eve', NULL, NULL)").await;
        let left = dump_of(&shop).await;
        let undone = undo(&shop.eraser_over(&sources, 2), request).await.unwrap();
        assert!(undone.open_until.is_some());
        let now = dump_of(&shop).await;
        for table in ["users", "orders", "order_items", "sessions", "visits", "messages"] {
            assert_eq!(now[table], left[table], "{table}");
        }
        // What leads to nobody is hers again all the same.
        assert!(now["reviews"].iter().any(|row| row.contains("ann@example.org")));
        assert!(now["invoices"].iter().all(|row| !row.contains("|1|")), "{:?}", now["invoices"]);
        shop.database.run("DELETE FROM users WHERE email = 'eve@example.org'").await;
        let undone = undo(&shop.eraser_over(&sources, 3), request).await.unwrap();
        assert_eq!(undone.open_until, None, "{:?}", undone.tables);
        assert_eq!(dump_of(&shop).await, before);
    }

    async fn an_address_that_was_taken_holds_up_only_what_needs_it(shop: Shop) {
        let before = dump_of(&shop).await;
        let sources = sources_with(&shop, &undoable()).await;
        let (request, _) = erase(&shop.eraser_over(&sources, 1)).await;
        shop.database.run("INSERT INTO users VALUES (8, 'ann@example.org', 'Ann', NULL, NULL)").await;
        let undone = undo(&shop.eraser_over(&sources, 2), request).await.unwrap();
        let refused = |table: &str| {
            let mut tables = undone.tables.iter();
            tables.find(|found| found.table == table).map(|found| found.refused)
        };
        assert_eq!(refused("users"), Some(2), "Ann, and that Bo reports to her");
        assert_eq!(refused("reviews"), Some(0));
        shop.database.run("DELETE FROM users WHERE id = 8").await;
        let undone = undo(&shop.eraser_over(&sources, 3), request).await.unwrap();
        assert_eq!(undone.open_until, None, "{:?}", undone.tables);
        assert_eq!(dump_of(&shop).await, before);
    }

    async fn rows_without_a_key_return_once_however_often_it_is_tried(shop: Shop) {
        shop.database.run(VISITS).await;
        let before = dump_of(&shop).await;
        let map = with_table("table visits { owned-by user_id to=users; erase delete }");
        let sources = sources_with(&shop, &map).await;
        let (request, _) = erase(&shop.eraser_over(&sources, 1)).await;
        shop.database.run("INSERT INTO sessions VALUES ('t1', 2, '2026-07-01 00:00:00')").await;
        for second in 2..4 {
            let undone = undo(&shop.eraser_over(&sources, second), request).await.unwrap();
            assert!(undone.open_until.is_some());
            assert_eq!(dump_of(&shop).await["visits"], before["visits"]);
        }
        // What is back may change before the rest is.
        shop.database.run("DELETE FROM sessions WHERE token = 't1'; UPDATE users SET name = 'Anna' WHERE id = 1").await;
        let undone = undo(&shop.eraser_over(&sources, 4), request).await.unwrap();
        assert_eq!(undone.open_until, None, "{:?}", undone.tables);
        shop.database.run("UPDATE users SET name = 'Ann' WHERE id = 1").await;
        assert_eq!(dump_of(&shop).await, before);
    }

    async fn an_undo_that_is_killed_is_gone_on_with(shop: Shop) {
        let engine = shop.database.engine;
        drop(shop);
        for statement in (0..60).step_by(7) {
            let shop = Shop::open(engine, "undo_killed").await;
            let before = dump_of(&shop).await;
            let sources = sources_with(&shop, &undoable()).await;
            let (request, _) = erase(&shop.eraser_over(&sources, 1)).await;
            let mut command = role_of(&shop, "undo");
            command.env("ABIDE_ROLE_UNDO", "yes").env("ABIDE_ROLE_STATEMENT", statement.to_string());
            command.output().unwrap();
            if shop.store.capsules(request).await.unwrap().iter().any(|it| it.is_open_to(at(4))) {
                let undone = undo(&shop.eraser_over(&sources, 4), request).await.unwrap();
                assert_eq!(undone.open_until, None, "{statement}: {:?}", undone.tables);
            }
            assert_eq!(dump_of(&shop).await, before, "{statement}");
        }
    }

    async fn an_erasure_that_was_cut_short_is_taken_back_or_never_was(shop: Shop) {
        let engine = shop.database.engine;
        drop(shop);
        for point in 0..crate::kill::POINTS {
            let shop = Shop::open(engine, "cut_undone").await;
            let before = dump_of(&shop).await;
            let mut command = role_of(&shop, "erase");
            command.env("ABIDE_ROLE_UNDO", "yes").env("ABIDE_ROLE_POINT", point.to_string());
            command.output().unwrap();
            let mut requests = Vec::new();
            for state in [RequestState::Open, RequestState::Checked] {
                requests.extend(shop.store.requests(state, None, 10).await.unwrap());
            }
            let Some(request) = requests.first() else { continue };
            let sources = sources_with(&shop, &undoable()).await;
            match undo(&shop.eraser_over(&sources, 9), request.id).await {
                Ok(undone) => assert_eq!(undone.open_until, None, "{point}: {:?}", undone.tables),
                Err(error) => assert!(error.to_string().contains("cannot be undone"), "{point}: {error}"),
            }
            assert_eq!(dump_of(&shop).await, before, "{point}");
        }
    }

    async fn who_asked_again_does_not_come_back_with_the_first_request(shop: Shop) {
        let sources = sources_with(&shop, &undoable()).await;
        let (first, _) = erase(&shop.eraser_over(&sources, 1)).await;
        let left = dump_of(&shop).await;
        let (_, text) = erase(&shop.eraser_over(&sources, 2)).await;
        assert!(text.contains("recoverable until"), "the first is not over: {text}");
        let undone = undo(&shop.eraser_over(&sources, 3), first).await.unwrap();
        assert!(undone.open_until.is_some());
        assert_eq!(dump_of(&shop).await, left);
    }

    async fn a_source_that_is_away_holds_up_nothing_and_loses_nothing(shop: Shop) {
        let before = dump_of(&shop).await;
        let sources = sources_with(&shop, &undoable()).await;
        let (request, _) = erase(&shop.eraser_over(&sources, 1)).await;
        let undone = undo(&shop.eraser_over(&[], 2), request).await.unwrap();
        assert_eq!(undone.stuck[0].0, "shop");
        assert!(undone.open_until.is_some() && undone.tables.is_empty());
        let stored = shop.store.request(request).await.unwrap().unwrap();
        assert_eq!(stored.state, RequestState::Checked, "nothing was begun");
        let undone = undo(&shop.eraser_over(&sources, 3), request).await.unwrap();
        assert_eq!(undone.open_until, None);
        assert_eq!(dump_of(&shop).await, before);
    }

    async fn values_return_to_the_last_digit(shop: Shop) {
        let (columns, values, exact) = match shop.database.engine {
            Engine::Sqlite => (
                "price REAL, any_sort, picture TEXT, flag BOOLEAN",
                "0.1 + 0.2, 12, x'00ff10', 'yes'",
                "quote(price) || typeof(any_sort) || any_sort || typeof(picture) || hex(picture) || typeof(flag) || flag",
            ),
            Engine::Postgres => (
                "price double precision, spot point, seen timestamptz, tags text[]",
                "0.1::float8 + 0.2::float8, point(52.370216, 4.895168), '2026-06-01 10:11:12.123456+02', '{a,\"b c\"}'",
                "price::text || spot::text || extract(epoch from seen)::text || tags::text",
            ),
            Engine::Mariadb => (
                "price DOUBLE, lat FLOAT, spot POINT, seen DATETIME(6), bits BIT(10)",
                "0.1e0 + 0.2e0, 52.370216, ST_GeomFromText('POINT(52.370216 4.895168)', 4326), '2026-06-01 10:11:12.123456', b'1000000011'",
                "CONCAT(price + 0e0, '|', lat + 0e0, '|', HEX(spot), '|', seen, '|', bits + 0)",
            ),
        };
        shop.database.run(&format!("CREATE TABLE facts (id INTEGER NOT NULL PRIMARY KEY, user_id INTEGER, {columns}); INSERT INTO facts VALUES (1, 1, {values})")).await;
        let map = with_table("table facts { owned-by user_id to=users; erase delete }");
        let sources = sources_with(&shop, &map).await;
        let exactly = async || {
            let mut snapshot = shop.source().snapshot().await.unwrap();
            let cast = if shop.source().dialect() == Dialect::Mariadb { "CHAR" } else { "TEXT" };
            let statement = Statement { sql: format!("SELECT CAST({exact} AS {cast}) FROM facts"), values: Vec::new() };
            let rows: Vec<_> = snapshot.read(&statement).try_collect().await.unwrap();
            rows.into_iter().flatten().next().and_then(|value| value.0)
        };
        let before = exactly().await.unwrap();
        let (request, _) = erase(&shop.eraser_over(&sources, 1)).await;
        assert_eq!(exactly().await, None);
        let undone = undo(&shop.eraser_over(&sources, 2), request).await.unwrap();
        assert_eq!(undone.open_until, None, "{:?}", undone.tables);
        assert_eq!(exactly().await, Some(before));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_table_without_transactions_lost_can_be_put_back() {
    let shop = Shop::open(Engine::Mariadb, "lasting").await;
    shop.database.run("ALTER TABLE sessions ENGINE=MyISAM; CREATE TRIGGER stay BEFORE DELETE ON users FOR EACH ROW SIGNAL SQLSTATE '45000'").await;
    let before = dump_of(&shop).await;
    let sources = sources_with(&shop, &undoable()).await;
    let person = known("email", "ann@example.org");
    let eraser = shop.eraser_over(&sources, 1);
    let progress = eraser.erase(&person, &["shop".into()], &[]).await.unwrap();
    assert!(
        progress.stuck[0]
            .1
            .contains("`sessions` knows no transactions"),
        "{:?}",
        progress.stuck
    );
    assert_ne!(dump_of(&shop).await, before);
    shop.database.run("DROP TRIGGER stay").await;
    let progress = shop
        .eraser_over(&sources, 2)
        .advance(progress.request)
        .await
        .unwrap();
    let (_, certificate) = progress.certified.unwrap();
    assert!(
        certificate.text().contains("nobody counted"),
        "{}",
        certificate.text()
    );
    let undone = undo(&shop.eraser_over(&sources, 3), progress.request)
        .await
        .unwrap();
    assert_eq!(undone.open_until, None, "{:?}", undone.tables);
    assert_eq!(dump_of(&shop).await, before);
}
