//! Checks the repository itself: the rules of CONTRIBUTING.md that a machine can read.
//! Never changes a file, and never looks outside the repository.

mod code;
mod repository;
mod rule;

use repository::Repository;
use rule::RULES;

#[test]
fn the_repository_keeps_every_rule() {
    let repository = Repository::read();
    assert!(
        repository
            .files
            .iter()
            .any(|file| file.path == "Cargo.toml"),
        "no Cargo.toml at `{}`: the walk found another folder",
        Repository::root().display()
    );
    let findings: Vec<String> = RULES
        .iter()
        .flat_map(|rule| {
            (rule.find)(&repository)
                .into_iter()
                .map(|finding| finding.render(rule.name))
        })
        .collect();
    assert!(
        findings.is_empty(),
        "\n{}\n\n{} to mend",
        findings.join("\n"),
        findings.len()
    );
}

#[test]
fn each_rule_finds_what_breaks_it() {
    for rule in RULES {
        for (index, sample) in (rule.breaking)().iter().enumerate() {
            let findings = (rule.find)(sample);
            assert!(
                !findings.is_empty(),
                "rule `{}` finds nothing in its breaking sample {index}",
                rule.name
            );
        }
    }
}

#[test]
fn no_rule_objects_to_what_keeps_it() {
    for rule in RULES {
        let findings: Vec<String> = (rule.find)(&(rule.keeping)())
            .iter()
            .map(|finding| finding.render(rule.name))
            .collect();
        assert!(
            findings.is_empty(),
            "rule `{}` objects to its keeping sample:\n{}",
            rule.name,
            findings.join("\n")
        );
    }
}
