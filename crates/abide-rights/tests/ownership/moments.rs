//! Every form in which databases keep moments, and much that only looks like one, on each engine: what is a moment is due in
//! its time, and nothing else ever is.

use abide_map::plan::{Effect, Plan};
use abide_map::promise::Promises;

use crate::desk::{Desk, planner, text};
use crate::engines::{all, desk};
use crate::place::{Engine, Folder};

/// A type of column with values, as SQL writes them. A year ago is 2025-11-22 12:00 in UTC.
struct Column {
    type_name: &'static str,
    /// More than a year old.
    due: &'static [&'static str],
    /// Less than a year old, or never over.
    young: &'static [&'static str],
    /// No moments.
    unclear: &'static [&'static str],
}

const COMMON: [Column; 5] = [
    Column {
        type_name: "varchar(60)",
        due: &[
            "'2020-05-11'",
            "'2020-05-11 10:00'",
            "'2020-05-11T10:00:00.123Z'",
            "'2020-05-11T10:00:00+05:00'",
            "'1926-01-02'",
            "'2025-11-20T23:59:59Z'",
        ],
        young: &[
            "'2026-05-11'",
            "'2026-05-11T10:00:00Z'",
            "'9999-12-31'",
            // An hour less than a year ago, far in the west.
            "'2025-11-22T03:00:00-10:00'",
            "'2025-11-22T01:00:00-12:00'",
        ],
        unclear: &[
            "''",
            "'never'",
            "'1577836800'",
            "'1577836800000'",
            "'05/11/2020'",
            "'11.05.2020'",
            "'Nov 3 2020'",
            "'2020'",
            "'20200511'",
            "'2020/05/11'",
            "'2020-5-1'",
            "'2020-13-01'",
            "'2020-00-00'",
            "'2020-05-11/2021-05-11'",
            "'0000-00-00 00:00:00'",
            "'0001-01-01 00:00:00+00'",
            "'1900-01-01'",
            "'1970-01-01 00:00:00'",
            "'1969-12-31T16:00:00-08:00'",
        ],
    },
    Column {
        type_name: "bigint",
        due: &["1577836800", "1577836800000", "1577836800000000"],
        young: &["1790000000", "1790000000000", "1790000000000000"],
        unclear: &[
            "0",
            "-1",
            "1",
            "18262",
            "2020",
            "20200511",
            "202005111200",
            "20200511120000",
            // .NET counts from the year 1, Windows from 1601, Go in nanoseconds.
            "637134336000000000",
            "132223104000000000",
            "1577836800000000000",
        ],
    },
    Column {
        type_name: "integer",
        due: &["1577836800"],
        young: &["1790000000"],
        unclear: &["0", "20200511", "18262"],
    },
    Column {
        type_name: "double precision",
        due: &["1577836800.5", "1577836800000"],
        young: &["1790000000.5"],
        unclear: &["0", "2458980.5", "43962.25"],
    },
    Column {
        type_name: "numeric(20, 3)",
        due: &["1577836800.250", "1577836800250"],
        young: &["1790000000.250"],
        unclear: &["0", "20200511", "20200511120000"],
    },
];

const POSTGRESQL: [Column; 3] = [
    Column {
        type_name: "date",
        due: &["'2020-05-11'", "'1926-01-02'", "'2025-11-20'"],
        young: &["'2026-05-11'", "'2025-11-21'", "'infinity'"],
        unclear: &[
            "'-infinity'",
            "'0001-01-01'",
            "'1900-01-01'",
            "'1970-01-01'",
        ],
    },
    Column {
        type_name: "timestamp",
        due: &["'2020-05-11 10:00'", "'2025-11-21 21:59'"],
        young: &["'2026-05-11 10:00'", "'2025-11-22 11:59'", "'infinity'"],
        unclear: &["'-infinity'", "'0001-01-01'", "'1970-01-01 00:00'"],
    },
    Column {
        type_name: "timestamp with time zone",
        due: &["'2020-05-11 10:00+02'", "'2025-11-22 11:59+00'"],
        young: &[
            "'2026-05-11 10:00+02'",
            "'2025-11-22 12:01+00'",
            "'infinity'",
        ],
        unclear: &[
            "'-infinity'",
            "'0001-01-01 00:00+00'",
            "'1970-01-01 00:00+00'",
        ],
    },
];

const MARIADB: [Column; 3] = [
    Column {
        type_name: "date",
        due: &["'2020-05-11'", "'1926-01-02'", "'2025-11-20'"],
        young: &["'2026-05-11'", "'2025-11-21'", "'9999-12-31'"],
        unclear: &[
            "'0000-00-00'",
            "'2020-00-00'",
            "'2020-05-00'",
            "'1000-01-01'",
            "'1970-01-01'",
        ],
    },
    Column {
        type_name: "datetime",
        due: &["'2020-05-11 10:00:00'", "'2025-11-21 21:59:00'"],
        young: &["'2026-05-11 10:00:00'", "'2025-11-22 11:59:00'"],
        unclear: &[
            "'0000-00-00 00:00:00'",
            "'1970-01-01 00:00:00'",
            "'2020-00-00 10:00:00'",
        ],
    },
    Column {
        type_name: "timestamp",
        due: &["'2020-05-11 10:00:00'", "'2025-11-22 11:59:00'"],
        young: &["'2026-05-11 10:00:00'", "'2025-11-22 12:01:00'"],
        unclear: &["'0000-00-00 00:00:00'", "'1970-01-01 00:00:01'"],
    },
];

const SQLITE: [Column; 4] = [
    Column {
        type_name: "datetime",
        due: &[
            "'2020-05-11 10:00:00'",
            "1577836800",
            "1577836800000",
            "1577836800.5",
        ],
        young: &["'2026-05-11'", "1790000000", "1790000000000"],
        unclear: &[
            "''",
            "'never'",
            "0",
            "20200511",
            "2458980.5",
            "x'00'",
            "'0000-00-00'",
        ],
    },
    Column {
        type_name: "integer",
        due: &["'2020-05-11 10:00:00'", "1577836800", "1577836800000"],
        young: &["'2026-05-11'", "1790000000000"],
        unclear: &["''", "0", "20200511", "2458980.5"],
    },
    Column {
        type_name: "date",
        due: &["'2020-05-11'"],
        young: &["'2026-05-11'"],
        unclear: &["'05/11/2020'", "18262"],
    },
    Column {
        type_name: "",
        due: &["'2020-05-11'", "1577836800"],
        young: &["'2026-05-11'", "1790000000"],
        unclear: &["''", "'1577836800'", "0"],
    },
];

fn columns(engine: Engine) -> Vec<Column> {
    let own: Vec<Column> = match engine {
        Engine::Sqlite => SQLITE.into(),
        Engine::Postgres => POSTGRESQL.into(),
        Engine::Mariadb => MARIADB.into(),
    };
    COMMON.into_iter().chain(own).collect()
}

/// Ids of values: each kind has a hundred of its own. The last row holds nothing.
fn rows(column: &Column) -> Vec<String> {
    let kinds: [&[&str]; 4] = [column.due, column.young, column.unclear, &["NULL"]];
    let of_kind = |(kind, values): (usize, &[&str])| -> Vec<String> {
        let rows = values.iter().enumerate();
        rows.map(|(nth, value)| format!("({}, {value})", 100 + 100 * kind + nth))
            .collect()
    };
    kinds.into_iter().enumerate().flat_map(of_kind).collect()
}

async fn tables(engine: Engine, folder: &Folder, line: &str) -> Desk {
    let mut statements = vec!["CREATE TABLE users (id bigint PRIMARY KEY)".to_owned()];
    let mut map = "table users { subject; identity account-id id; erase delete }".to_owned();
    for (nth, column) in columns(engine).iter().enumerate() {
        statements.push(format!(
            "CREATE TABLE t{nth} (id bigint PRIMARY KEY, moment {} NULL, who bigint)",
            column.type_name
        ));
        let rows = rows(column).join(", ");
        statements.push(format!("INSERT INTO t{nth} (id, moment) VALUES {rows}"));
        map.push_str(&format!(
            "\ntable t{nth} {{ owned-by who to=users; {line} }}"
        ));
    }
    let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
    desk(engine, folder, &statements, &map).await
}

async fn ids(desk: &Desk, nth: usize) -> Vec<String> {
    let sql = format!("SELECT CAST(id AS char(3)) FROM t{nth} ORDER BY id");
    let rows = all(desk, &sql).await;
    rows.into_iter().flatten().collect()
}

/// How many rows the plan leaves because nobody can tell for how long.
async fn named(desk: &Desk, plan: &Plan) -> u64 {
    let is_unclear = |effect: &Effect| match effect {
        Effect::Keep { because, until } => {
            format!("{because} {until:?}").contains("`moment` holds no moment")
        }
        _ => false,
    };
    let steps = plan.steps.iter().filter(|step| is_unclear(&step.effect));
    let counts: Vec<_> = steps.map(|step| step.count.clone()).collect();
    assert!(!counts.is_empty(), "{}", text(plan));
    desk.source
        .numbers(&counts)
        .await
        .unwrap()
        .into_iter()
        .sum()
}

async fn only_moments_are_due(engine: Engine) {
    let folder = Folder::new();
    let line = "retain \"1 year\" from=moment; erase delete";
    let desk = tables(engine, &folder, line).await;
    let ownership = desk.ownership().unwrap();
    let promises = Promises::default();
    let planner = planner(&ownership, &promises, &[]);
    let plans = planner.sweep(3).unwrap();
    let columns = columns(engine);
    assert_eq!(plans.len(), columns.len());
    for (nth, (plan, column)) in plans.iter().zip(&columns).enumerate() {
        let name = column.type_name;
        let due = desk.counts(plan).await.unwrap();
        assert_eq!(due, [column.due.len() as u64], "{name}\n{}", text(plan));
        let unclear = named(&desk, plan).await;
        assert_eq!(
            unclear,
            column.unclear.len() as u64,
            "{name}\n{}",
            text(plan)
        );
        for _ in 0..column.due.len().div_ceil(3) {
            desk.run(plan).await.unwrap();
        }
        let left = rows(column).len() - column.due.len();
        let ids = ids(&desk, nth).await;
        assert_eq!(ids.len(), left, "{name}: {ids:?}");
        assert!(ids.iter().all(|id| !id.starts_with('1')), "{name}: {ids:?}");
    }
    desk.source.close().await.unwrap();
}

#[tokio::test]
async fn only_moments_are_due_in_sqlite() {
    only_moments_are_due(Engine::Sqlite).await;
}

#[tokio::test]
async fn only_moments_are_due_in_postgresql() {
    only_moments_are_due(Engine::Postgres).await;
}

#[tokio::test]
async fn only_moments_are_due_in_mariadb() {
    only_moments_are_due(Engine::Mariadb).await;
}

/// What a law wants kept is kept where nobody can tell since when, and said to be.
async fn what_says_no_moment_is_kept(engine: Engine) {
    let folder = Folder::new();
    let line = "erase keep because=tax-law until=\"1 year\" from=moment";
    let desk = tables(engine, &folder, line).await;
    let columns = columns(engine);
    let owned = (0..columns.len()).map(|nth| format!("UPDATE t{nth} SET who = 1"));
    let owned = owned.chain(["INSERT INTO users VALUES (1)".to_owned()]);
    let work = abide_sources::Work {
        steps: owned.map(|sql| crate::desk::plain(&sql)).collect(),
        ..abide_sources::Work::default()
    };
    desk.source.run(&work).await.unwrap();
    let ownership = desk.ownership().unwrap();
    let promises = Promises::default();
    let planner = planner(&ownership, &promises, &[]);
    let subjects = desk.subjects(&planner, &[("account-id", "1")]).await;
    let plan = planner.erase(&subjects).unwrap();
    let unclear: usize = columns.iter().map(|column| column.unclear.len()).sum();
    assert_eq!(named(&desk, &plan).await, unclear as u64);
    desk.run(&plan).await.unwrap();
    for (nth, column) in columns.iter().enumerate() {
        let ids = ids(&desk, nth).await;
        let left = rows(column).len() - column.due.len();
        assert_eq!(ids.len(), left, "{}: {ids:?}", column.type_name);
        assert!(ids.iter().all(|id| !id.starts_with('1')), "{ids:?}");
    }
    desk.source.close().await.unwrap();
}

#[tokio::test]
async fn what_says_no_moment_is_kept_in_sqlite() {
    what_says_no_moment_is_kept(Engine::Sqlite).await;
}

#[tokio::test]
async fn what_says_no_moment_is_kept_in_postgresql() {
    what_says_no_moment_is_kept(Engine::Postgres).await;
}

#[tokio::test]
async fn what_says_no_moment_is_kept_in_mariadb() {
    what_says_no_moment_is_kept(Engine::Mariadb).await;
}
