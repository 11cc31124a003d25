//! Work is done whole or not at all, and its marker tells which.

use abide_map::schema::Dialect;
use abide_sources::{Access, Attempt, Check, Marker, Trouble, Work};

use crate::place::Place;

const TABLES: &str = "CREATE TABLE people (id INT PRIMARY KEY, name VARCHAR(40)); INSERT INTO people VALUES (1, 'a'), (2, 'b'), (3, 'c');";

fn erasing(place: &Place, intent: &str, ids: &[&str]) -> Work {
    let cast = if place.dialect == Dialect::Postgresql {
        "?::int4"
    } else {
        "?"
    };
    Work {
        intent: intent.to_owned(),
        steps: ids
            .iter()
            .map(|id| place.statement(&format!("DELETE FROM people WHERE id = {cast}"), &[id]))
            .collect(),
        ..Work::default()
    }
}

fn check(place: &Place, expected: u64) -> Check {
    Check {
        what: "rows left in people".to_owned(),
        statement: place.statement("SELECT count(*) FROM people", &[]),
        expected,
    }
}

on_each! {
    async fn work_is_committed_with_its_marker(place: Place) {
        place.sql(TABLES).await;
        let source = place.open();
        assert!(matches!(source.marker("one").await.unwrap(), Marker::Untold));
        let mut work = erasing(&place, "one", &["1", "2", "9"]);
        work.checks = vec![check(&place, 1)];
        let done = source.run(&work).await.unwrap();
        assert_eq!((done.rows.as_slice(), done.is_marked), ([1, 1, 0].as_slice(), true));
        assert!(matches!(source.marker("one").await.unwrap(), Marker::Committed(at) if at.starts_with("20")));
        assert_eq!(source.marker("two").await.unwrap(), Marker::Absent);
        assert_eq!(place.count("people").await, 1);
        // The table of markers is ours, and no part of the schema.
        assert_eq!(source.schema().await.unwrap().tables.len(), 1);
    }

    async fn an_intent_is_done_once(place: Place) {
        place.sql(TABLES).await;
        let source = place.open();
        source.run(&erasing(&place, "one", &["1"])).await.unwrap();
        let error = source.run(&erasing(&place, "one", &["2"])).await.unwrap_err();
        assert_eq!(error.trouble, Trouble::AlreadyDone);
        assert!(error.may_be_done());
        assert_eq!(place.count("people").await, 2);
    }

    async fn an_intent_that_was_closed_off_is_never_done(place: Place) {
        place.sql(TABLES).await;
        let source = place.open();
        // Also where there is no table of markers yet.
        assert_eq!(source.fence("two").await.unwrap(), Marker::Absent);
        source.run(&erasing(&place, "one", &["1"])).await.unwrap();
        assert!(matches!(source.fence("one").await.unwrap(), Marker::Committed(at) if at.starts_with("20")));
        let error = source.run(&erasing(&place, "two", &["2"])).await.unwrap_err();
        assert_eq!(error.trouble, Trouble::AlreadyDone);
        assert_eq!(place.count("people").await, 2);
        // And it is told the same ever after.
        assert_eq!(source.marker("two").await.unwrap(), Marker::Absent);
        assert_eq!(source.fence("two").await.unwrap(), Marker::Absent);
    }

    async fn a_check_that_fails_undoes_everything(place: Place) {
        place.sql(TABLES).await;
        let source = place.open();
        let mut work = erasing(&place, "one", &["1"]);
        work.checks = vec![check(&place, 0)];
        let error = source.run(&work).await.unwrap_err();
        assert_eq!(error.trouble, Trouble::CheckFailed { what: "rows left in people".to_owned(), expected: 0, found: 2 });
        assert!(!error.may_be_done());
        assert_eq!(place.count("people").await, 3);
        assert_eq!(source.marker("one").await.unwrap(), Marker::Absent);
    }

    async fn an_attempt_that_cannot_be_done_is_left_out_alone(place: Place) {
        place.sql(TABLES).await;
        let source = place.open();
        let cast = if place.dialect == Dialect::Postgresql { "?::int4" } else { "?" };
        let insert = |id: &str| place.statement(&format!("INSERT INTO people SELECT {cast}, 'x' FROM people WHERE id = 1"), &[id]);
        let attempt = |statements: Vec<_>, needs: &[usize]| Attempt { statements, needs: needs.to_vec() };
        let none = place.statement("DELETE FROM people WHERE id = 99", &[]);
        let work = Work {
            attempts: vec![
                attempt(vec![insert("7")], &[]),
                attempt(vec![insert("2")], &[0]),
                attempt(vec![insert("8")], &[1]),
                attempt(vec![insert("9"), insert("3")], &[]),
                attempt(vec![none], &[]),
                attempt(vec![insert("10"), insert("11")], &[0]),
            ],
            ..erasing(&place, "one", &[])
        };
        let done = source.run(&work).await.unwrap();
        assert_eq!(done.attempts, [true, false, false, false, false, true]);
        assert_eq!(place.count("people").await, 6);
        // What is wrong with the source is an error all the same.
        let lost = Work { attempts: vec![attempt(vec![place.statement("DELETE FROM nowhere", &[])], &[])], ..Work::default() };
        let error = source.run(&lost).await.unwrap_err();
        assert!(matches!(error.trouble, Trouble::Stale(_)), "{error:?}");
    }

    async fn a_step_that_fails_undoes_the_others(place: Place) {
        place.sql(TABLES).await;
        let source = place.open();
        let mut work = erasing(&place, "one", &["1"]);
        work.steps.push(place.statement("DELETE FROM nowhere", &[]));
        let error = source.run(&work).await.unwrap_err();
        assert!(matches!(error.trouble, Trouble::Stale(_)), "{error:?}");
        assert_eq!(error.doing, "step 2 of 2");
        assert_eq!(place.count("people").await, 3);
    }

    async fn tables_of_keys_live_within_the_transaction(place: Place) {
        place.sql(TABLES).await;
        let source = place.open_with(|options| options.connections = 1);
        let opening = "CREATE TEMPORARY TABLE abide_subject AS SELECT id FROM people WHERE name IN ('a', 'b')";
        let mut work = erasing(&place, "", &[]);
        work.opening = vec![place.statement(opening, &[])];
        work.steps = vec![place.statement("DELETE FROM people WHERE id IN (SELECT id FROM abide_subject)", &[])];
        work.closing = vec![place.statement(if place.dialect == Dialect::Mariadb { "DROP TEMPORARY TABLE abide_subject" } else { "DROP TABLE abide_subject" }, &[])];
        work.checks = vec![check(&place, 0)];
        source.run(&work).await.unwrap_err();
        assert_eq!(place.count("people").await, 3);
        work.checks = vec![check(&place, 1)];
        let done = source.run(&work).await.unwrap();
        assert_eq!((done.rows.as_slice(), done.is_marked), ([2].as_slice(), false));
        // The same connection can do it again: nothing is left on it.
        work.checks.clear();
        assert_eq!(source.run(&work).await.unwrap().rows, [0]);
    }

    async fn a_source_that_is_read_only_changes_nothing(place: Place) {
        place.sql(TABLES).await;
        let source = place.open_with(|options| options.access = Access::Read);
        let error = source.run(&erasing(&place, "one", &["1"])).await.unwrap_err();
        assert_eq!(error.trouble, Trouble::ReadOnly);
        assert_eq!(source.numbers(&[place.statement("SELECT count(*) FROM people", &[])]).await.unwrap(), [3]);
        // The server would refuse too.
        let mut snapshot = source.snapshot().await.unwrap();
        let delete = place.statement("DELETE FROM people", &[]);
        let answer = futures_util::StreamExt::next(&mut snapshot.read(&delete)).await.unwrap();
        assert_eq!(answer.unwrap_err().trouble, Trouble::ReadOnly);
        assert_eq!(source.fence("one").await.unwrap_err().trouble, Trouble::ReadOnly);
    }
}
