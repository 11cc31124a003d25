//! What `access`, `erase`, `residue` and `requests` work on: twenty tables of a shop on PostgreSQL, all of them somebody's.
//! Every value is arithmetic on the row's number, so that each run sees the same rows. Holds no engine.

use std::fmt::Write as _;

/// One table.
pub struct Table {
    pub name: &'static str,
    /// The table that its rows belong to; the people themselves belong to nobody.
    parent: Option<&'static str>,
    /// How many rows belong to one of those, in a full house and in a thin one.
    each: [u64; 2],
}

const fn table(name: &'static str, parent: &'static str, full: u64, thin: u64) -> Table {
    Table {
        name,
        parent: Some(parent),
        each: [full, thin],
    }
}

/// Each after the one that it belongs to.
pub const TABLES: &[Table] = &[
    Table {
        name: "users",
        parent: None,
        each: [1, 1],
    },
    table("addresses", "users", 3, 1),
    table("orders", "users", 10, 2),
    table("sessions", "users", 10, 2),
    table("logins", "users", 20, 3),
    table("reviews", "users", 8, 1),
    table("tickets", "users", 4, 1),
    table("newsletters", "users", 2, 1),
    table("devices", "users", 3, 1),
    table("carts", "users", 2, 1),
    table("wishes", "users", 10, 2),
    table("cards", "users", 2, 1),
    table("consents", "users", 5, 2),
    table("searches", "users", 20, 3),
    table("notes", "users", 6, 1),
    table("order_items", "orders", 3, 2),
    table("payments", "orders", 1, 1),
    table("ticket_messages", "tickets", 4, 2),
    table("cart_items", "carts", 4, 3),
    table("device_events", "devices", 10, 6),
];

impl Table {
    /// The column that leads to what its rows belong to.
    pub fn owner(&self) -> Option<String> {
        self.parent.map(|parent| format!("{parent}_id"))
    }

    fn above(&self) -> Option<&'static Self> {
        TABLES.iter().find(|table| Some(table.name) == self.parent)
    }

    /// The table between this one and the people, if there is one.
    pub fn between(&self) -> Option<&'static Self> {
        self.above().filter(|table| table.parent.is_some())
    }
}

/// How much everybody has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// 200 rows each.
    Full,
    /// 40 rows each.
    Thin,
}

/// A database.
#[derive(Clone, Copy)]
pub struct House {
    pub people: u64,
    pub size: Size,
}

impl House {
    fn each(self, table: &Table) -> u64 {
        table.each[usize::from(self.size == Size::Thin)]
    }

    fn rows_of(self, table: &Table) -> u64 {
        self.each(table)
            * table
                .above()
                .map_or(self.people, |above| self.rows_of(above))
    }

    /// How many rows there are in all.
    pub fn rows(self) -> u64 {
        TABLES.iter().map(|table| self.rows_of(table)).sum()
    }

    /// Makes tables, rows, keys and indexes. Keys and indexes come last, as in a database that was restored.
    pub fn sql(self) -> String {
        let mut sql =
            String::from("SET client_min_messages = warning; SET synchronous_commit = off;\n");
        for table in TABLES {
            let (name, rows) = (table.name, self.rows_of(table));
            let made_at = "timestamptz '2024-01-01' + (i * 13 % 900000) * interval '1 minute'";
            let _ = match table.owner() {
                None => writeln!(
                    sql,
                    "CREATE TABLE {name} (id bigint NOT NULL, email text NOT NULL, name text NOT NULL, phone text, is_open boolean \
                     NOT NULL, made_at timestamptz NOT NULL);\nINSERT INTO {name} SELECT i, 'user' || i || '@example.org', \
                     'Name ' || i % 977, '+49 30 ' || 1000000 + i * 7919 % 9000000, i % 3 = 0, {made_at} FROM \
                     generate_series(1, {rows}) i;\nALTER TABLE {name} ADD PRIMARY KEY (id), ADD UNIQUE (email);",
                ),
                Some(owner) => writeln!(
                    sql,
                    "CREATE TABLE {name} (id bigint NOT NULL, {owner} bigint NOT NULL, label text NOT NULL, body text, amount \
                     bigint NOT NULL, is_open boolean NOT NULL, made_at timestamptz NOT NULL);\nINSERT INTO {name} SELECT i, \
                     (i - 1) / {each} + 1, '{name} ' || i % 5000, repeat('some words ', 1 + (i % 5)::int), i * 53 % 90000, \
                     i % 3 = 0, {made_at} FROM generate_series(1, {rows}) i;\nALTER TABLE {name} ADD PRIMARY KEY (id), ADD \
                     FOREIGN KEY ({owner}) REFERENCES {parent} (id);\nCREATE INDEX ON {name} ({owner});",
                    each = self.each(table),
                    parent = table.parent.unwrap_or_default(),
                ),
            };
        }
        sql
    }
}

/// Whose each row is, as a map says it.
pub fn map() -> String {
    let mut map = String::from("map house {\n    source house\n");
    for table in TABLES {
        let name = table.name;
        let _ = match (table.owner(), table.parent) {
            (Some(owner), Some(parent)) => writeln!(
                map,
                "    table {name} {{ owned-by {owner} to={parent}; erase delete }}"
            ),
            _ => writeln!(
                map,
                "    table {name} {{ subject; identity account-id id; identity email email; column name is=name; column phone \
                 is=phone; erase delete }}"
            ),
        };
    }
    map + "}\n"
}

/// The address of a person, by number from 1.
pub fn email(person: u64) -> String {
    format!("user{person}@example.org")
}
