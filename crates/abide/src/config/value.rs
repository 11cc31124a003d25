//! Values of `abide.kdl` as Rust values. One that is of the wrong form is a finding and counts as not set.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use abide_policy::diagnostic::Findings;
use abide_policy::suggest::closest;
use abide_policy::syntax::{Argument, Statement};

use super::key::finding;

/// Reads values and remembers what was wrong with them.
pub(super) struct Reader<'a> {
    findings: &'a mut Findings,
}

/// The statement of a key.
pub(super) fn find<'a>(statements: &'a [Statement], key: &str) -> Option<&'a Statement> {
    statements
        .iter()
        .find(|statement| statement.name.value == key)
}

/// The statements in the block of a key; none if it is not there.
pub(super) fn block<'a>(statements: &'a [Statement], key: &str) -> &'a [Statement] {
    find(statements, key).map_or(&[], |statement| &statement.children)
}

/// All values of a key that may stand on several lines.
pub(super) fn all<'a>(
    statements: &'a [Statement],
    key: &'a str,
) -> impl Iterator<Item = &'a str> + 'a {
    statements
        .iter()
        .filter(move |statement| statement.name.value == key)
        .flat_map(|statement| &statement.args)
        .map(|argument| argument.text.as_str())
}

/// The value of a property.
pub(super) fn property(statement: &Statement, name: &str) -> Option<String> {
    let found = statement
        .props
        .iter()
        .find(|property| property.name.value == name)?;
    Some(found.value.text.clone())
}

fn value<'a>(statements: &'a [Statement], key: &str) -> Option<&'a Argument> {
    find(statements, key)?.args.first()
}

impl<'a> Reader<'a> {
    /// The controls that are switched off; a name that none has is a finding.
    pub(super) fn controls(&mut self, statements: &[Statement]) -> Vec<String> {
        let key = "switch-off";
        let mut names = Vec::new();
        for statement in statements.iter().filter(|it| it.name.value == key) {
            for argument in &statement.args {
                if abide_promise::control::find(&argument.text).is_some() {
                    names.push(argument.text.clone());
                    continue;
                }
                let known = abide_promise::CONTROLS.iter().map(|control| control.name);
                let likely = closest(&argument.text, known)
                    .map_or("`abide prove` names them".to_owned(), |likely| {
                        format!("did you mean `{likely}`?")
                    });
                let message = format!("no control is called `{}`", argument.text);
                self.findings
                    .push(finding("C04", "wrong-value", message, argument.span).help(likely));
            }
        }
        names
    }

    pub(super) fn new(findings: &'a mut Findings) -> Self {
        Self { findings }
    }

    pub(super) fn text(&mut self, statements: &[Statement], key: &str) -> Option<String> {
        let argument = value(statements, key)?;
        if argument.text.is_empty() {
            self.wrong(argument, key, "some text");
            return None;
        }
        Some(argument.text.clone())
    }

    pub(super) fn path(&mut self, statements: &[Statement], key: &str) -> Option<PathBuf> {
        self.text(statements, key).map(PathBuf::from)
    }

    pub(super) fn address(&mut self, statements: &[Statement], key: &str) -> Option<SocketAddr> {
        self.parsed(
            statements,
            key,
            "an address and a port, such as \"127.0.0.1:8400\"",
        )
    }

    pub(super) fn number<T: FromStr>(
        &mut self,
        statements: &[Statement],
        key: &str,
        default: T,
    ) -> T {
        self.parsed(statements, key, "a whole number")
            .unwrap_or(default)
    }

    pub(super) fn seconds(
        &mut self,
        statements: &[Statement],
        key: &str,
        default: Duration,
    ) -> Duration {
        self.parsed(statements, key, "a whole number of seconds")
            .map_or(default, |seconds: u32| {
                Duration::from_secs(u64::from(seconds))
            })
    }

    pub(super) fn hours(&mut self, statements: &[Statement], key: &str) -> Option<Duration> {
        self.parsed(statements, key, "a whole number of hours")
            .map(|hours: u32| Duration::from_hours(u64::from(hours)))
    }

    pub(super) fn days(&mut self, statements: &[Statement], key: &str) -> Option<u32> {
        self.parsed(statements, key, "a whole number of days")
    }

    pub(super) fn word(
        &mut self,
        statements: &[Statement],
        key: &str,
        words: &[&str],
    ) -> Option<String> {
        let argument = value(statements, key)?;
        if words.contains(&argument.text.as_str()) {
            return Some(argument.text.clone());
        }
        self.no_word(argument, key, words);
        None
    }

    /// Reports that a word is none of those that there are.
    pub(super) fn no_word(&mut self, argument: &Argument, key: &str, words: &[&str]) {
        let likely = closest(&argument.text, words.iter().copied());
        let wants = likely.map_or_else(|| words.join(", "), |likely| format!("`{likely}`"));
        self.wrong(argument, key, &wants);
    }

    /// Reports that a section lacks a key.
    pub(super) fn lacking(&mut self, section: &Statement, name: &str, wants: &str) {
        let message = format!("`{name}` is not complete");
        let found = finding("C05", "missing-key", message, section.name.span);
        self.findings.push(found.help(format!("it holds {wants}")));
    }

    /// Reports that a section cannot be used, without repeating what stands in it.
    pub(super) fn refused(&mut self, section: &Statement, message: &str, help: &str) {
        let found = finding("C04", "wrong-value", message, section.name.span);
        self.findings.push(found.help(help));
    }

    fn parsed<T: FromStr>(
        &mut self,
        statements: &[Statement],
        key: &str,
        wants: &str,
    ) -> Option<T> {
        let argument = value(statements, key)?;
        let parsed = argument.text.parse().ok();
        if parsed.is_none() {
            self.wrong(argument, key, wants);
        }
        parsed
    }

    fn wrong(&mut self, argument: &Argument, key: &str, wants: &str) {
        let message = format!("`{key}` cannot be `{}`", argument.text);
        let found = finding("C04", "wrong-value", message, argument.span);
        self.findings.push(found.help(format!("write {wants}")));
    }
}
