//! Every statement of a map in one table, and the check against it. Reads no value.

use abide_policy::diagnostic::Findings;
use abide_policy::suggest::closest;
use abide_policy::syntax::Statement;

use crate::check::{malformed_statement, unknown_property, unknown_statement};

/// A statement, and what may stand with it.
#[derive(Debug)]
pub struct Word {
    /// Its first word.
    pub name: &'static str,
    /// How it is written.
    pub form: &'static str,
    /// The fewest and the most words that follow it.
    pub words: (usize, usize),
    /// Its properties.
    pub properties: &'static [&'static str],
    /// The statements in its block.
    pub children: &'static [Word],
}

const MANY: usize = usize::MAX;

const fn word(name: &'static str, form: &'static str, words: (usize, usize)) -> Word {
    Word {
        name,
        form,
        words,
        properties: &[],
        children: &[],
    }
}

const HIDE: Word = Word {
    properties: &["because"],
    ..word("hide", "hide COLUMN because=REASON", (1, MANY))
};

const OVERWRITE: Word = Word {
    properties: &["with"],
    ..word("overwrite", "overwrite COLUMN with=\"text\"", (1, MANY))
};

const IN_EDGE: &[Word] = &[
    word("when", "when COLUMN VALUE", (2, 2)),
    HIDE,
    Word {
        children: &[OVERWRITE],
        ..word("erase", "erase detach", (1, 1))
    },
];

const fn edge(name: &'static str, form: &'static str) -> Word {
    Word {
        properties: &["to", "confidence", "reason"],
        children: IN_EDGE,
        ..word(name, form, (1, MANY))
    }
}

const TABLE: Word = Word {
    children: &[
        word("subject", "subject", (0, 0)),
        Word {
            properties: &["because"],
            ..word("ordinary", "ordinary because=\"catalogue\"", (0, 0))
        },
        word("undecided", "undecided", (0, 0)),
        Word {
            properties: &["case"],
            ..word("identity", "identity email COLUMN", (2, MANY))
        },
        edge("owned-by", "owned-by COLUMN to=TABLE"),
        edge("owns", "owns COLUMN to=TABLE"),
        edge("accessible-by", "accessible-by COLUMN to=TABLE"),
        edge("accesses", "accesses COLUMN to=TABLE"),
        edge("refers", "refers COLUMN to=TABLE"),
        Word {
            properties: &["is", "confidence", "reason"],
            children: &[word("is", "is first-name last-name", (1, MANY))],
            ..word("column", "column COLUMN is=email", (1, 2))
        },
        Word {
            properties: &["because", "until", "from"],
            children: &[OVERWRITE],
            ..word("erase", "erase delete", (1, 1))
        },
        HIDE,
        Word {
            properties: &["from", "clause"],
            ..word("retain", "retain \"2 years\" from=COLUMN", (1, 1))
        },
        word("clause", "clause SHOP-001", (1, MANY)),
    ],
    ..word("table", "table TABLE { … }", (1, 1))
};

/// The statements at the top of a map file.
pub const MAP_WORDS: &[Word] = &[Word {
    children: &[
        word("source", "source NAME", (1, 1)),
        word("backups", "backups \"35 days\"", (1, 1)),
        word("undo", "undo \"7 days\"", (1, 1)),
        word("fingerprint", "fingerprint \"sha256:…\"", (1, 1)),
        TABLE,
    ],
    ..word("map", "map NAME { … }", (1, 1))
}];

/// Reports statements, words and properties that the table does not have. Depth is bounded by the guard of the parser.
pub(super) fn check(
    statements: &[Statement],
    words: &[Word],
    place: &str,
    findings: &mut Findings,
) {
    for statement in statements {
        let name = &statement.name;
        let Some(word) = words.iter().find(|word| word.name == name.value) else {
            let known = || words.iter().map(|word| word.name);
            let likely = closest(&name.value, known());
            let all: Vec<&str> = known().collect();
            findings.push(unknown_statement::at(name, place, likely, &all));
            continue;
        };
        let (least, most) = word.words;
        if !(least..=most).contains(&statement.args.len()) {
            findings.push(malformed_statement::at(
                statement.span_of_head(),
                &name.value,
                word.form,
            ));
        }
        for property in &statement.props {
            if !word.properties.contains(&property.name.value.as_str()) {
                findings.push(unknown_property::at(
                    &property.name,
                    &name.value,
                    word.properties,
                ));
            }
        }
        check(
            &statement.children,
            word.children,
            &format!("`{}`", word.name),
            findings,
        );
    }
}
