//! Policy source as a tree that can be shrunk, and its text.

use std::fmt::Write as _;

/// A statement: `(CLAUSE)words… { slot value…; … }`. Slots stand in braces, so that each may have several values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statement {
    pub clauses: Vec<String>,
    pub words: Vec<String>,
    /// Only `instead=#true` must be a property.
    pub instead: bool,
    pub children: Vec<Statement>,
}

impl Statement {
    pub fn new(words: &str) -> Self {
        Self {
            words: words.split_whitespace().map(str::to_owned).collect(),
            ..Self::default()
        }
    }

    pub fn with(mut self, slot: &str, values: impl IntoIterator<Item = String>) -> Self {
        let mut child = Self::new(slot);
        child.words.extend(values);
        self.children.push(child);
        self
    }

    pub fn add(&mut self, slot: &str, values: impl IntoIterator<Item = String>) {
        let mut child = Self::new(slot);
        child.words.extend(values);
        self.children.push(child);
    }

    fn write(&self, depth: usize, text: &mut String) {
        text.push_str(&"    ".repeat(depth));
        if let Some(first) = self.clauses.first() {
            write!(text, "({first})").unwrap();
        }
        for (at, word) in self.words.iter().enumerate() {
            if at > 0 {
                text.push(' ');
            }
            if is_bare(word) {
                text.push_str(word);
            } else {
                write!(text, "\"{word}\"").unwrap();
            }
        }
        if self.instead {
            text.push_str(" instead=#true");
        }
        if self.clauses.len() > 1 || !self.children.is_empty() {
            text.push_str(" {\n");
            if self.clauses.len() > 1 {
                let more = self.clauses[1..].join(" ");
                writeln!(text, "{}also {more}", "    ".repeat(depth + 1)).unwrap();
            }
            for child in &self.children {
                child.write(depth + 1, text);
            }
            text.push_str(&"    ".repeat(depth));
            text.push('}');
        }
        text.push('\n');
    }
}

fn is_bare(word: &str) -> bool {
    word.chars().next().is_some_and(char::is_alphabetic)
        && word
            .chars()
            .all(|sign| sign.is_alphanumeric() || "-_.".contains(sign))
}

/// The whole policy.
pub fn source(statements: &[Statement]) -> String {
    let mut text = "policy generated version=\"2024-01-01\" {\n".to_owned();
    for statement in statements {
        statement.write(1, &mut text);
    }
    text.push_str("}\n");
    text
}
