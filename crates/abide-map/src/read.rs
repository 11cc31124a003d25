//! `map.kdl` to a [`Map`]. Never gives up: what cannot be read becomes a finding, and the rest goes on.

mod edge;
mod erase;
mod table;
mod word;

use abide_policy::diagnostic::{self, Findings};
use abide_policy::length::Length;
use abide_policy::source::{SourceFile, Span, Spanned};
use abide_policy::syntax::{self, Argument, Statement};

use crate::check::{bad_value, misplaced_clause, no_map, repeated_statement};
use crate::map::Map;
pub use word::{MAP_WORDS, Word};

/// Reads the map in a file, which is the one of this index among those that findings point into. A file without a map
/// gives one without a name, and the finding that says so. Limits of size and nesting are those of a policy.
pub fn read(file: &SourceFile, index: u32) -> (Map, Findings) {
    let mut findings = Findings::new();
    let statements = syntax::parse(file, index, &mut findings);
    no_clauses(&statements, &mut findings);
    word::check(&statements, MAP_WORDS, "a map file", &mut findings);
    let mut maps = statements
        .iter()
        .filter(|statement| statement.name.value == "map");
    let map = maps.next();
    findings.extend(maps.map(|more| no_map::several(more.span_of_head())));
    let map = match map {
        Some(statement) => read_map(statement, &mut findings),
        None => {
            if findings.is_empty() {
                findings.push(no_map::at(Span::new(index, 0, 0)));
            }
            empty(Span::new(index, 0, 0))
        }
    };
    diagnostic::settle(&mut findings);
    (map, findings)
}

fn empty(span: Span) -> Map {
    Map {
        name: Spanned {
            value: String::new(),
            span,
        },
        source: None,
        backups: None,
        undo: None,
        fingerprint: None,
        tables: Vec::new(),
    }
}

fn read_map(statement: &Statement, findings: &mut Findings) -> Map {
    let mut map = empty(statement.name.span);
    if let Some(name) = statement.args.first() {
        map.name = text(name);
    }
    for line in &statement.children {
        match line.name.value.as_str() {
            "source" => once(&mut map.source, line, findings),
            "backups" => {
                length_of(line, findings);
                once(&mut map.backups, line, findings);
            }
            "undo" => {
                length_of(line, findings);
                once(&mut map.undo, line, findings);
            }
            "fingerprint" => once(&mut map.fingerprint, line, findings),
            "table" => {
                let Some(table) = table::read(line, findings) else {
                    continue;
                };
                match map.table(&table.name.value) {
                    None => map.tables.push(table),
                    Some(earlier) => findings.push(repeated_statement::at(
                        table.name.span,
                        earlier.name.span,
                        &format!("table `{}` is mapped twice", table.name.value),
                    )),
                }
            }
            _ => {}
        }
    }
    map
}

/// Sets a value that may be said once.
fn once(place: &mut Option<Spanned<String>>, line: &Statement, findings: &mut Findings) {
    let Some(value) = line.args.first() else {
        return;
    };
    match place {
        None => *place = Some(text(value)),
        Some(earlier) => findings.push(repeated_statement::at(
            line.span_of_head(),
            earlier.span,
            &format!("`{}` is said twice", line.name.value),
        )),
    }
}

fn length_of(line: &Statement, findings: &mut Findings) {
    if let Some(value) = line.args.first()
        && Length::parse(&value.text).is_none()
    {
        findings.push(bad_value::at(value.span, &value.text, "35 days"));
    }
}

/// A clause id in front of a line means something in a policy only.
fn no_clauses(statements: &[Statement], findings: &mut Findings) {
    for statement in statements {
        if let Some(clause) = &statement.clause {
            findings.push(misplaced_clause::at(clause));
        }
        no_clauses(&statement.children, findings);
    }
}

fn text(argument: &Argument) -> Spanned<String> {
    Spanned {
        value: argument.text.clone(),
        span: argument.span,
    }
}

/// The value of a property.
fn property<'a>(statement: &'a Statement, name: &str) -> Option<&'a Argument> {
    let found = statement
        .props
        .iter()
        .find(|property| property.name.value == name)?;
    Some(&found.value)
}

/// The value of a property as text.
fn property_text(statement: &Statement, name: &str) -> Option<Spanned<String>> {
    property(statement, name).map(text)
}
