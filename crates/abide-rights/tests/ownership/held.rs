//! What somebody on hold owns stays as it is when a co-owner, or somebody who is named there, is erased; what would have to
//! lead nowhere is refused by the name of the hold.

use std::collections::BTreeSet;

use abide_map::plan::{Effect, Held, Hold, Plan, Planner};
use abide_map::promise::Promises;

use crate::desk::{Desk, plain, planner};

const PEOPLE: &str = "CREATE TABLE users (id INTEGER PRIMARY KEY, mail TEXT);
    INSERT INTO users VALUES (1, 'ann@example.org'), (2, 'bob@example.org'), (3, 'cy@example.org')";
const USERS: &str =
    "table users { subject; identity account-id id; identity email mail; erase delete }";

async fn desk(name: &str, tables: &str, map: &str) -> Desk {
    let statements = format!("{PEOPLE};{tables}");
    let statements: Vec<String> = statements.split(';').map(str::to_owned).collect();
    let map = format!("map m {{ source test\n{USERS}\n{map}\n}}");
    Desk::sqlite(&format!("held-{name}"), &statements, &map).await
}

/// A hold on Bob, 2.
async fn hold_on_bob(desk: &Desk, name: &str) -> Hold {
    let ownership = desk.ownership().unwrap();
    let promises = Promises::default();
    let planner = planner(&ownership, &promises, &[]);
    Hold {
        name: name.to_owned(),
        on: Held::Subjects(desk.subjects(&planner, &[("account-id", "2")]).await),
    }
}

/// Erases Ann, 1, while Bob is on hold; the plan, or why it is refused.
async fn erase_ann(desk: &Desk) -> Result<Plan, Vec<String>> {
    let holds = [hold_on_bob(desk, "case-7").await];
    let ownership = desk.ownership().unwrap();
    let promises = Promises::default();
    let planner = planner(&ownership, &promises, &holds);
    let subjects = desk.subjects(&planner, &[("account-id", "1")]).await;
    let plan = planner.erase(&subjects).unwrap();
    let counts: Vec<_> = plan.obstacles.iter().map(|it| it.count.clone()).collect();
    let refused = plan.refused(&desk.source.numbers(&counts).await.unwrap());
    if !refused.is_empty() {
        return Err(refused.into_iter().map(|it| it.message).collect());
    }
    if let Err(error) = desk.run(&plan).await {
        panic!("{error}\n{}", crate::desk::text(&plan));
    }
    let left = desk.counts(&plan).await.unwrap();
    assert!(left.iter().all(|count| *count == 0), "{left:?}");
    Ok(plan)
}

async fn all(desk: &Desk, sql: &str) -> BTreeSet<String> {
    let line = |row: abide_map::plan::Row| {
        let cells = row.into_iter().map(|value| value.0.unwrap_or("-".into()));
        cells.collect::<Vec<_>>().join("|")
    };
    desk.rows(&plain(sql)).await.into_iter().map(line).collect()
}

fn lines(text: &str) -> BTreeSet<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// How many rows of a table the plan says stay because of the hold.
async fn kept(desk: &Desk, plan: &Plan, table: &str) -> Vec<u64> {
    let steps = plan.steps.iter().filter(|step| {
        let is_keep =
            matches!(&step.effect, Effect::Keep { because, .. } if because == "the hold `case-7`");
        is_keep && step.table.name == table
    });
    let counts: Vec<_> = steps.map(|step| step.count.clone()).collect();
    desk.source.numbers(&counts).await.unwrap()
}

const MESSAGES: &str =
    "CREATE TABLE msg (id INTEGER PRIMARY KEY, sender INTEGER, receiver INTEGER, word TEXT);
    INSERT INTO msg VALUES (1, 1, 2, 'x'), (2, 1, 3, 'x'), (3, 1, NULL, 'x'), (4, 2, 3, 'x')";

#[tokio::test]
async fn an_edge_that_deletes_spares_what_they_own_too() {
    let map = "table msg { owned-by sender to=users { erase delete }; owned-by receiver to=users; erase delete }";
    let desk = desk("edge-delete", MESSAGES, map).await;
    let plan = erase_ann(&desk).await.unwrap();
    let rows = all(&desk, "SELECT id, sender FROM msg").await;
    assert_eq!(rows, lines("1|1 4|2"), "1 is Bob's too");
    assert_eq!(kept(&desk, &plan, "msg").await, [1]);
    assert_eq!(all(&desk, "SELECT id FROM users").await, lines("2 3"));
}

#[tokio::test]
async fn an_edge_that_overwrites_spares_what_they_own_too() {
    let map = "table msg { owned-by sender to=users { erase anonymise { overwrite word } }; owned-by receiver to=users; erase delete }";
    let desk = desk("edge-anonymise", MESSAGES, map).await;
    let plan = erase_ann(&desk).await.unwrap();
    let rows = all(&desk, "SELECT id, sender, word FROM msg").await;
    assert_eq!(rows, lines("1|1|x 2|1|- 4|2|x"));
    assert_eq!(kept(&desk, &plan, "msg").await, [1]);
}

#[tokio::test]
async fn an_edge_that_detaches_or_shows_spares_what_is_theirs() {
    let map = "table msg { accessible-by sender to=users { erase delete }; owned-by receiver to=users; erase delete }";
    let desk = desk("seen", MESSAGES, map).await;
    erase_ann(&desk).await.unwrap();
    assert_eq!(all(&desk, "SELECT id FROM msg").await, lines("1 4"));
}

#[tokio::test]
async fn whoever_is_named_there_counts_though_the_request_brought_no_such_name() {
    // Asked for by the account alone, nobody can tell whose the address is; the hold can.
    let tables = "CREATE TABLE parcels (id INTEGER PRIMARY KEY, who INTEGER, mail TEXT);
        INSERT INTO parcels VALUES (1, 1, 'Bob@example.org'), (2, 1, NULL)";
    let map = "table parcels { owned-by who to=users; identity email mail; erase delete }";
    let desk = desk("named", tables, map).await;
    let holds = {
        let ownership = desk.ownership().unwrap();
        let promises = Promises::default();
        let planner = planner(&ownership, &promises, &[]);
        let known = [("account-id", "2"), ("email", "bob@example.org")];
        [Hold {
            name: "case-7".to_owned(),
            on: Held::Subjects(desk.subjects(&planner, &known).await),
        }]
    };
    let ownership = desk.ownership().unwrap();
    let promises = Promises::default();
    let planner = planner(&ownership, &promises, &holds);
    let subjects = desk.subjects(&planner, &[("account-id", "1")]).await;
    let plan = planner.erase(&subjects).unwrap();
    desk.run(&plan).await.unwrap();
    assert_eq!(
        all(&desk, "SELECT id, who FROM parcels").await,
        lines("1|1")
    );
    assert_eq!(kept(&desk, &plan, "parcels").await, [1]);
}

#[tokio::test]
async fn a_declared_reference_of_theirs_is_not_cut_but_in_the_way() {
    for on_delete in ["", "ON DELETE SET NULL", "ON DELETE CASCADE"] {
        let tables = format!(
            "CREATE TABLE comments (id INTEGER PRIMARY KEY, who INTEGER, parent INTEGER REFERENCES comments(id) {on_delete});
            INSERT INTO comments VALUES (10, 1, NULL), (11, 2, 10)"
        );
        let map =
            "table comments { owned-by who to=users; refers parent to=comments; erase delete }";
        let name = format!("cut-{}", on_delete.replace(' ', ""));
        let desk = desk(&name, &tables, map).await;
        let before = desk.dump().await;
        let why = erase_ann(&desk).await.unwrap_err();
        assert_eq!(
            why,
            [
                "the hold `case-7` keeps rows of `comments`, whose `parent` leads to rows of `comments` that go"
            ],
            "{on_delete}"
        );
        assert_eq!(desk.dump().await, before);
        let mend = abide_sources::Work {
            steps: vec![plain("UPDATE comments SET parent = NULL WHERE id = 11")],
            ..abide_sources::Work::default()
        };
        desk.source.run(&mend).await.unwrap();
        erase_ann(&desk).await.unwrap();
        assert_eq!(all(&desk, "SELECT id FROM comments").await, lines("11"));
    }
}

#[tokio::test]
async fn a_sweep_spares_what_hangs_on_rows_that_are_due() {
    let tables = "CREATE TABLE orders (id INTEGER PRIMARY KEY, who INTEGER, made TEXT);
        CREATE TABLE items (id INTEGER PRIMARY KEY, bill INTEGER, buyer INTEGER);
        CREATE TABLE bills (id INTEGER PRIMARY KEY, bill INTEGER REFERENCES orders(id), buyer INTEGER);
        INSERT INTO orders VALUES (1, 1, '2010-01-01'), (2, 1, '2010-01-01'), (3, 2, '2010-01-01'), (4, 1, '2026-01-01');
        INSERT INTO items VALUES (1, 1, 2), (2, 1, NULL), (3, 1, 3);
        INSERT INTO bills VALUES (1, 2, 2)";
    let map = "table orders { owned-by who to=users; retain \"10 years\" from=made; erase delete }
        table items { owned-by bill to=orders { erase delete }; owned-by buyer to=users; erase delete }
        table bills { owned-by bill to=orders; owned-by buyer to=users; erase delete }";
    let desk = desk("sweep", tables, map).await;
    let holds = [hold_on_bob(&desk, "case-7").await];
    let ownership = desk.ownership().unwrap();
    let promises = Promises::default();
    let planner: Planner<'_> = planner(&ownership, &promises, &holds);
    let plans = planner.sweep(10).unwrap();
    for plan in &plans {
        let counts: Vec<_> = plan.obstacles.iter().map(|it| it.count.clone()).collect();
        let met = desk.source.numbers(&counts).await.unwrap();
        assert!(plan.refused(&met).is_empty(), "{:?}", plan.refused(&met));
        desk.run(plan).await.unwrap();
    }
    let rows = all(&desk, "SELECT id FROM orders").await;
    assert_eq!(rows, lines("2 3 4"), "Bob's bill has to lead to 2");
    assert_eq!(all(&desk, "SELECT id FROM items").await, lines("1"));
    assert_eq!(all(&desk, "SELECT * FROM bills").await, lines("1|2|2"));
}
