//! Rows stream in one state of the database, as text, in flat memory.

use abide_map::schema::Dialect;
use abide_map::statement::Statement;
use futures_util::StreamExt as _;

use crate::place::Place;

/// The most memory that a million rows may take, in kilobytes.
const FLAT: u64 = 64 * 1024;

on_each! {
    async fn values_go_and_come_as_text(place: Place) {
        place.sql("CREATE TABLE people (id INT PRIMARY KEY, name VARCHAR(40)); INSERT INTO people VALUES (7, 'Ålice'), (8, NULL), (9, '');").await;
        let source = place.open();
        let (cast, text) = match place.dialect {
            Dialect::Postgresql => ("?::int4", "::text"),
            Dialect::Mariadb | Dialect::Sqlite => ("?", ""),
        };
        let read = place.statement(&format!("SELECT id{text}, name FROM people WHERE id IN ({cast}, {cast}, {cast}) ORDER BY id"), &["7", "8", "9"]);
        let mut snapshot = source.snapshot().await.unwrap();
        let rows: Vec<_> = snapshot.read(&read).map(Result::unwrap).collect().await;
        let rows: Vec<Vec<Option<&str>>> = rows.iter().map(|row| row.iter().map(|value| value.0.as_deref()).collect()).collect();
        assert_eq!(rows, [[Some("7"), Some("Ålice")], [Some("8"), None], [Some("9"), Some("")]]);
    }

    async fn a_snapshot_does_not_see_what_comes_later(place: Place) {
        // SQLite lets others write beside a reader only so.
        if place.dialect == Dialect::Sqlite {
            place.sql("PRAGMA journal_mode = wal").await;
        }
        place.sql("CREATE TABLE people (id INT); INSERT INTO people VALUES (1);").await;
        let source = place.open();
        let counts = vec![place.statement("SELECT count(*) FROM people", &[]); 3];
        let mut snapshot = source.snapshot().await.unwrap();
        assert_eq!(snapshot.numbers(&counts[..1]).await.unwrap(), [1]);
        place.sql("INSERT INTO people VALUES (2)").await;
        assert_eq!(snapshot.numbers(&counts).await.unwrap(), [1, 1, 1]);
        drop(snapshot);
        assert_eq!(source.numbers(&counts).await.unwrap(), [2, 2, 2]);
    }

    async fn numbers_are_asked_together_with_their_values(place: Place) {
        place.sql("CREATE TABLE people (id INT); INSERT INTO people VALUES (1), (2), (3);").await;
        let cast = if place.dialect == Dialect::Postgresql { "?::int4" } else { "?" };
        let statements: Vec<Statement> = (0..120)
            .map(|number| place.statement(&format!("SELECT count(*) FROM people WHERE id = {cast} OR id = {cast}"), &[&number.to_string(), "3"]))
            .collect();
        let numbers = place.open().numbers(&statements).await.unwrap();
        assert_eq!(numbers[..4], [1, 2, 2, 1]);
        assert_eq!((numbers.len(), numbers[119]), (120, 1));
    }

    async fn a_million_rows_stream_in_flat_memory(place: Place) {
        let source = place.open();
        let read = place.statement(match place.dialect {
            Dialect::Postgresql => "SELECT i::text, repeat('x', 100) FROM generate_series(1, 1000000) AS i",
            Dialect::Mariadb => "SELECT CAST(seq AS CHAR), REPEAT('x', 100) FROM seq_1_to_1000000",
            Dialect::Sqlite => "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 1000000) SELECT CAST(i AS TEXT), printf('%0100d', 0) FROM s",
        }, &[]);
        let mut snapshot = source.snapshot().await.unwrap();
        let before = peak_kilobytes();
        let mut rows = snapshot.read(&read);
        let mut count = 0;
        while let Some(row) = rows.next().await {
            count += row.unwrap().len();
        }
        assert_eq!(count, 2_000_000);
        assert!(peak_kilobytes() - before < FLAT, "{} kB", peak_kilobytes() - before);
    }

    async fn a_stream_left_early_costs_nothing_later(place: Place) {
        place.sql("CREATE TABLE people (id INT); INSERT INTO people VALUES (1), (2), (3);").await;
        let source = place.open_with(|options| options.connections = 1);
        let read = place.statement("SELECT id FROM people", &[]);
        let mut snapshot = source.snapshot().await.unwrap();
        assert!(snapshot.read(&read).next().await.unwrap().is_ok());
        // Rows of the first may still be on their way, so a second is refused rather than mixed with it.
        assert!(snapshot.read(&read).next().await.unwrap().is_err());
        drop(snapshot);
        assert_eq!(source.numbers(&[place.statement("SELECT count(*) FROM people", &[])]).await.unwrap(), [3]);
    }
}

/// The most memory this process has held so far.
fn peak_kilobytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
