//! One rule of ownership after the other, each with the fewest rows that show it.

use std::collections::BTreeSet;

use abide_map::plan::{Effect, Held, Hold, Plan};
use abide_map::promise::Promises;
use abide_map::schema::TableName;

use abide_sources::Work;

use crate::desk::{Desk, plain, planner};

async fn desk(name: &str, tables: &str, map: &str) -> Desk {
    let statements: Vec<String> = tables
        .split(';')
        .map(|statement| statement.trim().to_owned())
        .filter(|statement| !statement.is_empty())
        .collect();
    Desk::sqlite(
        &format!("rule-{name}"),
        &statements,
        &format!("map m {{ source test\n{map}\n}}"),
    )
    .await
}

async fn erase(desk: &Desk, id: &str) -> Plan {
    erase_with(desk, id, &[]).await
}

async fn erase_with(desk: &Desk, id: &str, holds: &[Hold]) -> Plan {
    let ownership = desk.ownership().unwrap();
    let promises = Promises::default();
    let planner = planner(&ownership, &promises, holds);
    let subjects = desk.subjects(&planner, &[("account-id", id)]).await;
    let plan = planner.erase(&subjects).unwrap();
    if let Err(error) = desk.run(&plan).await {
        panic!("{error}\n{}", crate::desk::text(&plan));
    }
    plan
}

async fn all(desk: &Desk, sql: &str) -> BTreeSet<String> {
    let line = |row: abide_map::plan::Row| {
        let cells: Vec<String> = row
            .into_iter()
            .map(|value| value.0.unwrap_or("-".into()))
            .collect();
        cells.join("|")
    };
    desk.rows(&plain(sql)).await.into_iter().map(line).collect()
}

fn lines(text: &str) -> BTreeSet<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

const PEOPLE: &str =
    "CREATE TABLE users (id INTEGER PRIMARY KEY, boss INTEGER REFERENCES users(id), name TEXT);
    INSERT INTO users VALUES (1, NULL, 'a'), (2, NULL, 'b'), (3, NULL, 'c')";
const MESSAGES: &str =
    "CREATE TABLE msg (id INTEGER PRIMARY KEY, sender INTEGER, receiver INTEGER);
    INSERT INTO msg VALUES (1, 1, 2), (2, 1, 1), (3, 3, 2), (4, 3, 1)";
const USERS: &str = "table users { subject; identity account-id id; erase delete }";

#[tokio::test]
async fn a_joint_row_goes_with_its_last_owner() {
    let map = format!(
        "{USERS}\ntable msg {{ owned-by sender to=users; owned-by receiver to=users; erase delete }}"
    );
    let desk = desk("joint", &format!("{PEOPLE};{MESSAGES}"), &map).await;
    erase(&desk, "1").await;
    assert_eq!(
        all(&desk, "SELECT * FROM msg").await,
        lines("1|-|2 3|3|2 4|3|-")
    );
    erase(&desk, "2").await;
    assert_eq!(all(&desk, "SELECT * FROM msg").await, lines("3|3|- 4|3|-"));
}

#[tokio::test]
async fn a_joint_row_may_be_left_as_it_is() {
    let edges =
        "owned-by sender to=users { erase leave }; owned-by receiver to=users { erase leave }";
    let map = format!("{USERS}\ntable msg {{ {edges}; erase delete }}");
    let desk = desk("left", &format!("{PEOPLE};{MESSAGES}"), &map).await;
    erase(&desk, "1").await;
    assert_eq!(
        all(&desk, "SELECT * FROM msg").await,
        lines("1|1|2 3|3|2 4|3|1")
    );
    erase(&desk, "2").await;
    assert_eq!(
        all(&desk, "SELECT * FROM msg").await,
        lines("3|3|2 4|3|1"),
        "1 named nobody who is there"
    );
}

#[tokio::test]
async fn who_may_see_a_row_leaves_it() {
    let map = format!(
        "{USERS}\ntable msg {{ owned-by sender to=users; accessible-by receiver to=users; erase delete }}"
    );
    let desk = desk("seen", &format!("{PEOPLE};{MESSAGES}"), &map).await;
    erase(&desk, "1").await;
    assert_eq!(all(&desk, "SELECT * FROM msg").await, lines("3|3|2 4|3|-"));
}

#[tokio::test]
async fn a_paper_goes_with_its_last_author_and_its_conflicts_with_it() {
    let tables = format!(
        "{PEOPLE};
        CREATE TABLE papers (id INTEGER PRIMARY KEY, title TEXT);
        CREATE TABLE authors (id INTEGER PRIMARY KEY, paper INTEGER NOT NULL REFERENCES papers(id), who INTEGER NOT NULL REFERENCES users(id));
        CREATE TABLE conflicts (id INTEGER PRIMARY KEY, paper INTEGER NOT NULL REFERENCES papers(id), who INTEGER NOT NULL REFERENCES users(id));
        INSERT INTO papers VALUES (1, 'x'), (2, 'y');
        INSERT INTO authors VALUES (1, 1, 1), (2, 1, 2), (3, 2, 2);
        INSERT INTO conflicts VALUES (1, 1, 3), (2, 2, 3)"
    );
    let map = format!(
        "{USERS}
        table authors {{ owned-by who to=users; owns paper to=papers; erase delete }}
        table papers {{ erase delete }}
        table conflicts {{ owned-by who to=users; accessible-by paper to=papers {{ erase delete }}; erase delete }}"
    );
    let desk = desk("papers", &tables, &map).await;
    erase(&desk, "1").await;
    assert_eq!(all(&desk, "SELECT id FROM papers").await, lines("1 2"));
    assert_eq!(all(&desk, "SELECT id FROM authors").await, lines("2 3"));
    assert_eq!(all(&desk, "SELECT id FROM conflicts").await, lines("1 2"));
    erase(&desk, "2").await;
    assert_eq!(all(&desk, "SELECT id FROM papers").await, lines(""));
    assert_eq!(all(&desk, "SELECT id FROM conflicts").await, lines(""));
    assert_eq!(all(&desk, "SELECT id FROM users").await, lines("3"));
}

#[tokio::test]
async fn replies_go_with_what_they_reply_to() {
    let tables = format!(
        "{PEOPLE};
        CREATE TABLE comments (id INTEGER PRIMARY KEY, who INTEGER, parent INTEGER REFERENCES comments(id));
        INSERT INTO comments VALUES (10, 1, NULL), (11, 1, 10), (12, 2, 11), (13, 3, 12), (14, 1, 13), (15, 2, 13), (16, 2, NULL)"
    );
    let map = format!(
        "{USERS}\ntable comments {{ owned-by who to=users; accessible-by parent to=comments {{ erase delete }}; erase delete }}"
    );
    let desk = desk("replies", &tables, &map).await;
    erase(&desk, "1").await;
    assert_eq!(all(&desk, "SELECT id FROM comments").await, lines("16"));
}

#[tokio::test]
async fn what_a_trigger_writes_goes_too() {
    let tables = format!(
        "{PEOPLE};
        CREATE TABLE orders (id INTEGER PRIMARY KEY, who INTEGER REFERENCES users(id));
        CREATE TABLE orders_history (id INTEGER PRIMARY KEY, order_id INTEGER, who INTEGER);
        INSERT INTO orders VALUES (1, 1), (2, 2)"
    );
    let map = format!(
        "{USERS}\ntable orders {{ owned-by who to=users; erase delete }}\ntable orders_history {{ owned-by order_id to=orders; erase delete }}"
    );
    let trigger = "CREATE TRIGGER gone AFTER DELETE ON orders BEGIN INSERT INTO orders_history (order_id, who) VALUES (old.id, old.who); END";
    let mut statements: Vec<String> = tables.split(';').map(str::to_owned).collect();
    statements.push(trigger.to_owned());
    let desk = Desk::sqlite(
        "rule-trigger",
        &statements,
        &format!("map m {{ source test\n{map}\n}}"),
    )
    .await;
    erase(&desk, "1").await;
    assert_eq!(
        all(&desk, "SELECT who FROM orders_history").await,
        lines("")
    );
    assert_eq!(all(&desk, "SELECT id FROM orders").await, lines("2"));
}

#[tokio::test]
async fn invoices_are_kept_for_their_time() {
    let tables = format!(
        "{PEOPLE};
        CREATE TABLE invoices (id INTEGER PRIMARY KEY, who INTEGER REFERENCES users(id), name TEXT NOT NULL, created TEXT);
        INSERT INTO invoices VALUES (1, 1, 'Ann', '2025-01-01 10:00:00'), (2, 1, 'Ann', '2010-01-01 10:00:00'), (3, 2, 'Bob', '2010-01-01 10:00:00')"
    );
    let map = format!(
        "{USERS}\ntable invoices {{ owned-by who to=users; erase keep because=tax-law until=\"7 years\" from=created {{ overwrite name with=removed }} }}"
    );
    let desk = desk("invoices", &tables, &map).await;
    let plan = erase(&desk, "1").await;
    let rows = all(&desk, "SELECT id, who, name FROM invoices").await;
    assert_eq!(rows, lines("1|-|removed 3|2|Bob"));
    let kept: Vec<&Effect> = plan.steps.iter().map(|step| &step.effect).collect();
    assert!(kept.iter().any(
        |effect| matches!(effect, Effect::Keep { because, until: Some(until) }
        if because == "tax-law" && until == "7 years after `created`")
    ));
}

#[tokio::test]
async fn a_hold_wins_and_is_named() {
    let map = format!(
        "{USERS}\ntable msg {{ owned-by sender to=users; owned-by receiver to=users; erase delete }}"
    );
    let desk = desk("hold", &format!("{PEOPLE};{MESSAGES}"), &map).await;
    let held = {
        let ownership = desk.ownership().unwrap();
        let promises = Promises::default();
        let planner = planner(&ownership, &promises, &[]);
        desk.subjects(&planner, &[("account-id", "1")]).await
    };
    let holds = [Hold {
        name: "case-7".to_owned(),
        on: Held::Subjects(held),
    }];
    let before = desk.dump().await;
    let plan = erase_with(&desk, "1", &holds).await;
    assert_eq!(desk.dump().await, before);
    assert!(
        plan.steps.iter().all(|step| step.reason.contains("case-7")),
        "{plan:?}"
    );
    assert_eq!(plan.steps.len(), 2);
    let table = [Hold {
        name: "audit".to_owned(),
        on: Held::Table(TableName::new("msg")),
    }];
    erase_with(&desk, "1", &table).await;
    assert_eq!(all(&desk, "SELECT id FROM msg").await.len(), 4);
    assert_eq!(all(&desk, "SELECT id FROM users").await, lines("2 3"));
}

#[tokio::test]
async fn tables_that_refer_to_each_other() {
    let tables =
        "CREATE TABLE users (id INTEGER PRIMARY KEY, address INTEGER REFERENCES addresses(id));
        CREATE TABLE addresses (id INTEGER PRIMARY KEY, who INTEGER NOT NULL REFERENCES users(id));
        INSERT INTO users VALUES (1, NULL), (2, NULL);
        INSERT INTO addresses VALUES (7, 1), (8, 2);
        UPDATE users SET address = id + 6";
    let map = format!("{USERS}\ntable addresses {{ owned-by who to=users; erase delete }}");
    let desk = desk("ring", tables, &map).await;
    erase(&desk, "1").await;
    assert_eq!(
        all(&desk, "SELECT id, address FROM users").await,
        lines("2|8")
    );
    assert_eq!(all(&desk, "SELECT id FROM addresses").await, lines("8"));
}

#[tokio::test]
async fn a_row_that_must_lead_to_one_that_goes_is_a_finding() {
    let tables = format!(
        "{PEOPLE};
        CREATE TABLE products (id INTEGER PRIMARY KEY, made_by INTEGER NOT NULL REFERENCES users(id))"
    );
    let desk = desk(
        "must",
        &tables,
        &format!("{USERS}\ntable products {{ ordinary because=goods }}"),
    )
    .await;
    let ownership = desk.ownership().unwrap();
    let promises = Promises::default();
    let planner = planner(&ownership, &promises, &[]);
    let subjects = desk.subjects(&planner, &[("account-id", "1")]).await;
    let plan = planner.erase(&subjects).unwrap();
    assert_eq!(refusals(&desk, &plan).await, Vec::<String>::new());
    desk.source
        .run(&Work {
            steps: vec![plain("INSERT INTO products VALUES (1, 1)")],
            ..Work::default()
        })
        .await
        .unwrap();
    assert_eq!(
        refusals(&desk, &plan).await,
        ["rows of `products` stay, and their `made_by` must lead to a row of `users`, which goes"]
    );
}

async fn refusals(desk: &Desk, plan: &Plan) -> Vec<String> {
    let counts: Vec<_> = plan.obstacles.iter().map(|it| it.count.clone()).collect();
    let counts = desk.source.numbers(&counts).await.unwrap();
    let findings = plan.refused(&counts);
    findings
        .into_iter()
        .map(|finding| finding.message)
        .collect()
}

#[tokio::test]
async fn a_row_that_nobody_owns_and_that_owns_one_that_goes_is_a_finding() {
    let tables = format!(
        "{PEOPLE};
        CREATE TABLE papers (id INTEGER PRIMARY KEY, who INTEGER);
        CREATE TABLE notes (id INTEGER PRIMARY KEY, who INTEGER, paper INTEGER NOT NULL REFERENCES papers(id));
        INSERT INTO papers VALUES (1, 1), (2, 2);
        INSERT INTO notes VALUES (1, 1, 1), (2, NULL, 2)"
    );
    let map = format!(
        "{USERS}
        table papers {{ owned-by who to=users; erase delete }}
        table notes {{ owned-by who to=users; owns paper to=papers; erase delete }}"
    );
    let desk = desk("unowned", &tables, &map).await;
    erase(&desk, "1").await;
    assert_eq!(all(&desk, "SELECT id FROM papers").await, lines("2"));
    let ownership = desk.ownership().unwrap();
    let promises = Promises::default();
    let planner = planner(&ownership, &promises, &[]);
    let subjects = desk.subjects(&planner, &[("account-id", "2")]).await;
    let plan = planner.erase(&subjects).unwrap();
    assert_eq!(
        refusals(&desk, &plan).await,
        ["rows of `notes` stay, and their `paper` must lead to a row of `papers`, which goes"]
    );
}

#[tokio::test]
async fn nobody_owns_by_way_of_somebody_elses_own_row() {
    let tables = format!(
        "{PEOPLE};
        UPDATE users SET boss = 2 WHERE id = 1;
        CREATE TABLE orders (id INTEGER PRIMARY KEY, who INTEGER NOT NULL REFERENCES users(id));
        INSERT INTO orders VALUES (1, 1), (2, 2)"
    );
    let map =
        "table users { subject; identity account-id id; owned-by boss to=users; erase delete }
        table orders { owned-by who to=users; erase delete }";
    let desk = desk("boss", &tables, map).await;
    erase(&desk, "1").await;
    assert_eq!(all(&desk, "SELECT id FROM orders").await, lines("2"));
    assert_eq!(all(&desk, "SELECT id FROM users").await, lines("2 3"));
}

#[tokio::test]
async fn what_was_kept_of_the_erased_goes_when_its_time_is_over() {
    let tables = "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
        CREATE TABLE guests (id INTEGER PRIMARY KEY, name TEXT);
        CREATE TABLE bills (id INTEGER PRIMARY KEY, who INTEGER REFERENCES users(id), guest INTEGER REFERENCES guests(id), made TEXT);
        INSERT INTO users VALUES (1, 'Ann'), (2, 'Bob');
        INSERT INTO guests VALUES (5, 'Cy'), (6, 'Di');
        INSERT INTO bills VALUES (1, 1, NULL, '2022-01-01'), (2, 1, NULL, '2025-01-01'), (3, 2, NULL, '2010-01-01'),
            (4, NULL, 5, '2022-01-01'), (5, NULL, 6, '2010-01-01')";
    let map = "table users { subject; identity account-id id; erase anonymise { overwrite name with=removed } }
        table guests { subject; identity guest-id id; erase delete }
        table bills { owned-by who to=users { erase leave }; owned-by guest to=guests; erase keep because=tax-law until=\"7 years\" from=made }";
    let desk = desk("kept", tables, map).await;
    let ownership = desk.ownership().unwrap();
    let promises = Promises::default();
    let later: jiff::Timestamp = "2030-01-01T00:00:00Z".parse().unwrap();
    let swept = async || {
        let planner = abide_map::plan::Planner::new(&ownership, &promises, later);
        let plans = planner.sweep(1).unwrap();
        assert_eq!(plans.len(), 1);
        while desk
            .counts(&plans[0])
            .await
            .unwrap()
            .iter()
            .any(|count| *count > 0)
        {
            desk.run(&plans[0]).await.unwrap();
        }
        all(&desk, "SELECT id FROM bills").await
    };
    assert_eq!(
        swept().await,
        lines("1 2 3 4 5"),
        "everybody is still there"
    );
    erase(&desk, "1").await;
    let now = planner(&ownership, &promises, &[]);
    let guest = desk.subjects(&now, &[("guest-id", "5")]).await;
    desk.run(&now.erase(&guest).unwrap()).await.unwrap();
    assert_eq!(all(&desk, "SELECT id FROM bills").await, lines("1 2 3 4 5"));
    assert_eq!(
        swept().await,
        lines("2 3 5"),
        "1 and 4 were kept of the erased"
    );
}

#[tokio::test]
async fn many_people_at_once() {
    let mut statements = vec![
        "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)".to_owned(),
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, who INTEGER)".to_owned(),
    ];
    for id in 1..=200 {
        statements.push(format!("INSERT INTO users VALUES ({id}, 'x')"));
        statements.push(format!("INSERT INTO orders VALUES ({id}, {id})"));
    }
    let map = format!(
        "map m {{ source test\n{USERS}\ntable orders {{ owned-by who to=users; erase delete }} }}"
    );
    let desk = Desk::sqlite("rule-many", &statements, &map).await;
    let ownership = desk.ownership().unwrap();
    let promises = Promises::default();
    let planner = planner(&ownership, &promises, &[]);
    let ids: Vec<String> = (1..=150).map(|id| id.to_string()).collect();
    let known: Vec<(&str, &str)> = ids.iter().map(|id| ("account-id", id.as_str())).collect();
    let subjects = desk.subjects(&planner, &known).await;
    assert_eq!(subjects.len(), 150);
    let plan = planner.erase(&subjects).unwrap();
    assert_eq!(desk.run(&plan).await.unwrap(), vec![150, 150]);
}

#[tokio::test]
async fn a_sweep_takes_what_is_due_and_what_hangs_on_it() {
    let tables = format!(
        "{PEOPLE};
        CREATE TABLE orders (id INTEGER PRIMARY KEY, who INTEGER REFERENCES users(id), made TEXT);
        CREATE TABLE items (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders(id));
        INSERT INTO orders VALUES (1, 1, '2010-01-01'), (2, 1, '2026-01-01'), (3, 2, '2011-01-01');
        INSERT INTO items VALUES (1, 1), (2, 2), (3, 3), (4, 3)"
    );
    let map = format!(
        "{USERS}
        table orders {{ owned-by who to=users; retain \"10 years\" from=made; erase delete }}
        table items {{ owned-by order_id to=orders; erase delete }}"
    );
    let desk = desk("sweep", &tables, &map).await;
    let ownership = desk.ownership().unwrap();
    let promises = Promises::default();
    let planner = planner(&ownership, &promises, &[]);
    let plans = planner.sweep(1).unwrap();
    assert_eq!(plans.len(), 1);
    while desk
        .counts(&plans[0])
        .await
        .unwrap()
        .iter()
        .any(|count| *count > 0)
    {
        desk.run(&plans[0]).await.unwrap();
    }
    assert_eq!(all(&desk, "SELECT id FROM orders").await, lines("2"));
    assert_eq!(all(&desk, "SELECT id FROM items").await, lines("2"));
    assert_eq!(all(&desk, "SELECT id FROM users").await, lines("1 2 3"));
}

#[tokio::test]
async fn a_guest_is_found_by_address_alone() {
    let tables = "CREATE TABLE comments (id INTEGER PRIMARY KEY, mail TEXT, name TEXT);
        INSERT INTO comments VALUES (1, 'ann@example.org', 'Ann'), (2, 'bob@example.org', 'Bob')";
    let map = "table comments { identity account-id mail; erase anonymise { overwrite name; overwrite mail } }";
    let desk = desk("guest", tables, map).await;
    erase(&desk, "ann@example.org").await;
    assert_eq!(
        all(&desk, "SELECT * FROM comments").await,
        lines("1|-|- 2|bob@example.org|Bob")
    );
}

#[tokio::test]
async fn an_address_is_found_in_whatever_case_it_is_written() {
    let tables = "CREATE TABLE users (id INTEGER PRIMARY KEY, mail TEXT);
        CREATE TABLE comments (id INTEGER PRIMARY KEY, mail TEXT);
        CREATE TABLE lowered (id INTEGER PRIMARY KEY, mail TEXT);
        INSERT INTO users VALUES (1, 'Ann@Example.org'), (2, 'bob@example.org');
        INSERT INTO comments VALUES (1, 'ANN@example.org'), (2, 'Bob@example.org');
        INSERT INTO lowered VALUES (1, 'ann@example.org'), (2, 'bob@example.org')";
    let map = "table users { subject; identity email mail; erase delete }
        table comments { identity email mail; erase delete }
        table lowered { identity email mail case=lower; erase delete }";
    let desk = desk("case", tables, map).await;
    let ownership = desk.ownership().unwrap();
    let promises = Promises::default();
    let planner = planner(&ownership, &promises, &[]);
    let subjects = desk
        .subjects(&planner, &[("email", "Ann@example.ORG")])
        .await;
    assert_eq!(subjects.len(), 1);
    desk.run(&planner.erase(&subjects).unwrap()).await.unwrap();
    for (table, left) in [
        ("users", "2|bob@example.org"),
        ("comments", "2|Bob@example.org"),
        ("lowered", "2|bob@example.org"),
    ] {
        let rows = all(&desk, &format!("SELECT * FROM {table}")).await;
        assert_eq!(rows, lines(left), "{table}");
    }
}

#[tokio::test]
async fn rows_without_an_owner_are_reported() {
    let map = format!(
        "{USERS}\ntable msg {{ owned-by sender to=users; owned-by receiver to=users; erase delete }}"
    );
    let desk = desk(
        "orphans",
        &format!("{PEOPLE};{MESSAGES};INSERT INTO msg VALUES (9, 77, NULL)"),
        &map,
    )
    .await;
    let ownership = desk.ownership().unwrap();
    let promises = Promises::default();
    let plan = planner(&ownership, &promises, &[]).orphans();
    let rows = desk.rows(&plan.steps[0].statement).await;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0][0].0.as_deref(), Some("9"));
}

#[tokio::test]
async fn what_hangs_on_a_row_that_an_edge_deletes_goes_with_it() {
    let tables = format!(
        "{PEOPLE};
        CREATE TABLE talks (id INTEGER PRIMARY KEY, host INTEGER, guest INTEGER);
        CREATE TABLE lines (id INTEGER PRIMARY KEY, talk INTEGER, author INTEGER);
        CREATE TABLE marks (id INTEGER PRIMARY KEY, line INTEGER);
        INSERT INTO talks VALUES (1, 1, 2), (2, 2, 3);
        INSERT INTO lines VALUES (1, 1, NULL), (2, 2, NULL), (3, 1, 3);
        INSERT INTO marks VALUES (1, 1), (2, 2), (3, 3)"
    );
    let map = format!(
        "{USERS}
        table talks {{ owned-by host to=users {{ erase delete }}; owned-by guest to=users; erase delete }}
        table lines {{ owned-by talk to=talks; owned-by author to=users; erase delete }}
        table marks {{ owned-by line to=lines; erase delete }}"
    );
    let desk = desk("orphaned", &tables, &map).await;
    let plan = erase(&desk, "1").await;
    assert_eq!(all(&desk, "SELECT id FROM talks").await, lines("2"));
    let text = crate::desk::text(&plan);
    assert_eq!(
        all(&desk, "SELECT id FROM lines").await,
        lines("2 3"),
        "3 is somebody's who stays: {text}"
    );
    assert_eq!(all(&desk, "SELECT id FROM marks").await, lines("2 3"));
    let ownership = desk.ownership().unwrap();
    let promises = Promises::default();
    let orphans = planner(&ownership, &promises, &[]).orphans();
    for step in &orphans.steps {
        assert_eq!(desk.rows(&step.statement).await.len(), 0, "{}", step.table);
    }
}

#[tokio::test]
async fn a_ring_that_an_edge_would_leave_without_an_owner_is_refused() {
    let tables = format!(
        "{PEOPLE};
        CREATE TABLE notes (id INTEGER PRIMARY KEY, host INTEGER, guest INTEGER, parent INTEGER);
        INSERT INTO notes VALUES (1, 1, 2, NULL), (2, 3, NULL, NULL)"
    );
    let map = format!(
        "{USERS}
        table notes {{ owned-by host to=users {{ erase delete }}; owned-by guest to=users; owned-by parent to=notes; erase delete }}"
    );
    let desk = desk("orphaned-ring", &tables, &map).await;
    let ownership = desk.ownership().unwrap();
    let promises = Promises::default();
    let planner = planner(&ownership, &promises, &[]);
    let subjects = desk.subjects(&planner, &[("account-id", "1")]).await;
    let plan = planner.erase(&subjects).unwrap();
    assert_eq!(refusals(&desk, &plan).await, Vec::<String>::new());
    let reply = plain("INSERT INTO notes VALUES (3, NULL, NULL, 1)");
    let work = Work {
        steps: vec![reply],
        ..Work::default()
    };
    desk.source.run(&work).await.unwrap();
    let refused = refusals(&desk, &plan).await;
    assert_eq!(
        refused,
        [
            "rows of `notes` would be left without an owner by an `erase delete` of an edge, in a ring of tables"
        ]
    );
}

#[tokio::test]
async fn what_is_kept_because_its_parent_is_ends_with_the_parent() {
    let tables = format!(
        "{PEOPLE};
        CREATE TABLE orders (id INTEGER PRIMARY KEY, who INTEGER REFERENCES users(id), made TEXT);
        CREATE TABLE items (id INTEGER PRIMARY KEY, bill INTEGER NOT NULL REFERENCES orders(id));
        CREATE TABLE gifts (id INTEGER PRIMARY KEY, item INTEGER NOT NULL REFERENCES items(id), word TEXT);
        INSERT INTO orders VALUES (1, 1, '2010-01-01'), (2, 1, '2025-01-01'), (3, 2, '2010-01-01'), (4, 1, NULL);
        INSERT INTO items VALUES (1, 1), (2, 2), (3, 3), (4, 4);
        INSERT INTO gifts VALUES (1, 1, 'x'), (2, 2, 'x'), (3, 3, 'x'), (4, 4, 'x')"
    );
    let map = format!(
        "{USERS}
        table orders {{ owned-by who to=users; erase keep because=tax-law until=\"7 years\" from=made }}
        table items {{ owned-by bill to=orders; erase keep because=tax-law }}
        table gifts {{ owned-by item to=items; erase keep because=tax-law {{ overwrite word with=gone }} }}"
    );
    let desk = desk("kept-children", &tables, &map).await;
    let plan = erase(&desk, "1").await;
    assert_eq!(all(&desk, "SELECT id FROM orders").await, lines("2 3 4"));
    assert_eq!(all(&desk, "SELECT id FROM items").await, lines("2 3 4"));
    assert_eq!(
        all(&desk, "SELECT id, word FROM gifts").await,
        lines("2|gone 3|x 4|gone")
    );
    let until: Vec<String> = plan
        .steps
        .iter()
        .filter_map(|step| match &step.effect {
            Effect::Keep { until, .. } => until.clone(),
            _ => None,
        })
        .collect();
    assert_eq!(
        until,
        [
            "as long as its row of `items`",
            "as long as its row of `orders`",
            "nobody can tell for how long: `made` holds no moment in a form that is known",
            "7 years after `made`"
        ]
    );
    // What was kept goes with the sweep that ends it.
    let ownership = desk.ownership().unwrap();
    let promises = Promises::default();
    let later: jiff::Timestamp = "2033-01-01T00:00:00Z".parse().unwrap();
    let sweeper = abide_map::plan::Planner::new(&ownership, &promises, later);
    for plan in sweeper.sweep(10).unwrap() {
        desk.run(&plan).await.unwrap();
    }
    assert_eq!(all(&desk, "SELECT id FROM orders").await, lines("3 4"));
    assert_eq!(all(&desk, "SELECT id FROM gifts").await, lines("3 4"));
}
