//! A statement that KDL cannot read.

use super::Check;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0101",
    name: "syntax-error",
    severity: Severity::Error,
    manual: r#"
A policy is a KDL 2 document. A line that KDL cannot read is left out; every other line is still read, so that one
slip costs one line. The usual slips: a value that starts with a digit or contains a blank, `/` or `=` must stand
in quotes, a block must be closed, and a string must end on its line.

```kdl wrong
policy shop {
    keep invoice within=7 years
    data invoice /
}
```

```kdl right
policy shop {
    must keep invoice when=purchase within="7 years"
}
```
"#,
    run: None,
};

/// The finding for what the KDL parser says of one piece of text, `snippet`.
pub fn at(span: Span, said: &kdl::KdlDiagnostic, snippet: &str) -> Diagnostic {
    let found = said.message.as_deref().unwrap_or("this cannot be read");
    let mut chars = found.trim_end_matches('.').chars();
    let found: String = chars
        .next()
        .map(|first| first.to_lowercase().chain(chars).collect())
        .unwrap_or_default();
    let help = if snippet.trim_start().starts_with("# ") {
        "a comment starts with `//`"
    } else if snippet.contains('\'') && !snippet.contains('"') {
        "strings stand in double quotes"
    } else if snippet.contains("=true") || snippet.contains("=false") {
        "write `#true` or `#false`"
    } else if is_slot_in_block(snippet) {
        "in a block a slot is a word, without `=`: `{ unless told; with paypal }`"
    } else if snippet.contains("=>") || snippet.contains("='") {
        "put the value in double quotes, as in `age=\">=13\"`"
    } else if found.contains("property value") || found.contains("identifier string") {
        "put a value that starts with a digit or contains a blank, `/` or `=` in double quotes"
    } else if found.contains("quoted string") {
        "end the string with a double quote on the same line"
    } else {
        "a statement is `word word… slot=value { slot value… }`, one to a line"
    };
    CHECK
        .at(span, format!("this line cannot be read: {found}"))
        .here("here")
        .help(help)
}

/// Whether the piece looks like `{ unless=told }`.
fn is_slot_in_block(snippet: &str) -> bool {
    snippet.split('{').skip(1).any(|block| {
        let word = block.trim_start();
        let end = word
            .find(|c: char| !c.is_alphabetic() && c != '-')
            .unwrap_or(word.len());
        end > 0 && word[end..].starts_with('=')
    })
}

/// The finding for a block that is never closed.
pub fn unclosed(span: Span) -> Diagnostic {
    CHECK
        .at(span, "this block is never closed")
        .here("opened here")
        .help("add a `}` after its last line")
}

/// The finding for a block without a word in front.
pub fn headless(span: Span) -> Diagnostic {
    CHECK
        .at(span, "this block belongs to no statement")
        .here("opened here")
        .help("write the statement and its `{` on one line")
}

/// The finding for what follows a block on its line.
pub fn after_block(span: Span) -> Diagnostic {
    CHECK
        .at(span, "nothing may follow a block on its line")
        .here("after the block")
        .help("put it before the `{`, or on a line of its own")
}

/// The finding for a statement beyond what the parser is given at once.
pub fn too_long(span: Span) -> Diagnostic {
    CHECK
        .at(
            span,
            "this statement is too long, or a string in it is never closed",
        )
        .here("more than 4096 bytes")
        .help("close its strings, and write it as several lines")
}
