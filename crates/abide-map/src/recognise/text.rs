//! What people write freely, which may say anything of anyone. Never reads it for meaning.

use super::{Proof, Recogniser};
use crate::schema::TypeClass;
use crate::words;

pub(super) const ALL: &[Recogniser] = &[
    Recogniser {
        noun: "content",
        label: "free text",
        names: &[
            "comment",
            "comments",
            "note",
            "notes",
            "message",
            "messages",
            "body",
            "content",
            "contents",
            "text",
            "description",
            "about",
            "bio",
            "biography",
            "memo",
            "reason",
            "subject",
            "summary",
            "abstract",
            "question",
            "answer",
            "feedback",
            "review",
            "remark",
            "remarks",
            "signature",
            "keywords",
            "headers",
            "freeform",
            "details",
            "excerpt",
            "caption",
            "story",
            "transcript",
            "reply",
            "complaint",
            "collaborators",
            "messagetext",
            "emailbody",
            "giftmessage",
            "giftnote",
            "adminnote",
            "collaboratorsoverflow",
            "engraving",
        ],
        unless: &["type", "encoding", "format", "status", "mime"],
        classes: &[TypeClass::Text, TypeClass::Binary, TypeClass::Other],
        looks: None,
        proof: Proof::Name,
    },
    Recogniser {
        noun: "content",
        label: "free text",
        names: &[],
        unless: &[],
        classes: &[TypeClass::Text, TypeClass::Binary, TypeClass::Other],
        looks: Some(is_sentence),
        proof: Proof::Value,
    },
];

/// Tables by what people write in them, and the noun for it.
const BY_TABLE: &[(&str, &str)] = &[
    ("message", "messages"),
    ("chat", "messages"),
    ("mail", "messages"),
    ("comment", "comment"),
    ("post", "post"),
    ("review", "feedback"),
    ("rating", "feedback"),
    ("feedback", "feedback"),
    ("ticket", "support-history"),
    ("complaint", "complaint-text"),
    ("survey", "survey-answers"),
];

/// The closer noun for free text in a table of this name.
pub(super) fn refine(noun: &'static str, table: &[String]) -> &'static str {
    if noun != "content" {
        return noun;
    }
    let stems = words::stems(table);
    let closer = BY_TABLE
        .iter()
        .find(|(word, _)| stems.iter().any(|stem| *stem == words::stem(word)));
    closer.map_or(noun, |(_, closer)| closer)
}

/// Eight words or more, most of them of letters.
fn is_sentence(value: &str) -> bool {
    let words: Vec<&str> = value.split_whitespace().collect();
    let lettered = words
        .iter()
        .filter(|word| word.chars().any(char::is_alphabetic))
        .count();
    words.len() >= 8 && lettered * 4 >= words.len() * 3
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_sentence_has_words() {
        assert!(super::is_sentence(
            "The parcel came late and the box was open."
        ));
        assert!(!super::is_sentence("too short") && !super::is_sentence("1 2 3 4 5 6 7 8 9"));
    }
}
