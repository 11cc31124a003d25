//! Rules whose statements differ between engines, on each of them: what is unique, what is bytes, what is divided.

use abide_map::promise::Promises;
use abide_sources::{Address, SourceOptions};

use crate::desk::{Desk, plain, planner, text};
use crate::place::{Database, Engine, Folder};

pub(crate) async fn desk(engine: Engine, folder: &Folder, statements: &[&str], map: &str) -> Desk {
    let database = Database::create(engine, "rules", folder).await;
    if let Some(path) = database.url.strip_prefix("sqlite:") {
        std::fs::write(path, b"").unwrap();
    }
    let address = Address::parse(&database.url).unwrap();
    let source = abide_sources::open(&address, SourceOptions::new("test")).unwrap();
    let statements: Vec<String> = statements.iter().map(|it| (*it).to_owned()).collect();
    let map = format!("map m {{ source test\n{map}\n}}");
    Desk::with(source, None, &statements, &map).await
}

async fn erase(desk: &Desk, known: &[(&str, &str)]) {
    let ownership = desk.ownership().unwrap();
    let promises = Promises::default();
    let planner = planner(&ownership, &promises, &[]);
    let subjects = desk.subjects(&planner, known).await;
    let plan = planner.erase(&subjects).unwrap();
    let obstacles: Vec<_> = plan.obstacles.iter().map(|it| it.count.clone()).collect();
    let met = desk.source.numbers(&obstacles).await.unwrap();
    assert!(plan.refused(&met).is_empty(), "{:?}", plan.refused(&met));
    if let Err(error) = desk.run(&plan).await {
        panic!("{error}\n{}", text(&plan));
    }
    let left = desk.counts(&plan).await.unwrap();
    assert!(left.iter().all(|count| *count == 0), "{}", text(&plan));
}

pub(crate) async fn all(desk: &Desk, sql: &str) -> Vec<Vec<String>> {
    let rows = desk.rows(&plain(sql)).await.into_iter();
    let cells = |row: abide_map::plan::Row| row.into_iter().map(|it| it.0.unwrap_or("-".into()));
    rows.map(|row| cells(row).collect()).collect()
}

const USERS: &str =
    "table users { subject; identity account-id id; identity email mail; erase delete }";

/// Two rows of one person that others own too, and that must differ in the person's address.
async fn joint_rows_differ(engine: Engine) {
    let folder = Folder::new();
    let statements = [
        "CREATE TABLE users (id bigint PRIMARY KEY, mail varchar(60))",
        "CREATE TABLE seats (id bigint PRIMARY KEY, host bigint, mail varchar(60) NOT NULL UNIQUE, room varchar(9))",
        "INSERT INTO users VALUES (1, 'a@example.org'), (2, 'b@example.org')",
        "INSERT INTO seats VALUES (1, 2, 'a@example.org', 'x'), (2, 2, 'A@x.example', 'y'), (3, 2, 'b@example.org', 'z')",
    ];
    let map = format!(
        "{USERS}\ntable seats {{ owned-by host to=users; identity email mail; erase delete }}"
    );
    let desk = desk(engine, &folder, &statements, &map).await;
    erase(
        &desk,
        &[("email", "a@example.org"), ("email", "A@x.example")],
    )
    .await;
    let rows = all(
        &desk,
        "SELECT CAST(id AS char(9)), mail FROM seats ORDER BY id",
    )
    .await;
    let mails: Vec<&str> = rows.iter().map(|row| row[1].as_str()).collect();
    assert!(
        mails[0].starts_with("erased-") && mails[1].starts_with("erased-"),
        "{mails:?}"
    );
    assert_ne!(mails[0], mails[1]);
    assert_eq!(mails[2], "b@example.org");
    desk.source.close().await.unwrap();
}

#[tokio::test]
async fn joint_rows_differ_in_sqlite() {
    joint_rows_differ(Engine::Sqlite).await;
}

#[tokio::test]
async fn joint_rows_differ_in_postgresql() {
    joint_rows_differ(Engine::Postgres).await;
}

#[tokio::test]
async fn joint_rows_differ_in_mariadb() {
    joint_rows_differ(Engine::Mariadb).await;
}

/// An address, a condition and an overwritten word in columns of bytes.
async fn bytes_are_those_of_the_text(engine: Engine) {
    let folder = Folder::new();
    let bytes = match engine {
        Engine::Mariadb => "varbinary(60)",
        Engine::Postgres => "bytea",
        Engine::Sqlite => "blob",
    };
    let lit = |text: &str| match engine {
        Engine::Postgres => format!("'{text}'::bytea"),
        Engine::Mariadb => format!("'{text}'"),
        Engine::Sqlite => format!("CAST('{text}' AS BLOB)"),
    };
    let (ann, bob, kind) = (lit("Ann@example.org"), lit("bob@example.org"), lit("note"));
    let statements = [
        "CREATE TABLE users (id bigint PRIMARY KEY, mail varchar(60))".to_owned(),
        format!("CREATE TABLE notes (id bigint PRIMARY KEY, mail {bytes}, word {bytes} NOT NULL)"),
        format!("CREATE TABLE marks (id bigint PRIMARY KEY, kind {bytes}, at bigint)"),
        format!("INSERT INTO notes VALUES (1, {ann}, {kind}), (2, {bob}, {kind})"),
        format!("INSERT INTO marks VALUES (1, {kind}, 1), (2, {kind}, 2), (3, {bob}, 1)"),
    ];
    let map = format!(
        "{USERS}
        table notes {{ identity email mail; erase anonymise {{ overwrite word with=gone; overwrite mail }} }}
        table marks {{ owned-by at to=notes {{ when kind note }}; erase delete }}"
    );
    let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
    let desk = desk(engine, &folder, &statements, &map).await;
    erase(&desk, &[("email", "Ann@example.org")]).await;
    let text = |column: &str| match engine {
        Engine::Postgres => format!("encode({column}, 'escape')"),
        Engine::Mariadb => format!("CAST({column} AS CHAR)"),
        Engine::Sqlite => format!("CAST({column} AS TEXT)"),
    };
    let sql = format!(
        "SELECT {}, {} FROM notes ORDER BY id",
        text("mail"),
        text("word")
    );
    assert_eq!(
        all(&desk, &sql).await,
        [["-", "gone"], ["bob@example.org", "note"]]
    );
    let ids = all(&desk, "SELECT CAST(id AS char(1)) FROM marks ORDER BY id").await;
    assert_eq!(ids, [["2"], ["3"]]);
    desk.source.close().await.unwrap();
}

#[tokio::test]
async fn bytes_are_those_of_the_text_in_sqlite() {
    bytes_are_those_of_the_text(Engine::Sqlite).await;
}

#[tokio::test]
async fn bytes_are_those_of_the_text_in_postgresql() {
    bytes_are_those_of_the_text(Engine::Postgres).await;
}

#[tokio::test]
async fn bytes_are_those_of_the_text_in_mariadb() {
    bytes_are_those_of_the_text(Engine::Mariadb).await;
}

#[tokio::test]
async fn references_that_only_parts_declare_are_cut_and_ordered() {
    let folder = Folder::new();
    let statements = [
        "CREATE TABLE users (id bigint PRIMARY KEY, mail text)",
        "CREATE TABLE rides (id bigint PRIMARY KEY, who bigint REFERENCES users)",
        "CREATE TABLE payments (id bigint, who bigint NOT NULL, ride bigint, made date NOT NULL) PARTITION BY RANGE (made)",
        "CREATE TABLE payments_1 PARTITION OF payments FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')",
        "CREATE TABLE payments_2 PARTITION OF payments FOR VALUES FROM ('2026-02-01') TO ('2026-03-01')",
        "ALTER TABLE payments_1 ADD FOREIGN KEY (who) REFERENCES users, ADD FOREIGN KEY (ride) REFERENCES rides, ADD PRIMARY KEY (id, made)",
        "ALTER TABLE payments_2 ADD FOREIGN KEY (who) REFERENCES users, ADD PRIMARY KEY (id, made)",
        "INSERT INTO users VALUES (1, 'a'), (2, 'b')",
        "INSERT INTO rides VALUES (1, 1), (2, 2)",
        "INSERT INTO payments VALUES (1, 1, 1, '2026-01-05'), (2, 2, 1, '2026-01-06'), (3, 1, 2, '2026-02-05')",
    ];
    let map = format!(
        "{USERS}
        table rides {{ owned-by who to=users; erase delete }}
        table payments {{ owned-by who to=users; refers ride to=rides; erase delete }}"
    );
    let desk = desk(Engine::Postgres, &folder, &statements, &map).await;
    let payments = desk
        .schema
        .tables
        .iter()
        .find(|table| table.name.name == "payments")
        .unwrap();
    let mut keys: Vec<(&str, bool)> = payments
        .foreign_keys
        .iter()
        .map(|key| (key.columns[0].as_str(), key.is_partial))
        .collect();
    keys.sort_unstable();
    assert_eq!(keys, [("ride", true), ("who", false)]);
    assert_eq!(payments.unique, [["id", "made"]]);
    erase(&desk, &[("account-id", "1")]).await;
    let rows = all(
        &desk,
        "SELECT id::text, ride::text FROM payments ORDER BY id",
    )
    .await;
    assert_eq!(rows, [["2", "-"]]);
    assert_eq!(all(&desk, "SELECT id::text FROM rides").await, [["2"]]);
    desk.source.close().await.unwrap();
}

/// Parcels to others, of somebody who is asked for by the number of an account alone.
async fn what_names_somebody_else_stays_however_one_asks(engine: Engine) {
    let statements = [
        "CREATE TABLE users (id bigint PRIMARY KEY, mail varchar(60))",
        "CREATE TABLE parcels (id bigint PRIMARY KEY, customer bigint, recipient varchar(60))",
        "INSERT INTO users VALUES (1, 'Ann@example.org'), (2, 'b@example.org')",
        "INSERT INTO parcels VALUES (1, 1, 'ann@example.org'), (2, 1, 'b@example.org'), (3, 1, NULL), (4, 2, 'ann@example.org')",
    ];
    let map = format!(
        "{USERS}
        table parcels {{ owned-by customer to=users; identity email recipient; erase delete }}"
    );
    for (kind, value, left) in [
        (
            "account-id",
            "1",
            [["2", "-", "b@example.org"], ["4", "2", "ann@example.org"]],
        ),
        (
            "email",
            "ann@example.org",
            [["2", "-", "b@example.org"], ["4", "2", "-"]],
        ),
    ] {
        let folder = Folder::new();
        let desk = desk(engine, &folder, &statements, &map).await;
        erase(&desk, &[(kind, value)]).await;
        let sql = "SELECT CAST(id AS char(1)), CAST(customer AS char(1)), recipient FROM parcels ORDER BY id";
        assert_eq!(all(&desk, sql).await, left, "{kind}");
        desk.source.close().await.unwrap();
    }
}

#[tokio::test]
async fn what_names_somebody_else_stays_however_one_asks_in_sqlite() {
    what_names_somebody_else_stays_however_one_asks(Engine::Sqlite).await;
}

#[tokio::test]
async fn what_names_somebody_else_stays_however_one_asks_in_postgresql() {
    what_names_somebody_else_stays_however_one_asks(Engine::Postgres).await;
}

#[tokio::test]
async fn what_names_somebody_else_stays_however_one_asks_in_mariadb() {
    what_names_somebody_else_stays_however_one_asks(Engine::Mariadb).await;
}

/// A column of the engine's own type of UUID that has to hold what nobody else has.
async fn a_uuid_can_be_one_that_nobody_else_has(engine: Engine) {
    let folder = Folder::new();
    let statements = [
        "CREATE TABLE users (id bigint PRIMARY KEY, mail varchar(60), device uuid NOT NULL UNIQUE)",
        "INSERT INTO users VALUES (1, 'a@example.org', '9f1c0c2e-55aa-4b1f-8a10-0123456789ab'), (2, 'b@example.org', '9f1c0c2e-55aa-4b1f-8a10-0123456789ac')",
    ];
    let map = "table users { subject; identity account-id id; identity email mail; identity device-id device; erase anonymise { overwrite mail; overwrite device with=unique } }";
    let desk = desk(engine, &folder, &statements, map).await;
    erase(&desk, &[("account-id", "1")]).await;
    let left = all(
        &desk,
        "SELECT CAST(device AS char(36)) FROM users ORDER BY id",
    )
    .await;
    assert!(
        left[0][0].starts_with("00000000-") && left[0][0].len() == 36,
        "{left:?}"
    );
    assert!(left[1][0].starts_with("9f1c0c2e-"), "{left:?}");
    desk.source.close().await.unwrap();
}

#[tokio::test]
async fn a_uuid_can_be_one_that_nobody_else_has_in_sqlite() {
    a_uuid_can_be_one_that_nobody_else_has(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_uuid_can_be_one_that_nobody_else_has_in_postgresql() {
    a_uuid_can_be_one_that_nobody_else_has(Engine::Postgres).await;
}

#[tokio::test]
async fn a_uuid_can_be_one_that_nobody_else_has_in_mariadb() {
    a_uuid_can_be_one_that_nobody_else_has(Engine::Mariadb).await;
}

/// A message to somebody whose account went while nobody held the reference against it.
async fn who_is_no_longer_there_owns_nothing(engine: Engine) {
    let folder = Folder::new();
    let database = Database::create(engine, "ghosts", &folder).await;
    if let Some(path) = database.url.strip_prefix("sqlite:") {
        std::fs::write(path, b"").unwrap();
    }
    let tables = "CREATE TABLE users (id bigint PRIMARY KEY, mail varchar(60));
        INSERT INTO users VALUES (1, 'a@example.org'), (2, 'b@example.org');";
    let rows = "INSERT INTO messages VALUES (1, 1, 9), (2, 1, 2), (3, 2, 9);";
    let (before, after) = match engine {
        Engine::Sqlite => (
            "PRAGMA foreign_keys = OFF; CREATE TABLE messages (id bigint PRIMARY KEY, sender bigint REFERENCES users (id), receiver bigint REFERENCES users (id));",
            "",
        ),
        _ => (
            "CREATE TABLE messages (id bigint PRIMARY KEY, sender bigint, receiver bigint);",
            "ALTER TABLE messages ADD FOREIGN KEY (sender) REFERENCES users (id);
             ALTER TABLE messages ADD FOREIGN KEY (receiver) REFERENCES users (id) NOT VALID;",
        ),
    };
    database
        .run(&format!("{tables} {before} {rows} {after}"))
        .await;
    let address = Address::parse(&database.url).unwrap();
    let source = abide_sources::open(&address, SourceOptions::new("test")).unwrap();
    let map = format!(
        "map m {{ source test\n{USERS}
        table messages {{ owned-by sender to=users; owned-by receiver to=users; erase delete }} }}"
    );
    let desk = Desk::with(source, None, &[], &map).await;
    erase(&desk, &[("account-id", "1")]).await;
    let left = all(
        &desk,
        "SELECT CAST(id AS char(1)) FROM messages ORDER BY id",
    )
    .await;
    assert_eq!(left, [["2"], ["3"]]);
    desk.source.close().await.unwrap();
}

#[tokio::test]
async fn who_is_no_longer_there_owns_nothing_in_sqlite() {
    who_is_no_longer_there_owns_nothing(Engine::Sqlite).await;
}

#[tokio::test]
async fn who_is_no_longer_there_owns_nothing_in_postgresql() {
    who_is_no_longer_there_owns_nothing(Engine::Postgres).await;
}

/// Numbers and names that a database or a double takes for the same, and that are other people's.
async fn others_that_look_the_same_stay(engine: Engine) {
    let folder = Folder::new();
    let statements = [
        "CREATE TABLE users (tenant bigint NOT NULL, id bigint NOT NULL, mobile varchar(40), PRIMARY KEY (tenant, id))",
        "CREATE TABLE orders (id bigint PRIMARY KEY, tenant bigint, who bigint)",
        "CREATE TABLE wallets (id decimal(20, 0) PRIMARY KEY, tenant bigint, who bigint)",
        "CREATE TABLE coins (id bigint PRIMARY KEY, wallet decimal(20, 0))",
        "CREATE TABLE parcels (id bigint PRIMARY KEY, ref varchar(40), mail varchar(60))",
        "INSERT INTO users VALUES (1, 9007199254740992, NULL), (1, 9007199254740993, NULL)",
        "INSERT INTO orders VALUES (1, 1, 9007199254740992), (2, 1, 9007199254740993)",
        "INSERT INTO wallets VALUES (9007199254740992, 1, 9007199254740992), (9007199254740993, 1, 9007199254740993)",
        "INSERT INTO coins VALUES (1, 9007199254740992), (2, 9007199254740993)",
        "INSERT INTO parcels VALUES (1, 'aB3x', 'Jose@example.org'), (2, 'Ab3X', 'josé@example.org'), (3, 'aB3x', NULL)",
    ];
    let map = "table users { subject; identity account-id id; erase delete }
        table orders { owned-by tenant who to=\"users(tenant, id)\"; erase delete }
        table wallets { owned-by tenant who to=\"users(tenant, id)\"; erase delete }
        table coins { owned-by wallet to=wallets; erase delete }
        table parcels { identity ref ref; identity email mail; erase delete }";
    let desk = desk(engine, &folder, &statements, map).await;
    let known = [
        ("account-id", "9007199254740992"),
        ("ref", "aB3x"),
        ("email", "jose@example.org"),
    ];
    erase(&desk, &known).await;
    for table in ["orders", "coins", "parcels"] {
        let sql = format!("SELECT CAST(id AS char(1)) FROM {table}");
        assert_eq!(all(&desk, &sql).await, [["2"]], "{table}");
    }
    let left = all(&desk, "SELECT CAST(id AS char(20)) FROM users").await;
    assert_eq!(left[0][0].trim(), "9007199254740993");
    assert_eq!(left.len(), 1);
    desk.source.close().await.unwrap();
}

#[tokio::test]
async fn others_that_look_the_same_stay_in_sqlite() {
    others_that_look_the_same_stay(Engine::Sqlite).await;
}

#[tokio::test]
async fn others_that_look_the_same_stay_in_postgresql() {
    others_that_look_the_same_stay(Engine::Postgres).await;
}

#[tokio::test]
async fn others_that_look_the_same_stay_in_mariadb() {
    others_that_look_the_same_stay(Engine::Mariadb).await;
}

/// Thirty people with every other number, as one list.
async fn long_lists_keep_numbers_apart(engine: Engine) {
    let folder = Folder::new();
    let first = 9_007_199_254_740_992_u64;
    let rows = |table: &str| {
        let rows = (0..60).map(|nth| format!("({0}, {0})", first + nth));
        format!(
            "INSERT INTO {table} VALUES {}",
            rows.collect::<Vec<_>>().join(", ")
        )
    };
    let statements = [
        "CREATE TABLE users (id decimal(20, 0) PRIMARY KEY, number decimal(20, 0))".to_owned(),
        "CREATE TABLE orders (id bigint PRIMARY KEY, who decimal(20, 0))".to_owned(),
        rows("users"),
        rows("orders"),
    ];
    let map = "table users { subject; identity account-id id; erase delete }
        table orders { owned-by who to=users; erase delete }";
    let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
    let desk = desk(engine, &folder, &statements, map).await;
    let ids: Vec<String> = (0..30).map(|nth| (first + 2 * nth).to_string()).collect();
    let known: Vec<(&str, &str)> = ids.iter().map(|id| ("account-id", id.as_str())).collect();
    erase(&desk, &known).await;
    let even = "SELECT CAST(count(*) AS char(3)), CAST(count(CASE WHEN id % 2 = 0 THEN 1 END) AS char(1)) FROM";
    for table in ["users", "orders"] {
        let left = all(&desk, &format!("{even} {table}")).await;
        let left: Vec<&str> = left[0].iter().map(|cell| cell.trim()).collect();
        assert_eq!(left, ["30", "0"], "{table}");
    }
    desk.source.close().await.unwrap();
}

#[tokio::test]
async fn long_lists_keep_numbers_apart_in_sqlite() {
    long_lists_keep_numbers_apart(Engine::Sqlite).await;
}

#[tokio::test]
async fn long_lists_keep_numbers_apart_in_postgresql() {
    long_lists_keep_numbers_apart(Engine::Postgres).await;
}

#[tokio::test]
async fn long_lists_keep_numbers_apart_in_mariadb() {
    long_lists_keep_numbers_apart(Engine::Mariadb).await;
}

/// A phone number is the person's however it is set, and another's stays another's.
async fn numbers_are_found_however_they_are_set(engine: Engine) {
    let folder = Folder::new();
    let statements = [
        "CREATE TABLE users (id bigint PRIMARY KEY, mobile varchar(40))",
        "CREATE TABLE calls (id bigint PRIMARY KEY, who bigint, number varchar(40))",
        "CREATE TABLE texts (id bigint PRIMARY KEY, number bigint)",
        "INSERT INTO users VALUES (1, '+44 20 7946 0018'), (2, '+44 20 7946 0019')",
        "INSERT INTO calls VALUES (1, 2, '0044-20-7946.0018'), (2, 2, '+44 (0)20 7946 0018'), (3, 1, '+44 20 7946 0019'), (4, 1, '442079460018'), (5, 1, NULL)",
        "INSERT INTO texts VALUES (1, 442079460018), (2, 442079460019)",
    ];
    let map = "table users { subject; identity account-id id; identity phone mobile; erase delete }
        table calls { owned-by who to=users; identity phone number; erase delete }
        table texts { identity phone number; erase delete }";
    let desk = desk(engine, &folder, &statements, map).await;
    erase(&desk, &[("phone", "+442079460018")]).await;
    let calls = all(
        &desk,
        "SELECT CAST(id AS char(1)), number FROM calls ORDER BY id",
    )
    .await;
    assert_eq!(
        calls,
        [["1", "-"], ["2", "-"], ["3", "+44 20 7946 0019"]],
        "3 is somebody else's too, 4 and 5 were the person's alone"
    );
    for table in ["users", "texts"] {
        let sql = format!("SELECT CAST(id AS char(1)) FROM {table}");
        assert_eq!(all(&desk, &sql).await, [["2"]], "{table}");
    }
    desk.source.close().await.unwrap();
}

#[tokio::test]
async fn numbers_are_found_however_they_are_set_in_sqlite() {
    numbers_are_found_however_they_are_set(Engine::Sqlite).await;
}

#[tokio::test]
async fn numbers_are_found_however_they_are_set_in_postgresql() {
    numbers_are_found_however_they_are_set(Engine::Postgres).await;
}

#[tokio::test]
async fn numbers_are_found_however_they_are_set_in_mariadb() {
    numbers_are_found_however_they_are_set(Engine::Mariadb).await;
}

/// Texts that lead to numbers: as floating point, long ones would lead to a neighbour.
async fn texts_lead_to_numbers_exactly(engine: Engine) {
    let folder = Folder::new();
    let statements = [
        "CREATE TABLE users (id bigint PRIMARY KEY)",
        "CREATE TABLE orders (id bigint PRIMARY KEY, who bigint)",
        "CREATE TABLE events (id bigint PRIMARY KEY, ref varchar(40) COLLATE utf8mb4_unicode_ci)",
        "INSERT INTO users VALUES (1), (2)",
        "INSERT INTO orders VALUES (1200000000000000001, 1), (1200000000000000002, 2), (12, 1)",
        "INSERT INTO events VALUES (1, '1200000000000000001'), (2, '1200000000000000002'), (3, '12'), (4, '12 of May'), (5, NULL)",
    ];
    let map = format!(
        "{}
        table orders {{ owned-by who to=users; erase delete }}
        table events {{ owned-by ref to=orders; erase delete }}",
        USERS.replace("identity email mail; ", "")
    );
    let statements = statements.map(|sql| match engine {
        Engine::Mariadb => sql.to_owned(),
        _ => sql.replace(" COLLATE utf8mb4_unicode_ci", ""),
    });
    let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
    let desk = desk(engine, &folder, &statements, &map).await;
    erase(&desk, &[("account-id", "1")]).await;
    let left = all(&desk, "SELECT CAST(id AS char(1)) FROM events ORDER BY id").await;
    assert_eq!(left, [["2"], ["4"], ["5"]]);
    desk.source.close().await.unwrap();
}

#[tokio::test]
async fn texts_lead_to_numbers_exactly_in_sqlite() {
    texts_lead_to_numbers_exactly(Engine::Sqlite).await;
}

#[tokio::test]
async fn texts_lead_to_numbers_exactly_in_mariadb() {
    texts_lead_to_numbers_exactly(Engine::Mariadb).await;
}
