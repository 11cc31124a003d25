//! `undo` in a map: what is read before, what is granted, and what puts rows back.

use abide_map::ownership::Ownership;
use abide_map::plan::undo::{KeptStep, Written, restore};
use abide_map::plan::{Identities, KnownAs, Planner, Subjects};
use abide_map::promise::Promises;
use abide_map::read::read;
use abide_map::schema::{Dialect, TableName};
use abide_policy::diagnostic::Findings;
use abide_policy::length::Length;
use abide_policy::source::SourceFile;
use jiff::Timestamp;

use crate::fixture::schema;

const SHOP: &str = "users: id integer primary, email text null
         orders: id integer primary, user_id integer null; user_id -> users(id)
         order_log: id integer primary";

const MAP: &str = "table users { subject; identity email email; erase delete }
        table orders { owned-by user_id to=users; erase delete }
        table order_log { ordinary because=log }";

fn resolved(text: &str, tables: &str) -> Ownership {
    let (map, findings) = read(&SourceFile::new("map.kdl", text), 0);
    assert!(findings.is_empty(), "{findings:?}");
    Ownership::resolve(&map, &schema(tables, Dialect::Postgresql)).unwrap()
}

/// Whether every step of Ann's erasure can be put back, and until when; else what is wrong.
fn planned(
    map: &str,
    tables: &str,
    promises: &Promises,
    asked: &str,
) -> Result<(bool, Option<Timestamp>), Findings> {
    let ownership = resolved(&format!("map shop {{ {map} }}"), tables);
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
    let plan = planner.erase(&Subjects::new(identities, &found.collect::<Vec<_>>()))?;
    let images = plan
        .steps
        .iter()
        .filter(|step| step.image.is_some())
        .count();
    let until = planner.undone_until(asked.parse().unwrap());
    Ok((images == plan.steps.len(), until))
}

#[test]
fn rows_are_kept_where_the_map_says_so_and_the_policy_allows_it() {
    let within = |answer: &str| Promises {
        policy: "shop".to_owned(),
        answer: Length::parse(answer),
        ..Promises::default()
    };
    let shop = |undo: &str, promises: &Promises, asked: &str| {
        planned(&format!("{undo}\n{MAP}"), SHOP, promises, asked).unwrap()
    };
    let at_once = "2026-11-22T12:00:00Z";
    assert_eq!(shop("", &within("1 month"), at_once), (false, None));
    // Without a policy nobody says how long.
    let week = "undo \"7 days\"";
    assert_eq!(shop(week, &Promises::default(), at_once), (true, None));
    let until = |promises: &Promises, asked: &str| shop(week, promises, asked).1;
    let end: Timestamp = "2026-11-29T12:00:00Z".parse().unwrap();
    assert_eq!(until(&within("1 month"), at_once), Some(end));
    assert_eq!(until(&within("5 days"), at_once), None);
    assert_eq!(until(&within(""), at_once), None);
    // It counts from the day on which it was asked for, however late a source is erased.
    let late: Timestamp = "2026-11-25T09:00:00Z".parse().unwrap();
    assert_eq!(
        until(&within("1 month"), "2026-10-25T09:00:00Z"),
        Some(late)
    );
    assert_eq!(until(&within("1 month"), "2026-10-01T00:00:00Z"), None);
    // Ten working days are ten days at least.
    let sure: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
    assert_eq!(
        until(&within("10 business-days"), "2026-11-14T12:00:00Z"),
        Some(sure)
    );
}

#[test]
fn what_nobody_could_put_back_is_refused() {
    let free = Promises::default();
    let refused = |undo: &str, erase: &str, tables: &str| {
        let map = format!(
            "{undo}\ntable users {{ subject; identity email email; erase delete }}\ntable visits {{ {erase} }}"
        );
        let found = planned(&map, tables, &free, "2026-11-22T12:00:00Z");
        found.map_or_else(|findings| findings[0].message.clone(), |_| String::new())
    };
    let users = "users: id integer primary, email text null\n";
    let keyless =
        format!("{users}visits: user_id integer null, page text null; user_id -> users(id)");
    let owned = "owned-by user_id to=users; erase anonymise { overwrite page }";
    assert!(refused("undo \"7 days\"", owned, &keyless).contains("`visits` have no key"));
    assert_eq!(refused("", owned, &keyless), "");
    assert_eq!(
        refused(
            "undo \"7 days\"",
            "owned-by user_id to=users; erase delete",
            &keyless
        ),
        ""
    );
    let ordinary = "ordinary because=log";
    assert!(refused("undo \"7 days\"", ordinary, &keyless).contains("`visits` have no key"));
    let defaulted = format!(
        "{users}visits: id integer primary, user_id integer null; user_id -> users(id) set-default"
    );
    assert!(
        refused("undo \"7 days\"", ordinary, &defaulted)
            .contains("writes the default over `user_id`")
    );
    assert_eq!(refused("", ordinary, &defaulted), "");
}

#[test]
fn what_leads_to_a_row_returns_after_it_and_once() {
    let shop = resolved(&format!("map shop {{ {MAP} }}"), SHOP);
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
        back: std::collections::BTreeSet::new(),
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
    let restoration = restore(&shop, &[steps.to_vec()]).unwrap();
    assert_eq!(restoration.opening.len(), 1);
    // Whose it is returns before it, and the value that was cut after both.
    let texts: Vec<&str> = restoration
        .rows
        .iter()
        .map(|row| row.statement.as_ref().unwrap().sql.as_str())
        .collect();
    assert!(texts[0].starts_with("INSERT INTO \"orders\""), "{texts:?}");
    let order = restoration.rows[0].statement.as_ref().unwrap();
    assert_eq!(order.values[1].0, None, "it leads to nothing yet");
    assert!(
        texts[2].starts_with("UPDATE \"orders\" SET \"user_id\" = "),
        "{texts:?}"
    );
    assert!(
        texts[2].contains("(\"user_id\" IS NOT NULL) IS NOT TRUE"),
        "{texts:?}"
    );
    assert_eq!(restoration.rows[2].needs, [0, 1]);
    assert_eq!(restoration.order, [vec![1], vec![0], vec![2]]);
    assert_eq!(restoration.rows[1].names[0].value, "ann@example.org");
    assert!(
        restore(
            &shop,
            &[vec![step("users", "phone", Vec::new(), Vec::new())]]
        )
        .is_err()
    );
    assert!(!format!("{steps:?}").contains("ann"));
    // Two attempts of which nobody knows what came hold the same rows: each returns once.
    let twice = restore(&shop, &[steps.to_vec(), steps.to_vec()]).unwrap();
    assert_eq!(twice.rows.len(), 3);
    assert!(twice.rows.iter().all(|row| row.places.len() == 2));
}

#[test]
fn who_needs_each_other_returns_together_or_not_at_all() {
    let tables = "users: id integer primary, team_id integer
         teams: id integer primary, owner_id integer
         badges: team_id integer, text text null";
    let map = "map shop { table users { subject; identity account-id id; refers team_id to=teams; erase delete }
        table teams { owned-by owner_id to=users; erase delete }
        table badges { owned-by team_id to=teams; erase delete } }";
    let kept = |table: &str, columns: &[&str], rows: &[&[&str]]| KeptStep {
        table: TableName::new(table),
        key: columns
            .iter()
            .filter(|name| **name == "id")
            .map(|it| (*it).to_owned())
            .collect(),
        columns: columns.iter().map(|it| (*it).to_owned()).collect(),
        written: Vec::new(),
        rows: rows
            .iter()
            .map(|row| row.iter().map(|value| Some((*value).to_owned())).collect())
            .collect(),
        back: std::collections::BTreeSet::new(),
    };
    let steps = vec![
        kept(
            "badges",
            &["team_id", "text"],
            &[&["3", "gold"], &["3", "gold"]],
        ),
        kept("teams", &["id", "owner_id"], &[&["3", "7"]]),
        kept("users", &["id", "team_id"], &[&["7", "3"]]),
    ];
    let restoration = restore(&resolved(map, tables), &[steps]).unwrap();
    assert_eq!(restoration.order, [vec![0, 1], vec![2], vec![3]]);
    // Of rows that are equal, as many as there were.
    let least: Vec<u64> = restoration.rows.iter().map(|row| row.least).collect();
    assert_eq!(least, [1, 1, 1, 2]);
    assert_eq!(restoration.rows[3].needs, [1]);
}
