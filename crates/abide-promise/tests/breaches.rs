//! Breaks every prohibition of every shipped policy: whoever asks for what a line forbids is never told that they may, and
//! the answer names the clause. The policies are whatever the folder holds.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};

use abide_policy::decide::{Deed, Effect, Known, Occurrence, Question, Tables};
use abide_policy::model::{Norm, NounUse, Policy};
use abide_policy::source::SourceFile;
use abide_policy::vocabulary::{Action, Kind, Mode, Slot};
use abide_policy::{Library, compile};

/// What is asked about where a line speaks of any data.
const ANY: &str = "email";

fn policies() -> Vec<Policy> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let mut folders: Vec<PathBuf> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
        .iter()
        .flat_map(|folder| compile(Library::standard(), &files(folder), None).policies)
        .collect()
}

fn files(folder: &Path) -> Vec<SourceFile> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "kdl"))
        .collect();
    paths.sort();
    let read = paths
        .iter()
        .map(|path| (path, fs::read_to_string(path).unwrap()));
    read.map(|(path, text)| SourceFile::new(path.display().to_string(), text))
        .collect()
}

/// Asks for exactly what the line forbids.
fn breach(norm: &Norm) -> Option<(Question, Known)> {
    let deed = match norm.action {
        Action::Collect => Deed::Collect,
        Action::Use => Deed::Use,
        Action::Share => Deed::Share,
        Action::Sell => Deed::Sell,
        Action::Keep => Deed::Keep,
        Action::Link => Deed::Link,
        _ => return None,
    };
    let name = |used: &NounUse| used.name.to_string();
    let one = |slot| norm.names(slot).next().map(name);
    let first = |slot| norm.names(slot).take(1).map(name).collect::<Vec<_>>();
    let mut data: Vec<String> = norm.objects.iter().map(name).collect();
    if deed != Deed::Link {
        data.truncate(1);
    }
    if norm.any_object || data.is_empty() {
        data = vec![ANY.to_owned()];
    }
    if deed == Deed::Link && data.len() == 1 {
        data.push(ANY.to_owned());
    }
    let question = Question {
        action: deed,
        data,
        purpose: one(Slot::For),
        recipient: one(Slot::With),
        place: one(Slot::In),
        origin: first(Slot::From),
        form: one(Slot::As),
        actor: first(Slot::By),
        point: first(Slot::At),
        channel: first(Slot::Via),
        events: first(Slot::When),
    };
    let after = norm
        .names(Slot::After)
        .filter(|used| used.kind == Kind::Event);
    let known = Known {
        occurrences: after
            .map(|event| Occurrence {
                event: name(event),
                at: "2026-11-01T00:00:00Z".parse().unwrap(),
            })
            .collect(),
        ..Known::default()
    };
    Some((question, known))
}

#[test]
fn what_a_line_forbids_is_never_permitted_and_the_answer_names_its_clause() {
    let now = "2026-11-22T09:00:00Z".parse().unwrap();
    let (mut asked, mut named, mut permitted, mut unnamed) = (0, 0, Vec::new(), Vec::new());
    for policy in policies() {
        let tables = Tables::new(&policy, Library::standard());
        for norm in policy.norms.iter().filter(|norm| norm.mode == Mode::Never) {
            let Some((question, known)) = breach(norm) else {
                continue;
            };
            let clauses: Vec<&str> = norm.clauses.iter().map(|it| it.value.as_str()).collect();
            let decision = tables
                .decide(&question, &known, now)
                .unwrap_or_else(|refusal| {
                    panic!("{clauses:?} {question:?}: {refusal:?}");
                });
            asked += 1;
            if decision.effect == Effect::Permit {
                permitted.push(format!("{clauses:?}: {question:?}"));
                continue;
            }
            let missing = decision
                .missing
                .iter()
                .filter_map(|missing| missing.line.as_ref());
            let mut lines = decision.lines.iter().chain(missing);
            if lines.any(|line| line.clauses.iter().any(|it| clauses.contains(&it.as_str()))) {
                named += 1;
            } else {
                unnamed.push(format!("{clauses:?}"));
            }
        }
    }
    println!(
        "{asked} prohibitions: {named} held back by name; otherwise: {}",
        unnamed.join(" ")
    );
    assert!(asked > 100, "{asked}");
    assert!(permitted.is_empty(), "{}", permitted.join("\n"));
}
