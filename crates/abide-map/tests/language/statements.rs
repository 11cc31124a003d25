//! The statements of the common cases in each language of SQL, as they are sent. A change here is a change of what runs in
//! other people's databases.

use std::fmt::Write as _;

use abide_map::grants::{Grantee, Markers, grants};
use abide_map::map::Map;
use abide_map::ownership::Ownership;
use abide_map::plan::{Identities, KnownAs, Plan, Planner, Row, Subjects};
use abide_map::promise::Promises;
use abide_map::schema::{Dialect, Schema};
use abide_map::statement::{Statement, Value};
use abide_policy::source::SourceFile;

use crate::fixture;

const TABLES: &str = "users: id integer primary, email text unique, name text null
    orders: id integer primary, user_id integer, address text null, made timestamp; user_id -> users(id)
    order_lines: id integer primary, order_id integer, what text null; order_id -> orders(id)
    messages: id integer primary, sender_id integer null, receiver_id integer null, body text null; sender_id -> users(id); receiver_id -> users(id)
    papers: id integer primary, title text
    authors: paper_id integer primary, user_id integer primary; paper_id -> papers(id); user_id -> users(id)
    folders: id integer primary, user_id integer null, parent_id integer null; user_id -> users(id); parent_id -> folders(id)";

const MAP: &str = "map common {
    source test
    table users { subject; identity account-id id; identity email email; erase delete }
    table orders { owned-by user_id to=users; hide address because=\"not asked for\"; erase delete }
    table order_lines { owned-by order_id to=orders; erase delete }
    table messages { owned-by sender_id to=users; owned-by receiver_id to=users; erase delete }
    table papers { erase delete }
    table authors { owned-by user_id to=users; owns paper_id to=papers; erase delete }
    table folders { owned-by user_id to=users; owned-by parent_id to=folders; erase delete }
}";

fn map(text: &str) -> Map {
    let (map, findings) = abide_map::read::read(&SourceFile::new("map.kdl", text), 0);
    assert!(findings.is_empty(), "{findings:?}");
    map
}

/// People with the keys 1, 2, 3 … in every column.
fn people(planner: &Planner<'_>, count: usize) -> Subjects {
    let value = |nth: usize| (nth + 1).to_string();
    let known = |nth: usize| KnownAs {
        kind: "account-id".to_owned(),
        value: value(nth),
    };
    let identities = Identities((0..count).map(known).collect());
    let lookups = planner.find(&identities);
    let found: Vec<_> = lookups
        .into_iter()
        .map(|lookup| {
            let row = |nth: usize| -> Row { vec![Value::text(value(nth)); lookup.columns.len()] };
            let rows = (0..count).map(row).collect();
            (lookup, rows)
        })
        .collect();
    Subjects::new(identities, &found)
}

fn text(plan: &Plan) -> String {
    let mut out = String::new();
    let mut write = |what: &str, statement: &Statement| {
        let values: Vec<&str> = statement
            .values
            .iter()
            .map(|value| value.0.as_deref().unwrap_or("nothing"))
            .collect();
        _ = writeln!(out, "-- {what}\n{}\n   {}", statement.sql, values.join(" "));
    };
    for statement in &plan.opening {
        write("first", statement);
    }
    for obstacle in &plan.obstacles {
        write(&obstacle.finding.message, &obstacle.count);
    }
    for step in &plan.steps {
        write(&format!("{}: {}", step.table, step.reason), &step.statement);
    }
    out
}

fn schema(dialect: Dialect) -> Schema {
    fixture::schema(TABLES, dialect)
}

fn plans(dialect: Dialect, map: &Map, count: usize) -> String {
    let schema = schema(dialect);
    let ownership = Ownership::resolve(map, &schema).unwrap();
    let promises = Promises::default();
    let planner = Planner::new(
        &ownership,
        &promises,
        "2026-01-01T00:00:00Z".parse().unwrap(),
    );
    let people = people(&planner, count);
    let erase = planner.erase(&people).unwrap();
    format!(
        "access\n{}\nerase\n{}",
        text(&planner.access(&people)),
        text(&erase)
    )
}

#[test]
fn one_person_in_each_language() {
    let map = map(MAP);
    for dialect in [Dialect::Postgresql, Dialect::Mariadb, Dialect::Sqlite] {
        let name = format!("one_person_{dialect:?}").to_lowercase();
        insta::assert_snapshot!(name, plans(dialect, &map, 1));
    }
}

#[test]
fn many_people_are_one_list() {
    let text = "map many { source test
        table users { subject; identity account-id id; erase delete }
        table orders { owned-by user_id to=users; erase delete }
        table order_lines { owned-by order_id to=orders; erase delete }
        table messages { ordinary because=public }
        table papers { ordinary because=public }
        table authors { ordinary because=public }
        table folders { ordinary because=public } }";
    let map = map(text);
    for dialect in [Dialect::Postgresql, Dialect::Mariadb, Dialect::Sqlite] {
        let name = format!("many_people_{dialect:?}").to_lowercase();
        insta::assert_snapshot!(name, plans(dialect, &map, 25));
    }
}

#[test]
fn the_common_case_makes_no_table() {
    let map = map(&MAP
        .replace("owned-by parent_id to=folders; ", "")
        .replace("owns paper_id to=papers; ", ""));
    for dialect in [Dialect::Postgresql, Dialect::Mariadb, Dialect::Sqlite] {
        let text = plans(dialect, &map, 1);
        assert!(
            !text.contains("TEMPORARY") && !text.contains("RECURSIVE"),
            "{text}"
        );
    }
}

/// Every table leads to every table before it, by two columns: written out, the ways to the last would be millions.
#[test]
fn many_ways_are_not_written_out() {
    let mut tables = "t0: id integer primary, email text unique".to_owned();
    let mut text =
        "map wide { source test\ntable t0 { subject; identity account-id id; erase delete }\n"
            .to_owned();
    for place in 1..8 {
        _ = write!(tables, "\nt{place}: id integer primary");
        _ = write!(text, "table t{place} {{ ");
        for before in 0..place {
            _ = write!(tables, ", a{before} integer null, b{before} integer null");
            _ = write!(
                text,
                "owned-by a{before} to=t{before}; owned-by b{before} to=t{before}; "
            );
        }
        text.push_str("erase delete }\n");
    }
    text.push('}');
    for dialect in [Dialect::Postgresql, Dialect::Mariadb, Dialect::Sqlite] {
        let schema = fixture::schema(&tables, dialect);
        let ownership = Ownership::resolve(&map(&text), &schema).unwrap();
        let promises = Promises::default();
        let planner = Planner::new(
            &ownership,
            &promises,
            "2026-01-01T00:00:00Z".parse().unwrap(),
        );
        let people = people(&planner, 1);
        let longest = |plan: &Plan| plan.steps.iter().map(|step| step.statement.sql.len()).max();
        let longest =
            longest(&planner.access(&people)).max(longest(&planner.erase(&people).unwrap()));
        assert!(longest.unwrap() < 200_000, "{longest:?}");
    }
}

/// The grants for the common map over these tables.
fn granted(tables: &str) -> String {
    let grantee = Grantee {
        account: "abide".to_owned(),
        markers: Markers {
            name: "abide_marker",
            create: "CREATE TABLE abide_marker ()".to_owned(),
        },
    };
    let schema = fixture::schema(tables, Dialect::Postgresql);
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    grants(&map(MAP), &schema, &grantee, now).unwrap()
}

#[test]
fn an_account_may_use_what_numbers_the_rows_of_a_trigger_and_read_copies() {
    let log = "\n order_log: id integer primary serial, order_id integer null";
    let text = granted(&format!("{TABLES}{log}"));
    assert!(
        text.contains("GRANT SELECT, INSERT ON \"order_log\" TO"),
        "{text}"
    );
    assert!(
        text.contains("GRANT USAGE ON SEQUENCE \"order_log_id_seq\" TO"),
        "{text}"
    );
    assert!(
        text.contains("GRANT SELECT ON \"people_report\" TO"),
        "{text}"
    );
    assert!(!granted(TABLES).contains("SEQUENCE"));
}

#[test]
fn an_account_from_which_rows_are_hidden_is_let_see_them() {
    let text = granted;
    let hiding = TABLES.replace(
        "orders: id integer primary",
        "orders: id integer primary hiding",
    );
    assert!(text(&hiding).contains("ALTER ROLE \"abide\" BYPASSRLS"));
    assert!(!text(TABLES).contains("BYPASSRLS"));
}
