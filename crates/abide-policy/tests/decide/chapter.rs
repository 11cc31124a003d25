//! The table in the first section of the manual's chapter on decisions is a test.

use std::path::Path;

use abide_policy::Library;
use abide_policy::decide::Tables;

use crate::text::{NOW, answer, policy};

fn chapter() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/language/16-decisions.md");
    std::fs::read_to_string(path).unwrap()
}

/// The facts that a cell of the column "known" says.
fn facts(cell: &str) -> String {
    let mut words = Vec::new();
    for part in cell.split(", ") {
        words.push(match part {
            "30 years old" => "age=30",
            "12 years old" => "age=12",
            "consent" => "+consent",
            "consent withdrawn" => "-consent",
            "age unknown" | "anything" => "",
            other => panic!("unknown fact `{other}`"),
        });
    }
    words.join(" ")
}

#[test]
fn the_first_table_holds() {
    let page = chapter();
    let source = page
        .split("```kdl\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .unwrap();
    let tables = Tables::new(&policy(source), Library::standard());
    let rows: Vec<Vec<&str>> = page
        .lines()
        .skip_while(|line| !line.starts_with("| question |"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let expected = [
        ("`permit`", "permit -"),
        ("`ask`: fact `consent`", "ask -: fact consent"),
        ("`deny`", "deny -: fact consent"),
        ("`ask`: subject `age`", "ask -: subject age"),
        ("`deny`: the `never` line", "deny -"),
        (
            "`deny`: needs the line `use email for=analytics`",
            "deny: line `use email for=analytics`",
        ),
    ];
    assert_eq!(rows.len(), expected.len());
    for (row, (cell, found)) in rows.iter().zip(expected) {
        assert_eq!(row[2], cell);
        let question = match row[0] {
            "use `email` for `analytics`" => "use email for=analytics",
            _ => "message email for=newsletter via=email",
        };
        assert_eq!(
            answer(&tables, question, &facts(row[1]), NOW),
            found,
            "{row:?}"
        );
    }
}
