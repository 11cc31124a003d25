//! Puts the words of a statement in their order and takes needless quotes off. Leaves alone what it does not understand:
//! a statement with a comment, a joined line or a slashdash between its words keeps them as they are.

use std::borrow::Cow;

use super::token::{Token, string};
use crate::vocabulary::{Slot, Takes};

/// A token whose word may have been written otherwise.
pub(super) enum Word<'text> {
    Same(Token<'text>),
    Bare(String),
}

impl<'text> Word<'text> {
    pub(super) fn token(&self) -> Token<'_> {
        match self {
            Self::Same(token) => *token,
            Self::Bare(text) => Token::Word(text),
        }
    }
}

/// The statements whose arguments are texts or ids, which keep their quotes, and the block of them.
const TEXTS: &[&str] = &["say", "allow", "reading", "controller", "labels"];

/// The tokens with each statement's words in order: arguments, then properties; quotes only where they are needed.
pub(super) fn tidy<'text>(tokens: &[Token<'text>]) -> Vec<Word<'text>> {
    let mut tidied = Vec::new();
    let mut blocks: Vec<&str> = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let Token::Word(first) = token else {
            if *token == Token::Close {
                blocks.pop();
            }
            if *token == Token::Open {
                blocks.push("");
            }
            tidied.push(Word::Same(*token));
            at += 1;
            continue;
        };
        let rest = tokens.get(at..).unwrap_or_default();
        let is_end = |token: &Token<'_>| {
            matches!(
                token,
                Token::Open
                    | Token::Close
                    | Token::Semicolon
                    | Token::NewLine
                    | Token::LineComment(_)
            )
        };
        let end = joined_end(rest, is_end);
        let words = rest.get(..end).unwrap_or_default();
        let name = first.rsplit(')').next().unwrap_or(first);
        let in_texts = blocks.iter().any(|block| TEXTS.contains(block)) || TEXTS.contains(&name);
        statement(words, name, in_texts, &mut tidied);
        at += end;
        if tokens.get(at) == Some(&Token::Open) {
            blocks.push(name);
            tidied.push(Word::Same(Token::Open));
            at += 1;
        }
    }
    tidied
}

/// Where the words of a statement end; a line end after `\\` is not the end.
fn joined_end(tokens: &[Token<'_>], is_end: impl Fn(&Token<'_>) -> bool) -> usize {
    let mut joined = false;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Join => joined = true,
            Token::NewLine if joined => joined = false,
            Token::LineComment(_) if joined => {}
            other if is_end(other) => return at,
            _ => {}
        }
    }
    tokens.len()
}

fn statement<'text>(
    words: &[Token<'text>],
    name: &str,
    in_texts: bool,
    tidied: &mut Vec<Word<'text>>,
) {
    let plain: Option<Vec<&'text str>> = words
        .iter()
        .map(|token| match token {
            Token::Word(text) if is_plain(text) => Some(*text),
            _ => None,
        })
        .collect();
    let Some(plain) = plain.filter(|_| !name.is_empty()) else {
        tidied.extend(words.iter().copied().map(Word::Same));
        return;
    };
    let mut written = plain.into_iter();
    tidied.extend(written.next().map(|first| Word::Same(Token::Word(first))));
    let (arguments, properties): (Vec<&str>, Vec<&str>) =
        written.partition(|word| equals(word).is_none());
    for word in arguments.into_iter().chain(properties) {
        tidied.push(match bare(word, name, in_texts) {
            Cow::Borrowed(word) => Word::Same(Token::Word(word)),
            Cow::Owned(word) => Word::Bare(word),
        });
    }
}

/// A whole argument or property in one word: no lone annotation, no `=` with a blank beside it, no slashdash.
fn is_plain(word: &str) -> bool {
    !word.starts_with("/-")
        && !word.starts_with('=')
        && !word.ends_with('=')
        && !word.ends_with(')')
}

/// Where the `=` of a property stands, outside of strings.
fn equals(word: &str) -> Option<usize> {
    let bytes = word.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'=' => return Some(at),
            b'"' => at += string(word.get(at..)?, 0).max(1),
            // What stands in a raw string or after an annotation is a value.
            b'#' | b'(' => return None,
            _ => at += 1,
        }
    }
    None
}

/// The word without quotes around a name that needs none. Texts for people keep theirs.
fn bare<'text>(word: &'text str, statement: &str, in_texts: bool) -> Cow<'text, str> {
    let keeps_quotes = |slot: &str, head: &str| {
        let takes_text =
            Slot::of(slot).is_some_and(|slot| slot != Slot::Is && slot.takes() == Takes::Text);
        takes_text || (in_texts && head.is_empty())
    };
    let (head, value) = match equals(word) {
        Some(at) => word.split_at(at + 1),
        None => ("", word),
    };
    let slot = if head.is_empty() {
        statement
    } else {
        head.trim_end_matches('=')
    };
    let inside = value
        .strip_prefix('"')
        .and_then(|value| value.strip_suffix('"'));
    match inside {
        Some(inside) if is_name(inside) && !keeps_quotes(slot, head) => {
            Cow::Owned(format!("{head}{inside}"))
        }
        _ => Cow::Borrowed(word),
    }
}

/// Whether a text is a name as policies write them bare: letters first, then letters, digits and `- _ . :`. KDL allows
/// more without quotes, but words such as `-1`, `true` or `inf` would be read as something else.
pub fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic())
        && letters
            .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | ':'))
        && !matches!(text, "true" | "false" | "null" | "inf" | "nan")
}
