//! Maps held against schemas: which findings there are, by code.

use abide_map::check::{Context, run_all};
use abide_map::read::read;
use abide_map::schema::Dialect;
use abide_policy::Library;
use abide_policy::source::SourceFile;

use crate::fixture::schema;

/// The codes of the findings that are about one of these, in order.
fn codes(tables: &str, map: &str, about: &[&str]) -> Vec<String> {
    let schema = schema(tables, Dialect::Postgresql);
    let (map, findings) = read(&SourceFile::new("map.kdl", map), 0);
    assert!(findings.is_empty(), "{findings:?}");
    let found = run_all(&Context {
        map: &map,
        schema: Some((&schema, "sha256:0123")),
        policy: None,
        library: Library::standard(),
        samples: &[],
    });
    let codes = found.iter().map(|finding| finding.code.to_owned());
    codes
        .filter(|code| about.contains(&code.as_str()))
        .collect()
}

#[test]
fn a_paper_goes_with_its_last_author_whatever_must_not_be_empty() {
    let tables = "users: id integer primary, email text unique
        papers: id integer primary, title text
        authors: id integer primary, contact_id integer, paper_id integer; contact_id -> users(id); paper_id -> papers(id)";
    let with = |authors: &str| {
        let map = format!(
            "map shop {{ source shop
            table users {{ subject; identity email email; erase delete }}
            table papers {{ column title is=content; erase delete }}
            table authors {{ {authors} }} }}"
        );
        codes(tables, &map, &["M0216"])
    };
    let joining = "owned-by contact_id to=users; owns paper_id to=papers";
    assert!(with(&format!("{joining}; erase delete")).is_empty());
    assert_eq!(
        with(&format!("{joining}; erase keep because=tax-law")),
        ["M0216"; 2]
    );
    // Nobody owns the paper by this one, so that it would lead nowhere.
    assert_eq!(
        with("owned-by contact_id to=users; refers paper_id to=papers; erase delete"),
        ["M0216"]
    );
}

#[test]
fn an_edge_and_the_key_on_its_column_lead_to_the_same() {
    let tables = "users: id integer primary, email text unique
        profiles: user_id integer primary, name text; user_id -> users(id)
        carts: id integer primary, user_id integer; user_id -> users(id)
        cart_lines: id integer primary, cart_id integer, owner integer; cart_id -> carts(id); owner -> users(id)";
    let with = |line: &str| {
        let map = format!(
            "map shop {{ source shop
            table users {{ subject; identity email email; erase delete }}
            table profiles {{ owned-by user_id to=users; erase delete }}
            table carts {{ owned-by user_id to=users; erase delete }}
            table cart_lines {{ {line}; erase delete }} }}"
        );
        codes(tables, &map, &["M0222"])
    };
    assert!(with("owned-by cart_id to=carts").is_empty());
    assert_eq!(with("owned-by cart_id to=users"), ["M0222"]);
    assert_eq!(with("accessible-by owner to=carts"), ["M0222"]);
    // A profile has the key of its user, so that both are the same number.
    assert!(with("owned-by owner to=profiles").is_empty());
    // The database says nothing of what this one holds.
    assert!(with("owned-by id to=users").is_empty());
}

#[test]
fn what_is_no_ones_has_nothing_to_be_found_by() {
    for line in [
        "identity email email",
        "owned-by user_id to=users",
        "erase delete",
    ] {
        let text = format!("map shop {{ source shop; table users {{ ordinary; {line} }} }}");
        let (_, findings) = read(&SourceFile::new("map.kdl", text.as_str()), 0);
        assert_eq!(findings.len(), 1, "{line}");
        assert_eq!(findings[0].code, "M0107");
    }
    let text = "map shop { source shop; table tags { ordinary; refers shop_id to=shops; column label ordinary } }";
    assert!(read(&SourceFile::new("map.kdl", text), 0).1.is_empty());
}
