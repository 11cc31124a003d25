//! Every finding shows its full text here, and every manual page is true: its wrong example gives the finding, its right
//! example does not.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use abide_policy::check::{CHECKS, Check};
use abide_policy::diagnostic::{Diagnostic, render_all};
use abide_policy::guard::SIZE_LIMIT_BYTES;
use abide_policy::source::SourceFile;
use abide_policy::{Library, compile};
use jiff::civil::date;

/// The day on which the examples are read.
fn findings(source: &[u8]) -> (Vec<SourceFile>, Vec<Diagnostic>) {
    let files = vec![SourceFile::from_bytes("policy.kdl", source)];
    let compiled = compile(Library::standard(), &files, Some(date(2026, 11, 21)));
    (files, compiled.findings)
}

/// The code blocks of a manual page that are marked `kdl MARK`.
fn examples(check: &Check, mark: &str) -> Vec<Vec<u8>> {
    let fence = format!("```kdl {mark}\n");
    check
        .manual
        .split(&fence)
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap().into())
        .collect()
}

/// Examples that are too long or too odd for a manual page.
fn generated(check: &Check) -> Option<Vec<u8>> {
    let text = match check.code {
        "P0103" => "x".repeat(SIZE_LIMIT_BYTES + 1),
        "P0104" => format!("policy shop {}\n", "{ a".repeat(70)),
        "P0105" => return Some(b"policy shop {\n    say \"caf\xe9\"\n}\n".to_vec()),
        "P0107" => format!(
            "policy shop {{\n    collect {}\n}}\n",
            "{ at visit }\n    collect email ".repeat(10_001)
        ),
        "P0108" => format!("policy shop {{\n{}}}\n", "    oops\n".repeat(2001)),
        _ => return None,
    };
    Some(text.into_bytes())
}

#[test]
fn every_wrong_example_gives_its_finding_and_every_right_one_does_not() {
    for check in CHECKS {
        let wrong =
            generated(check).map_or_else(|| examples(check, "wrong"), |source| vec![source]);
        assert!(!wrong.is_empty(), "{} has no wrong example", check.code);
        for (at, source) in wrong.iter().enumerate() {
            let (files, found) = findings(source);
            let own: Vec<Diagnostic> = found
                .iter()
                .filter(|finding| finding.code == check.code)
                .cloned()
                .collect();
            assert!(
                !own.is_empty(),
                "{} {}: the wrong example gives\n{}",
                check.code,
                check.name,
                render_all(&found, &files)
            );
            if check.code != "P0103" {
                insta::assert_snapshot!(
                    format!("{}-{}-{at}", check.code, check.name),
                    render_all(&own, &files)
                );
            }
        }
        for source in examples(check, "right") {
            let (files, found) = findings(&source);
            let own: Vec<Diagnostic> = found
                .into_iter()
                .filter(|finding| finding.code == check.code)
                .collect();
            assert!(
                own.is_empty(),
                "{}: the right example gives\n{}",
                check.code,
                render_all(&own, &files)
            );
        }
    }
}

#[test]
fn codes_and_names_are_unique_and_sorted_messages_are_well_formed() {
    for (index, check) in CHECKS.iter().enumerate() {
        assert!(
            CHECKS
                .iter()
                .skip(index + 1)
                .all(|other| other.code != check.code && other.name != check.name),
            "{} twice",
            check.code
        );
        for source in examples(check, "wrong") {
            for finding in findings(&source)
                .1
                .iter()
                .filter(|finding| finding.code == check.code)
            {
                assert!(
                    !finding.message.ends_with('.'),
                    "{}: a message has no final stop",
                    check.code
                );
                assert!(
                    finding.help.is_some(),
                    "{}: a message says what to do",
                    check.code
                );
            }
        }
    }
}
