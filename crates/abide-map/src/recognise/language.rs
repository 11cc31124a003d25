//! The language somebody reads. Never guesses it from text.

use super::{Proof, Recogniser};
use crate::schema::TypeClass;

pub(super) const ALL: &[Recogniser] = &[Recogniser {
    noun: "language",
    label: "languages",
    names: &[
        "language",
        "lang",
        "locale",
        "preferredlanguage",
        "acceptlanguage",
        "langcode",
        "languagecode",
    ],
    unless: &["original"],
    classes: &[
        TypeClass::Text,
        TypeClass::Binary,
        TypeClass::Other,
        TypeClass::Enum,
    ],
    looks: Some(is_language),
    proof: Proof::Name,
}];

/// A tag as BCP 47 shapes it (`en`, `pt-BR`), a list of them, or one word.
fn is_language(value: &str) -> bool {
    let first = value.split([',', ';']).next().unwrap_or_default().trim();
    let mut parts = first.split(['-', '_']);
    let head = parts.next().unwrap_or_default();
    let letters = |part: &str| part.chars().all(char::is_alphabetic);
    (2..=12).contains(&head.chars().count()) && letters(head) && parts.all(|part| part.len() <= 8)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_language_is_a_short_tag() {
        assert!(
            super::is_language("en")
                && super::is_language("pt-BR")
                && super::is_language("en-US,en;q=0.9")
        );
        assert!(
            !super::is_language("x")
                && !super::is_language("12")
                && !super::is_language("two words")
        );
    }
}
