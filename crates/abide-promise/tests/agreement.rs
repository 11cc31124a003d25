//! Holds what the rules say that each clause needs against the list that people made of the five real policies, where
//! that list is at hand (`ABIDE_SHARED`), and prints how far they agree.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use abide_policy::readable::statements;
use abide_policy::source::SourceFile;
use abide_policy::{Library, compile};
use abide_promise::said::Said;
use abide_promise::{Bindings, CONTROLS};

type Needs = BTreeMap<String, BTreeSet<String>>;

/// What is worked out of the shipped policies, by clause.
#[derive(Default)]
struct Derived {
    /// The capabilities that it needs.
    needs: Needs,
    /// Those that a control can give to one of its statements.
    given: Needs,
    /// The clauses that rules call bound.
    bound: BTreeSet<String>,
}

/// The rows of the table: a capability and its clauses, `HB 001, 003-007; …`, the letters being the beginning of a prefix.
fn listed(text: &str) -> Needs {
    let mut needs = Needs::new();
    for row in text.lines() {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, number, name, .., ids, _] = cells.as_slice() else {
            continue;
        };
        if number.parse::<u32>().is_err() {
            continue;
        }
        for group in ids.split(';') {
            let (prefix, numbers) = group.trim().split_once(' ').unwrap();
            for range in numbers.split(',') {
                let (first, last) = match range.trim().split_once('-') {
                    Some((first, last)) => (first, last),
                    None => (range.trim(), range.trim()),
                };
                for number in first.parse::<u32>().unwrap()..=last.parse::<u32>().unwrap() {
                    let id = format!("{prefix}-{number:03}");
                    needs.entry(id).or_default().insert((*name).to_owned());
                }
            }
        }
    }
    needs
}

fn files(folder: &Path) -> Vec<SourceFile> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "kdl"))
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| {
            SourceFile::new(
                path.display().to_string(),
                fs::read_to_string(path).unwrap(),
            )
        })
        .collect()
}

/// What the rules say of every shipped policy.
fn derived() -> Derived {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let mut folders: Vec<PathBuf> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    let mut derived = Derived::default();
    for folder in folders {
        for policy in compile(Library::standard(), &files(&folder), None).policies {
            for binding in Bindings::of(&policy).clauses {
                if binding.lacks.is_empty() && !binding.controls.is_empty() {
                    derived.bound.insert(binding.clause.clone());
                }
                let names = binding.needs.iter().map(ToString::to_string);
                let needs = derived.needs.entry(binding.clause).or_default();
                needs.extend(names);
            }
            for (id, statement) in statements(&policy) {
                let said = Said::new(&policy, statement);
                let keep = CONTROLS.iter().filter(|control| (control.keeps)(&said));
                let given = derived.given.entry(id.to_owned()).or_default();
                given.extend(
                    keep.flat_map(|control| control.gives)
                        .map(ToString::to_string),
                );
            }
        }
    }
    derived
}

#[test]
fn rules_agree_with_the_list_that_people_made() {
    let Some(shared) = std::env::var_os("ABIDE_SHARED") else {
        eprintln!("SKIPPED: ABIDE_SHARED is not set, so there is no list to compare with");
        return;
    };
    let text = fs::read_to_string(Path::new(&shared).join("promises/capabilities.md")).unwrap();
    let (listed, derived) = (listed(&text), derived());
    let names: BTreeSet<&String> = listed.values().flatten().collect();
    let (mut both, mut only_listed, mut only_derived) = (0, 0, 0);
    for name in names {
        let has = |needs: &Needs| -> BTreeSet<String> {
            let with = needs.iter().filter(|(_, needs)| needs.contains(name));
            with.map(|(id, _)| id.clone()).collect()
        };
        let (a, b) = (has(&listed), has(&derived.needs));
        let missing: Vec<_> = a.difference(&b).cloned().collect();
        let extra: Vec<_> = b.difference(&a).cloned().collect();
        both += a.len() - missing.len();
        only_listed += missing.len();
        only_derived += extra.len();
        println!(
            "{name}: {} of {}, {} more\n    missing: {}\n    more: {}",
            a.len() - missing.len(),
            a.len(),
            extra.len(),
            missing.join(" "),
            extra.join(" ")
        );
    }
    let by_rules = &derived.bound;
    let by_list: BTreeSet<String> = listed
        .iter()
        .filter(|(id, needs)| {
            derived
                .given
                .get(*id)
                .is_some_and(|given| needs.is_subset(given))
        })
        .map(|(id, _)| id.clone())
        .collect();
    let only_by_rules: Vec<&str> = by_rules.difference(&by_list).map(String::as_str).collect();
    let (by_rules, by_list, by_both) = (
        by_rules.len(),
        by_list.len(),
        by_rules.len() - only_by_rules.len(),
    );
    println!("bound only by rules: {}", only_by_rules.join(" "));
    println!("bound: {by_rules} by rules, {by_list} by the list, {by_both} by both");
    assert!(
        by_rules - by_both <= 50,
        "rules call promises bound that the list does not"
    );
    println!(
        "agreement: {both} in both, {only_listed} only in the list, {only_derived} only by rules"
    );
}
