//! Which crate may build on which, and what each keeps out. Never allows an edge that points up.

use super::Rule;
use crate::code::numbered;
use crate::repository::{Finding, Repository};

pub(crate) const RULE: Rule = Rule {
    name: "fence",
    find,
    breaking,
    keeping,
};

struct Fence {
    name: &'static str,
    may_use: &'static [&'static str],
    keeps_out: &'static [&'static str],
}

/// Beginnings of crate names that bring async, threads, clocks, randomness, networks or databases.
const EFFECTS: &[&str] = &[
    "async",
    "chrono",
    "crossbeam",
    "futures",
    "getrandom",
    "hyper",
    "mio",
    "rand",
    "rayon",
    "reqwest",
    "rusqlite",
    "smol",
    "sqlx",
    "tempfile",
    "time",
    "tokio",
    "ureq",
    "walkdir",
];

/// Every crate of the workspace. A crate that is not here may not exist.
const FENCES: &[Fence] = &[
    Fence {
        name: "abide-policy",
        may_use: &[],
        keeps_out: EFFECTS,
    },
    Fence {
        name: "abide-ledger",
        may_use: &[],
        keeps_out: EFFECTS,
    },
    Fence {
        name: "abide-store",
        may_use: &["abide-ledger", "abide-policy"],
        keeps_out: &["axum", "clap", "hyper", "reqwest", "tower", "ureq"],
    },
    Fence {
        name: "abide-map",
        may_use: &["abide-policy"],
        keeps_out: EFFECTS,
    },
    Fence {
        name: "abide-promise",
        may_use: &["abide-ledger", "abide-policy"],
        keeps_out: EFFECTS,
    },
    Fence {
        name: "abide-sources",
        may_use: &["abide-map"],
        keeps_out: &["axum", "clap", "hyper", "reqwest", "tower", "ureq"],
    },
    Fence {
        name: "abide-rights",
        may_use: &[
            "abide-ledger",
            "abide-map",
            "abide-policy",
            "abide-sources",
            "abide-store",
        ],
        keeps_out: &["axum", "clap", "hyper", "reqwest", "tower", "ureq"],
    },
    Fence {
        name: "abide",
        may_use: &[
            "abide-ledger",
            "abide-map",
            "abide-policy",
            "abide-promise",
            "abide-rights",
            "abide-sources",
            "abide-store",
        ],
        keeps_out: &[],
    },
];

fn find(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &repository.files {
        let Some(name) = file
            .path
            .strip_prefix("crates/")
            .and_then(|path| path.strip_suffix("/Cargo.toml"))
        else {
            continue;
        };
        let Some(fence) = FENCES.iter().find(|fence| fence.name == name) else {
            let help = "a crate earns its fence: add it to FENCES in the tidy test, with the edges it may have";
            findings.push(Finding::new(
                file,
                1,
                format!("crate `{name}` has no fence"),
                help,
            ));
            continue;
        };
        let mut section = "";
        for (line, text) in numbered(&file.text) {
            if text.starts_with('[') {
                section = text;
            }
            let dependency = text.split(['.', '=', ' ']).next().unwrap_or_default();
            if !section.contains("dependencies]")
                || dependency.is_empty()
                || dependency.starts_with(['[', '#'])
            {
                continue;
            }
            if dependency.starts_with("abide") && !fence.may_use.contains(&dependency) {
                let help = "arrows point down: move what is needed below, or pass it in as a value";
                findings.push(Finding::new(
                    file,
                    line,
                    format!("`{name}` may not build on `{dependency}`"),
                    help,
                ));
            }
            if fence
                .keeps_out
                .iter()
                .any(|effect| starts_name(dependency, effect))
            {
                let help = "this crate is pure: do the work in the binary and pass its result in";
                findings.push(Finding::new(
                    file,
                    line,
                    format!("`{name}` keeps `{dependency}` out"),
                    help,
                ));
            }
        }
    }
    findings
}

fn starts_name(dependency: &str, effect: &str) -> bool {
    dependency
        .strip_prefix(effect)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
}

fn breaking() -> Vec<Repository> {
    vec![
        Repository::of(&[(
            "crates/abide-policy/Cargo.toml",
            "[dependencies]\ntokio.workspace = true\n",
        )]),
        Repository::of(&[(
            "crates/abide-policy/Cargo.toml",
            "[dev-dependencies]\nasync-trait.workspace = true\n",
        )]),
        Repository::of(&[(
            "crates/abide-policy/Cargo.toml",
            "[dependencies]\nabide.workspace = true\n",
        )]),
        Repository::of(&[(
            "crates/abide-mail/Cargo.toml",
            "[package]\nname = \"abide-mail\"\n",
        )]),
    ]
}

fn keeping() -> Repository {
    Repository::of(&[
        (
            "crates/abide-policy/Cargo.toml",
            "[package]\nname = \"abide-policy\"\n\n[dependencies]\nkdl.workspace = true\n",
        ),
        (
            "crates/abide/Cargo.toml",
            "[dependencies]\nabide-policy.workspace = true\n",
        ),
    ])
}
