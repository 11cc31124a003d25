//! Policies are data: the program, its laws and its vocabulary name no company. Never holds a company's name itself.

use std::collections::BTreeSet;

use super::Rule;
use crate::code::numbered;
use crate::repository::{Finding, Repository};

pub(crate) const RULE: Rule = Rule {
    name: "company",
    find,
    breaking,
    keeping,
};

const PROGRAM: &[&str] = &["crates/", "laws/", "vocab/", "benchmarks/", "fuzz/"];

/// The folders of `policies/` are the companies.
fn companies(repository: &Repository) -> BTreeSet<String> {
    let folder = |path: &str| {
        path.strip_prefix("policies/")?
            .split_once('/')
            .map(|(folder, _)| folder.to_lowercase())
    };
    repository
        .files
        .iter()
        .filter_map(|file| folder(&file.path))
        .collect()
}

fn find(repository: &Repository) -> Vec<Finding> {
    let companies = companies(repository);
    let help = "read it from the policy, or use the made-up company of the language chapters";
    let mut findings = Vec::new();
    for file in repository
        .files
        .iter()
        .filter(|file| PROGRAM.iter().any(|folder| file.path.starts_with(folder)))
    {
        let place = std::iter::once((1, file.path.as_str()));
        for (line, text) in place.chain(numbered(&file.text)) {
            let text = text.to_lowercase();
            for company in companies
                .iter()
                .filter(|company| text.contains(company.as_str()))
            {
                findings.push(Finding::new(
                    file,
                    line,
                    format!("the program names `{company}`"),
                    help,
                ));
            }
        }
    }
    findings
}

fn breaking() -> Vec<Repository> {
    let policy = ("policies/tulip-post/policy.kdl", "policy tulip-post {}\n");
    vec![
        Repository::of(&[
            policy,
            ("crates/abide/src/a.rs", "const A: &str = \"Tulip-Post\";\n"),
        ]),
        Repository::of(&[policy, ("vocab/tulip-post.kdl", "")]),
    ]
}

fn keeping() -> Repository {
    Repository::of(&[
        ("policies/tulip-post/policy.kdl", "policy tulip-post {}\n"),
        ("policies/README.md", "tulip-post\n"),
        ("crates/abide/src/a.rs", "const A: &str = \"tulip\";\n"),
    ])
}
