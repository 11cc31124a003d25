//! A link from one document to another leads somewhere. Never fetches an address.

use super::Rule;
use crate::code::numbered;
use crate::repository::{Finding, Repository};

pub(crate) const RULE: Rule = Rule {
    name: "link",
    find,
    breaking,
    keeping,
};

fn find(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in repository
        .files
        .iter()
        .filter(|file| file.path.ends_with(".md"))
    {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (line, text) in numbered(&file.text) {
            for target in targets(text).filter(|target| !exists(repository, folder, target)) {
                let help = "links are relative to the file they stand in: mend the path or the file's name";
                findings.push(Finding::new(
                    file,
                    line,
                    format!("the link to `{target}` leads nowhere"),
                    help,
                ));
            }
        }
    }
    findings
}

/// The files that the line links to, without anchors and outside addresses.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')').map(|(target, _)| target))
        .filter(|target| !target.contains(':'))
        .filter_map(|target| target.split('#').next().filter(|path| !path.is_empty()))
}

fn exists(repository: &Repository, folder: &str, target: &str) -> bool {
    let mut path: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." if path.pop().is_none() => return false,
            ".." => {}
            _ => path.push(part),
        }
    }
    let path = path.join("/");
    let inside = format!("{path}/");
    path.is_empty()
        || repository
            .files
            .iter()
            .any(|file| file.path == path || file.path.starts_with(&inside))
}

fn breaking() -> Vec<Repository> {
    vec![
        Repository::of(&[("docs/a.md", "[b](b.md)\n")]),
        Repository::of(&[("a.md", "[outside](../b.md)\n"), ("b.md", "")]),
    ]
}

fn keeping() -> Repository {
    let text = "[b](../b.md#part), [folder](c/), [here](#a), [there](https://example.com/a.md)\n";
    Repository::of(&[("docs/a.md", text), ("docs/c/d.md", ""), ("b.md", "")])
}
