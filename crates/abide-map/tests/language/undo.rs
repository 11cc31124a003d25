//! `undo` in a map: what is read before, what is granted, and what puts rows back.

use abide_map::ownership::Ownership;
use abide_map::plan::undo::{KeptStep, Written, restore};
use abide_map::plan::{Identities, KnownAs, Planner, Subjects};
use abide_map::promise::Promises;
use abide_map::read::read;
use abide_map::schema::{Dialect, TableName};
use abide_policy::length::Length;
use abide_policy::source::SourceFile;
use jiff::Timestamp;

use crate::fixture::schema;

fn planned(undo: &str, promises: &Promises) -> (bool, Option<Timestamp>) {
    let schema = schema(
        "users: id integer primary, email text null\n         orders: id integer primary, user_id integer null; user_id -> users(id)\n         order_log: id integer primary",
        Dialect::Postgresql,
    );
    let text = format!(
        "map shop {{ {undo}
        table users {{ subject; identity email email; erase delete }}
        table orders {{ owned-by user_id to=users; erase delete }}
        table order_log {{ ordinary because=log }} }}"
    );
    let (map, findings) = read(&SourceFile::new("map.kdl", text.as_str()), 0);
    assert!(findings.is_empty(), "{findings:?}");
    let ownership = Ownership::resolve(&map, &schema).unwrap();
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    let planner = Planner::new(&ownership, promises, now);
    let known = KnownAs {
        kind: "email".to_owned(),
        value: "ann@example.org".to_owned(),
    };
    let identities = Identities(vec![known]);
    let found = planner.find(&identities).into_iter().map(|lookup| {
        let row = lookup
            .columns
            .iter()
            .map(|_| abide_map::statement::Value::text("1"))
            .collect();
        (lookup, vec![row])
    });
    let plan = planner
        .erase(&Subjects::new(identities, &found.collect::<Vec<_>>()))
        .unwrap();
    let images = plan
        .steps
        .iter()
        .filter(|step| step.image.is_some())
        .count();
    (images == plan.steps.len(), planner.undone_until())
}

#[test]
fn rows_are_kept_where_the_map_says_so_and_the_policy_allows_it() {
    let free = Promises::default();
    assert_eq!(planned("", &free), (false, None));
    let week: Timestamp = "2026-11-29T12:00:00Z".parse().unwrap();
    assert_eq!(planned("undo \"7 days\"", &free), (true, Some(week)));
    let within = |answer: &str| Promises {
        policy: "shop".to_owned(),
        answer: Length::parse(answer),
        ..Promises::default()
    };
    assert_eq!(planned("undo \"7 days\"", &within("1 month")).1, Some(week));
    assert_eq!(planned("undo \"7 days\"", &within("5 days")).1, None);
    assert_eq!(planned("undo \"7 days\"", &within("")).1, None);
}

#[test]
fn what_leads_to_a_row_returns_after_it_and_once() {
    let schema = schema(
        "users: id integer primary, email text null unique\n         orders: id integer primary, user_id integer null; user_id -> users(id)\n         order_log: id integer primary",
        Dialect::Postgresql,
    );
    let row = |values: &[&str]| {
        values
            .iter()
            .map(|value| Some((*value).to_owned()))
            .collect()
    };
    let step = |table: &str, column: &str, written: Vec<(String, Written)>, rows| KeptStep {
        table: TableName::new(table),
        key: vec!["id".to_owned()],
        columns: vec!["id".to_owned(), column.to_owned()],
        written,
        rows,
    };
    // As in a ring: the reference is cut first, then both rows go.
    let cut = vec![("user_id".to_owned(), Written::Empty)];
    let steps = [
        step("orders", "user_id", cut, vec![row(&["7", "1"])]),
        step(
            "users",
            "email",
            Vec::new(),
            vec![row(&["1", "ann@example.org"])],
        ),
        step("orders", "user_id", Vec::new(), vec![row(&["7", "1"])]),
    ];
    let (opening, rows) = restore(&schema, &steps).unwrap();
    assert_eq!(opening.len(), 1);
    let texts: Vec<&str> = rows.iter().map(|row| row.statement.sql.as_str()).collect();
    assert_eq!(texts.len(), 3);
    assert!(texts[0].starts_with("INSERT INTO \"orders\""), "{texts:?}");
    assert_eq!(
        rows[0].statement.values[1].0, None,
        "it leads to nothing yet"
    );
    assert!(
        texts[1].contains("NOT EXISTS (SELECT 1 FROM \"users\" WHERE \"email\" = "),
        "{texts:?}"
    );
    assert!(
        texts[2].starts_with("UPDATE \"orders\" SET \"user_id\" = "),
        "{texts:?}"
    );
    assert!(
        texts[2].contains("(\"user_id\" IS NOT NULL) IS NOT TRUE"),
        "{texts:?}"
    );
    assert!(restore(&schema, &[step("users", "phone", Vec::new(), Vec::new())]).is_err());
    assert!(!format!("{steps:?}").contains("ann"));
}
