//! The acceptance corpus: every policy of `policies/` is free of findings, states every clause of the catalogue, and
//! notices each line that goes and each number that changes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use abide_policy::catalogue::{Clause, Coverage, compare};
use abide_policy::diagnostic::{Diagnostic, render_all};
use abide_policy::source::SourceFile;
use abide_policy::{Compiled, Library, compile};
use abide_policy::{diff, guard};
use jiff::civil::date;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies")
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths
}

fn units() -> Vec<Vec<SourceFile>> {
    let folders = sorted(&root()).into_iter().filter(|path| path.is_dir());
    let read = |folder: PathBuf| {
        let files = sorted(&folder)
            .into_iter()
            .filter(|path| path.extension().is_some_and(|extension| extension == "kdl"));
        files
            .map(|file| {
                SourceFile::new(
                    file.display().to_string(),
                    fs::read_to_string(&file).unwrap(),
                )
            })
            .collect()
    };
    folders.map(read).collect()
}

fn clauses() -> Vec<Clause> {
    serde_saphyr::from_str(&fs::read_to_string(root().join("clauses.yaml")).unwrap()).unwrap()
}

fn compiled(files: &[SourceFile]) -> Compiled {
    compile(Library::standard(), files, Some(date(2026, 11, 21)))
}

fn coverage(clauses: &[Clause], unit: &Compiled) -> Coverage {
    compare(clauses, &unit.policies, Library::standard())
}

#[test]
fn every_policy_is_free_of_findings() {
    for files in units() {
        let unit = compiled(&files);
        assert!(
            unit.findings.is_empty(),
            "{}",
            render_all(&unit.findings, &files)
        );
        assert_eq!(unit.policies.len(), 1, "one folder is one policy");
    }
}

#[test]
fn every_clause_of_the_catalogue_is_stated_with_its_facts() {
    let clauses = clauses();
    let policies: Vec<_> = units()
        .iter()
        .flat_map(|files| compiled(files).policies)
        .collect();
    let coverage = compare(&clauses, &policies, Library::standard());
    assert_eq!(coverage.stated.len(), clauses.len());
    assert!(coverage.is_complete(), "{coverage:#?}");
}

#[test]
fn only_clauses_that_nothing_can_enforce_are_merely_said() {
    let clauses = clauses();
    for files in units() {
        for policy in compiled(&files).policies {
            for norm in policy
                .norms
                .iter()
                .filter(|norm| norm.action.word() == "say")
            {
                for id in &norm.clauses {
                    let clause = clauses.iter().find(|clause| clause.id == id.value).unwrap();
                    assert_eq!(clause.kind, "not-enforceable", "{} is only said", clause.id);
                }
            }
        }
    }
}

/// Each line with a clause id is taken out in turn: the clause goes missing, loses a fact or a finding appears, unless
/// another line states the clause too.
#[test]
fn a_line_that_goes_is_noticed() {
    let clauses = clauses();
    for files in units() {
        for (at, file) in files.iter().enumerate() {
            let lines: Vec<&str> = file.text.lines().collect();
            for (number, line) in lines.iter().enumerate() {
                let Some(id) = line
                    .trim_start()
                    .strip_prefix('(')
                    .and_then(|rest| rest.split(')').next())
                else {
                    continue;
                };
                let alone = files
                    .iter()
                    .flat_map(|file| file.text.lines())
                    .filter(|line| line.contains(id))
                    .count()
                    == 1;
                if !alone || line.ends_with('{') {
                    continue;
                }
                let mut changed = files.clone();
                changed[at].text = lines
                    .iter()
                    .enumerate()
                    .filter(|(other, _)| *other != number)
                    .map(|(_, line)| format!("{line}\n"))
                    .collect();
                let unit = compiled(&changed);
                let noticed = !unit.findings.is_empty() || !coverage(&clauses, &unit).is_complete();
                assert!(
                    noticed,
                    "{}:{}: nobody notices that this line is gone: {line}",
                    file.path,
                    number + 1
                );
            }
        }
    }
}

/// Every number of every line is raised by one in turn: the catalogue, a check or the comparison of versions notices.
#[test]
fn a_number_that_changes_is_noticed() {
    let clauses = clauses();
    let mut changed_numbers = 0;
    for files in units() {
        let before = compiled(&files);
        for (at, file) in files.iter().enumerate() {
            for number in numbers(&file.text) {
                changed_numbers += 1;
                let mut changed = files.clone();
                changed[at] =
                    SourceFile::new(file.path.clone(), raised(&file.text, number.clone()));
                let after = compiled(&changed);
                let noticed = !after.findings.is_empty()
                    || !coverage(&clauses, &after).is_complete()
                    || differs((&files, &before), (&changed, &after));
                let line = file.text[..number.start].matches('\n').count() + 1;
                assert!(
                    noticed,
                    "{}:{line}: nobody notices another number",
                    file.path
                );
            }
        }
    }
    assert!(changed_numbers > 80, "only {changed_numbers} numbers");
}

/// The whole numbers of the sentences: not those of clause ids, comments, readings, texts or suppressions.
fn numbers(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let words = line.trim_start();
        let skipped = ["//", "reading ", "say ", "allow ", "also ", "labels "];
        if !skipped.iter().any(|word| words.starts_with(word))
            && !line.contains("allow ")
            && !line.contains("say ")
        {
            found.extend(
                numbers_of(line)
                    .into_iter()
                    .map(|range| start + range.start..start + range.end),
            );
        }
        start += line.len();
    }
    found
}

fn numbers_of(line: &str) -> Vec<Range<usize>> {
    let bytes = line.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let end = at
            + bytes[at..]
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count();
        if end == at {
            at += 1;
            continue;
        }
        let joined = |byte: Option<&u8>| {
            byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
        };
        if !joined(at.checked_sub(1).and_then(|before| bytes.get(before)))
            && !joined(bytes.get(end))
        {
            found.push(at..end);
        }
        at = end;
    }
    found
}

fn raised(text: &str, number: Range<usize>) -> String {
    let raised = text[number.clone()].parse::<u64>().unwrap() + 1;
    format!("{}{raised}{}", &text[..number.start], &text[number.end..])
}

fn differs(old: (&[SourceFile], &Compiled), new: (&[SourceFile], &Compiled)) -> bool {
    let before = diff::Source {
        policy: &old.1.policies[0],
        files: old.0,
    };
    let after = diff::Source {
        policy: &new.1.policies[0],
        files: new.0,
    };
    !diff::compare(Library::standard(), &before, &after).is_empty()
}

/// The table of clashing pairs in the README names the finding that a general rule gives when the readings are gone.
#[test]
fn the_readme_says_truly_which_clashes_a_rule_finds() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let mut found = 0;
    for row in readme.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, policy, ids, _, _, code, _] = cells.as_slice() else {
            continue;
        };
        let Some(code) = code
            .trim_matches('`')
            .split(['`', ' '])
            .next()
            .filter(|code| code.starts_with("P0"))
        else {
            continue;
        };
        let files: Vec<SourceFile> = units()
            .into_iter()
            .find(|files| files[0].path.contains(policy))
            .unwrap();
        let bare: Vec<SourceFile> = files
            .iter()
            .map(|file| SourceFile::new(&file.path, without_readings(&file.text)))
            .collect();
        let ids: Vec<&str> = ids
            .split([',', ' '])
            .filter(|id| id.contains('-'))
            .collect();
        let names_two = |finding: &Diagnostic| {
            finding.code == code
                && ids
                    .iter()
                    .filter(|id| finding.help.as_deref().unwrap_or_default().contains(**id))
                    .count()
                    >= 2
        };
        let unit = compiled(&bare);
        assert!(
            unit.findings.iter().any(names_two),
            "{row}\n{}",
            render_all(&unit.findings, &bare)
        );
        found += 1;
    }
    assert!(
        found >= 10,
        "only {found} of the clashes are found by a rule"
    );
}

fn without_readings(text: &str) -> String {
    let mut kept = String::new();
    let mut from = 0;
    let mut drop = |cuts: Vec<guard::Cut>, kept: &mut String| {
        for cut in cuts
            .iter()
            .filter(|cut| text[cut.head.clone()].starts_with("reading "))
        {
            kept.push_str(&text[from..cut.whole.start]);
            from = cut.whole.end;
        }
    };
    for policy in guard::cut(text, 0..text.len()) {
        if let Some(block) = policy.block {
            drop(guard::cut(text, block), &mut kept);
        }
    }
    kept.push_str(&text[from..]);
    kept
}
