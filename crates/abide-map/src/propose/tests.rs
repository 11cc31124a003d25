//! Small schemas in, references and drafts out.

use super::{Samples, Summary, candidates, draft, references};
use crate::map::{EdgeErase, EdgeKind, Erase, Holds, Map, Standing};
use crate::sample::{ColumnSample, Contained, TableSample};
use crate::schema::{Column, Dialect, Schema, Table, TableName, TypeClass};

/// A schema from lines such as `users: *id email^! name^ born@ ref?`: `*` is the key, `^` text, `@` a day, `?` nullable, `!`
/// unique; others are whole numbers.
fn schema(lines: &[&str]) -> Schema {
    Schema {
        dialect: Dialect::Postgresql,
        version: String::new(),
        tables: lines.iter().map(|line| table(line)).collect(),
        triggers: Vec::new(),
        views: Vec::new(),
    }
}

fn table(line: &str) -> Table {
    let (name, columns) = line.split_once(": ").unwrap();
    let columns: Vec<&str> = columns.split_whitespace().collect();
    let plain = |column: &str| {
        column
            .trim_matches(|sign| "*^@?!".contains(sign))
            .to_owned()
    };
    let keys = columns.iter().filter(|column| column.starts_with('*'));
    let primary_key: Vec<String> = keys.map(|column| plain(column)).collect();
    Table {
        name: TableName::new(name),
        columns: columns
            .iter()
            .map(|column| {
                let class = match column {
                    _ if column.contains('^') => TypeClass::Text,
                    _ if column.contains('@') => TypeClass::Date,
                    _ => TypeClass::Integer,
                };
                Column {
                    name: plain(column),
                    type_name: format!("{class:?}"),
                    class,
                    length: None,
                    nullable: column.contains('?'),
                    is_generated: false,
                    has_default: column.starts_with('*') && primary_key.len() == 1,
                    allowed: Vec::new(),
                }
            })
            .collect(),
        primary_key,
        unique: columns
            .iter()
            .filter(|column| column.ends_with('!'))
            .map(|column| vec![plain(column)])
            .collect(),
        foreign_keys: Vec::new(),
        indexes: Vec::new(),
        rows: 0,
        partition_of: None,
        inherits: Vec::new(),
        sequences: Vec::new(),
        is_transactional: true,
        is_versioned: false,
        hides_rows: false,
    }
}

/// Each hidden reference as `table.column target`.
fn found(lines: &[&str]) -> Vec<String> {
    let found = references(&schema(lines), &Samples::new(), &[]);
    found
        .iter()
        .map(|one| format!("{}.{} {}", one.table, one.columns.join(","), one.target))
        .collect()
}

const USERS: &str = "users: *id email^ password_hash^ first_name^ last_name^ birth_date@";

#[test]
fn keys_are_found_by_the_name_of_a_table() {
    assert_eq!(
        found(&[USERS, "orders: *id user_id total"]),
        ["orders.user_id users"]
    );
    assert_eq!(
        found(&[USERS, "orders: *id userid total"]),
        ["orders.userid users"]
    );
    assert_eq!(
        found(&[
            "ps_order: *id_order",
            "ps_box: *id_box id_order",
            "ps_bag: *id_bag"
        ]),
        ["ps_box.id_order ps_order"]
    );
    assert_eq!(
        found(&["categories: *id", "films: *id category_id"]),
        ["films.category_id categories"]
    );
    assert_eq!(
        found(&["address: *id", "orders: *id shipping_address_id"]),
        ["orders.shipping_address_id address"]
    );
    assert_eq!(
        found(&["contact_info: *contactId", "notes: *noteId contactId"]),
        ["notes.contactId contact_info"]
    );
    assert_eq!(
        found(&["tb_user: *id", "device: *id user_id"]),
        ["device.user_id tb_user"]
    );
    assert_eq!(
        found(&["active_storage_blobs: *id", "files: *id blob_id"]),
        ["files.blob_id active_storage_blobs"]
    );
}

#[test]
fn keys_are_found_by_what_people_do_and_by_kinship() {
    assert_eq!(
        found(&[USERS, "pages: *id updated_by author_id"]),
        ["pages.updated_by users", "pages.author_id users"]
    );
    assert_eq!(
        found(&["nodes: *id parent_id reply_to"]),
        ["nodes.parent_id nodes", "nodes.reply_to nodes"]
    );
    let people = "customer: *id email^ first_name^ phone^ support_rep_id";
    assert_eq!(
        found(&[people, "employee: *id email^ last_name^ phone^"]),
        ["customer.support_rep_id employee"]
    );
}

#[test]
fn a_word_of_the_table_goes_before_a_table_of_the_word() {
    let tables = [
        "state: *id",
        "orders: *id state_id",
        "order_state: *id",
        "shops: *id state_id",
    ];
    assert_eq!(
        found(&tables),
        ["orders.state_id order_state", "shops.state_id state"]
    );
}

#[test]
fn numbers_that_count_or_sort_refer_to_nothing() {
    let none: [&str; 0] = [];
    assert_eq!(
        found(&[
            USERS,
            "orders: *id",
            "items: *id sort_order",
            "days: *id orders order_count users"
        ]),
        none
    );
    assert_eq!(found(&["votes: *id vote"]), none);
    assert_eq!(
        found(&[USERS, "things: *id paid valid grid stripe_user_id^"]),
        none
    );
    assert_eq!(found(&["state: *id", "jobs: *id state"]), none);
    assert_eq!(
        found(&["meta: *meta_key^", "extra: *id thread_id external_id"]),
        none
    );
}

#[test]
fn values_take_a_guess_back_or_make_it_surer() {
    let schema = schema(&[USERS, "orders: *id user_id"]);
    let asked = candidates(&schema, &Samples::new());
    assert_eq!(asked.len(), 1);
    let with = |answer: Contained| {
        let found = references(&schema, &Samples::new(), &[(asked[0].clone(), answer)]);
        found.first().map(super::Reference::confidence)
    };
    let named = references(&schema, &Samples::new(), &[])[0].confidence();
    assert!(
        with(Contained {
            asked: 90,
            found: 90,
            target: 100
        })
        .unwrap()
            > named
    );
    assert_eq!(
        with(Contained {
            asked: 90,
            found: 12,
            target: 100
        }),
        None
    );
    assert_eq!(
        with(Contained {
            asked: 0,
            found: 0,
            target: 0
        }),
        Some(named)
    );
}

#[test]
fn a_column_of_kinds_names_the_tables() {
    let mut schema = schema(&[USERS, "posts: *id", "votes: *id votable_type^ votable_id"]);
    schema.tables[2].columns[1].class = TypeClass::Enum;
    schema.tables[2].columns[1].allowed = vec![
        "App::User".to_owned(),
        "Post".to_owned(),
        "Nothing".to_owned(),
    ];
    let found = references(&schema, &Samples::new(), &[]);
    let told: Vec<String> = found
        .iter()
        .map(|one| format!("{} {:?}", one.target, one.when.as_ref().unwrap().1))
        .collect();
    assert_eq!(told, ["users \"App::User\"", "posts \"Post\""]);
    assert_eq!(candidates(&schema, &Samples::new()), []);
}

fn shop() -> Map {
    let tables = [
        USERS,
        "addresses: *id user_id street^ city^",
        "orders: *id user_id address_id placed@ approved_by?",
        "order_items: *id order_id product_id engraving_text^",
        "products: *id title^ price",
        "newsletter_subscriptions: *id email^",
        "visitors: *id ip_address^ seen@",
        "sessions: *id user_id token^ note^",
    ];
    draft("shop", "db", &schema(&tables), &Samples::new(), &[])
}

#[test]
fn a_draft_says_whose_rows_are_whose() {
    let map = shop();
    let edges: Vec<String> = map
        .tables
        .iter()
        .flat_map(|table| {
            table.edges.iter().map(move |edge| {
                format!(
                    "{} {} {} {}",
                    table.name.value, edge.kind, edge.columns[0].value, edge.target.value
                )
            })
        })
        .collect();
    assert_eq!(
        edges,
        [
            "addresses owned-by user_id users",
            "orders owned-by user_id users",
            "orders refers address_id addresses",
            "orders accessible-by approved_by users",
            "order_items owned-by order_id orders",
            "order_items refers product_id products",
            "sessions owned-by user_id users",
        ]
    );
    let orders = map.table(&TableName::new("orders")).unwrap();
    assert_eq!(orders.edges[2].kind, EdgeKind::AccessibleBy);
    assert_eq!(orders.edges[2].erase, Some(EdgeErase::Detach));
    assert!(orders.edges.iter().all(|edge| edge.confidence.is_some()));
}

#[test]
fn a_draft_leaves_open_what_a_person_must_say() {
    let map = shop();
    let standing = |name: &str| {
        map.table(&TableName::new(name))
            .map(|table| table.standing.clone())
            .unwrap()
    };
    let erase = |name: &str| {
        map.table(&TableName::new(name))
            .map(|table| table.erase.clone())
            .unwrap()
    };
    assert_eq!(standing("users"), Standing::Subject);
    assert!(matches!(standing("products"), Standing::Ordinary(_)));
    assert_eq!(standing("visitors"), Standing::Undecided);
    assert_eq!(standing("newsletter_subscriptions"), Standing::Linked);
    assert_eq!(erase("orders"), Erase::Undecided);
    assert_eq!(erase("sessions"), Erase::Delete);
    let summary = Summary::new(&map);
    assert_eq!(
        (summary.tables, summary.subjects),
        (8, vec!["users".to_owned()])
    );
    assert_eq!(summary.undecided_tables, ["visitors"]);
}

#[test]
fn a_draft_says_what_columns_hold() {
    let map = shop();
    let holds = |table: &str, column: &str| {
        let table = map.table(&TableName::new(table)).unwrap();
        let column = table
            .columns
            .iter()
            .find(|one| one.name.value == column)
            .unwrap();
        match &column.holds {
            Holds::Data(nouns) => nouns[0].value.clone(),
            other => format!("{other:?}"),
        }
    };
    assert_eq!(holds("users", "id"), "Key");
    assert_eq!(holds("users", "email"), "email");
    assert_eq!(holds("users", "password_hash"), "password");
    assert_eq!(holds("users", "birth_date"), "birth-date");
    assert_eq!(holds("orders", "user_id"), "Key");
    assert_eq!(holds("orders", "placed"), "Ordinary");
    assert_eq!(holds("sessions", "token"), "access-token");
}

#[test]
fn the_same_schema_gives_the_same_draft_and_no_value_is_in_it() {
    let schema = schema(&[USERS, "orders: *id user_id gift^"]);
    let mut samples = Samples::new();
    let gifts = ColumnSample {
        nulls: 0,
        values: vec!["For my dear aunt Rosalinde who turns ninety on Sunday".to_owned()],
    };
    let columns = vec![ColumnSample::default(), ColumnSample::default(), gifts];
    samples.insert(TableName::new("orders"), TableSample { rows: 1, columns });
    let one = draft("shop", "db", &schema, &samples, &[]);
    assert_eq!(one, draft("shop", "db", &schema, &samples, &[]));
    assert!(!format!("{one:?}").contains("Rosalinde"));
}

#[test]
fn what_lies_at_the_address_of_a_person_is_not_theirs() {
    let tables = [
        "customers: *id email^ first_name^ address_id",
        "addresses: *id street^ phone^",
        "shops: *id address_id",
        "stock: *id shop_id",
    ];
    let map = draft("shop", "db", &schema(&tables), &Samples::new(), &[]);
    let kinds = |name: &str| map.table(&TableName::new(name)).unwrap().edges[0].kind;
    assert_eq!(kinds("customers"), EdgeKind::Owns);
    assert_eq!(
        (kinds("shops"), kinds("stock")),
        (EdgeKind::Refers, EdgeKind::Refers)
    );
}

fn standing(tables: &[&str], samples: &Samples, name: &str) -> Standing {
    let map = draft("club", "db", &schema(tables), samples, &[]);
    map.table(&TableName::new(name)).unwrap().standing.clone()
}

/// Rows of a table, a column of values after the other.
fn rows(name: &str, columns: &[&[&str]]) -> Samples {
    let values = |values: &&[&str]| ColumnSample {
        nulls: 0,
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    let sample = TableSample {
        rows: columns
            .iter()
            .map(|values| values.len() as u64)
            .max()
            .unwrap(),
        columns: columns.iter().map(values).collect(),
    };
    Samples::from([(TableName::new(name), sample)])
}

#[test]
fn people_are_known_by_what_columns_hold() {
    for people in [
        "readers: *id email^! name^ phone^? born@?",
        "borrowers: *id email^! full_name^",
        "lodgers: *id name^ phone^! birth_date@",
        "guest_list: *id first_name^ last_name^ birth_date@ phone^",
    ] {
        let name = people.split(':').next().unwrap();
        let word = name.trim_end_matches('s').trim_end_matches("_list");
        let visits = format!("visits: *id {word}_id day@");
        let lines = "visit_lines: *id visit_id room".to_owned();
        let of = |table| standing(&[people, &visits, &lines], &Samples::new(), table);
        assert_eq!(of(name), Standing::Subject, "{people}");
        assert_eq!(of("visits"), Standing::Linked, "{people}");
        assert_eq!(of("visit_lines"), Standing::Linked, "{people}");
    }
}

#[test]
fn what_has_a_name_and_a_mailbox_is_not_always_a_person() {
    for others in [
        "suppliers: *id name^ email^! phone^ street^",
        "orders: *id email^! name^ phone^ birth_date@",
        "newsletter: *id email^! name^",
        "mail_boxes: *id email^! password^",
        "ticket_messages: *id email^! name^ body^",
        "products: *id name^ price",
    ] {
        let name = others.split(':').next().unwrap();
        let found = standing(&[others], &Samples::new(), name);
        assert_ne!(found, Standing::Subject, "{others}");
    }
    let more = "reader_cards: *id reader_id! email^! name^ phone^";
    let tables = ["readers: *id email^! name^ born@", more];
    assert_eq!(
        standing(&tables, &Samples::new(), "reader_cards"),
        Standing::Linked
    );
}

#[test]
fn people_are_known_by_values_where_nothing_is_declared() {
    let tables = [
        "lodgers: *id called^ contact^ name^",
        "stays: *id lodger_id nights",
    ];
    let mails = ["a@x.org", "b@x.org", "c@x.org", "d@x.org", "e@x.org"];
    let samples = |mails: &[&str]| {
        let names = ["Ada", "Bo", "Cy", "Di", "Ed"];
        rows(
            "lodgers",
            &[&["1", "2", "3", "4", "5"], &["x"], mails, &names],
        )
    };
    assert_eq!(
        standing(&tables, &samples(&mails), "lodgers"),
        Standing::Subject
    );
    assert_eq!(
        standing(&tables, &samples(&mails), "stays"),
        Standing::Linked
    );
    // An address that comes twice tells no rows apart.
    let twice = ["a@x.org", "b@x.org", "c@x.org", "d@x.org"];
    assert_eq!(
        standing(&tables, &samples(&twice), "lodgers"),
        Standing::Linked
    );
    assert_eq!(
        standing(&tables, &samples(&twice), "stays"),
        Standing::Undecided
    );
}

#[test]
fn what_leads_to_people_is_never_said_to_be_nobodys() {
    let tables = [
        "visitors: *id ip_address^ seen@",
        "clicks: *id visitor_id page",
        "click_parts: *id click_id page",
        "newsletter: *id email^!",
        "newsletter_opens: *id newsletter_id day@",
        "pages: *id page",
    ];
    let of = |name| standing(&tables, &Samples::new(), name);
    for doubtful in ["visitors", "clicks", "click_parts", "newsletter_opens"] {
        assert_eq!(of(doubtful), Standing::Undecided, "{doubtful}");
    }
    assert!(matches!(of("pages"), Standing::Ordinary(_)));
}

#[test]
fn an_address_that_is_a_mailbox_is_an_email() {
    let tables = ["newsletter: *id address^"];
    let samples = rows("newsletter", &[&["1", "2"], &["a@x.org", "b@x.org"]]);
    let map = draft("club", "db", &schema(&tables), &samples, &[]);
    let table = map.table(&TableName::new("newsletter")).unwrap();
    assert_eq!(table.identities[0].kind.value, "email");
    let Holds::Data(nouns) = &table.columns[1].holds else {
        panic!()
    };
    assert_eq!(nouns[0].value, "email");
}
