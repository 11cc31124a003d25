//! The identifiers that a scan looks for, of many people at once, in the spellings in which they are usually kept. Never
//! finds a part of something longer: `ann@example.org` is not in `joann@example.org`.
//!
//! All spellings are one automaton (Aho and Corasick, "Efficient string matching", CACM 18:6, 1975), so the time does not
//! grow with the number of people.

use std::collections::BTreeSet;

use abide_map::plan::{Identities, KnownAs};
use abide_map::schema::TypeClass;
use aho_corasick::AhoCorasick;
use sha2::{Digest as _, Sha256};

use crate::error::RightsError;

/// An identifier of fewer characters would be found everywhere.
const SHORTEST: usize = 6;

/// The same for one that is made of digits only.
const SHORTEST_DIGITS: usize = 9;

/// How many digits of a phone number are compared, so that it is found with and without the code of its country.
const PHONE_DIGITS: usize = 9;

/// What a scan looks for.
pub struct Needles {
    texts: Option<AhoCorasick>,
    /// Whose each pattern of `texts` is.
    text_owners: Vec<usize>,
    digits: Option<AhoCorasick>,
    digit_owners: Vec<usize>,
    /// Of each person, in order.
    pub sought: Vec<Sought>,
}

/// What of one person is looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sought {
    /// Kinds of identifiers that are.
    pub kinds: Vec<String>,
    /// Kinds of identifiers that are too short to be looked for.
    pub too_short: Vec<String>,
}

/// Hides the patterns.
impl std::fmt::Debug for Needles {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Needles({} people)", self.sought.len())
    }
}

impl Needles {
    /// What to look for of these people; a finding names a person by the place in this list.
    pub fn of(people: &[Identities]) -> Result<Self, RightsError> {
        let (mut texts, mut digits) = (BTreeSet::new(), BTreeSet::new());
        let mut sought = Vec::new();
        for (person, identities) in people.iter().enumerate() {
            let mut kinds = Sought::default();
            for known in &identities.0 {
                let before = texts.len() + digits.len();
                add(known, person, &mut texts, &mut digits);
                let list = match texts.len() + digits.len() > before {
                    true => &mut kinds.kinds,
                    false => &mut kinds.too_short,
                };
                if !list.contains(&known.kind) {
                    list.push(known.kind.clone());
                }
            }
            sought.push(kinds);
        }
        let (texts, text_owners) = automaton(texts)?;
        let (digits, digit_owners) = automaton(digits)?;
        Ok(Self {
            texts,
            text_owners,
            digits,
            digit_owners,
            sought,
        })
    }

    /// The people whose identifiers stand in a value.
    pub(super) fn found_in(&self, text: &str, class: TypeClass) -> BTreeSet<usize> {
        let mut people = BTreeSet::new();
        if class == TypeClass::Binary {
            let bytes = from_hex(text);
            self.search_text(&String::from_utf8_lossy(&bytes), &mut people);
            return people;
        }
        self.search_text(text, &mut people);
        if text.contains("\\u") {
            self.search_text(&unescaped(text), &mut people);
        }
        people
    }

    fn search_text(&self, text: &str, people: &mut BTreeSet<usize>) {
        if let Some(texts) = &self.texts {
            for found in texts.find_overlapping_iter(text) {
                if is_whole(text, found.start(), found.end()) {
                    people.extend(self.text_owners.get(found.pattern().as_usize()));
                }
            }
        }
        if let Some(digits) = &self.digits
            && let Some(numbers) = numbers_of(text)
        {
            for found in digits.find_overlapping_iter(&numbers) {
                let ends = !numbers[found.end()..].starts_with(|c: char| c.is_ascii_digit());
                if ends {
                    people.extend(self.digit_owners.get(found.pattern().as_usize()));
                }
            }
        }
    }
}

type Patterns = BTreeSet<(String, usize)>;

fn add(known: &KnownAs, person: usize, texts: &mut Patterns, digits: &mut Patterns) {
    let value = known.value.trim();
    if known.kind == "phone" {
        let number: String = value.chars().filter(char::is_ascii_digit).collect();
        if number.len() >= 7 {
            let start = number.len().saturating_sub(PHONE_DIGITS);
            digits.insert((number[start..].to_owned(), person));
        }
        return;
    }
    let only_digits = value.chars().all(|c| c.is_ascii_digit());
    if value.len() < SHORTEST || (only_digits && value.len() < SHORTEST_DIGITS) {
        return;
    }
    texts.insert((value.to_owned(), person));
    if known.kind == "email" {
        let lower = value.to_lowercase();
        let hash: String = Sha256::digest(&lower)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        texts.insert((hash, person));
        texts.insert((lower.replace('@', "%40"), person));
    }
}

fn automaton(patterns: Patterns) -> Result<(Option<AhoCorasick>, Vec<usize>), RightsError> {
    if patterns.is_empty() {
        return Ok((None, Vec::new()));
    }
    let built = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(patterns.iter().map(|(pattern, _)| pattern));
    let built = built.map_err(|_| {
        RightsError::Asked("these are too many people for one scan; scan in parts".to_owned())
    })?;
    Ok((
        Some(built),
        patterns.into_iter().map(|(_, person)| person).collect(),
    ))
}

/// Whether what stands there is not a part of a longer address or word.
fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let part = |c: char| c.is_alphanumeric() || "._%+-".contains(c);
    let before = text.get(..start).and_then(|text| text.chars().next_back());
    let mut after = text.get(end..).unwrap_or_default().chars();
    let goes_on = match after.next() {
        Some('.' | '-') => after.next().is_some_and(char::is_alphanumeric),
        Some(c) => c.is_alphanumeric() || c == '_',
        None => false,
    };
    // `%3A` and the like end an address in front of it, as in a link.
    let escaped = start >= 3 && text.as_bytes().get(start - 3) == Some(&b'%');
    !goes_on && (escaped || !before.is_some_and(part))
}

/// The digits of a text, without what people put between those of a number; nothing if there are too few.
fn numbers_of(text: &str) -> Option<String> {
    if text.bytes().filter(u8::is_ascii_digit).take(7).count() < 7 {
        return None;
    }
    let kept = text.chars().filter_map(|c| match c {
        c if c.is_ascii_digit() => Some(c),
        ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}' => None,
        _ => Some('\n'),
    });
    Some(kept.collect())
}

/// Text with its `\u0040` written out.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\\u") {
        out.push_str(&rest[..at]);
        let code = rest.get(at + 2..at + 6);
        let read = code.and_then(|code| u32::from_str_radix(code, 16).ok());
        match read.and_then(char::from_u32) {
            Some(c) => {
                out.push(c);
                rest = &rest[at + 6..];
            }
            None => {
                out.push_str("\\u");
                rest = &rest[at + 2..];
            }
        }
    }
    out + rest
}

fn from_hex(text: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or_default();
    let pairs = text.as_bytes().chunks_exact(2);
    pairs
        .filter_map(|pair| u8::try_from(digit(pair[0]) * 16 + digit(pair[1])).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(kind: &str, value: &str) -> KnownAs {
        KnownAs {
            kind: kind.into(),
            value: value.into(),
        }
    }

    fn finds(needles: &Needles, text: &str) -> Vec<usize> {
        needles
            .found_in(text, TypeClass::Text)
            .into_iter()
            .collect()
    }

    #[test]
    fn an_address_is_found_whole_and_in_other_spellings() {
        let people = [
            Identities(vec![known("email", "Ann@example.org")]),
            Identities(vec![known("email", "bo@example.org")]),
        ];
        let needles = Needles::of(&people).unwrap();
        for text in [
            "ann@example.org",
            "write to ANN@EXAMPLE.ORG.",
            "{\"to\":\"ann@example.org\"}",
            "{\"to\":\"ann\\u0040example.org\"}",
            "https://x.test/?m=ann%40example.org&a=1",
            "https://x.test/?m=%3Cann%40example.org",
        ] {
            assert_eq!(finds(&needles, text), [0], "{text}");
        }
        for text in [
            "joann@example.org",
            "ann@example.org.uk",
            "ann@example.orga",
            "",
        ] {
            assert!(finds(&needles, text).is_empty(), "{text}");
        }
        assert_eq!(finds(&needles, "bo@example.org,ann@example.org"), [0, 1]);
        let hex: String = b"ann@example.org"
            .iter()
            .map(|b| format!("{b:02X}"))
            .collect();
        assert_eq!(needles.found_in(&hex, TypeClass::Binary).len(), 1);
        let hash: String = Sha256::digest("ann@example.org")
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        assert_eq!(finds(&needles, &hash), [0]);
    }

    #[test]
    fn a_phone_number_is_found_however_it_is_written_and_a_short_key_is_not_sought() {
        let people = [Identities(vec![
            known("phone", "+44 20 7946 0018"),
            known("account-id", "7"),
        ])];
        let needles = Needles::of(&people).unwrap();
        assert_eq!(finds(&needles, "call (020) 7946-0018 today"), [0]);
        assert_eq!(finds(&needles, "+442079460018"), [0]);
        assert!(finds(&needles, "4420794600180").is_empty());
        assert!(finds(&needles, "7").is_empty());
        assert_eq!(needles.sought[0].too_short, ["account-id"]);
    }
}
