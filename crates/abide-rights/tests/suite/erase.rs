//! Erasing a person: what goes, what stays, and that nobody else's row changes.

use abide_rights::{Grade, StepEffect};
use abide_sources::SourceOptions;
use abide_store::RequestState;

use crate::meddle::{Between, between};
use crate::place::Engine;
use crate::shop::{MAP, Shop, at, known, mapped_with};

on_all! {
    async fn a_person_goes_and_nobody_else_changes(shop: Shop) {
        let before = shop.dump().await;
        let progress = shop.eraser(1).erase(&known("email", "ann@example.org"), &["shop".into()], &[]).await.unwrap();
        assert!(progress.stuck.is_empty(), "{:?}", progress.stuck);
        let (_, certificate) = progress.certified.unwrap();
        assert_eq!(certificate.grade, Grade::Erased);
        let after = shop.dump().await;

        // What others have is as it was.
        for (table, rows) in &before {
            for row in rows {
                let is_hers = match table.as_str() {
                    "users" => row.starts_with("1|"),
                    "orders" => row.contains("|1|Ann"),
                    "order_items" => row.starts_with("10|") || row.starts_with("11|"),
                    "invoices" => row.contains("|1|Ann"),
                    "reviews" => row.contains("ann@"),
                    "messages" => row.contains("|1|"),
                    "sessions" => row.starts_with("t1|"),
                    _ => false,
                };
                // He reports to her: the reference is cut.
                let is_bo = table == "users" && row.starts_with("2|");
                assert_eq!(after[table].contains(row), !is_hers && !is_bo, "{table}: {row}");
            }
        }
        // And of hers stays what has to.
        assert_eq!(after["users"], ["2|bo@example.org|Bo|∅|∅", "3|cy@example.org|Cy|∅|∅"]);
        assert_eq!(after["invoices"].len(), 2, "the one of 2010 is too old to be kept");
        assert!(after["invoices"][0].starts_with("100|∅|removed|∅|"), "{:?}", after["invoices"]);
        assert!(after["reviews"].contains(&"1|1|∅|bright".to_owned()));
        assert!(after["messages"].contains(&"1|∅|2|hello Bo".to_owned()), "{:?}", after["messages"]);
        assert_eq!(after["messages"].len(), 2, "the message that was hers alone is gone");

        let text = certificate.text();
        assert!(text.contains("tax-law") && text.contains("avatar"), "{text}");
        assert!(!text.contains("ann") && !text.contains("Ann"), "{text}");
        assert_eq!(certificate.counts()["kept"], 1, "{text}");
    }

    async fn nothing_happens_twice(shop: Shop) {
        let eraser = shop.eraser(1);
        let person = known("account-id", "1");
        let first = eraser.erase(&person, &["shop".into()], &[]).await.unwrap();
        let after = shop.dump().await;
        let again = eraser.advance(first.request).await.unwrap();
        let (_, certificate) = again.certified.unwrap();
        assert_eq!(certificate.counts(), first.certified.unwrap().1.counts());
        let anew = eraser.erase(&person, &["shop".into()], &[]).await.unwrap();
        assert_eq!(anew.certified.unwrap().1.counts()["deleted"], 0);
        assert_eq!(shop.dump().await, after);
    }

    async fn rows_that_appear_before_anybody_looked_are_found_by_the_keys(shop: Shop) {
        let sources = [between(&shop, Between::losing_commits()).await];
        let person = known("email", "ann@example.org");
        let first = shop.eraser_over(&sources, 1).erase(&person, &["shop".into()], &[]).await.unwrap();
        assert!(first.certified.is_none());
        assert!(!shop.dump().await["users"].iter().any(|row| row.contains("ann@")), "it was committed all the same");
        // No declared key stops the application from writing for somebody who is gone.
        shop.database.run("INSERT INTO sessions VALUES ('t9', 1, '2026-06-02 00:00:00')").await;
        let again = shop.eraser(2).advance(first.request).await.unwrap();
        assert!(again.stuck.is_empty(), "{:?}", again.stuck);
        assert!(!shop.dump().await["sessions"].iter().any(|row| row.starts_with("t9")));
        // Once somebody has looked and nothing was left, whoever is given the key is somebody else.
        shop.database.run("INSERT INTO sessions VALUES ('t10', 1, '2026-06-03 00:00:00')").await;
        let again = shop.eraser(3).advance(first.request).await.unwrap();
        assert!(again.certified.is_some(), "{:?}", again.stuck);
        assert!(shop.dump().await["sessions"].iter().any(|row| row.starts_with("t10")));
    }

    async fn a_key_that_is_given_out_before_anybody_looked_is_somebody_elses(shop: Shop) {
        // Whether the request came by an address, or by what the key itself is.
        for (kind, value) in [("email", "ann@example.org"), ("account-id", "1")] {
            let sources = [between(&shop, Between::losing_commits()).await];
            let first = shop.eraser_over(&sources, 1).erase(&known(kind, value), &["shop".into()], &[]).await.unwrap();
            assert!(first.certified.is_none());
            shop.database.run("INSERT INTO users VALUES (1, 'dee@example.org', 'Dee', NULL, NULL)").await;
            shop.database.run("INSERT INTO orders VALUES (90, 1, 'Dee'); INSERT INTO sessions VALUES ('t9', 1, '2026-06-02 00:00:00')").await;
            let before = shop.dump().await;
            let again = shop.eraser(2).advance(first.request).await.unwrap();
            assert_eq!(shop.dump().await, before, "nothing of hers is left, and Dee is nobody's to erase");
            let (_, certificate) = again.certified.expect("nothing is left");
            assert!(certificate.text().contains("given to somebody else before anybody looked again: 1 key"), "{}", certificate.text());
            let again = "DELETE FROM orders WHERE id = 90; DELETE FROM sessions WHERE token = 't9'; UPDATE users SET email = 'ann@example.org' WHERE id = 1";
            shop.database.run(again).await;
        }
    }

    async fn a_source_that_is_done_is_left_alone_while_another_is_waited_for(shop: Shop) {
        let names = ["shop".to_owned(), "gone".to_owned()];
        let first = shop.eraser(1).erase(&known("email", "ann@example.org"), &names, &[]).await.unwrap();
        assert_eq!(first.stuck.len(), 1);
        // Her key is given out again, and she comes back under another.
        shop.database.run("INSERT INTO users VALUES (1, 'dee@example.org', 'Dee', NULL, NULL), (8, 'ann@example.org', 'Ann', NULL, NULL)").await;
        shop.database.run("INSERT INTO orders VALUES (10, 1, 'Dee'), (80, 8, 'Ann')").await;
        let before = shop.dump().await;
        let again = shop.eraser(2).advance(first.request).await.unwrap();
        assert_eq!(again.stuck.len(), 1, "{:?}", again.stuck);
        assert_eq!(again.stuck[0].0, "gone");
        assert_eq!(shop.dump().await, before);
    }

    async fn a_row_that_is_there_again_as_it_was_is_told_and_left_to_people(shop: Shop) {
        let eraser = shop.eraser(1);
        let person = known("email", "ann@example.org");
        let first = eraser.erase(&person, &["shop".into()], &[]).await.unwrap();
        // As a backup brings it back.
        shop.database.run("INSERT INTO users VALUES (1, 'ann@example.org', 'Ann', NULL, 'a/1.png')").await;
        let before = shop.dump().await;
        let again = eraser.advance(first.request).await.unwrap();
        assert!(again.certified.is_none());
        let why = &again.stuck[0].1;
        assert!(why.contains("1 row of `users`") && why.contains("abide erase replay"), "{why}");
        assert_eq!(shop.dump().await, before);
        // Asked for anew, it goes, and nothing is in the way of the first request any more.
        assert!(eraser.erase(&person, &["shop".into()], &[]).await.unwrap().certified.is_some());
        assert!(!shop.dump().await["users"].iter().any(|row| row.contains("ann@")));
        assert!(eraser.advance(first.request).await.unwrap().certified.is_some());
    }

    async fn a_row_that_is_there_again_as_it_was_earlier_is_no_new_one(shop: Shop) {
        let map = MAP.replace("identity email email\n", "identity email email\n        identity nickname name\n");
        assert_ne!(map, MAP);
        let sources = [mapped_with(&shop.database.url, SourceOptions::new("shop"), &map).await];
        let eraser = shop.eraser_over(&sources, 1);
        let person = known("email", "ann@example.org");
        let first = eraser.erase(&person, &["shop".into()], &[]).await.unwrap();
        abide_rights::files_erased(&shop.store, first.request, "test", at(1)).await.unwrap();
        // A backup brings her back as she was called before.
        shop.database.run("INSERT INTO users VALUES (1, 'ann@example.org', 'Anne', NULL, NULL)").await;
        let cleared = abide_rights::scan_requests(&eraser).await.unwrap();
        assert!(cleared[0].certified.is_none(), "{cleared:?}");
        assert_eq!((cleared[0].left[0].table.as_str(), cleared[0].left[0].rows), ("users", 1));
    }

    async fn a_hold_is_named_and_nothing_is_touched(shop: Shop) {
        shop.hold("case-7", "email", "ann@example.org").await;
        let before = shop.dump().await;
        let error = shop.eraser(1).erase(&known("email", "ann@example.org"), &["shop".into()], &[]).await.unwrap_err();
        assert!(error.to_string().contains("case-7"), "{error}");
        assert_eq!(shop.dump().await, before);
        assert!(shop.store.requests(RequestState::Open, None, 10).await.unwrap().is_empty());
    }

    async fn a_hold_is_found_by_what_the_source_knows(shop: Shop) {
        // Our records know her by her account, the request brings her address.
        let mut shop = shop;
        shop.hold("case-7", "account", "1").await;
        let held = shop.store.held().await.unwrap();
        shop.mapped[0].hold(&held, at(1)).await.unwrap();
        let before = shop.dump().await;
        let person = known("email", "ann@example.org");
        let error = shop.eraser(1).erase(&person, &["shop".into()], &[]).await.unwrap_err();
        assert!(error.to_string().contains("case-7"), "{error}");
        assert_eq!(shop.dump().await, before);
        assert!(shop.store.requests(RequestState::Open, None, 10).await.unwrap().is_empty());
        let doing = abide_map::plan::Doing::Erase;
        let explained = abide_rights::explain(&shop.mapped[0], doing, &person, at(1)).await.unwrap();
        assert!(explained.text().contains("keep 2 rows of orders: the hold `case-7`"), "{}", explained.text());
        // What she wrote to Bo stays as it is, so that he cannot go yet.
        let names = ["shop".to_owned()];
        let progress = shop.eraser(1).erase(&known("email", "bo@example.org"), &names, &[]).await.unwrap();
        assert!(progress.certified.is_none());
        let why = &progress.stuck[0].1;
        assert!(why.contains("the hold `case-7` keeps rows of `messages`"), "{why}");
        assert_eq!(shop.dump().await, before);
        // Nobody else is held up.
        let progress = shop.eraser(1).erase(&known("email", "cy@example.org"), &names, &[]).await.unwrap();
        assert!(progress.certified.is_some(), "{:?}", progress.stuck);
    }

    async fn a_hold_that_was_laid_since_counts(shop: Shop) {
        // The source was opened before: nobody told it of any hold.
        shop.hold("case-7", "account", "1").await;
        let before = shop.dump().await;
        let person = known("email", "ann@example.org");
        let error = shop.eraser(1).erase(&person, &["shop".into()], &[]).await.unwrap_err();
        assert!(error.to_string().contains("case-7"), "{error}");
        assert_eq!(shop.dump().await, before);
    }

    async fn a_hold_on_another_owner_keeps_what_is_theirs_too(shop: Shop) {
        shop.hold("case-7", "account", "3").await;
        let map = MAP.replace(
            "table reviews { identity email author_email;",
            "table reviews { identity email author_email; owned-by id to=users { erase delete };",
        );
        assert_ne!(map, MAP);
        // A review of the number 1 goes with the account of that number, whoever wrote it.
        shop.database.run("UPDATE reviews SET author_email = 'Cy@example.org' WHERE id = 1").await;
        let sources = [mapped_with(&shop.database.url, SourceOptions::new("shop"), &map).await];
        let progress = shop.eraser_over(&sources, 1).erase(&known("account-id", "1"), &["shop".into()], &[]).await.unwrap();
        let (_, certificate) = progress.certified.unwrap();
        let reviews = &shop.dump().await["reviews"];
        assert!(reviews.contains(&"1|1|Cy@example.org|bright".to_owned()), "{reviews:?}");
        assert!(certificate.text().contains("the hold `case-7`"), "{}", certificate.text());
    }

    async fn what_a_hold_kept_goes_once_it_has_ended(shop: Shop) {
        shop.hold("case-7", "account", "2").await;
        // A message to Bo that nothing declares to be hers.
        let map = MAP.replace("table messages { owned-by sender_id to=users;", "table messages { owned-by id to=users { erase delete }; owned-by sender_id to=users;");
        assert_ne!(map, MAP);
        shop.database.run("UPDATE users SET manager_id = NULL; UPDATE messages SET sender_id = NULL WHERE id = 1; DELETE FROM messages WHERE id = 2").await;
        let sources = [mapped_with(&shop.database.url, SourceOptions::new("shop"), &map).await];
        let progress = shop.eraser_over(&sources, 1).erase(&known("email", "ann@example.org"), &["shop".into()], &[]).await.unwrap();
        assert!(progress.certified.is_some(), "{:?}", progress.stuck);
        abide_rights::files_erased(&shop.store, progress.request, "test", at(1)).await.unwrap();
        assert!(shop.dump().await["messages"].contains(&"1|∅|2|hello Bo".to_owned()));
        shop.set_holds(&[], "account", "2").await;
        let eraser = shop.eraser_over(&sources, 2);
        let cleared = abide_rights::scan_requests(&eraser).await.unwrap();
        let [left] = cleared[0].left.as_slice() else {
            panic!("{cleared:?}");
        };
        assert_eq!((left.table.as_str(), left.rows, left.hold.as_deref()), ("messages", 1, Some("case-7")));
        let progress = shop.eraser_over(&sources, 3).advance(progress.request).await.unwrap();
        let (_, certificate) = progress.certified.expect("nothing is left");
        assert!(!certificate.text().contains("case-7"), "{}", certificate.text());
        assert_eq!(shop.dump().await["messages"], ["3|2|3|not Ann"]);
        let cleared = abide_rights::scan_requests(&shop.eraser_over(&sources, 4)).await.unwrap();
        assert!(cleared[0].certified.is_some(), "{cleared:?}");
    }

    async fn a_person_who_is_somebodys_on_hold_stays_for_a_reason(shop: Shop) {
        shop.hold("case-7", "account", "1").await;
        let map = MAP.replace("refers manager_id to=users", "owned-by manager_id to=users");
        assert_ne!(map, MAP);
        let sources = [mapped_with(&shop.database.url, SourceOptions::new("shop"), &map).await];
        let eraser = shop.eraser_over(&sources, 1);
        let before = shop.dump().await;
        let progress = eraser.erase(&known("email", "bo@example.org"), &["shop".into()], &[]).await.unwrap();
        assert_eq!(shop.dump().await["users"], before["users"]);
        let (_, certificate) = progress.certified.expect("nothing is left that may go");
        assert!(certificate.text().contains("the hold `case-7`"), "{}", certificate.text());
        // Whoever looks again sees it so.
        let cleared = abide_rights::scan_requests(&eraser).await.unwrap();
        assert!(cleared[0].left.is_empty() && cleared[0].residues.is_empty(), "{cleared:?}");
    }

    async fn a_hold_is_known_by_the_row_and_not_by_what_stands_in_it(shop: Shop) {
        let mut shop = shop;
        shop.hold("case-7", "account", "1").await;
        let held = shop.store.held().await.unwrap();
        shop.mapped[0].hold(&held, at(1)).await.unwrap();
        // The application gives her another address after the holds were read.
        shop.database.run("UPDATE users SET email = 'lee@example.org' WHERE id = 1").await;
        let before = shop.dump().await;
        let person = known("email", "lee@example.org");
        let error = shop.eraser(1).erase(&person, &["shop".into()], &[]).await.unwrap_err();
        assert!(error.to_string().contains("case-7"), "{error}");
        assert_eq!(shop.dump().await, before);
        let doing = abide_map::plan::Doing::Erase;
        let explained = abide_rights::explain(&shop.mapped[0], doing, &person, at(1)).await.unwrap();
        assert!(explained.text().contains("keep 2 rows of orders: the hold `case-7`"), "{}", explained.text());
    }

    async fn a_map_that_cannot_use_the_keys_that_were_read_is_refused(shop: Shop) {
        let person = known("email", "ann@example.org");
        let cut = [between(&shop, Between::losing_commits()).await];
        let first = shop.eraser_over(&cut, 1).erase(&person, &["shop".into()], &[]).await.unwrap();
        shop.database.run("INSERT INTO sessions VALUES ('t9', 1, '2026-06-02 00:00:00')").await;
        let before = shop.dump().await;
        let ordinary = "table scribbles { ordinary because=\"notes of the till\" }";
        assert!(MAP.contains(ordinary));
        let other = MAP.replace(ordinary, "table scribbles { owned-by text to=\"users(avatar)\"; erase delete }");
        let sources = [mapped_with(&shop.database.url, SourceOptions::new("shop"), &other).await];
        let progress = shop.eraser_over(&sources, 2).advance(first.request).await.unwrap();
        assert!(progress.certified.is_none());
        let why = &progress.stuck[0].1;
        assert!(why.contains("`users`") && why.contains("bring back"), "{why}");
        assert_eq!(shop.dump().await, before);
        // One that only says the same in another order can.
        let lines = "identity account-id id\n        identity email email";
        assert!(MAP.contains(lines));
        let other = MAP.replace(lines, "identity email email\n        identity account-id id");
        let sources = [mapped_with(&shop.database.url, SourceOptions::new("shop"), &other).await];
        let progress = shop.eraser_over(&sources, 3).advance(first.request).await.unwrap();
        assert!(progress.certified.is_some(), "{:?}", progress.stuck);
        assert!(!shop.dump().await["sessions"].iter().any(|row| row.starts_with("t9")));
    }

    async fn files_are_a_step_of_their_own(shop: Shop) {
        let eraser = shop.eraser(1);
        let progress = eraser.erase(&known("email", "ann@example.org"), &["shop".into()], &[]).await.unwrap();
        let (_, certificate) = progress.certified.unwrap();
        assert_eq!(certificate.counts()["files"], 1);
        assert!(certificate.text().contains("1 file that `avatar` named, kept elsewhere, not erased by this; said to be erased there: 0"));
        let steps = abide_rights::files(&shop.store, progress.request).await.unwrap();
        assert_eq!(steps.len(), 1);
        assert_eq!(steps[0].names, [("users.avatar".to_owned(), "a/1.png".to_owned())]);
        assert!(!steps[0].is_erased && !format!("{steps:?}").contains("1.png"));
        // Until somebody says that they are gone, the request does not close.
        let cleared = abide_rights::scan_requests(&eraser).await.unwrap();
        let why = cleared[0].stuck.as_ref().unwrap();
        assert!(why.contains("1 file that") && why.contains("abide erase files"), "{why}");
        assert_eq!(abide_rights::files_erased(&shop.store, progress.request, "test", at(2)).await.unwrap(), 1);
        assert_eq!(abide_rights::files_erased(&shop.store, progress.request, "test", at(2)).await.unwrap(), 0);
        let cleared = abide_rights::scan_requests(&eraser).await.unwrap();
        let (_, certificate) = cleared[0].certified.as_ref().unwrap();
        assert!(certificate.text().contains("said to be erased there: 1"), "{}", certificate.text());
    }

    async fn every_identifier_of_a_request_has_its_entry(shop: Shop) {
        let mut person = known("email", "ann@example.org");
        person.0.extend(known("account-id", "1").0);
        let before = shop.store.held().await.unwrap().len();
        assert_eq!(before, 0);
        let progress = shop.eraser(1).erase(&person, &["shop".into()], &[]).await.unwrap();
        assert!(progress.certified.is_some());
        // What our records hold of either goes with the erasure.
        for (kind, value) in [("email", "ann@example.org"), ("account-id", "1"), ("account", "1")] {
            let one = abide_store::Identifier::new(kind, value).unwrap();
            let token = shop.store.subject(&one).await.unwrap();
            assert!(!shop.store.is_known(token).await.unwrap());
            let erasures = shop.journal.read().await.unwrap();
            assert!(shop.store.erased_at(&erasures, &one).unwrap().is_some(), "{kind}");
        }
    }

    async fn a_plan_says_what_it_would_do(shop: Shop) {
        let before = shop.dump().await;
        let explained = abide_rights::explain(&shop.mapped[0], abide_map::plan::Doing::Erase, &known("email", "ann@example.org"), at(1)).await.unwrap();
        let deleted = |table: &str| {
            let steps = explained.steps.iter().filter(|step| step.table == table && step.effect == StepEffect::Delete);
            steps.map(|step| step.rows).sum::<u64>()
        };
        assert_eq!(["users", "orders", "order_items", "sessions", "invoices", "messages"].map(deleted), [1, 2, 3, 1, 1, 1]);
        let text = explained.text();
        assert!(text.contains("delete 2 rows of orders"), "{text}");
        assert!(!text.contains("ann@"), "{text}");
        assert_eq!(shop.dump().await, before);
    }

    async fn a_constraint_that_the_map_does_not_know_leaves_the_request_open(shop: Shop) {
        // Somebody declares a key after the map was made.
        shop.database.run("CREATE TABLE loans (id INTEGER NOT NULL PRIMARY KEY, token VARCHAR(64), FOREIGN KEY (token) REFERENCES sessions (token))").await;
        shop.database.run("INSERT INTO loans VALUES (1, 't1')").await;
        let before = shop.dump().await;
        let eraser = shop.eraser(1);
        let progress = eraser.erase(&known("email", "ann@example.org"), &["shop".into()], &[]).await.unwrap();
        assert_eq!(progress.stuck.len(), 1);
        assert!(progress.certified.is_none());
        let why = &progress.stuck[0].1;
        assert!(why.contains("would not hold"), "{why}");
        assert!(!why.contains("t1"), "{why}");
        assert_eq!(shop.dump().await, before, "nothing is half done");
        assert_eq!(shop.store.requests(RequestState::Open, None, 10).await.unwrap().len(), 1);
        // Once it is mended, the request goes on.
        shop.database.run("DELETE FROM loans").await;
        assert!(eraser.advance(progress.request).await.unwrap().certified.is_some());
    }
}

/// A key whose values compare with none as they were read: SQLite keeps a number as a number in a column without a type.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_who_is_still_found_is_not_certified_as_erased_sqlite() {
    let shop = Shop::open(Engine::Sqlite, "found").await;
    shop.database
        .run("CREATE TABLE cards (id PRIMARY KEY, email TEXT); INSERT INTO cards VALUES (7, 'ann@example.org')")
        .await;
    let map = "map shop {\n    source shop\n    table cards { subject; identity email email; erase delete }\n}\n";
    let sources = [mapped_with(&shop.database.url, SourceOptions::new("shop"), map).await];
    let eraser = shop.eraser_over(&sources, 1);
    let person = known("email", "ann@example.org");
    let progress = eraser.erase(&person, &["shop".into()], &[]).await.unwrap();
    assert!(progress.certified.is_none());
    let why = &progress.stuck[0].1;
    assert!(why.contains("still finds this person in `cards`"), "{why}");
    shop.database.run("UPDATE cards SET id = '7'").await;
    let progress = eraser.advance(progress.request).await.unwrap();
    assert!(progress.certified.is_some(), "{:?}", progress.stuck);
    assert!(shop.dump().await["cards"].is_empty());
}

/// A trigger that keeps rows from going: MariaDB has none.
async fn rows_that_a_trigger_keeps(shop: Shop, trigger: &str, drop: &str) {
    shop.database.run(trigger).await;
    let eraser = shop.eraser(1);
    let person = known("email", "ann@example.org");
    let progress = eraser.erase(&person, &["shop".into()], &[]).await.unwrap();
    assert!(progress.certified.is_none());
    let why = &progress.stuck[0].1;
    assert!(
        why.contains("keeps the rows: 1 row of `sessions`;"),
        "{why}"
    );
    shop.database.run(drop).await;
    let progress = eraser.advance(progress.request).await.unwrap();
    assert!(progress.certified.is_some(), "{:?}", progress.stuck);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_a_trigger_keeps_are_told_as_such_sqlite() {
    let shop = Shop::open(Engine::Sqlite, "keeps").await;
    let trigger = "CREATE TRIGGER keep BEFORE DELETE ON sessions BEGIN SELECT RAISE(IGNORE); END";
    rows_that_a_trigger_keeps(shop, trigger, "DROP TRIGGER keep").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_a_trigger_keeps_are_told_as_such_postgres() {
    let shop = Shop::open(Engine::Postgres, "keeps").await;
    let trigger =
        "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
        CREATE TRIGGER keep BEFORE DELETE ON sessions FOR EACH ROW EXECUTE FUNCTION keep()";
    rows_that_a_trigger_keeps(shop, trigger, "DROP TRIGGER keep ON sessions").await;
}
