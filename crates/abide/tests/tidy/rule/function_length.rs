//! A function fits on a screen. Never counts functions that only tests compile.

use super::Rule;
use crate::code::{functions, shipped};
use crate::repository::{Finding, Repository};

pub(crate) const RULE: Rule = Rule {
    name: "function-length",
    find,
    breaking,
    keeping,
};

const LIMIT: usize = 70;

fn find(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in repository.shipped_files() {
        for function in functions(&shipped(&file.text))
            .into_iter()
            .filter(|function| function.lines > LIMIT)
        {
            let what = format!(
                "`{}` has {} lines, at most {LIMIT}",
                function.name, function.lines
            );
            findings.push(Finding::new(
                file,
                function.line,
                what,
                "make it a list of steps, each a function of its own",
            ));
        }
    }
    findings
}

fn function_of(lines: usize) -> String {
    format!(
        "fn long(a: [u8; 4]) -> [u8; 4] {{\n{}}}\n",
        "    let _ = \"}\";\n".repeat(lines - 2)
    )
}

fn breaking() -> Vec<Repository> {
    vec![Repository::of(&[(
        "crates/abide/src/a.rs",
        &function_of(LIMIT + 1),
    )])]
}

fn keeping() -> Repository {
    Repository::of(&[
        ("crates/abide/src/a.rs", &function_of(LIMIT)),
        ("crates/abide/src/tests.rs", &function_of(LIMIT + 1)),
    ])
}
