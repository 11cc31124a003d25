//! Pure crates touch no file, network, environment, process, thread or clock, and print nothing. Never looks at tests.

use super::Rule;
use crate::code::{has_word, numbered, shipped};
use crate::repository::{Finding, Repository};

pub(crate) const RULE: Rule = Rule {
    name: "purity",
    find,
    breaking,
    keeping,
};

const PURE: &[&str] = &[
    "crates/abide-ledger/",
    "crates/abide-map/",
    "crates/abide-policy/",
];

/// Modules of the standard library with effects; clippy.toml bans single calls everywhere.
const MODULES: &[&str] = &["env", "fs", "io", "net", "process", "thread", "os"];

const WORDS: &[&str] = &[
    "async",
    "SystemTime",
    "Instant",
    "println!",
    "eprintln!",
    "print!",
    "eprint!",
    "dbg!",
];

fn find(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in repository
        .shipped_files()
        .filter(|file| PURE.iter().any(|pure| file.path.starts_with(pure)))
    {
        if file.path.ends_with("/build.rs") {
            continue;
        }
        for (line, text) in numbered(&shipped(&file.text)) {
            if let Some(word) = impure_word(text) {
                let help = "do it in the binary and pass the result in as a value";
                let what = format!("`{word}` in a pure crate");
                findings.push(Finding::new(file, line, what, help));
            }
        }
    }
    findings
}

fn impure_word(line: &str) -> Option<&'static str> {
    let module = MODULES.iter().find(|module| {
        let path = format!("std::{module}");
        has_word(line, &path) || (line.contains("std::{") && has_word(line, module))
    });
    module
        .or_else(|| WORDS.iter().find(|word| has_word(line, word)))
        .copied()
}

fn breaking() -> Vec<Repository> {
    let sample = |text: &str| Repository::of(&[("crates/abide-policy/src/a.rs", text)]);
    vec![
        sample("use std::fs;\n"),
        sample("use std::{collections::BTreeMap, env};\n"),
        sample("async fn read() {}\n"),
        sample("fn a() { println!(\"a\"); }\n"),
    ]
}

fn keeping() -> Repository {
    Repository::of(&[
        (
            "crates/abide-policy/src/a.rs",
            "//! Reads no `std::fs`.\nconst A: &str = include_str!(\"std::env\");\n",
        ),
        ("crates/abide-policy/tests/b.rs", "use std::fs;\n"),
        ("crates/abide/src/main.rs", "use std::fs;\n"),
    ])
}
