//! Paths are the table of contents: nouns of the domain, no drawers. Never looks inside a file.

use super::Rule;
use crate::repository::{Finding, Repository};

pub(crate) const RULE: Rule = Rule {
    name: "file-name",
    find,
    breaking,
    keeping,
};

const DRAWERS: &[&str] = &[
    "util",
    "utils",
    "utility",
    "utilities",
    "common",
    "helper",
    "helpers",
    "manager",
    "service",
    "services",
    "misc",
];

fn find(repository: &Repository) -> Vec<Finding> {
    let help = "name it by the noun of the domain that it holds";
    let mut findings = Vec::new();
    for file in repository.rust_files() {
        let drawer = file.path.split('/').find(|part| {
            let stem = part.strip_suffix(".rs").unwrap_or(part);
            DRAWERS.contains(&stem.rsplit(['_', '-']).next().unwrap_or(stem))
        });
        if let Some(drawer) = drawer {
            findings.push(Finding::new(
                file,
                1,
                format!("`{drawer}` says nothing about what is inside"),
                help,
            ));
        }
    }
    findings
}

fn breaking() -> Vec<Repository> {
    vec![
        Repository::of(&[("crates/abide/src/util.rs", "")]),
        Repository::of(&[("crates/abide/src/common/mod.rs", "")]),
        Repository::of(&[("crates/abide/src/policy_manager.rs", "")]),
    ]
}

fn keeping() -> Repository {
    Repository::of(&[
        ("crates/abide/src/service_without_contract.rs", ""),
        ("docs/common-questions.md", ""),
    ])
}
