//! Every file at the top of a crate is on the map in ARCHITECTURE.md. Never asks for files in folders: those are one row.

use super::Rule;
use crate::repository::{Finding, Repository};

pub(crate) const RULE: Rule = Rule {
    name: "map",
    find,
    breaking,
    keeping,
};

fn find(repository: &Repository) -> Vec<Finding> {
    let map = repository
        .files
        .iter()
        .find(|file| file.path == "ARCHITECTURE.md");
    let map = map.map_or("", |file| file.text.as_str());
    let help = "add it to the code map in ARCHITECTURE.md, or move it into the folder of what it belongs to";
    repository
        .shipped_files()
        .filter_map(|file| Some((file, top_level_name(&file.path)?)))
        .filter(|(_, name)| !map.contains(&format!("`{name}`")))
        .map(|(file, name)| Finding::new(file, 1, format!("`{name}` is not on the map"), help))
        .collect()
}

/// `model.rs` of `crates/abide-policy/src/model.rs`; nothing for files further down.
fn top_level_name(path: &str) -> Option<&str> {
    let (_, name) = path.strip_prefix("crates/")?.split_once("/src/")?;
    (!name.contains('/')).then_some(name)
}

fn breaking() -> Vec<Repository> {
    vec![Repository::of(&[
        ("ARCHITECTURE.md", "`lib.rs`\n"),
        ("crates/abide-policy/src/model.rs", ""),
    ])]
}

fn keeping() -> Repository {
    Repository::of(&[
        ("ARCHITECTURE.md", "| `model.rs`, `check/` |\n"),
        ("crates/abide-policy/src/model.rs", ""),
        ("crates/abide-policy/src/check/a.rs", ""),
        ("crates/abide-policy/src/model_tests.rs", ""),
    ])
}
