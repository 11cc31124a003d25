//! The language chapters are language tests: every code block compiles as it says. The page of findings is generated.
//!
//! A block marked `kdl` gives no finding at all; one marked `kdl P0203` gives that finding. A block that opens no policy
//! stands inside one. `ABIDE_BLESS=1` writes the generated page.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use abide_policy::check::CHECKS;
use abide_policy::diagnostic::{Severity, render_all};
use abide_policy::resolved::schema;
use abide_policy::source::SourceFile;
use abide_policy::{Library, compile};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// The fenced blocks of a page: their info string, first line number and text.
fn blocks(page: &str) -> Vec<(String, usize, String)> {
    let mut found = Vec::new();
    let mut open: Option<(String, usize, String)> = None;
    for (number, line) in page.lines().enumerate() {
        match (line.strip_prefix("```"), open.as_mut()) {
            (Some(info), None) => open = Some((info.to_owned(), number + 2, String::new())),
            (Some(_), Some(_)) => found.extend(open.take()),
            (None, Some((_, _, text))) => writeln!(text, "{line}").unwrap(),
            (None, None) => {}
        }
    }
    found
}

/// What a chapter's fragments may lean on, so that each block shows only its point.
fn framed(text: &str) -> String {
    if text.contains("policy ") {
        return text.to_owned();
    }
    format!("policy example version=\"2026-03-01\" {{\n{text}\n}}\n")
}

#[test]
fn every_block_of_the_language_chapters_is_true() {
    let mut read = 0;
    for entry in fs::read_dir(docs().join("language")).unwrap() {
        let path = entry.unwrap().path();
        for (info, line, text) in blocks(&fs::read_to_string(&path).unwrap()) {
            let Some(mark) = info.strip_prefix("kdl") else {
                continue;
            };
            read += 1;
            let files = [SourceFile::new(
                format!("{}:{line}", path.display()),
                framed(&text),
            )];
            let compiled = compile(
                Library::standard(),
                &files,
                Some(jiff::civil::date(2026, 11, 21)),
            );
            let report = render_all(&compiled.findings, &files);
            match mark.trim() {
                // A fragment need not be a whole policy: only what it says itself may be wrong.
                "" => {
                    assert!(
                        compiled.findings.iter().all(|finding| finding.severity
                            == Severity::Warning
                            && !text.contains("policy ")
                            || finding.code == "P0326"
                            || finding.code == "P0315"),
                        "{}:{line}\n{report}",
                        path.display()
                    )
                }
                code => assert!(
                    compiled.findings.iter().any(|finding| finding.code == code),
                    "{}:{line}: wants {code}\n{report}",
                    path.display()
                ),
            }
        }
    }
    assert!(read > 40, "only {read} blocks");
}

#[test]
fn the_page_of_findings_is_the_one_the_checks_make() {
    let mut page = String::from(
        "# Findings\n\nEvery finding of `abide check`, by code. `abide explain CODE` prints the same page.\n",
    );
    let mut checks: Vec<_> = CHECKS.to_vec();
    checks.sort_by_key(|check| check.code);
    for check in checks {
        let severity = if check.severity == Severity::Error {
            "error"
        } else {
            "warning"
        };
        write!(
            page,
            "\n## {} {} ({severity})\n\n{}\n",
            check.code,
            check.name,
            check.manual.trim()
        )
        .unwrap();
    }
    same_as_committed("findings.md", &page);
}

#[test]
fn the_schema_is_the_one_the_model_makes() {
    let text = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    same_as_committed("policy.schema.json", &text);
}

fn same_as_committed(name: &str, text: &str) {
    let path = docs().join(name);
    if std::env::var_os("ABIDE_BLESS").is_some() {
        fs::write(&path, text).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == text,
        "{} is out of date: run `ABIDE_BLESS=1 cargo test -p abide-policy --test manual`",
        path.display()
    );
}
