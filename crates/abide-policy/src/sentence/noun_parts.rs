//! Which parents and members each line of a noun gives it. Says nothing itself.

use crate::model::NounUse;
use crate::nouns::Noun;
use crate::source::Span;

/// The parents and members that stand on the `line`-th declaration: those written behind its name and before the name of
/// the noun's next declaration in the file.
pub(super) fn of_declaration(noun: &Noun, line: usize) -> (Vec<NounUse>, Vec<NounUse>) {
    let Some(declared) = noun.declarations.get(line) else {
        return (Vec::new(), Vec::new());
    };
    let from = declared.span;
    let later = noun
        .declarations
        .iter()
        .map(|other| other.span)
        .filter(|other| other.file == from.file && other.start > from.start);
    let end = later.map(|other| other.start).min().unwrap_or(u32::MAX);
    let here = |span: Span| span.file == from.file && span.start > from.start && span.start < end;
    let on_line = |names: &[NounUse]| {
        names
            .iter()
            .filter(|name| here(name.span))
            .cloned()
            .collect()
    };
    (on_line(&noun.is), on_line(&noun.of))
}
