//! A file can be read in one sitting. Never counts lines that only tests compile.

use super::Rule;
use crate::code::{mask, shipped};
use crate::repository::{Finding, Repository};

pub(crate) const RULE: Rule = Rule {
    name: "file-length",
    find,
    breaking,
    keeping,
};

const LIMIT: usize = 700;

fn find(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in repository.shipped_files() {
        let all = file.text.lines().count();
        // Blanked lines of a test module are those that hold text in the source and none once shipped.
        let code = shipped(&file.text);
        let masked = mask(&file.text);
        let of_tests = masked
            .lines()
            .zip(code.lines())
            .filter(|(whole, shipped)| whole != shipped)
            .count();
        if all - of_tests > LIMIT {
            let what = format!("{} lines without tests, at most {LIMIT}", all - of_tests);
            findings.push(Finding::new(
                file,
                LIMIT,
                what,
                "split it by the nouns it holds; aim at 150 lines a file",
            ));
        }
    }
    findings
}

fn breaking() -> Vec<Repository> {
    vec![Repository::of(&[(
        "crates/abide/src/a.rs",
        &"const A: u8 = 0;\n".repeat(LIMIT + 1),
    )])]
}

fn keeping() -> Repository {
    let tests = format!(
        "const A: u8 = 0;\n#[cfg(test)]\nmod tests {{\n{}}}\n",
        "    const B: u8 = 0;\n".repeat(LIMIT)
    );
    let long = "const A: u8 = 0;\n".repeat(LIMIT + 1);
    Repository::of(&[
        ("crates/abide/src/a.rs", &tests),
        ("crates/abide/tests/b.rs", &long),
    ])
}
