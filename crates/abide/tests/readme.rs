//! The README's policy is one that a reader may copy: it has no findings. Never shows them the output of a command.

use abide_policy::source::SourceFile;
use abide_policy::{Library, compile, diagnostic};

#[test]
fn the_policy_in_the_readme_has_no_findings() {
    let readme = include_str!("../../../README.md");
    let blocks: Vec<&str> = readme
        .split("```kdl\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert!(!blocks.is_empty(), "the README shows no policy");
    for block in blocks {
        let files = [SourceFile::new("README.md", block)];
        let compiled = compile(Library::standard(), &files, None);
        assert!(
            compiled.findings.is_empty(),
            "{}",
            diagnostic::render_all(&compiled.findings, &files)
        );
    }
}
