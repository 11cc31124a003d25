//! The words of lines and names, for comparing them as written and for showing them. Never decides what they mean.

use crate::model::{Except, Norm, NounUse, SlotUse, Value};
use crate::nouns::Noun;
use crate::vocabulary::Slot;

/// The meaning of a line in its own words, so that two lines with the same words in another order are the same. Leaves
/// out what nothing depends on: clause ids, hedges, vague words, texts.
pub(super) fn signature(norm: &Norm) -> String {
    let objects = if norm.any_object {
        vec!["any".to_owned()]
    } else {
        names(norm.objects.iter())
    };
    let mut words = vec![
        norm.mode.word().to_owned(),
        norm.action.word().to_owned(),
        objects.join(" "),
    ];
    words.extend(slots(&norm.slots));
    let mut excepts: Vec<String> = norm
        .excepts
        .iter()
        .filter(|except| !except.implied)
        .map(except)
        .collect();
    excepts.sort();
    words.extend(excepts);
    words.join("\n")
}

/// An exception in its own words.
pub(super) fn except(except: &Except) -> String {
    let mut words = names(except.objects.iter());
    words.extend(slots(&except.slots));
    words.join(" ")
}

fn slots(slots: &[SlotUse]) -> Vec<String> {
    let mut words: Vec<String> = slots
        .iter()
        .filter(|used| used.slot != Slot::Hedge)
        .map(|used| {
            let mut values: Vec<String> = used.values.iter().map(word).collect();
            values.sort();
            values.dedup();
            format!("{}={}", used.slot.word(), values.join(","))
        })
        .collect();
    words.sort();
    words
}

fn names<'n>(used: impl Iterator<Item = &'n NounUse>) -> Vec<String> {
    let mut names: Vec<String> = used.map(|name| name.name.to_string()).collect();
    names.sort();
    names.dedup();
    names
}

/// A value as written, without the vague word in front of it.
pub(super) fn word(value: &Value) -> String {
    match value {
        Value::Any => "any".to_owned(),
        Value::Noun(noun) => noun.name.to_string(),
        Value::Length { length, .. } => length.to_string(),
        Value::Constant { name, .. } => name.clone(),
        Value::Date(date) => date.value.to_string(),
        Value::Rate { count, per, .. } => format!("{count} per {per}"),
        Value::Age(age) => match &age.bound {
            Ok(years) => format!("{}{years}", age.comparison),
            Err(constant) => format!("{}{constant}", age.comparison),
        },
        Value::Text(text) => text.value.clone(),
    }
}

/// The values of a slot in backticks; `None` when it is left out.
pub(super) fn quoted(used: Option<&SlotUse>) -> Option<String> {
    let values: Vec<String> = used?.values.iter().map(word).collect();
    Some(list(&values))
}

/// Words in backticks, with commas.
pub(super) fn list<T: AsRef<str>>(words: &[T]) -> String {
    let quoted: Vec<String> = words
        .iter()
        .map(|word| format!("`{}`", word.as_ref()))
        .collect();
    quoted.join(", ")
}

/// What only the lines that declare a name say: parents, members and slots, each once.
pub(super) fn declared(noun: &Noun) -> Vec<String> {
    let mut words: Vec<String> = names(noun.is.iter())
        .into_iter()
        .map(|name| format!("is={name}"))
        .chain(
            names(noun.of.iter())
                .into_iter()
                .map(|name| format!("of={name}")),
        )
        .chain(noun.terms.iter().map(|term| format!("is={}", term.value)))
        .chain(
            noun.declarations
                .iter()
                .map(|line| slots(&line.slots).join(" ")),
        )
        .filter(|words| !words.is_empty())
        .collect();
    words.sort();
    words
}

/// A statement's text on one line, without the comments at the ends of its lines and the findings that it asks not to
/// hear of, which are the author's business.
pub(super) fn on_one_line(text: &str) -> String {
    let line = joined(text);
    let Some((head, block)) = line.split_once(" { ") else {
        return line;
    };
    let Some(block) = block.strip_suffix(" }").filter(|_| line.contains("allow ")) else {
        return line;
    };
    if block.contains('{') {
        return line;
    }
    let kept: Vec<&str> = unquoted_pieces(block)
        .into_iter()
        .map(str::trim)
        .filter(|piece| !piece.starts_with("allow "))
        .collect();
    if kept.is_empty() {
        head.to_owned()
    } else {
        format!("{head} {{ {} }}", kept.join("; "))
    }
}

/// The pieces between semicolons outside of quotes.
fn unquoted_pieces(text: &str) -> Vec<&str> {
    let mut quoted = false;
    let mut escaped = false;
    text.split(|letter: char| {
        let is_quote = letter == '"' && !escaped;
        escaped = quoted && letter == '\\' && !escaped;
        quoted ^= is_quote;
        letter == ';' && !quoted
    })
    .collect()
}

fn joined(text: &str) -> String {
    let mut line = String::new();
    for piece in text.lines().map(|piece| without_comment(piece).trim()) {
        let (piece, joined) = match piece.strip_suffix('\\') {
            Some(head) => (head.trim_end(), true),
            None => (piece, false),
        };
        if piece.is_empty() {
            continue;
        }
        if line.ends_with(';') && piece.starts_with('}') {
            line.pop();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(piece);
        let open = piece.ends_with('{') || piece.ends_with(';');
        if !joined && !open {
            line.push(';');
        }
    }
    line.trim_end_matches(';').to_owned()
}

/// Cuts off a comment that starts outside of quotes.
fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    let mut escaped = false;
    for (at, letter) in line.char_indices() {
        match letter {
            '"' if !escaped => quoted = !quoted,
            '/' if !quoted && line.get(at..).is_some_and(|rest| rest.starts_with("//")) => {
                return line.get(..at).unwrap_or(line);
            }
            _ => {}
        }
        escaped = quoted && letter == '\\' && !escaped;
    }
    line
}
