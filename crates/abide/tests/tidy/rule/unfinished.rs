//! Nothing half done is committed. Never looks into the lock file.

use super::Rule;
use crate::code::{has_word, mask, numbered};
use crate::repository::{Finding, Repository};

pub(crate) const RULE: Rule = Rule {
    name: "unfinished",
    find,
    breaking,
    keeping,
};

// Built from halves, so that this file does not break its own rule.
const MARKS: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME")];
const MACROS: &[&str] = &["todo!", "unimplemented!"];

fn find(repository: &Repository) -> Vec<Finding> {
    let help = "finish it, or open an issue and leave no mark behind";
    let mut findings = Vec::new();
    for file in repository
        .files
        .iter()
        .filter(|file| file.path != "Cargo.lock")
    {
        for (line, text) in numbered(&file.text) {
            if let Some(mark) = MARKS.iter().find(|mark| has_word(text, mark)) {
                findings.push(Finding::new(
                    file,
                    line,
                    format!("`{mark}` marks unfinished work"),
                    help,
                ));
            }
        }
        if file.path.ends_with(".rs") {
            for (line, text) in numbered(&mask(&file.text)) {
                if let Some(mark) = MACROS.iter().find(|mark| text.contains(**mark)) {
                    findings.push(Finding::new(
                        file,
                        line,
                        format!("`{mark}` ends in a panic"),
                        help,
                    ));
                }
            }
        }
    }
    findings
}

fn breaking() -> Vec<Repository> {
    let comment = format!("# {}: later\n", MARKS[0]);
    let note = format!("<!-- {} -->\n", MARKS[1]);
    let body = format!("fn a() {{ {}() }}\n", MACROS[0]);
    vec![
        Repository::of(&[("laws/a.kdl", &comment)]),
        Repository::of(&[("README.md", &note)]),
        Repository::of(&[("crates/abide/src/a.rs", &body)]),
    ]
}

fn keeping() -> Repository {
    Repository::of(&[
        ("crates/abide/src/a.rs", "const A: &str = \"todo!\";\n"),
        ("README.md", "A to-do list is data.\n"),
    ])
}
