//! Nothing committed points at one person's machine. Never objects to a path inside a URL.

use super::Rule;
use crate::code::numbered;
use crate::repository::{Finding, Repository};

pub(crate) const RULE: Rule = Rule {
    name: "machine-path",
    find,
    breaking,
    keeping,
};

// Built from halves, so that this file does not break its own rule.
const FOLDERS: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/tm", "p/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
];

fn find(repository: &Repository) -> Vec<Finding> {
    let help = "use a path relative to the repository, or a temporary folder made at run time";
    let mut findings = Vec::new();
    for file in &repository.files {
        for (line, text) in numbered(&file.text) {
            if let Some(folder) = FOLDERS.iter().find(|folder| starts_path(text, folder)) {
                findings.push(Finding::new(
                    file,
                    line,
                    format!("`{folder}` is a folder of one machine"),
                    help,
                ));
            }
        }
    }
    findings
}

/// Whether `folder` starts a path in `line`, and is not the middle of a longer path or a URL.
fn starts_path(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        !line[..at].ends_with(|c: char| {
            c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '}' | ')' | '/' | '~' | '*')
        })
    })
}

fn breaking() -> Vec<Repository> {
    FOLDERS
        .iter()
        .map(|folder| Repository::of(&[("docs/a.md", &format!("See `{folder}notes.md`.\n"))]))
        .collect()
}

fn keeping() -> Repository {
    let text = format!(
        "https://example.com{}a and ..{}b and $scratch{}c\n",
        FOLDERS[0], FOLDERS[1], FOLDERS[1]
    );
    Repository::of(&[("docs/a.md", &text)])
}
