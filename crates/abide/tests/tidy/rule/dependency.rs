//! Every outside dependency is named once, in the root manifest, with its reason, and they stay few. Never judges the reason.

use super::Rule;
use crate::code::numbered;
use crate::repository::{Finding, Repository, TextFile};

pub(crate) const RULE: Rule = Rule {
    name: "dependency",
    find,
    breaking,
    keeping,
};

const DIRECT_LIMIT: usize = 45;
const LOCKED_LIMIT: usize = 450;

fn find(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &repository.files {
        match file.path.as_str() {
            "Cargo.toml" => root_manifest(file, &mut findings),
            "Cargo.lock" => lock_file(file, &mut findings),
            path if path.starts_with("crates/") && path.ends_with("/Cargo.toml") => {
                member_manifest(file, &mut findings)
            }
            _ => {}
        }
    }
    findings
}

/// Lines of the manifest's dependency tables, and the headers of tables made for one dependency.
fn dependency_lines(file: &TextFile) -> impl Iterator<Item = (usize, &str)> {
    let mut inside = false;
    numbered(&file.text).filter(move |(_, text)| {
        if text.starts_with('[') {
            inside = text.contains("dependencies]");
            return text.contains("dependencies.");
        }
        inside && !text.trim().is_empty() && !text.starts_with('#')
    })
}

fn root_manifest(file: &TextFile, findings: &mut Vec<Finding>) {
    let mut direct = 0;
    for (line, text) in dependency_lines(file) {
        if text.contains("path = ") {
            continue;
        }
        direct += 1;
        let reason = text
            .rsplit_once('#')
            .map_or("", |(_, reason)| reason.trim());
        if reason.is_empty() {
            let help = "keep it on one line and end that line with `# what it is for`";
            findings.push(Finding::new(
                file,
                line,
                "this dependency states no reason",
                help,
            ));
        }
    }
    if direct > DIRECT_LIMIT {
        let help = "drop one, or raise the limit in the tidy test and say why in the commit";
        findings.push(Finding::new(
            file,
            1,
            format!("{direct} direct dependencies, at most {DIRECT_LIMIT}"),
            help,
        ));
    }
}

fn member_manifest(file: &TextFile, findings: &mut Vec<Finding>) {
    for (line, text) in dependency_lines(file) {
        if !text.contains("workspace = true") {
            let help = "name it in the root manifest with its reason, and write `NAME.workspace = true` here";
            findings.push(Finding::new(
                file,
                line,
                "this dependency is not the workspace's",
                help,
            ));
        }
    }
}

fn lock_file(file: &TextFile, findings: &mut Vec<Finding>) {
    let locked = file
        .text
        .lines()
        .filter(|line| *line == "[[package]]")
        .count();
    if locked > LOCKED_LIMIT {
        let help = "find what brought them with `cargo tree`, and leave it out or move it to its own crate";
        findings.push(Finding::new(
            file,
            1,
            format!("{locked} locked packages, at most {LOCKED_LIMIT}"),
            help,
        ));
    }
}

fn breaking() -> Vec<Repository> {
    vec![
        Repository::of(&[("Cargo.toml", "[workspace.dependencies]\nsha2 = \"0.10\"\n")]),
        Repository::of(&[(
            "Cargo.toml",
            "[workspace.dependencies.sha2]\nversion = \"0.10\"\n",
        )]),
        Repository::of(&[(
            "crates/abide/Cargo.toml",
            "[dependencies]\nsha2 = \"0.10\"\n",
        )]),
        Repository::of(&[("Cargo.lock", &"[[package]]\n".repeat(LOCKED_LIMIT + 1))]),
    ]
}

fn keeping() -> Repository {
    Repository::of(&[
        (
            "Cargo.toml",
            "[workspace.dependencies]\nabide-policy = { path = \"crates/abide-policy\" }\nsha2 = \"0.10\" # ledger hashes\n",
        ),
        (
            "crates/abide/Cargo.toml",
            "[dependencies]\nsha2.workspace = true\n\n[lints]\nworkspace = true\n",
        ),
        ("Cargo.lock", "[[package]]\n"),
    ])
}
