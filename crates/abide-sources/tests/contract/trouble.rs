//! Trouble is told for what it is, in words without values, and nothing stays half done.

use std::time::Duration;

use abide_map::schema::Dialect;
use abide_map::statement::Statement;
use abide_sources::{Address, Marker, Source, SourceError, SourceOptions, Trouble, Work, open};
use sqlx::{Connection as _, Executor as _, MySqlConnection, PgConnection, SqliteConnection};

use crate::place::Place;

const TABLES: &str = "
    CREATE TABLE people (id INT PRIMARY KEY, name VARCHAR(40) NOT NULL UNIQUE);
    CREATE TABLE orders (id INT PRIMARY KEY, person INT NOT NULL, CONSTRAINT owner FOREIGN KEY (person) REFERENCES people (id));
    INSERT INTO people VALUES (1, 'quince'), (2, 'medlar');
    INSERT INTO orders VALUES (1, 1);
";

fn work(step: Statement) -> Work {
    Work {
        intent: "one".to_owned(),
        steps: vec![step],
        ..Work::default()
    }
}

fn without_values(error: &SourceError) {
    let said = format!("{error} {error:?}");
    assert!(
        !said.contains("quince") && !said.contains("medlar"),
        "{said}"
    );
}

/// Somebody else who holds a lock on the first person until dropped.
enum Holder {
    Postgres(PgConnection),
    Mariadb(MySqlConnection),
    Sqlite(SqliteConnection),
}

impl Holder {
    async fn new(place: &Place) -> Self {
        Self::doing(place, "UPDATE people SET name = 'held' WHERE id = 1").await
    }

    /// In the middle of a transaction that has done this.
    async fn doing(place: &Place, update: &'static str) -> Self {
        match place.dialect {
            Dialect::Postgresql => {
                let mut it = PgConnection::connect(&place.url).await.unwrap();
                it.execute("BEGIN").await.unwrap();
                it.execute(update).await.unwrap();
                Self::Postgres(it)
            }
            Dialect::Mariadb => {
                let mut it = MySqlConnection::connect(&place.url).await.unwrap();
                it.execute("BEGIN").await.unwrap();
                it.execute(update).await.unwrap();
                Self::Mariadb(it)
            }
            Dialect::Sqlite => {
                let mut it = SqliteConnection::connect(&place.url).await.unwrap();
                it.execute("BEGIN IMMEDIATE").await.unwrap();
                it.execute(update).await.unwrap();
                Self::Sqlite(it)
            }
        }
    }

    async fn let_go(self) {
        self.end("ROLLBACK").await;
    }

    async fn end(self, how: &'static str) {
        match self {
            Self::Postgres(mut it) => drop(it.execute(how).await.unwrap()),
            Self::Mariadb(mut it) => drop(it.execute(how).await.unwrap()),
            Self::Sqlite(mut it) => drop(it.execute(how).await.unwrap()),
        }
    }
}

on_each! {
    async fn a_lock_is_waited_for_and_not_for_ever(place: Place) {
        place.sql(TABLES).await;
        let source = place.open();
        // The table of markers is made before anybody holds a lock.
        source.run(&Work { intent: "zero".to_owned(), ..Work::default() }).await.unwrap();
        let holder = Holder::new(&place).await;
        let mut held = work(place.statement("UPDATE people SET name = 'x' WHERE id = 1", &[]));
        held.lock_timeout = Some(Duration::from_millis(200));
        let error = source.run(&held).await.unwrap_err();
        assert_eq!(error.trouble, Trouble::LockTimeout, "{error:?}");
        assert!(error.is_passing() && !error.may_be_done());
        holder.let_go().await;
        assert_eq!(source.run(&held).await.unwrap().rows, [1]);
    }

    async fn an_intent_is_closed_off_only_once_nobody_is_at_work_on_it(place: Place) {
        place.sql(TABLES).await;
        // The least that every server can wait.
        let source = place.open_with(|options| options.lock_timeout = Duration::from_secs(1));
        source.run(&Work { intent: "zero".to_owned(), ..Work::default() }).await.unwrap();
        let marking = "INSERT INTO abide_marker VALUES ('one', '2026-01-01')";
        for (how, told) in [("ROLLBACK", Marker::Absent), ("COMMIT", Marker::Committed("2026-01-01".to_owned()))] {
            let other = Holder::doing(&place, marking).await;
            let error = source.fence("one").await.unwrap_err();
            assert_eq!(error.trouble, Trouble::LockTimeout, "{how}: {error:?}");
            other.end(how).await;
            assert_eq!(source.fence("one").await.unwrap(), told, "{how}");
            place.sql("DELETE FROM abide_marker").await;
        }
    }

    async fn a_statement_that_takes_too_long_is_stopped(place: Place) {
        place.sql(TABLES).await;
        let source = place.open();
        let mut slow = work(place.statement(match place.dialect {
            Dialect::Postgresql => "UPDATE people SET name = name WHERE (SELECT count(*) FROM generate_series(1, 1000000000)) > 0",
            Dialect::Mariadb => "UPDATE people SET name = name WHERE (SELECT count(*) FROM seq_1_to_1000000 a, seq_1_to_1000000 b) > 0",
            Dialect::Sqlite => "UPDATE people SET name = name WHERE (WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 1000000000) SELECT count(*) FROM s) > 0",
        }, &[]));
        slow.statement_timeout = Some(Duration::from_millis(300));
        let error = source.run(&slow).await.unwrap_err();
        assert_eq!(error.trouble, Trouble::Timeout, "{error:?}");
        // The lock is free again.
        source.run(&work(place.statement("UPDATE people SET name = 'x' WHERE id = 1", &[]))).await.unwrap();
    }

    async fn a_constraint_is_named_without_its_values(place: Place) {
        place.sql(TABLES).await;
        let source = place.open();
        let error = source.run(&work(place.statement("DELETE FROM people WHERE id = 1", &[]))).await.unwrap_err();
        match (&error.trouble, place.dialect) {
            (Trouble::ConstraintViolated(Some(name)), Dialect::Postgresql | Dialect::Mariadb) => assert_eq!(name, "owner"),
            (Trouble::ConstraintViolated(Some(name)), Dialect::Sqlite) => assert_eq!(name, "FOREIGN KEY"),
            _ => panic!("{error:?}"),
        }
        let error = source.run(&work(place.statement("UPDATE people SET name = 'medlar'", &[]))).await.unwrap_err();
        assert!(matches!(error.trouble, Trouble::ConstraintViolated(Some(_))), "{error:?}");
        without_values(&error);
        let error = source.run(&work(place.statement("UPDATE people SET name = NULL", &[]))).await.unwrap_err();
        assert!(matches!(&error.trouble, Trouble::ConstraintViolated(Some(name)) if name.contains("name")), "{error:?}");
        assert_eq!(place.count("people").await, 2);
        assert_eq!(source.marker("one").await.unwrap(), Marker::Absent);
    }

    async fn a_server_that_is_not_there_is_said_so(place: Place) {
        let address = match place.dialect {
            Dialect::Postgresql => "postgres://abide:quince@127.0.0.1:1/shop".to_owned(),
            Dialect::Mariadb => "mysql://abide:quince@127.0.0.1:1/shop".to_owned(),
            Dialect::Sqlite => format!("{}.gone", place.url),
        };
        let mut options = SourceOptions::new("shop");
        options.connect_timeout = Duration::from_secs(1);
        let source = open(&Address::parse(&address).unwrap(), options).unwrap();
        let error = source.version().await.unwrap_err();
        assert!(matches!(error.trouble, Trouble::Unreachable(_)), "{error:?}");
        assert!(error.is_passing());
        without_values(&error);
        assert!(!format!("{source:?}").contains("quince"));
    }
}

/// A server whose answer to a COMMIT is no refusal that is known for one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_odd_answer_to_a_commit_leaves_it_in_doubt_postgres() {
    let place = Place::postgres("doubt").await;
    place.sql(TABLES).await;
    place.sql("
        CREATE FUNCTION odd() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'odd' USING ERRCODE = '40003'; END $$;
        CREATE CONSTRAINT TRIGGER odd AFTER UPDATE ON people DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION odd();
    ").await;
    let source = place.open();
    let odd = work(place.statement("UPDATE people SET name = 'x' WHERE id = 2", &[]));
    let error = source.run(&odd).await.unwrap_err();
    assert_eq!(error.doing, "committing");
    assert!(error.may_be_done(), "{error:?}");
    assert_eq!(source.fence("one").await.unwrap(), Marker::Absent);
    assert_eq!(
        source.run(&odd).await.unwrap_err().trouble,
        Trouble::AlreadyDone
    );
}

/// Makes an account that may read `people` and nothing else.
async fn reader(place: &Place) -> Box<dyn Source> {
    let account = format!("{}_reader", place.name());
    place
        .sql(&match place.dialect {
            Dialect::Postgresql => format!("CREATE ROLE {account} LOGIN PASSWORD 'quince'; GRANT SELECT ON people TO {account}"),
            _ => format!(
                "CREATE USER {account} IDENTIFIED BY 'quince'; GRANT SELECT ON {}.people TO {account}",
                place.name()
            ),
        })
        .await;
    place.open_as(&account, "quince")
}

async fn missing_permission(place: Place) {
    place.sql(TABLES).await;
    let source = reader(&place).await;
    assert_eq!(
        source
            .numbers(&[place.statement("SELECT count(*) FROM people", &[])])
            .await
            .unwrap(),
        [2]
    );
    let schema = source.schema().await.unwrap();
    assert!(!schema.tables.is_empty());
    let done = source
        .run(&Work {
            intent: "one".to_owned(),
            ..Work::default()
        })
        .await
        .unwrap();
    assert!(!done.is_marked);
    assert_eq!(source.marker("one").await.unwrap(), Marker::Untold);
    let earlier = source.snapshot().await.unwrap();
    let error = source
        .run(&work(place.statement("DELETE FROM people", &[])))
        .await
        .unwrap_err();
    assert!(
        matches!(&error.trouble, Trouble::Refused(Some(name)) if name.contains("people")),
        "{error:?}"
    );
    assert!(error.to_string().contains("abide map grants"));
    let (account, database) = (format!("{}_reader", place.name()), place.name());
    place
        .sql(&match place.dialect {
            Dialect::Postgresql => format!("GRANT DELETE ON orders TO {account}"),
            _ => format!("GRANT SELECT, DELETE ON {database}.* TO {account}"),
        })
        .await;
    // A connection that began before the grants were given may still go by those it had.
    earlier.end().await.unwrap();
    let granted = work(place.statement("DELETE FROM orders", &[]));
    source.run(&granted).await.unwrap();
    let wrong = place.open_as("nobody_of_that_name", "quince");
    let error = wrong.version().await.unwrap_err();
    assert_eq!(error.trouble, Trouble::SignIn, "{error:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_permission_is_named_postgres() {
    missing_permission(Place::postgres("missing").await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_permission_is_named_mariadb() {
    missing_permission(Place::mariadb("missing").await).await;
}

/// An account from which a policy hides rows is refused them all, rather than shown some.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_a_policy_hides_are_not_left_out_without_a_word_postgres() {
    let place = Place::postgres("hidden").await;
    place.sql(TABLES).await;
    let source = reader(&place).await;
    let account = format!("{}_reader", place.name());
    place
        .sql(&format!(
            "GRANT DELETE ON people TO {account};
            ALTER TABLE orders DROP CONSTRAINT owner;
            ALTER TABLE people ENABLE ROW LEVEL SECURITY;
            CREATE POLICY first_only ON people TO {account} USING (id = 1)"
        ))
        .await;
    let schema = source.schema().await.unwrap();
    let hides = |name: &str| {
        let mut tables = schema.tables.iter();
        tables
            .find(|table| table.name.name == name)
            .unwrap()
            .hides_rows
    };
    assert!(hides("people") && !hides("orders"));
    let count = place.statement("SELECT count(*) FROM people", &[]);
    let error = source.numbers(&[count]).await.unwrap_err();
    let hidden = Trouble::HiddenRows(Some("people".to_owned()));
    assert_eq!(error.trouble, hidden, "{error:?}");
    assert!(error.to_string().contains("BYPASSRLS"), "{error}");
    let delete = work(place.statement("DELETE FROM people", &[]));
    let error = source.run(&delete).await.unwrap_err();
    assert_eq!(error.trouble, hidden, "{error:?}");
    assert_eq!(place.count("people").await, 2);
    place.sql(&format!("ALTER ROLE {account} BYPASSRLS")).await;
    assert_eq!(source.run(&delete).await.unwrap().rows, [2]);
    assert!(!source.schema().await.unwrap().tables[0].hides_rows);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_only_reads_is_told_the_same_references_mariadb() {
    let place = Place::mariadb("references").await;
    place
        .sql(
            "CREATE TABLE people (id INT PRIMARY KEY);
            CREATE TABLE orders (id INT PRIMARY KEY, person INT, boss INT,
                CONSTRAINT `a, ``b` FOREIGN KEY (person) REFERENCES people (id) ON DELETE CASCADE ON UPDATE CASCADE,
                CONSTRAINT second FOREIGN KEY (boss) REFERENCES people (id) ON DELETE SET NULL);",
        )
        .await;
    let source = reader(&place).await;
    let account = format!("{}_reader", place.name());
    place
        .sql(&format!("GRANT SELECT ON orders TO {account}"))
        .await;
    let owner = place.open().schema().await.unwrap();
    assert_eq!(source.schema().await.unwrap().tables, owner.tables);
}

/// Ends every other connection to the database while a piece of work is in the middle of a step.
async fn cut(place: Place, slow: &str, waiting: &str, kill: &str) {
    place.sql(TABLES).await;
    let source = place.open();
    let mut it = work(place.statement("UPDATE people SET name = 'x' WHERE id = 2", &[]));
    it.steps.push(place.statement(slow, &[]));
    let cutting = async {
        let admin = place.open();
        let waits = [place.statement(waiting, &[])];
        while admin.numbers(&waits).await.unwrap()[0] == 0 {
            tokio::task::yield_now().await;
        }
        place.sql(kill).await;
    };
    let (done, ()) = tokio::join!(source.run(&it), cutting);
    let error = done.unwrap_err();
    assert_eq!(error.trouble, Trouble::Gone, "{error:?}");
    assert!(!error.may_be_done());
    // The pool makes a fresh connection, and nothing of the work stayed.
    assert_eq!(source.marker("one").await.unwrap(), Marker::Absent);
    let left = place.statement("SELECT count(*) FROM people WHERE name = 'x'", &[]);
    assert_eq!(source.numbers(&[left]).await.unwrap(), [0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_cut_in_the_middle_leaves_nothing_postgres() {
    let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(30)%' AND pid <> pg_backend_pid()";
    cut(
        Place::postgres("cut").await,
        "UPDATE people SET name = 'y' WHERE id = 1 AND pg_sleep(30) IS NOT NULL",
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'",
        kill,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_cut_in_the_middle_leaves_nothing_mariadb() {
    let place = Place::mariadb("cut").await;
    place.sql("CREATE PROCEDURE cut_it() BEGIN
        DECLARE it BIGINT; SELECT max(id) INTO it FROM information_schema.PROCESSLIST WHERE db = DATABASE() AND state = 'User sleep';
        KILL it; END").await;
    cut(
        place,
        "UPDATE people SET name = 'y' WHERE id = 1 AND SLEEP(30) = 0",
        "SELECT count(*) FROM information_schema.PROCESSLIST WHERE db = DATABASE() AND state = 'User sleep'",
        "CALL cut_it()",
    )
    .await;
}

#[test]
fn addresses_keep_their_password_apart() {
    let address =
        Address::parse("mariadb://abide:p%40ss@word@db.example:3307/shop?sslmode=required")
            .unwrap();
    assert_eq!(
        address.to_string(),
        "mysql://abide@db.example:3307/shop?sslmode=required"
    );
    assert!(address.password.is_some());
    assert!(!format!("{address:?}").contains("ss@word"));
    let address =
        Address::parse("postgres://db.example/shop?password=quince&sslmode=require").unwrap();
    assert_eq!(
        address.to_string(),
        "postgres://db.example/shop?sslmode=require"
    );
    assert!(address.password.is_some());
    assert!(
        Address::parse("oracle://quince@db")
            .unwrap_err()
            .contains("postgres://")
    );
}

/// A trigger that dresses up its own words as a refusal of the server.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_of_a_trigger_are_not_repeated_postgres() {
    let place = Place::postgres("raising").await;
    place.sql(TABLES).await;
    for (code, using) in [
        ("42501", ""),
        ("42P01", ""),
        ("23514", ", CONSTRAINT = OLD.name, COLUMN = OLD.name"),
    ] {
        place.sql(&format!(
            "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $f$
             BEGIN RAISE 'permission denied for \"%\"', OLD.name USING ERRCODE = '{code}'{using}; END $f$;
             DROP TRIGGER IF EXISTS refuses ON people;
             CREATE TRIGGER refuses BEFORE DELETE ON people FOR EACH ROW EXECUTE FUNCTION refuse()"
        ))
        .await;
        let gone = place.statement("DELETE FROM people WHERE id = 2", &[]);
        let error = place.open().run(&work(gone)).await.unwrap_err();
        without_values(&error);
    }
}

/// Nothing of a row that was deleted is left in the free pages of the file.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deleted_bytes_are_gone_sqlite() {
    let place = Place::sqlite("bytes").await;
    place.sql(TABLES).await;
    let gone = place.statement("DELETE FROM people WHERE id = 2", &[]);
    let source = place.open();
    source.run(&work(gone)).await.unwrap();
    source.close().await.unwrap();
    let path = place.url.strip_prefix("sqlite:").unwrap();
    let bytes = std::fs::read(path).unwrap();
    let holds = |word: &str| {
        bytes
            .windows(word.len())
            .any(|part| part == word.as_bytes())
    };
    assert!(holds("quince") && !holds("medlar"));
}

/// A child is no more than a part of its parent only without columns of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_child_with_columns_of_its_own_is_no_part_postgres() {
    let place = Place::postgres("children").await;
    place
        .sql(
            "CREATE TABLE parents (id INT, gone INT); ALTER TABLE parents DROP COLUMN gone;
             CREATE TABLE plain () INHERITS (parents);
             CREATE TABLE wider (mail TEXT) INHERITS (parents)",
        )
        .await;
    let schema = place.open().schema().await.unwrap();
    let part_of = |name: &str| {
        let table = schema.tables.iter().find(|table| table.name.name == name);
        table
            .unwrap()
            .partition_of
            .clone()
            .map(|parent| parent.name)
    };
    assert_eq!(part_of("plain").as_deref(), Some("parents"));
    assert_eq!(part_of("wider"), None);
}
