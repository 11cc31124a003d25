//! Every Rust file opens with what it is for and what it must never do. Never judges the words.

use super::Rule;
use crate::repository::{Finding, Repository};

pub(crate) const RULE: Rule = Rule {
    name: "file-header",
    find,
    breaking,
    keeping,
};

fn find(repository: &Repository) -> Vec<Finding> {
    let help = "open the file with `//!`: what it is for, and what it must never do";
    repository
        .rust_files()
        .filter(|file| {
            !file
                .text
                .strip_prefix("//! ")
                .is_some_and(|rest| rest.contains('\n'))
        })
        .map(|file| Finding::new(file, 1, "the file does not say what it is for", help))
        .collect()
}

fn breaking() -> Vec<Repository> {
    vec![
        Repository::of(&[("crates/abide/src/a.rs", "fn a() {}\n")]),
        Repository::of(&[("benchmarks/src/main.rs", "")]),
    ]
}

fn keeping() -> Repository {
    Repository::of(&[(
        "crates/abide/src/a.rs",
        "//! Says a. Never says b.\n\nfn a() {}\n",
    )])
}
