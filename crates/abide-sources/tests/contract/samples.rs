//! Samples are spread, and containment is asked within the source.

use abide_map::sample::Containment;
use abide_map::schema::{Dialect, TableName};

use crate::place::Place;

fn question(table: &str, column: &str, target: &str, target_column: &str) -> Containment {
    Containment {
        table: TableName::new(table),
        column: column.to_owned(),
        target: TableName::new(target),
        target_column: target_column.to_owned(),
    }
}

/// Fills `people` with ids from 1 to so many.
fn fill(dialect: Dialect, count: u32) -> String {
    match dialect {
        Dialect::Postgresql => format!(
            "INSERT INTO people SELECT i, 'name ' || i FROM generate_series(1, {count}) AS i"
        ),
        Dialect::Mariadb => format!(
            "INSERT INTO people SELECT seq, CONCAT('name ', seq) FROM seq_1_to_{count}; ANALYZE TABLE people"
        ),
        Dialect::Sqlite => format!(
            "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < {count}) INSERT INTO people SELECT i, 'name ' || i FROM s"
        ),
    }
}

on_each! {
    async fn a_sample_is_spread_over_a_big_table(place: Place) {
        place.sql("CREATE TABLE people (id INT PRIMARY KEY, name VARCHAR(40))").await;
        place.sql(&fill(place.dialect, 20_000)).await;
        let source = place.open();
        let schema = source.schema().await.unwrap();
        let people = schema.table(&TableName::new("people")).unwrap();
        assert!((15_000..25_000).contains(&people.rows), "{}", people.rows);
        let sample = source.sample(people, 400).await.unwrap();
        assert!((100..=400).contains(&sample.rows), "{}", sample.rows);
        let last = sample.columns[0].values.iter().map(|value| value.parse::<u32>().unwrap()).max().unwrap();
        assert!(last > 5_000, "{last}");
    }

    async fn nulls_are_counted_and_bytes_are_hex(place: Place) {
        let (bytes, value) = match place.dialect {
            Dialect::Postgresql => ("bytea", "'\\xff00'"),
            Dialect::Mariadb => ("BLOB", "X'ff00'"),
            Dialect::Sqlite => ("BLOB", "X'ff00'"),
        };
        place.sql(&format!("CREATE TABLE t (a INT, b {bytes}); INSERT INTO t VALUES (1, NULL), (1, {value}), (NULL, {value})")).await;
        let source = place.open();
        let schema = source.schema().await.unwrap();
        let sample = source.sample(&schema.tables[0], 10).await.unwrap();
        assert_eq!((sample.rows, sample.columns[0].nulls, sample.columns[1].nulls), (3, 1, 1));
        assert_eq!(sample.columns[0].values, ["1"]);
        assert_eq!(sample.columns[1].values[0].to_lowercase(), "ff00");
    }

    async fn containment_counts_values_that_say_something(place: Place) {
        place.sql("
            CREATE TABLE people (id INT PRIMARY KEY, name VARCHAR(40));
            CREATE TABLE orders (person INT, person_text VARCHAR(20), other INT);
            INSERT INTO people VALUES (1, 'a'), (2, 'b'), (3, 'c');
            INSERT INTO orders VALUES (1, '1', 10), (2, '2', 20), (2, '', 0), (0, NULL, NULL), (NULL, '9', 1);
        ").await;
        let source = place.open();
        let schema = source.schema().await.unwrap();
        let questions = [
            question("orders", "person", "people", "id"),
            question("orders", "person_text", "people", "id"),
            question("orders", "other", "people", "id"),
            question("orders", "gone", "people", "id"),
        ];
        let answers = source.contained(&schema, &questions).await.unwrap();
        let counts: Vec<(u64, u64, u64)> = answers.iter().map(|answer| (answer.asked, answer.found, answer.target)).collect();
        assert_eq!(counts, [(2, 2, 3), (3, 2, 3), (3, 1, 3), (0, 0, 0)]);
    }
}
