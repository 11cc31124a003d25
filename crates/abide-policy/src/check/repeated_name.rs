//! A name declared again with nothing added.

use std::collections::BTreeMap;

use super::{Check, Context};
use crate::coverage::list;
use crate::diagnostic::{Findings, Severity};
use crate::model::{NounUse, SlotUse, Value};
use crate::nouns::{Declaration, Noun, NounId};
use crate::source::Span;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0302",
    name: "repeated-name",
    severity: Severity::Warning,
    manual: r#"
A name may be declared on several lines that add up, but a line that adds nothing misleads: it looks as if the name were
unknown before, or meant something else there. Take the repeat away, or write what it was to add. Names that ship with the
program need no line at all.

```kdl wrong
policy shop {
    data size colour size
    collect size colour at=purchase
}
```

```kdl wrong
policy shop {
    purpose payment
    use email for=payment
}
```

```kdl right
policy shop {
    data size colour
    collect size colour at=purchase
    use email for=payment
}
```
"#,
    run: Some(run),
};

/// The names that a line repeats, and where one of them stood before.
#[derive(Default)]
struct Repeats<'a> {
    names: Vec<&'a str>,
    before: Option<Span>,
}

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let mut lines: BTreeMap<Span, Repeats<'_>> = BTreeMap::new();
    for (_, noun) in cx
        .policy
        .nouns
        .iter()
        .filter(|(_, noun)| noun.declarations.len() > 1)
    {
        for (at, line) in noun.declarations.iter().enumerate() {
            let before = noun.declarations.get(..at).unwrap_or_default();
            if line.span.is_library() || before.is_empty() || adds(noun, line, before) {
                continue;
            }
            let repeats = lines.entry(line.span).or_default();
            repeats.names.push(&noun.name);
            let first = before.iter().find(|line| !line.span.is_library());
            repeats.before = repeats.before.or(first.map(|line| line.name_span));
        }
    }
    for (span, repeats) in lines {
        let (what, help) = match repeats.before {
            Some(_) => (
                "declared already",
                "take the repeat away, or write what it adds: `is=`, `of`, `label=` or a slot",
            ),
            None => (
                "a name that ships with the program",
                "take it away: the program knows this name already",
            ),
        };
        let finding = CHECK
            .at(
                span,
                format!("this line adds nothing to {}", list(repeats.names)),
            )
            .here(what);
        let finding = match repeats.before {
            Some(before) => finding.label(before, "first here"),
            None => finding,
        };
        findings.push(finding.help(help));
    }
}

/// Whether `line` says something of `noun` that the lines before it do not.
fn adds(noun: &Noun, line: &Declaration, before: &[Declaration]) -> bool {
    if before.iter().any(|other| other.span == line.span) {
        return false;
    }
    let has_new = |names: &[NounUse]| {
        let (here, earlier): (Vec<&NounUse>, Vec<&NounUse>) = names
            .iter()
            .filter(|name| line_of(noun, name).is_some_and(|at| at <= line.span))
            .partition(|name| line_of(noun, name) == Some(line.span));
        let earlier: Vec<NounId> = earlier.into_iter().map(|name| name.id).collect();
        here.iter().any(|name| !earlier.contains(&name.id))
    };
    let new_label = line.label.as_ref().is_some_and(|label| {
        !before
            .iter()
            .any(|other| other.label.as_ref() == Some(label))
    });
    let new_term = noun.terms.iter().any(|term| {
        term.span.file == line.span.file
            && term.span.start >= line.span.start
            && term.span.end <= line.span.end
    });
    let new_slots = !line.slots.is_empty()
        && !before
            .iter()
            .any(|other| same_slots(&other.slots, &line.slots));
    !line.clauses.is_empty()
        || new_label
        || new_term
        || new_slots
        || has_new(&noun.is)
        || has_new(&noun.of)
}

/// The line of `noun` on which one of its parents or members is written: the last that starts before it. Shipped lines
/// come first.
fn line_of(noun: &Noun, name: &NounUse) -> Option<Span> {
    noun.declarations
        .iter()
        .map(|line| line.span)
        .filter(|line| line.file == name.span.file && line.start <= name.span.start)
        .max_by_key(|line| line.start)
}

/// Whether both lines give the same values to the same slots.
fn same_slots(one: &[SlotUse], other: &[SlotUse]) -> bool {
    let plain = |slots: &[SlotUse]| {
        let mut plain: Vec<String> = slots
            .iter()
            .flat_map(|used| {
                used.values
                    .iter()
                    .map(|value| format!("{:?} {}", used.slot, text(value)))
            })
            .collect();
        plain.sort();
        plain
    };
    plain(one) == plain(other)
}

fn text(value: &Value) -> String {
    match value {
        Value::Any => "any".to_owned(),
        Value::Noun(noun) => format!("{:?} {}", noun.kind, noun.name),
        Value::Length { length, .. } => length.to_string(),
        Value::Constant { name, .. } => name.clone(),
        Value::Date(date) => date.value.to_string(),
        Value::Rate { count, per, .. } => format!("{count} {per}"),
        Value::Age(age) => format!("{}{:?}", age.comparison, age.bound),
        Value::Text(text) => text.value.clone(),
    }
}
