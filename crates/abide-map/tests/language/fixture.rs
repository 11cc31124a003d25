//! A schema in a few lines of text: `users: id integer primary, email text unique; team_id -> teams(id) cascade`.

use abide_map::schema::{
    Column, Dialect, ForeignKey, OnDelete, Schema, Table, TableName, Trigger, TypeClass, View,
};

/// The schema that the examples of the manual are held against, with one of everything that goes wrong.
pub fn shop() -> Schema {
    schema(
        "users: id integer primary, email text unique, name text null, lat float null, password text, card text null, born date null, full text null generated
         orders: id integer primary, user_id integer null, total decimal, code text unique, status enum, made timestamp; user_id -> users(id)
         order_lines: id integer primary, order_id integer, made timestamp; order_id -> orders(id) cascade
         order_log: id integer, order_id integer null, status text null
         notes: id integer primary, user_name text null, author_id integer, body text null; author_id -> users(id)
         sessions: token text primary, user_id integer, seen timestamp memory
         tags: id integer primary, label text
         labels: id integer primary inherits_tags, label text
         baskets: id integer primary versioned, user_id integer null
         letters: id integer primary hiding, user_id integer null
         events: user_id integer null, kind text",
        Dialect::Postgresql,
    )
}

/// A schema in that language, a table on each line.
pub fn schema(text: &str, dialect: Dialect) -> Schema {
    let tables: Vec<Table> = text.lines().map(table).collect();
    let order_log = TableName::new("order_log");
    Schema {
        dialect,
        version: "17".to_owned(),
        triggers: vec![Trigger {
            name: "orders_history".to_owned(),
            table: TableName::new("orders"),
            events: vec!["DELETE".to_owned()],
            body: "INSERT INTO order_log …".to_owned(),
            writes: vec![order_log],
        }],
        views: vec![View {
            name: TableName::new("people_report"),
            is_materialised: true,
            is_readable: true,
            columns: vec![column("email text null"), column("orders integer null")],
        }],
        tables,
    }
}

fn table(line: &str) -> Table {
    let (name, rest) = line.trim().split_once(':').unwrap();
    let mut parts = rest.split(';');
    let columns: Vec<&str> = parts.next().unwrap().split(',').map(str::trim).collect();
    let with = |flag: &str| -> Vec<String> {
        let found = columns
            .iter()
            .filter(|column| column.split(' ').any(|word| word == flag));
        found
            .map(|column| column.split(' ').next().unwrap().to_owned())
            .collect()
    };
    let primary_key = with("primary");
    let unique: Vec<Vec<String>> = with("unique").into_iter().map(|name| vec![name]).collect();
    Table {
        name: TableName::new(name),
        indexes: unique.clone(),
        is_transactional: with("memory").is_empty(),
        is_versioned: !with("versioned").is_empty(),
        hides_rows: !with("hiding").is_empty(),
        columns: columns.iter().map(|text| column(text)).collect(),
        primary_key,
        unique,
        foreign_keys: parts.map(foreign_key).collect(),
        sequences: with("serial")
            .iter()
            .map(|column| TableName::new(&format!("{name}_{column}_seq")))
            .collect(),
        rows: 0,
        partition_of: None,
        inherits: with("inherits_tags")
            .iter()
            .map(|_| TableName::new("tags"))
            .collect(),
    }
}

fn column(text: &str) -> Column {
    let words: Vec<&str> = text.split(' ').collect();
    let class = match words[1] {
        "integer" => TypeClass::Integer,
        "decimal" => TypeClass::Decimal,
        "float" => TypeClass::Float,
        "date" => TypeClass::Date,
        "timestamp" => TypeClass::Timestamp,
        "enum" => TypeClass::Enum,
        _ => TypeClass::Text,
    };
    Column {
        name: words[0].to_owned(),
        type_name: words[1].to_owned(),
        class,
        length: (class == TypeClass::Text).then_some(40),
        nullable: words.contains(&"null"),
        is_generated: words.contains(&"generated"),
        has_default: false,
        allowed: if class == TypeClass::Enum {
            vec!["open".to_owned(), "done".to_owned()]
        } else {
            Vec::new()
        },
    }
}

fn foreign_key(text: &str) -> ForeignKey {
    let (column, target) = text.trim().split_once(" -> ").unwrap();
    let (table, rest) = target.split_once('(').unwrap();
    let (there, rest) = rest.split_once(')').unwrap();
    ForeignKey {
        name: None,
        columns: vec![column.to_owned()],
        target: TableName::new(table),
        target_columns: vec![there.to_owned()],
        on_delete: match rest.trim() {
            "cascade" => OnDelete::Cascade,
            "set-null" => OnDelete::SetNull,
            "set-default" => OnDelete::SetDefault,
            _ => OnDelete::Refuse,
        },
        is_deferrable: false,
        is_partial: false,
    }
}
