//! `docs/evidence.md` is true: its files verify under its key, and its shell lines print what it says.

use std::fs;
use std::path::Path;
use std::process::Command;

use abide_ledger::{Entry, FileKind, KeyRing, Receipt, Verdict, verify_file};

/// The blocks of the manual in order, each with what stands after its opening fence.
fn blocks() -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/evidence.md");
    let text = fs::read_to_string(path).unwrap();
    let mut blocks = Vec::new();
    let mut parts = text.split("```");
    while let (Some(_), Some(block)) = (parts.next(), parts.next()) {
        let (mark, content) = block.split_once('\n').unwrap();
        blocks.push((mark.to_owned(), content.to_owned()));
    }
    blocks
}

fn block(mark: &str) -> String {
    blocks()
        .into_iter()
        .find(|(found, _)| found == mark)
        .unwrap()
        .1
}

fn ring() -> KeyRing {
    let mut ring = KeyRing::new();
    ring.trust(block("text key").trim_end().parse().unwrap());
    ring
}

#[test]
fn every_file_is_proven() {
    for (mark, file) in [
        ("text checkpoint", FileKind::Checkpoint),
        ("json receipt", FileKind::Receipt),
        ("json bundle", FileKind::Bundle),
        ("text rotation", FileKind::Rotation),
    ] {
        let report = verify_file(block(mark).as_bytes(), &ring());
        assert_eq!(
            (report.file, report.verdict()),
            (file, Verdict::Proven),
            "{report}"
        );
    }
}

#[test]
fn all_files_are_of_one_log() {
    let receipt = Receipt::from_json(&block("json receipt")).unwrap();
    assert_eq!(
        Entry::parse(&block("text leaf")).unwrap(),
        receipt.entry().unwrap()
    );
    assert_eq!(
        receipt.proof().unwrap().checkpoint.to_string(),
        block("text checkpoint")
    );
    assert!(block("json bundle").contains(&receipt.entry().unwrap().commitment().0.to_base64()));
    assert_eq!(receipt.to_json().unwrap(), block("json receipt"));
}

#[test]
fn the_shell_agrees() {
    for tool in ["openssl", "base64"] {
        if Command::new(tool).arg("--help").output().is_err() {
            eprintln!(
                "SKIPPED: no `{tool}` on this machine: the shell lines of the manual are not run"
            );
            return;
        }
    }
    let blocks = blocks();
    let mut run = 0;
    for pair in blocks.windows(2).filter(|pair| pair[0].0 == "sh") {
        let output = Command::new("sh")
            .args(["-c", &pair[0].1])
            .output()
            .unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        let expected = ("text output", pair[1].1.as_str());
        assert_eq!(
            (pair[1].0.as_str(), printed.as_str()),
            expected,
            "{}",
            pair[0].1
        );
        run += 1;
    }
    assert_eq!(run, 2);
}
