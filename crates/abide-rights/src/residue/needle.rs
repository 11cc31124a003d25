//! The identifiers that a scan looks for, of many people at once, in the spellings in which they are usually kept. Never
//! finds a part of something longer: `ann@example.org` is not in `joann@example.org`.
//!
//! All spellings are one automaton (Aho and Corasick, "Efficient string matching", CACM 18:6, 1975), so the time does not
//! grow with the number of people.

use std::borrow::Cow;
use std::collections::BTreeSet;

use abide_map::plan::{Identities, KnownAs};
use abide_map::schema::TypeClass;
use aho_corasick::AhoCorasick;
use sha2::{Digest as _, Sha256};

use super::number::{Number, digit, runs};
use super::unescaped::readings_of;
use crate::error::RightsError;

/// An identifier of fewer characters would be found everywhere.
const SHORTEST: usize = 6;

/// The same for one that is made of digits only.
const SHORTEST_DIGITS: usize = 9;

/// What a scan looks for.
pub struct Needles {
    texts: Option<AhoCorasick>,
    /// Whose each pattern of `texts` is.
    text_owners: Vec<usize>,
    digits: Option<AhoCorasick>,
    /// Of each pattern of `digits`, the number whose end it is, and whose number.
    numbers: Vec<(Number, usize)>,
    /// What of columns that hold no text has to be read.
    kinds: BTreeSet<Kind>,
    /// Of each person, in order.
    pub sought: Vec<Sought>,
}

/// What identifiers can look like in columns that hold no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Digits,
    Uuid,
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
        let mut looks = BTreeSet::new();
        let mut sought = Vec::new();
        for (person, identities) in people.iter().enumerate() {
            let mut kinds = Sought::default();
            for known in &identities.0 {
                let before = texts.len() + digits.len();
                add(known, person, &mut texts, &mut digits, &mut looks);
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
        let digits: Vec<(Number, usize)> = digits.into_iter().collect();
        Ok(Self {
            texts: automaton(texts.iter().map(|(text, _)| text.as_str()))?,
            text_owners: texts.into_iter().map(|(_, person)| person).collect(),
            digits: automaton(digits.iter().map(|(number, _)| number.tail()))?,
            numbers: digits,
            kinds: looks,
            sought,
        })
    }

    /// Whether one of the identifiers could stand in a column that holds such values.
    pub(super) fn can_stand_in(&self, class: TypeClass) -> bool {
        match class {
            TypeClass::Integer | TypeClass::Decimal => self.kinds.contains(&Kind::Digits),
            TypeClass::Uuid => self.kinds.contains(&Kind::Uuid),
            _ => false,
        }
    }

    /// The people whose identifiers stand in a value.
    pub(super) fn found_in(&self, text: &str, class: TypeClass) -> BTreeSet<usize> {
        let mut people = BTreeSet::new();
        if class == TypeClass::Binary {
            if self.kinds.contains(&Kind::Uuid) {
                self.search_text(text, &mut people);
            }
            let bytes = from_hex(text);
            self.search(&String::from_utf8_lossy(&bytes), &mut people);
            return people;
        }
        self.search(text, &mut people);
        people
    }

    /// Searches a text as it stands, and as what wrote it meant it.
    fn search(&self, text: &str, people: &mut BTreeSet<usize>) {
        for reading in readings_of(text) {
            self.search_text(&reading, people);
            self.search_digits(&reading, people);
        }
    }

    fn search_text(&self, text: &str, people: &mut BTreeSet<usize>) {
        let Some(texts) = &self.texts else { return };
        // The automaton folds the case of ASCII only.
        let text = match text.is_ascii() {
            true => Cow::Borrowed(text),
            false => Cow::Owned(text.to_lowercase()),
        };
        for found in texts.find_overlapping_iter(text.as_ref()) {
            if is_whole(&text, found.start(), found.end()) {
                people.extend(self.text_owners.get(found.pattern().as_usize()));
            }
        }
    }

    fn search_digits(&self, text: &str, people: &mut BTreeSet<usize>) {
        let Some(digits) = &self.digits else { return };
        if text.chars().filter_map(digit).take(7).count() < 7 {
            return;
        }
        for run in runs(text) {
            for found in digits.find_overlapping_iter(&run.digits) {
                let number = self.numbers.get(found.pattern().as_usize());
                if let Some((number, person)) = number
                    && number.is_whole(&run, found.start(), found.end())
                {
                    people.insert(*person);
                }
            }
        }
    }
}

type Patterns<T> = BTreeSet<(T, usize)>;

fn add(
    known: &KnownAs,
    person: usize,
    texts: &mut Patterns<String>,
    digits: &mut Patterns<Number>,
    kinds: &mut BTreeSet<Kind>,
) {
    let value = known.value.trim();
    if known.kind == "phone" {
        let numbers = Number::of(value);
        if !numbers.is_empty() {
            kinds.insert(Kind::Digits);
        }
        digits.extend(numbers.into_iter().map(|number| (number, person)));
        return;
    }
    let only_digits = value.chars().all(|c| c.is_ascii_digit());
    if value.len() < SHORTEST || (only_digits && value.len() < SHORTEST_DIGITS) {
        return;
    }
    if only_digits {
        kinds.insert(Kind::Digits);
    }
    let lower = value.to_lowercase();
    if let Some(compact) = compact_uuid(&lower) {
        kinds.insert(Kind::Uuid);
        let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| &compact[part]);
        texts.insert((parts.join("-"), person));
        texts.insert((compact, person));
    }
    if known.kind == "email" {
        let hash: String = Sha256::digest(&lower)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        texts.insert((hash, person));
        texts.insert((lower.replace('@', "%40"), person));
    }
    texts.insert((lower, person));
}

/// The 32 letters of a UUID, in whichever of its spellings; nothing if it is none.
fn compact_uuid(lower: &str) -> Option<String> {
    let inside = lower
        .strip_prefix('{')
        .and_then(|text| text.strip_suffix('}'));
    let compact = inside.unwrap_or(lower).replace('-', "");
    let is_hex = compact.len() == 32 && compact.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then_some(compact)
}

fn automaton<'a>(
    patterns: impl ExactSizeIterator<Item = &'a str>,
) -> Result<Option<AhoCorasick>, RightsError> {
    if patterns.len() == 0 {
        return Ok(None);
    }
    let built = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(patterns);
    built.map(Some).map_err(|_| {
        RightsError::Asked("these are too many people for one scan; scan in parts".to_owned())
    })
}

/// Whether what stands there is not a part of a longer address or word. A sign that addresses may have inside leads on only if
/// something stands behind it too: `-ann@example.org` in a list is Ann's address, `jo-ann@example.org` is not.
fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let before = text.get(..start).unwrap_or_default();
    let after = text.get(end..).unwrap_or_default();
    // `%3A` and the like end an address in front of it, as in a link.
    let mut last = before.bytes().rev();
    let escaped = last.next().is_some_and(|byte| byte.is_ascii_hexdigit())
        && last.next().is_some_and(|byte| byte.is_ascii_hexdigit())
        && last.next() == Some(b'%');
    let leads_in = leads_on(before.chars().rev(), "._%+-");
    (escaped || !leads_in) && !leads_on(after.chars(), "._-")
}

fn leads_on(signs: impl Iterator<Item = char>, inside: &str) -> bool {
    let mut signs = signs.peekable();
    let mut dots = 0;
    while let Some(sign) = signs.next_if(|sign| inside.contains(*sign)) {
        dots = if sign == '.' { dots + 1 } else { 0 };
        if dots > 1 {
            // No address has two dots in a row.
            return false;
        }
    }
    signs
        .next()
        .is_some_and(|c| c.is_alphanumeric() && !is_unspaced(c))
}

/// Whether a letter is of a writing that puts no spaces between words, where an address ends at the next letter.
fn is_unspaced(c: char) -> bool {
    let thai_to_tibetan = '\u{e00}'..='\u{fff}';
    let khmer = '\u{1780}'..='\u{17ff}';
    thai_to_tibetan.contains(&c) || khmer.contains(&c) || ('\u{2e80}'..='\u{fe4f}').contains(&c)
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
            "{\"body\": \"Hi,\\nann@example.org\\nyours\"}",
            "{\"raw\": \"{\\\"body\\\": \\\"Hi,\\\\nann@example.org\\\"}\"}",
            "{\"link\": \"mailto:\\/\\/ann@example.org\"}",
            "-ann@example.org",
            "- ann@example.org\n-ann@example.org_",
            "_ann@example.org_",
            "LIKE '%ann@example.org%'",
            "wrote...ann@example.org... and",
            "联系ann@example.org谢谢",
        ] {
            assert_eq!(finds(&needles, text), [0], "{text}");
        }
        for text in [
            "joann@example.org",
            "jo-ann@example.org",
            "jo.ann@example.org",
            "jo_ann@example.org",
            "jo+-ann@example.org",
            "ann@example.org.uk",
            "ann@example.org-works.test",
            "{\"to\": \"jo\\u0061nn@example.org\"}",
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
        for text in [
            "call (020) 7946-0018 today",
            "+442079460018",
            "00442079460018",
            "+44 (0)20 7946 0018",
            "call +44 20 7946 0018 10:30",
            "at 10 02079460018",
            "442079460018.00",
            "{\"phone\":442079460018,\"n\":5}",
        ] {
            assert_eq!(finds(&needles, text), [0], "{text}");
        }
        for text in [
            "4420794600180",
            "7",
            "order 998877442079460018",
            "12079460018",
        ] {
            assert!(finds(&needles, text).is_empty(), "{text}");
        }
        assert_eq!(needles.sought[0].too_short, ["account-id"]);
        assert!(needles.can_stand_in(TypeClass::Integer));
        assert!(!needles.can_stand_in(TypeClass::Uuid));
    }

    #[test]
    fn a_uuid_is_found_in_each_of_its_spellings() {
        let id = "9F1C0C2E-55aa-4b1f-8a10-0123456789ab";
        let needles = Needles::of(&[Identities(vec![known("account-id", id)])]).unwrap();
        let compact = id.replace('-', "");
        for text in [id, &id.to_lowercase(), &compact, &format!("{{{id}}}")] {
            assert_eq!(finds(&needles, text), [0], "{text}");
        }
        assert_eq!(needles.found_in(&compact, TypeClass::Binary).len(), 1);
        assert!(finds(&needles, &format!("{compact}0")).is_empty());
        assert!(needles.can_stand_in(TypeClass::Uuid));
        assert!(!needles.can_stand_in(TypeClass::Integer));
    }

    #[test]
    fn letters_beyond_ascii_have_no_case_either() {
        let people = [Identities(vec![known("email", "Müller@Example.org")])];
        let needles = Needles::of(&people).unwrap();
        assert_eq!(finds(&needles, "An: MÜLLER@EXAMPLE.ORG."), [0]);
        assert!(finds(&needles, "muller@example.org").is_empty());
    }
}
