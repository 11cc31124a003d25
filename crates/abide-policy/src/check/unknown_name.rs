//! A name that is declared nowhere.

use super::Check;
use crate::diagnostic::{Diagnostic, Severity};
use crate::length::Length;
use crate::nouns::Nouns;
use crate::source::Span;
use crate::vocabulary::{Kind, Slot, Takes};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0203",
    name: "unknown-name",
    severity: Severity::Error,
    manual: r#"
Every name is declared, in the policy or in the vocabulary that ships with the program, so that a slip of the pen never
becomes a promise about something else.

```kdl wrong
policy shop {
    collect emial at=registration
}
```

```kdl right
policy shop {
    collect email at=registration
}
```
"#,
    run: None,
};

/// The finding for `name` where a name of one of `kinds` is wanted, with the advice for it.
pub fn at(span: Span, name: &str, kinds: &[Kind], advice: String) -> Diagnostic {
    let words = kinds.iter().map(|kind| kind.word()).collect::<Vec<_>>();
    let kinds = match words.as_slice() {
        [first, second, third, _, ..] => format!("{first}, {second}, {third} or the like"),
        words => words.join(" or "),
    };
    CHECK
        .at(span, format!("no {kinds} is called `{name}`"))
        .here("declared nowhere")
        .help(advice)
}

/// The advice to declare the name, which looks nothing up.
pub fn declare(kinds: &[Kind], name: &str) -> String {
    format!("declare it: `{}`", declaration(kinds, name))
}

/// What to do about an unknown name: what the author most likely meant, else how to declare it. `likely` is the known
/// name of one of `kinds` that it resembles.
pub fn advice(name: &str, kinds: &[Kind], nouns: &Nouns, likely: Option<&str>) -> String {
    let same_label = || {
        nouns.iter().map(|(_, noun)| noun).find(|noun| {
            let label = noun.labels.get("").map(|label| label.to_lowercase());
            kinds.contains(&noun.kind)
                && (label == Some(name.to_lowercase()) || noun.name.eq_ignore_ascii_case(name))
        })
    };
    let elsewhere = || {
        Kind::ALL
            .iter()
            .find(|kind| nouns.find(**kind, name).is_some())
    };
    if let Some(noun) = same_label() {
        return format!("did you mean `{}`?", noun.name);
    }
    if Length::parse(&format!("1 {name}")).is_some() {
        return format!("put the whole length in quotes, as in `within=\"1 {name}\"`");
    }
    if let Some((_, meant)) = SAME_MEANING.iter().find(|(word, meant)| {
        *word == name.to_lowercase() && kinds.iter().any(|kind| nouns.find(*kind, meant).is_some())
    }) {
        return format!("did you mean `{meant}`?");
    }
    if let Some(slot) = Slot::of(name).filter(|slot| Slot::SENTENCE.contains(slot)) {
        return format!(
            "`{0}` is a slot: write `{0}=…`, or `{{ {0} … }}`",
            slot.word()
        );
    }
    if let Some(kind) = elsewhere() {
        let slot = Slot::SENTENCE.iter().find(
            |slot| matches!(slot.takes(), Takes::Names(found) if found.first() == Some(kind)),
        );
        return match (kind, slot) {
            (Kind::Data, _) => format!("`{name}` names data, which stands after the action"),
            (kind, Some(slot)) => {
                format!(
                    "`{name}` names a {}, which stands in `{}=`",
                    kind.word(),
                    slot.word()
                )
            }
            (kind, None) => format!("`{name}` names a {}", kind.word()),
        };
    }
    match likely {
        Some(likely) if kinds != [Kind::Place] || likely.len() > 3 => {
            format!("did you mean `{likely}`?")
        }
        _ if kinds == [Kind::Place] => {
            "write the ISO 3166 code: `DE`, `US-CA`; `EU` for the Union".to_owned()
        }
        _ if name.contains('@') => {
            "declare it: `contact desk email=\"…\"`, and write its name here".to_owned()
        }
        _ if !is_name(name) => {
            "write a name of one word, with hyphens in place of blanks, and declare it".to_owned()
        }
        _ => declare(kinds, name),
    }
}

fn declaration(kinds: &[Kind], name: &str) -> String {
    match kinds.first() {
        Some(Kind::Right) => format!("right {name} label=\"what a person may ask\""),
        Some(kind) => format!("{} {name}", kind.word()),
        None => name.to_owned(),
    }
}

/// Whether the text can be a name: letters, digits, hyphens, dots and underscores.
pub fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

/// Words that people write for a name of the vocabulary.
const SAME_MEANING: &[(&str, &str)] = &[
    ("uk", "GB"),
    ("usa", "US"),
    ("california", "US-CA"),
    ("delete", "erase"),
    ("deletion", "erase"),
    ("erasure", "erase"),
    ("rectification", "correct"),
    ("rectify", "correct"),
    ("opt-out", "optout-sale"),
    ("mail", "email"),
    ("telephone", "phone"),
];
