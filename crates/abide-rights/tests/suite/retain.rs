//! Retention sweeps.

use abide_map::plan::{Doing, Identities};
use abide_rights::{Mapped, Pace, RightsError, Swept, explain, sweep};
use abide_sources::{SourceOptions, Work};
use abide_store::Evidence;

use crate::meddle::{Between, between};
use crate::shop::{Shop, at, mapped_with};

const USERS: &str =
    "table users { subject; identity account-id id; identity email email; erase delete }";

/// The shop's source with a map that says this of it, users apart.
async fn mapped(shop: &Shop, lines: &str) -> Mapped {
    let map = format!("map shop {{\nsource shop\n{USERS}\n{lines}\n}}");
    mapped_with(&shop.database.url, SourceOptions::new("shop"), &map).await
}

/// One row at a time.
fn slowly() -> Pace<'static> {
    Pace {
        batch: 1,
        actor: "test",
        now: at(1),
    }
}

/// Sweeps one row at a time; deleted, overwritten.
async fn swept(shop: &Shop, mapped: &Mapped) -> (u64, u64) {
    let swept = sweep(&shop.store, mapped, slowly(), async || {})
        .await
        .unwrap();
    (swept.deleted, swept.overwritten)
}

const LOGS: &str = "
CREATE TABLE logs (id INTEGER NOT NULL PRIMARY KEY, user_id INTEGER NOT NULL, word VARCHAR(40), made VARCHAR(40));
CREATE TABLE log_lines (id INTEGER NOT NULL PRIMARY KEY, log_id INTEGER NOT NULL, made VARCHAR(40));
INSERT INTO logs VALUES (1, 1, 'gone', '2020-01-01'), (2, 1, 'gone', '2020-01-02'), (3, 1, 'gone', '2020-01-03'), (4, 1, 'said', '2026-11-01');
INSERT INTO log_lines VALUES (1, 1, '2026-11-01'), (2, 2, '2026-11-01'), (3, 3, '2020-01-03'), (4, 4, '2020-01-03');
";

const THREADS: &str = "
CREATE TABLE threads (id INTEGER NOT NULL PRIMARY KEY, owner INTEGER, made VARCHAR(40));
CREATE TABLE posts (id INTEGER NOT NULL PRIMARY KEY, thread_id INTEGER NOT NULL, FOREIGN KEY (thread_id) REFERENCES threads (id));
CREATE TABLE comments (id INTEGER NOT NULL PRIMARY KEY, post_id INTEGER NOT NULL, FOREIGN KEY (post_id) REFERENCES posts (id));
CREATE TABLE likes (id INTEGER NOT NULL PRIMARY KEY, comment_id INTEGER NOT NULL, FOREIGN KEY (comment_id) REFERENCES comments (id));
CREATE TABLE reports (id INTEGER NOT NULL PRIMARY KEY, reporter_id INTEGER NOT NULL, post_id INTEGER, like_id INTEGER, FOREIGN KEY (post_id) REFERENCES posts (id), FOREIGN KEY (like_id) REFERENCES likes (id));
INSERT INTO threads VALUES (1, 1, '2020-01-01'), (2, 1, '2020-01-01');
INSERT INTO posts VALUES (1, 1), (2, 2);
INSERT INTO comments VALUES (1, 1), (2, 2);
INSERT INTO likes VALUES (1, 1), (2, 2);
";

/// A map in which reports are of one of those tables; the one report is of its first row.
fn threads(of: &str) -> String {
    let column = of.trim_end_matches('s');
    format!(
        "table threads {{ owned-by owner to=users; retain \"90 days\" from=made; erase delete }}
        table posts {{ owned-by thread_id to=threads; erase delete }}
        table comments {{ owned-by post_id to=posts; erase delete }}
        table likes {{ owned-by comment_id to=comments; erase delete }}
        table reports {{ owned-by reporter_id to=users; owned-by {column}_id to={of} {{ erase delete }}; erase delete }}
        table sessions {{ owned-by user_id to=users; retain \"1 year\" from=seen_at; erase delete }}"
    )
}

on_all! {
    async fn rows_whose_time_is_over_go_in_batches(shop: Shop) {
        let before = shop.dump().await;
        let pace = Pace { batch: 1, actor: "test", now: at(1) };
        let pauses = std::sync::atomic::AtomicU64::new(0);
        let pause = async || { pauses.fetch_add(1, std::sync::atomic::Ordering::Relaxed); };
        let swept = sweep(&shop.store, &shop.mapped[0], pace, pause).await.unwrap();
        assert_eq!((swept.deleted, swept.batches), (2, 2));
        assert!(pauses.into_inner() >= 1);
        let after = shop.dump().await;
        for (table, rows) in &before {
            for row in rows {
                let is_old = table == "sessions" && row.contains("2020-01");
                assert_eq!(after[table].contains(row), !is_old, "{table}: {row}");
            }
        }
        let again = sweep(&shop.store, &shop.mapped[0], pace, async || {}).await.unwrap();
        assert_eq!(again.deleted, 0);
    }

    /// A row that only loses columns stays due when it has lost them; the next batch goes on behind it.
    async fn a_sweep_that_overwrites_goes_on_behind_its_first_batch(shop: Shop) {
        let line = "table invoices { owned-by user_id to=users; retain \"90 days\" from=issued_at; erase anonymise { overwrite mail; overwrite billed_to with=gone } }";
        let mapped = mapped(&shop, line).await;
        assert_eq!(swept(&shop, &mapped).await, (0, 3));
        for row in &shop.dump().await["invoices"] {
            assert!(row.contains("|gone|∅|"), "{row}");
        }
        assert_eq!(swept(&shop, &mapped).await, (0, 0));
    }

    async fn a_sweep_that_detaches_goes_on_behind_its_first_batch(shop: Shop) {
        let line = "table invoices { owned-by user_id to=users; retain \"90 days\" from=issued_at; erase detach }";
        let mapped = mapped(&shop, line).await;
        assert_eq!(swept(&shop, &mapped).await, (0, 3));
        for row in &shop.dump().await["invoices"] {
            assert_eq!(row.split('|').nth(1), Some("∅"), "{row}");
        }
        assert_eq!(swept(&shop, &mapped).await, (0, 0));
    }

    async fn a_sweep_of_rows_kept_for_longer_goes_on_behind_its_first_batch(shop: Shop) {
        let line = "table invoices { owned-by user_id to=users; retain \"90 days\" from=issued_at; erase keep because=tax-law until=\"7 years\" from=issued_at { overwrite mail } }";
        let mapped = mapped(&shop, line).await;
        assert_eq!(swept(&shop, &mapped).await, (1, 2));
        let left = &shop.dump().await["invoices"];
        let ids: Vec<&str> = left.iter().map(|row| &row[..3]).collect();
        assert_eq!(ids, ["100", "200"]);
        assert!(left.iter().all(|row| row.contains("|∅|2026")), "{left:?}");
        assert_eq!(swept(&shop, &mapped).await, (0, 0));
    }

    /// What hangs on rows that are done may come to its end later than they.
    async fn a_sweep_goes_on_to_what_hangs_on_rows_that_are_done(shop: Shop) {
        shop.database.run(LOGS).await;
        let lines = "table logs { owned-by user_id to=users; retain \"90 days\" from=made; erase anonymise { overwrite word with=gone } }
            table log_lines { owned-by log_id to=logs; erase keep because=tax-law until=\"1 year\" from=made }";
        let mapped = mapped(&shop, lines).await;
        assert_eq!(swept(&shop, &mapped).await, (1, 0));
        let left = &shop.dump().await["log_lines"];
        let ids: Vec<&str> = left.iter().map(|row| &row[..1]).collect();
        assert_eq!(ids, ["1", "2", "4"]);
    }

    async fn a_sweep_names_rows_of_which_nobody_can_tell_whether_they_are_due(shop: Shop) {
        shop.database.run(LOGS).await;
        shop.database.run("UPDATE logs SET made = '05/11/2020' WHERE id < 3").await;
        let line = "table logs { owned-by user_id to=users; retain \"90 days\" from=made; erase delete }";
        let mapped = mapped(&shop, line).await;
        let explained = explain(&mapped, Doing::Sweep, &Identities::default(), at(1)).await.unwrap();
        let text = explained.text();
        assert!(text.contains("delete 1 row of logs"), "{text}");
        let named = "keep 2 rows of logs: nobody can tell for how long: `made` holds no moment in a form that is known";
        assert!(text.contains(named), "{text}");
        assert_eq!(swept(&shop, &mapped).await, (1, 0));
        assert_eq!(shop.dump().await["logs"].len(), 3);
    }

    /// A process that was killed leaves its intent and the markers of its batches; the next sweep settles it by them.
    async fn a_sweep_that_was_cut_short_is_settled_by_the_next(shop: Shop) {
        let evidence = Evidence::new("sweep.intended", "test", at(0));
        let intent = shop.store.begin_sweep("shop", evidence.clone()).await.unwrap();
        shop.store.begin_sweep("other", evidence).await.unwrap();
        for number in 1..3 {
            let work = Work { intent: format!("{intent}-{number}"), ..Work::default() };
            shop.source().run(&work).await.unwrap();
        }
        assert_eq!(shop.store.open_sweeps("shop").await.unwrap(), [intent]);
        let swept = sweep(&shop.store, &shop.mapped[0], slowly(), async || {}).await.unwrap();
        assert_eq!((swept.cut_short, swept.deleted, swept.uncounted), (2, 2, 0));
        assert!(shop.store.open_sweeps("shop").await.unwrap().is_empty());
        assert_eq!(shop.store.open_sweeps("other").await.unwrap().len(), 1);
        let again = sweep(&shop.store, &shop.mapped[0], slowly(), async || {}).await.unwrap();
        assert_eq!(again, Swept::default());
    }

    /// Two that were begun by the clock, of which the second takes the first for dead.
    async fn a_sweep_that_another_took_for_dead_ends_and_tells_nothing_twice(shop: Shop) {
        let other = crate::shop::mapped(&shop.database.url, abide_sources::Access::Change).await;
        let pause = async || {
            let swept = sweep(&shop.store, &other, slowly(), async || {}).await.unwrap();
            assert_eq!((swept.cut_short, swept.deleted), (1, 1));
        };
        let error = sweep(&shop.store, &shop.mapped[0], slowly(), pause).await.unwrap_err();
        assert!(error.to_string().contains("another sweep of source `shop`"), "{error}");
        let settled = shop.counts_of("sweep.settled").await;
        let told: Vec<_> = settled.iter().map(|counts| (counts["batches"], counts["deleted"])).collect();
        assert_eq!(told, [(1, 0), (1, 1)]);
        assert!(shop.store.open_sweeps("shop").await.unwrap().is_empty());
    }

    async fn where_no_marker_can_be_read_a_sweep_that_was_cut_short_counts_nothing(shop: Shop) {
        let evidence = Evidence::new("sweep.intended", "test", at(0));
        shop.store.begin_sweep("shop", evidence).await.unwrap();
        let unmarked = between(&shop, Between::without_markers()).await;
        let swept = sweep(&shop.store, &unmarked, slowly(), async || {}).await.unwrap();
        assert_eq!((swept.cut_short, swept.deleted), (0, 2));
        let settled = shop.counts_of("sweep.settled").await;
        assert!(settled[0].is_empty(), "{settled:?}");
        assert_eq!(settled[1]["deleted"], 2);
    }

    /// A report by somebody on hold leads to a post, which hangs on a thread whose time is over.
    async fn what_a_row_on_hold_leads_to_stays_with_what_it_hangs_on(shop: Shop) {
        shop.database.run(THREADS).await;
        shop.database.run("INSERT INTO reports VALUES (1, 2, 1, NULL)").await;
        shop.database.run("DELETE FROM likes; DELETE FROM comments").await;
        let mapped = mapped(&shop, &threads("posts")).await;
        shop.hold("case-7", "account", "2").await;
        assert_eq!(swept(&shop, &mapped).await, (4, 0));
        let left = shop.dump().await;
        assert_eq!((&left["threads"][..], &left["posts"][..]), (&["1|1|2020-01-01".to_owned()][..], &["1|1".to_owned()][..]));
    }

    async fn what_stands_in_the_way_of_one_table_does_not_stop_the_others(shop: Shop) {
        shop.database.run(THREADS).await;
        shop.database.run("INSERT INTO reports VALUES (1, 2, NULL, 1)").await;
        let mapped = mapped(&shop, &threads("likes")).await;
        shop.hold("case-7", "account", "2").await;
        let error = sweep(&shop.store, &mapped, slowly(), async || {}).await.unwrap_err();
        assert!(error.to_string().contains("the hold `case-7` keeps rows of `reports`"), "{error}");
        let left = shop.dump().await;
        assert_eq!((left["threads"].len(), left["sessions"].len()), (2, 2), "{error}");
    }

    async fn a_hold_of_our_records_stops_a_sweep_and_is_named(shop: Shop) {
        let mut shop = shop;
        shop.hold("case-7", "email", "cy@example.org").await;
        let held = shop.store.held().await.unwrap();
        assert_eq!(held.len(), 1);
        shop.mapped[0].hold(&held, at(1)).await.unwrap();
        let before = shop.dump().await;
        let pace = Pace { batch: 10, actor: "test", now: at(1) };
        let swept = sweep(&shop.store, &shop.mapped[0], pace, async || {}).await.unwrap();
        assert_eq!(swept.deleted, 0);
        assert_eq!(shop.dump().await, before);
        let nobody = abide_map::plan::Identities::default();
        let doing = abide_map::plan::Doing::Sweep;
        let explained = abide_rights::explain(&shop.mapped[0], doing, &nobody, at(1)).await.unwrap();
        let text = explained.text();
        assert!(text.contains("keep 2 rows of sessions") && text.contains("case-7"), "{text}");
        assert!(!text.contains("delete"), "{text}");
    }

    /// Our records know her by her account; only the other table of people knows that this is her address.
    async fn a_hold_covers_a_table_that_knows_people_by_something_else(shop: Shop) {
        shop.database.run("CREATE TABLE subscribers (id INTEGER NOT NULL PRIMARY KEY, email VARCHAR(90), made VARCHAR(40));
            CREATE TABLE letters (id INTEGER NOT NULL PRIMARY KEY, subscriber INTEGER NOT NULL, made VARCHAR(40));
            INSERT INTO subscribers VALUES (51, 'ann@example.org', '2020-01-01'), (52, 'bo@example.org', '2020-01-01');
            INSERT INTO letters VALUES (1, 51, '2020-01-01'), (2, 52, '2020-01-01')").await;
        let lines = "table subscribers { subject; identity email email; retain \"90 days\" from=made; erase delete }
            table letters { owned-by subscriber to=subscribers; retain \"90 days\" from=made; erase delete }";
        let mapped = mapped(&shop, lines).await;
        shop.hold("case-7", "account", "1").await;
        assert_eq!(swept(&shop, &mapped).await, (2, 0));
        let left = shop.dump().await;
        assert_eq!((left["subscribers"].len(), left["letters"].len()), (1, 1));
        assert!(left["subscribers"][0].starts_with("51|") && left["letters"][0].starts_with("1|51"));
    }

    async fn a_hold_that_is_laid_between_two_batches_stops_the_next(shop: Shop) {
        let pace = Pace { batch: 1, actor: "test", now: at(1) };
        let pause = async || shop.hold("case-7", "account", "3").await;
        let swept = sweep(&shop.store, &shop.mapped[0], pace, pause).await.unwrap();
        assert_eq!((swept.deleted, swept.batches), (1, 1));
        let left = &shop.dump().await["sessions"];
        assert_eq!(left.iter().filter(|row| row.contains("2020-01")).count(), 1);
    }
}

/// A trigger puts back what a sweep writes: that is told, and the sweep ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_cannot_be_changed_are_told() {
    let shop = Shop::open(crate::place::Engine::Sqlite, "put_back").await;
    let trigger = "CREATE TRIGGER put_back AFTER UPDATE ON invoices BEGIN UPDATE invoices SET mail = 'x' WHERE id = NEW.id; END";
    shop.database.run(trigger).await;
    let line = "table invoices { owned-by user_id to=users; retain \"90 days\" from=issued_at; erase anonymise { overwrite mail } }
        table sessions { owned-by user_id to=users; retain \"1 year\" from=seen_at; erase delete }";
    let mapped = mapped(&shop, line).await;
    let done = sweep(&shop.store, &mapped, slowly(), async || {}).await;
    let Err(RightsError::Unswept { source, left, .. }) = done else {
        panic!("{done:?}");
    };
    assert_eq!(source, "shop");
    assert_eq!(left, [("invoices".to_owned(), 3)]);
    assert_eq!(shop.dump().await["sessions"].len(), 2, "other tables go on");
    assert!(shop.store.open_sweeps("shop").await.unwrap().is_empty());
}
