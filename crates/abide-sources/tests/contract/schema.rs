//! What a catalogue says arrives whole: keys, references, generated columns, triggers, views, awkward names.

use abide_map::schema::{Dialect, OnDelete, Schema, Table, TableName, TypeClass};

use crate::place::Place;

fn table<'a>(schema: &'a Schema, name: &str) -> &'a Table {
    schema.table(&TableName::new(name)).unwrap()
}

fn class(table: &Table, column: &str) -> TypeClass {
    table.column(column).unwrap().class
}

on_each! {
    async fn keys_and_references_are_read(place: Place) {
        place.sql("
            CREATE TABLE people (tenant INT NOT NULL, id INT NOT NULL, email VARCHAR(120) NOT NULL UNIQUE, boss INT,
                PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, boss) REFERENCES people (tenant, id));
            CREATE TABLE orders (id INT PRIMARY KEY, tenant INT, person INT, noted VARCHAR(20) DEFAULT 'x',
                CONSTRAINT owner FOREIGN KEY (tenant, person) REFERENCES people (tenant, id) ON DELETE SET NULL);
            CREATE TABLE notes (order_id INT REFERENCES orders (id) ON DELETE CASCADE, text TEXT);
            CREATE TABLE items (order_id INT NOT NULL, FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE);
            CREATE INDEX by_person ON orders (person, noted);
        ").await;
        let schema = place.open().schema().await.unwrap();
        assert_eq!(schema.dialect, place.dialect);
        assert!(!schema.version.is_empty());

        let people = table(&schema, "people");
        assert_eq!(people.primary_key, ["tenant", "id"]);
        assert!(people.unique.contains(&vec!["email".to_owned()]));
        assert!(people.is_transactional);
        let email = people.column("email").unwrap();
        assert_eq!((email.length, email.nullable, email.class), (Some(120), false, TypeClass::Text));
        let boss = &people.foreign_keys[0];
        assert_eq!((boss.columns.as_slice(), &boss.target), (["tenant".to_owned(), "boss".to_owned()].as_slice(), &people.name));

        let orders = table(&schema, "orders");
        let owner = &orders.foreign_keys[0];
        assert_eq!(owner.target_columns, ["tenant", "id"]);
        assert_eq!(owner.on_delete, OnDelete::SetNull);
        assert!(orders.indexes.contains(&vec!["person".to_owned(), "noted".to_owned()]));
        assert!(orders.column("noted").unwrap().has_default);
        assert!(orders.column("tenant").unwrap().nullable);

        let items = table(&schema, "items");
        assert_eq!(items.foreign_keys[0].on_delete, OnDelete::Cascade);
        assert!(items.primary_key.is_empty());
    }

    async fn awkward_names_survive(place: Place) {
        let quote = if place.dialect == Dialect::Mariadb { "`" } else { "\"" };
        let sql = r#"
            CREATE TABLE "Order Lines" ("select" INT PRIMARY KEY, "Größe" TEXT, "a'b" INT, "ROW" INT);
            CREATE TABLE "select" (id INT PRIMARY KEY, "from" INT, FOREIGN KEY ("from") REFERENCES "Order Lines" ("select"));
        "#;
        place.sql(&sql.replace('"', quote)).await;
        let source = place.open();
        let schema = source.schema().await.unwrap();
        let lines = table(&schema, "Order Lines");
        let columns: Vec<&str> = lines.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(columns, ["select", "Größe", "a'b", "ROW"]);
        assert_eq!(table(&schema, "select").foreign_keys[0].target, TableName::new("Order Lines"));
        // Reading them works too.
        let sample = source.sample(lines, 10).await.unwrap();
        assert_eq!((sample.rows, sample.columns.len()), (0, 4));
    }

    async fn generated_columns_and_views_are_told_apart(place: Place) {
        let stored = if place.dialect == Dialect::Mariadb { "PERSISTENT" } else { "STORED" };
        place.sql(&format!("
            CREATE TABLE people (id INT PRIMARY KEY, name VARCHAR(40), small VARCHAR(40) GENERATED ALWAYS AS (lower(name)) {stored});
            CREATE VIEW names AS SELECT id, name FROM people;
        ")).await;
        let schema = place.open().schema().await.unwrap();
        let people = table(&schema, "people");
        assert!(people.column("small").unwrap().is_generated);
        assert!(!people.column("name").unwrap().is_generated);
        assert_eq!(schema.tables.len(), 1);
        let names = &schema.views[0];
        assert_eq!((names.columns.len(), names.is_materialised), (2, false));
    }

    async fn triggers_say_what_they_write(place: Place) {
        let tables = "CREATE TABLE people (id INT PRIMARY KEY, name VARCHAR(40)); CREATE TABLE history (id INT, name VARCHAR(40));";
        place.sql(tables).await;
        place.sql(match place.dialect {
            Dialect::Postgresql => "
                CREATE FUNCTION note(i int, n text) RETURNS void LANGUAGE sql AS $$ INSERT INTO history VALUES (i, n) $$;
                CREATE FUNCTION remember() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM note(OLD.id, OLD.name); RETURN OLD; END $$;
                CREATE TRIGGER keeps AFTER UPDATE OR DELETE ON people FOR EACH ROW EXECUTE FUNCTION remember();",
            Dialect::Mariadb => "
                CREATE PROCEDURE note(i INT, n TEXT) INSERT INTO history VALUES (i, n);
                CREATE TRIGGER keeps AFTER DELETE ON people FOR EACH ROW CALL note(OLD.id, OLD.name);",
            Dialect::Sqlite => "
                CREATE TRIGGER keeps AFTER DELETE ON people BEGIN INSERT INTO History VALUES (OLD.id, OLD.name); END;",
        }).await;
        let schema = place.open().schema().await.unwrap();
        let keeps = &schema.triggers[0];
        assert_eq!(keeps.table, TableName::new("people"));
        assert!(keeps.events.contains(&"DELETE".to_owned()));
        assert!(!keeps.events.contains(&"INSERT".to_owned()));
        assert_eq!(keeps.writes, [TableName::new("history")]);
    }

    async fn rows_are_counted_or_estimated(place: Place) {
        place.sql("CREATE TABLE few (id INT); INSERT INTO few VALUES (1), (2), (3); CREATE TABLE none (id INT);").await;
        let schema = place.open().schema().await.unwrap();
        assert_eq!(table(&schema, "few").rows, 3);
        assert_eq!(table(&schema, "none").rows, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_knows_more() {
    let place = Place::postgres("knows_more").await;
    place.sql("
        CREATE SCHEMA billing;
        CREATE TYPE mood AS ENUM ('glad', 'it''s fine');
        CREATE DOMAIN mail AS varchar(80) NOT NULL;
        CREATE TABLE people (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mood mood, mail mail, tags text[], at timestamptz, data jsonb,
            ip inet, u uuid, raw bytea, place point, price numeric(10, 2), ok boolean, day date);
        CREATE TABLE billing.invoices (id int PRIMARY KEY, person bigint REFERENCES people (id) DEFERRABLE INITIALLY IMMEDIATE);
        CREATE TABLE events (id bigint, at date NOT NULL, person bigint REFERENCES people (id)) PARTITION BY RANGE (at);
        CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
        INSERT INTO events VALUES (1, '2026-02-02'), (2, '2026-02-03');
        CREATE MATERIALIZED VIEW copies AS SELECT id, mail FROM people;
        CREATE RULE keeps AS ON DELETE TO people DO ALSO INSERT INTO billing.invoices VALUES (OLD.id, NULL);
        CREATE UNIQUE INDEX ON people (lower(mail));
        CREATE UNIQUE INDEX ON people (u);
        CREATE TABLE staff (badge text) INHERITS (people);
        CREATE TABLE billing.notes (id serial PRIMARY KEY, body text);
        CREATE MATERIALIZED VIEW later AS SELECT id FROM people WITH NO DATA;
    ").await;
    let schema = place.open().schema().await.unwrap();
    let people = table(&schema, "people");
    let expected = [
        ("id", TypeClass::Integer),
        ("mood", TypeClass::Enum),
        ("mail", TypeClass::Text),
        ("tags", TypeClass::Array),
        ("at", TypeClass::Timestamp),
        ("data", TypeClass::Json),
        ("ip", TypeClass::Network),
        ("u", TypeClass::Uuid),
        ("raw", TypeClass::Binary),
        ("place", TypeClass::Geometry),
        ("price", TypeClass::Decimal),
        ("ok", TypeClass::Boolean),
        ("day", TypeClass::Date),
    ];
    for (column, sort) in expected {
        assert_eq!(class(people, column), sort, "{column}");
    }
    assert_eq!(
        people.column("mood").unwrap().allowed,
        ["glad", "it's fine"]
    );
    assert!(!people.column("mail").unwrap().nullable);
    assert_eq!(people.unique, [vec!["u".to_owned()]]);
    let invoices = TableName {
        schema: Some("billing".to_owned()),
        name: "invoices".to_owned(),
    };
    let key = &schema.table(&invoices).unwrap().foreign_keys[0];
    assert!(key.is_deferrable);
    assert_eq!(key.target, people.name);
    assert_eq!(
        table(&schema, "events_2026").partition_of,
        Some(TableName::new("events"))
    );
    assert_eq!(table(&schema, "events").rows, 2);
    assert!(
        schema
            .views
            .iter()
            .any(|view| view.name.name == "copies" && view.is_materialised && view.is_readable)
    );
    let later = schema.views.iter().find(|view| view.name.name == "later");
    assert!(!later.unwrap().is_readable, "nothing is in it yet");
    let notes = TableName {
        schema: Some("billing".to_owned()),
        name: "notes".to_owned(),
    };
    let numbered = &schema.table(&notes).unwrap().sequences;
    assert_eq!(numbered[0].to_string(), "billing.notes_id_seq");
    assert!(people.sequences.is_empty(), "an identity needs no right");
    let staff = table(&schema, "staff");
    assert_eq!(
        (&staff.inherits, &staff.partition_of),
        (&vec![people.name.clone()], &None)
    );
    assert!(people.inherits.is_empty() && table(&schema, "events_2026").inherits.is_empty());
    assert_eq!(schema.triggers[0].writes, [invoices]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mariadb_knows_more() {
    let place = Place::mariadb("knows_more").await;
    place.sql("
        CREATE TABLE people (id INT AUTO_INCREMENT PRIMARY KEY, mood ENUM('glad', 'it''s fine'), data JSON, ok TINYINT(1), raw VARBINARY(16),
            at DATETIME, price DECIMAL(10, 2), long_text LONGTEXT, place POINT, name VARCHAR(30), UNIQUE KEY (name(10)));
        CREATE TABLE old (id INT) ENGINE=MyISAM;
        CREATE TABLE child (id INT, parent INT, FOREIGN KEY (parent) REFERENCES people (id) ON DELETE RESTRICT);
    ").await;
    let schema = place.open().schema().await.unwrap();
    let people = table(&schema, "people");
    let expected = [
        ("id", TypeClass::Integer),
        ("mood", TypeClass::Enum),
        ("data", TypeClass::Json),
        ("ok", TypeClass::Boolean),
        ("raw", TypeClass::Binary),
        ("at", TypeClass::Timestamp),
        ("price", TypeClass::Decimal),
        ("long_text", TypeClass::Text),
        ("place", TypeClass::Geometry),
    ];
    for (column, sort) in expected {
        assert_eq!(class(people, column), sort, "{column}");
    }
    assert_eq!(
        people.column("mood").unwrap().allowed,
        ["glad", "it's fine"]
    );
    assert_eq!(people.column("long_text").unwrap().length, None);
    assert!(people.column("id").unwrap().has_default);
    assert!(!table(&schema, "old").is_transactional);
    assert_eq!(
        table(&schema, "child").foreign_keys[0].on_delete,
        OnDelete::Refuse
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_knows_more() {
    let place = Place::sqlite("knows_more").await;
    place.sql("
        CREATE TABLE People (Id INTEGER PRIMARY KEY, name NVARCHAR(40), anything);
        CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES people, other INT REFERENCES PEOPLE (ID) ON DELETE RESTRICT);
        CREATE TABLE pairs (a INT, b INT, PRIMARY KEY (b, a)) WITHOUT ROWID;
        CREATE VIRTUAL TABLE search USING fts5 (text);
        CREATE UNIQUE INDEX some ON People (name) WHERE name IS NOT NULL;
    ").await;
    let schema = place.open().schema().await.unwrap();
    let names: Vec<&str> = schema
        .tables
        .iter()
        .map(|table| table.name.name.as_str())
        .collect();
    assert_eq!(names, ["People", "child", "pairs", "search"]);
    let keys = &table(&schema, "child").foreign_keys;
    assert!(
        keys.iter()
            .all(|key| key.target.name == "People" && key.target_columns == ["Id"])
    );
    assert_eq!(keys.iter().filter(|key| key.is_deferrable).count(), 1);
    assert_eq!(table(&schema, "pairs").primary_key, ["b", "a"]);
    // One that holds for some rows only does not tell rows apart.
    assert!(table(&schema, "People").unique.is_empty());
    assert_eq!(
        class(table(&schema, "People"), "anything"),
        TypeClass::Other
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_history_that_the_database_keeps_is_told() {
    let place = Place::mariadb("history").await;
    place
        .sql("CREATE TABLE plain (id INT PRIMARY KEY); CREATE TABLE kept (id INT PRIMARY KEY) WITH SYSTEM VERSIONING")
        .await;
    let schema = place.open().schema().await.unwrap();
    assert!(table(&schema, "kept").is_versioned);
    assert!(!table(&schema, "plain").is_versioned);
}
