//! What an erasure does: `erase anonymise { overwrite email }`. Never decides for whom.

use abide_policy::diagnostic::Findings;
use abide_policy::syntax::{Argument, Statement};

use super::{property, property_text, text};
use crate::check::{bad_value, malformed_statement, unknown_property};
use crate::map::{EdgeErase, Erase, Keep, Overwrite, Replacement};

/// The `erase` of a table. What cannot be read is undecided.
pub(super) fn of_table(line: &Statement, findings: &mut Findings) -> Erase {
    let Some(word) = line.args.first() else {
        return Erase::Undecided;
    };
    if word.text != "keep" {
        for found in &line.props {
            findings.push(unknown_property::of_keep(&found.name));
        }
    }
    match word.text.as_str() {
        "delete" => without_overwrites(line, Erase::Delete, findings),
        "detach" => without_overwrites(line, Erase::Detach, findings),
        "undecided" => without_overwrites(line, Erase::Undecided, findings),
        "anonymise" => Erase::Anonymise(anonymise(line, findings)),
        "keep" => keep(line, findings).map_or(Erase::Undecided, Erase::Keep),
        other => {
            let known = ["delete", "anonymise", "detach", "keep", "undecided"];
            findings.push(bad_value::one_of(word.span, other, &known));
            Erase::Undecided
        }
    }
}

/// The `erase` of an edge; `None` if it cannot be read.
pub(super) fn of_edge(line: &Statement, findings: &mut Findings) -> Option<EdgeErase> {
    let word = line.args.first()?;
    match word.text.as_str() {
        "delete" => Some(without_overwrites(line, EdgeErase::Delete, findings)),
        "detach" => Some(without_overwrites(line, EdgeErase::Detach, findings)),
        "leave" => Some(without_overwrites(line, EdgeErase::Leave, findings)),
        "anonymise" => Some(EdgeErase::Anonymise(anonymise(line, findings))),
        other => {
            let known = ["delete", "anonymise", "detach", "leave"];
            findings.push(bad_value::one_of(word.span, other, &known));
            None
        }
    }
}

fn without_overwrites<T>(line: &Statement, value: T, findings: &mut Findings) -> T {
    if let Some(overwrite) = line.children.first() {
        findings.push(malformed_statement::at(
            overwrite.span_of_head(),
            "overwrite",
            "erase anonymise { overwrite COLUMN }",
        ));
    }
    value
}

fn anonymise(line: &Statement, findings: &mut Findings) -> Vec<Overwrite> {
    let overwrites = overwrites(line);
    if overwrites.is_empty() {
        findings.push(malformed_statement::at(
            line.span_of_head(),
            "erase anonymise",
            "erase anonymise { overwrite COLUMN }",
        ));
    }
    overwrites
}

fn keep(line: &Statement, findings: &mut Findings) -> Option<Keep> {
    let form = "erase keep because=tax-law until=\"7 years\" from=COLUMN";
    let (until, from) = (property_text(line, "until"), property_text(line, "from"));
    if until.is_some() != from.is_some() {
        let span = line.span_of_head();
        findings.push(malformed_statement::at(span, "erase keep", form));
    }
    let Some(because) = property_text(line, "because") else {
        let span = line.span_of_head();
        findings.push(malformed_statement::at(span, "erase keep", form));
        return None;
    };
    Some(Keep {
        because,
        until,
        from,
        overwrites: overwrites(line),
    })
}

fn overwrites(line: &Statement) -> Vec<Overwrite> {
    let lines = line
        .children
        .iter()
        .filter(|child| child.name.value == "overwrite");
    lines
        .flat_map(|child| {
            let with = property(child, "with").map_or(Replacement::Empty, replacement);
            child.args.iter().map(move |column| Overwrite {
                column: text(column),
                with: with.clone(),
            })
        })
        .collect()
}

/// `with=unique` is a value that nobody else has; the text itself is written `with=(text)unique`.
fn replacement(value: &Argument) -> Replacement {
    if value.text == "unique" && value.note.is_none() {
        Replacement::Unique
    } else {
        Replacement::Text(value.text.clone())
    }
}
