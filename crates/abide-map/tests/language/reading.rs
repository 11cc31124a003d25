//! Reading and writing maps.

use abide_map::map::{EdgeErase, EdgeKind, Erase, Holds, Map, Replacement, Standing};
use abide_map::plan::fingerprint;
use abide_map::read::read;
use abide_map::schema::{Dialect, TableName};
use abide_map::write::{accept, write};
use abide_policy::diagnostic::render_all;
use abide_policy::source::SourceFile;
use proptest::prelude::*;

use crate::any_map::any_map;
use crate::fixture::schema;

const SHOP: &str = r#"map shop {
    source shop
    backups "35 days"
    fingerprint sha256:0123

    table users {
        subject
        identity account-id id
        identity email email
        column name is=name
        column bio { is profile communications }
        column password ordinary
        column lat is=precise-location confidence="0.93" reason="values between -90 and 90"
        erase delete
    }

    table billing.orders {
        owned-by user_id to=users
        hide internal_note because="trade secret"
        erase keep because=tax-law until="7 years" from=created_at {
            overwrite ship_name
            overwrite ship_mail with=removed
            overwrite token with=unique
        }
        retain "10 years" from=created_at clause=SHOP-012
        clause SHOP-013
    }

    table chat {
        owned-by patient_id to=patients
        accessible-by doctor_id to=doctors { hide patient_id; erase anonymise { overwrite doctor_id } }
        erase delete
    }

    table members {
        owned-by tenant_id user_id to="users(tenant, id)"
        erase delete
    }

    table events {
        owned-by entity_id to=users { when entity_type USER }
        erase delete
    }

    table products { ordinary because=catalogue }

    table weird { undecided }
}
"#;

fn parse(text: &str) -> Map {
    let files = [SourceFile::new("map.kdl", text)];
    let (map, findings) = read(&files[0], 0);
    assert!(
        findings.is_empty(),
        "{text}\n{}",
        render_all(&findings, &files)
    );
    map
}

/// The map without its places.
fn meaning(map: &Map) -> String {
    let text = format!("{map:#?}");
    let mut kept = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim_end().ends_with("span: Span {") {
            lines.by_ref().find(|line| line.trim() == "},");
        } else {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

#[test]
fn every_statement_is_read() {
    let map = parse(SHOP);
    assert_eq!(map.name.value, "shop");
    assert_eq!(map.backups.as_ref().unwrap().value, "35 days");
    let users = map.table(&TableName::new("users")).unwrap();
    assert_eq!(users.standing, Standing::Subject);
    assert_eq!(users.identities[1].kind.value, "email");
    assert_eq!(users.columns[2].holds, Holds::Ordinary);
    let confidence = users.columns[3].confidence.as_ref().unwrap();
    assert!((confidence.value - 0.93).abs() < 1e-9);
    let orders = TableName {
        schema: Some("billing".to_owned()),
        name: "orders".to_owned(),
    };
    let orders = map.table(&orders).unwrap();
    let Erase::Keep(keep) = &orders.erase else {
        panic!("{:?}", orders.erase)
    };
    assert_eq!(keep.overwrites[2].with, Replacement::Unique);
    assert_eq!(
        orders.hides[0].because.as_ref().unwrap().value,
        "trade secret"
    );
    let chat = map.table(&TableName::new("chat")).unwrap();
    assert_eq!(chat.edges[1].kind, EdgeKind::AccessibleBy);
    assert!(matches!(&chat.edges[1].erase, Some(EdgeErase::Anonymise(all)) if all.len() == 1));
    let members = map.table(&TableName::new("members")).unwrap();
    assert_eq!(members.edges[0].target_columns.len(), 2);
    let events = map.table(&TableName::new("events")).unwrap();
    assert_eq!(events.edges[0].when[0].value, "USER");
    let products = map.table(&TableName::new("products")).unwrap();
    assert_eq!(
        products.standing,
        Standing::Ordinary("catalogue".to_owned())
    );
}

#[test]
fn the_layout_is_its_own_fixed_point() {
    assert_eq!(write(&parse(SHOP)), SHOP);
}

#[test]
fn a_schema_has_another_name_once_its_storage_undoes_less() {
    let name = |text| fingerprint(&schema(text, Dialect::Mariadb));
    let plain = name("users: id integer primary");
    assert_eq!(name("users: id integer primary"), plain);
    let weaker = name("users: id integer primary memory");
    let keeping = name("users: id integer primary versioned");
    assert!(weaker != plain && keeping != plain && weaker != keeping);
}

#[test]
fn accepting_a_schema_changes_the_fingerprint_and_nothing_else() {
    let map = parse(SHOP);
    let accepted = accept(SHOP, &map, "sha256:4567").unwrap();
    assert_eq!(accepted, SHOP.replace("sha256:0123", "sha256:4567"));
    for text in [
        "map a { table b { undecided } }",
        "map a {\n    // c\n    table b { undecided }\n}\n",
    ] {
        let accepted = accept(text, &parse(text), "sha256:4567").unwrap();
        assert_eq!(parse(&accepted).fingerprint.unwrap().value, "sha256:4567");
        assert_eq!(
            accepted.lines().count(),
            text.lines().count() + 1,
            "{accepted}"
        );
    }
}

#[test]
fn odd_names_survive() {
    for name in [
        "a.b",
        "a(b)",
        "\"",
        " x",
        "true",
        "-1",
        "Größe 2",
        "a,b",
        "order",
    ] {
        let table = TableName {
            schema: Some(name.to_owned()),
            name: name.to_owned(),
        };
        assert_eq!(TableName::parse(&table.to_string()), Some(table), "{name}");
        let table = TableName::new(name);
        assert_eq!(TableName::parse(&table.to_string()), Some(table), "{name}");
    }
    for text in ["", ".", "a.", ".a", "a.b.c", "\"a", "a\"b", "a(b)"] {
        assert_eq!(TableName::parse(text), None, "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_is_written_reads_back(map in any_map()) {
        let text = write(&map);
        let read_back = parse(&text);
        prop_assert_eq!(meaning(&read_back), meaning(&map), "{}", text);
        prop_assert_eq!(write(&read_back), text);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(map |table |erase |owned-by |to=|a|\"|\\{|\\}|\\(|;|\n| |\\PC){0,60}") {
        let files = [SourceFile::new("map.kdl", text.as_str())];
        let (_, findings) = read(&files[0], 0);
        render_all(&findings, &files);
    }
}
