//! Every example of a finding's manual page gives what it says, and the pages are the ones in `docs`. `ABIDE_BLESS=1`
//! writes the generated page.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use abide_map::check::of_plans::PAGES;
use abide_map::check::{CHECKS, Context, run_all};
use abide_map::read::read;
use abide_map::sample::{ColumnSample, TableSample};
use abide_map::schema::TableName;
use abide_policy::diagnostic::{Diagnostic, Severity, render_all};
use abide_policy::source::SourceFile;
use abide_policy::{Library, compile};

use crate::fixture::shop;

/// What the sample policy of the manual promises.
const POLICY: &str = r#"policy shop version="2026-03-01" {
    controller "Shop B.V." country=NL
    law eu-gdpr
    (SHOP-001)collect email name password account-id at=registration for=orders
    (SHOP-002)keep email name password account-id order until=account-deletion
    (SHOP-003)never collect precise-location
    (SHOP-004)must keep invoice when=purchase within="7 years" because=tax-law
    (SHOP-005)right erase of=contact-details via=email
    (SHOP-006)refuse erase of=invoice because=tax-law
    (SHOP-007)collect support-history messages
    purpose orders
}
"#;

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// The findings about a map under the sample policy and the fixture's schema.
fn findings(text: &str) -> (Vec<Diagnostic>, String) {
    let files = [
        SourceFile::new("policy.kdl", POLICY),
        SourceFile::new("map.kdl", text),
    ];
    let compiled = compile(Library::standard(), &files[..1], None);
    let wrong: Vec<_> = compiled
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let (map, mut findings) = read(&files[1], 1);
    let schema = shop();
    let sample = |values: &[&str]| ColumnSample {
        nulls: 0,
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    let columns = schema.tables[0]
        .columns
        .iter()
        .map(|column| match column.name.as_str() {
            "password" => sample(&["hunter2", "correct horse"]),
            "full" => sample(&["2026-11-05", "05/11/2026", "1700000000"]),
            "born" => sample(&["1990-02-03"]),
            _ => sample(&[]),
        });
    let samples = [(
        TableName::new("users"),
        TableSample {
            rows: 2,
            columns: columns.collect(),
        },
    )];
    let context = Context {
        map: &map,
        schema: Some((&schema, "sha256:0123")),
        policy: compiled.policies.first(),
        library: Library::standard(),
        samples: &samples,
    };
    if findings.is_empty() {
        findings = run_all(&context);
    }
    let report = render_all(&findings, &files);
    (findings, report)
}

/// The fenced blocks of a text: info string and content.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in page.lines() {
        match (line.strip_prefix("```"), open.as_mut()) {
            (Some(info), None) => open = Some((info.to_owned(), String::new())),
            (Some(_), Some(_)) => found.extend(open.take()),
            (None, Some((_, text))) => writeln!(text, "{line}").unwrap(),
            (None, None) => {}
        }
    }
    found
}

#[test]
fn every_example_of_a_finding_is_true() {
    for check in CHECKS {
        let examples = blocks(check.manual);
        assert!(examples.len() >= 2, "{} has no examples", check.code);
        for (info, text) in examples {
            let (findings, report) = findings(&text);
            let found = findings.iter().any(|finding| finding.code == check.code);
            assert_eq!(
                found,
                info == "kdl wrong",
                "{} {info}\n{text}\n{report}",
                check.code
            );
        }
    }
}

#[test]
fn codes_are_in_order_and_names_are_the_files() {
    let codes: Vec<_> = CHECKS.iter().map(|check| check.code).collect();
    assert!(codes.is_sorted(), "{codes:?}");
    for check in CHECKS {
        let file = format!("src/check/{}.rs", check.name.replace('-', "_"));
        assert!(
            Path::new(env!("CARGO_MANIFEST_DIR")).join(file).exists(),
            "{}",
            check.name
        );
    }
}

#[test]
fn every_code_of_planning_has_a_page() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ownership/finding.rs");
    let text = fs::read_to_string(source).unwrap();
    let codes = text
        .split("\"M04")
        .skip(1)
        .map(|rest| format!("M04{}", &rest[..2]));
    for code in codes {
        assert!(
            PAGES.iter().any(|page| page.code == code),
            "{code} has no page"
        );
    }
}

#[test]
fn the_examples_of_the_chapter_read() {
    let page = fs::read_to_string(docs().join("map.md")).unwrap();
    let mut read_examples = 0;
    for (info, text) in blocks(&page) {
        let Some(mark) = info.strip_prefix("kdl") else {
            continue;
        };
        read_examples += 1;
        let text = match text.contains("map ") {
            true => text,
            false => format!("map shop {{\n{text}}}\n"),
        };
        let files = [SourceFile::new("map.kdl", text.as_str())];
        let (_, findings) = read(&files[0], 0);
        let report = render_all(&findings, &files);
        match mark.trim() {
            "" => assert!(findings.is_empty(), "{text}\n{report}"),
            code => assert!(
                findings.iter().any(|finding| finding.code == code),
                "{report}"
            ),
        }
    }
    assert!(read_examples > 10, "only {read_examples} examples");
}

#[test]
fn the_page_of_findings_is_the_one_the_checks_make() {
    let mut page = String::from(
        "# Findings about maps\n\nEvery finding of `abide map check`, by code; those of planning (M04) come last. `abide explain CODE` prints the same page. Findings that\nstart with P0 are of the text itself and stand in [findings.md](findings.md).\n",
    );
    for check in CHECKS {
        let severity = match check.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let (code, name, manual) = (check.code, check.name, check.manual.trim());
        write!(page, "\n## {code} {name} ({severity})\n\n{manual}\n").unwrap();
    }
    for found in PAGES {
        let (code, name, manual) = (found.code, found.name, found.manual.trim());
        write!(page, "\n## {code} {name} (error)\n\n{manual}\n").unwrap();
    }
    let path = docs().join("map-findings.md");
    if std::env::var_os("ABIDE_BLESS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap_or_default() == page,
        "{} is out of date: run `ABIDE_BLESS=1 cargo test -p abide-map --test language`",
        path.display()
    );
}
