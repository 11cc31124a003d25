//! Phone numbers inside of text, however people set them. Never takes the end of a longer number for one.

use abide_map::plan::phone_digits;

/// How many digits of a number are looked for, so that it is found with and without the code of its country.
const COMPARED: usize = 9;

/// Where the numbers of a country have fewer, as in Norway and Hong Kong.
const EIGHT: usize = 8;

/// A number of fewer digits would be found everywhere.
const SHORTEST: usize = 7;

/// The digits of a code of a country, at most (ITU-T E.164).
const COUNTRY: usize = 3;

/// A phone number that is looked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Number {
    /// What may stand directly before the digits that are looked for.
    head: String,
    tail: String,
    /// Whether the head begins with the code of a country.
    is_international: bool,
}

/// Digits with nothing between them but what people set between those of a number.
#[derive(Default)]
pub(super) struct Run {
    /// The digits.
    pub(super) digits: String,
    /// The places in `digits` at which a group of digits begins.
    starts: Vec<usize>,
}

impl Number {
    /// What is looked for of a number: its last digits.
    pub(super) fn of(value: &str) -> Vec<Self> {
        let phone = phone_digits(value);
        if phone.len() < SHORTEST {
            return Vec::new();
        }
        let trimmed = value.trim_start();
        let is_international = trimmed.starts_with('+') || trimmed.starts_with("00");
        let ending_in = |length: usize| {
            let (head, tail) = phone.split_at(phone.len().saturating_sub(length));
            Self {
                head: head.trim_start_matches('0').to_owned(),
                tail: tail.to_owned(),
                is_international,
            }
        };
        let mut numbers = vec![ending_in(COMPARED)];
        let inland = phone.len() - country_code(&phone).min(phone.len());
        if is_international && inland == EIGHT && !is_day(&phone[phone.len() - EIGHT..]) {
            numbers.push(ending_in(EIGHT));
        }
        numbers
    }

    /// The digits that are looked for.
    pub(super) fn tail(&self) -> &str {
        &self.tail
    }

    /// Whether what stands there is not a part of a longer number: a group of digits ends with it, and what stands before it
    /// in its own group is of this number.
    pub(super) fn is_whole(&self, run: &Run, start: usize, end: usize) -> bool {
        let ends = end == run.digits.len() || run.starts.binary_search(&end).is_ok();
        let group = match run.starts.binary_search(&start) {
            Ok(_) => return ends,
            Err(after) => run
                .starts
                .get(after.saturating_sub(1))
                .copied()
                .unwrap_or_default(),
        };
        let before = run.digits.get(group..start).unwrap_or_default();
        let before = before.trim_start_matches('0');
        let is_own = self.head.ends_with(before);
        let is_abroad = !self.is_international
            && before.ends_with(&self.head)
            && before.len() <= self.head.len() + COUNTRY;
        ends && (is_own || is_abroad)
    }
}

/// How many digits the code of the country has with which a number begins (ITU-T E.164, list of 2023).
fn country_code(phone: &str) -> usize {
    const OF_TWO: &str = "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98";
    match phone.as_bytes().first() {
        Some(b'1' | b'7') => 1,
        _ if phone
            .get(..2)
            .is_some_and(|code| OF_TWO.split(' ').any(|it| it == code)) =>
        {
            2
        }
        _ => COUNTRY,
    }
}

/// Whether eight digits read as a day of these centuries, which stands everywhere.
fn is_day(digits: &str) -> bool {
    let within = |part: std::ops::Range<usize>, range: std::ops::RangeInclusive<u32>| {
        let number = digits.get(part).and_then(|part| part.parse().ok());
        number.is_some_and(|number| range.contains(&number))
    };
    within(0..2, 19..=20) && within(4..6, 1..=12) && within(6..8, 1..=31)
}

/// The runs of digits in a text.
pub(super) fn runs(text: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut run = Run::default();
    let mut follows = false;
    for sign in text.chars() {
        if let Some(digit) = digit(sign) {
            if !follows {
                run.starts.push(run.digits.len());
            }
            run.digits.push(digit);
            follows = true;
            continue;
        }
        follows = false;
        if !is_between(sign) && !run.digits.is_empty() {
            runs.push(std::mem::take(&mut run));
        }
    }
    runs.push(run);
    runs.retain(|run| run.digits.len() >= SHORTEST);
    runs
}

/// The digit that a sign stands for, in ASCII.
pub(super) fn digit(sign: char) -> Option<char> {
    match sign {
        '0'..='9' => Some(sign),
        '\u{ff10}'..='\u{ff19}' => char::from_digit(u32::from(sign) - 0xff10, 10),
        _ => None,
    }
}

fn is_between(sign: char) -> bool {
    matches!(
        sign,
        ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}' | '\u{2009}' | '\u{202f}' | '\u{2010}'
            ..='\u{2015}' | '\u{ff08}' | '\u{ff09}' | '\u{ff0d}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(number: &str, text: &str) -> bool {
        let numbers = Number::of(number);
        let mut found = false;
        for (run, number) in runs(text)
            .iter()
            .flat_map(|run| numbers.iter().map(move |it| (run, it)))
        {
            let at = run.digits.match_indices(number.tail());
            found |= at
                .into_iter()
                .any(|(at, tail)| number.is_whole(run, at, at + tail.len()));
        }
        found
    }

    #[test]
    fn a_number_is_found_with_and_without_the_code_of_its_country() {
        for (number, text) in [
            ("020 7946 0018", "+442079460018"),
            ("020 7946 0018", "0044 20 7946 0018"),
            ("+1 212 555 0100", "(212) 555-0100"),
            ("+1 212 555 0100", "call 212.555.0100 10:30"),
            ("+47 22 33 44 55", "22 33 44 55"),
            ("+852 2233 4455", "2233-4455"),
            ("+49 30 123456", "030/123456"),
            (
                "+81 3 1234 5678",
                "（０３）１２３４－５６７８ or 03 1234 5678",
            ),
        ] {
            assert!(finds(number, text), "{number} in {text}");
        }
    }

    #[test]
    fn a_part_of_a_longer_number_and_a_day_are_none() {
        for (number, text) in [
            ("+1 212 555 0100", "92125550100"),
            ("+1 212 555 0100", "2125550100 77"),
            ("+45 20 26 11 22", "2026-11-22 10:00"),
            ("020 7946 0018", "9999442079460018"),
        ] {
            let is_apart = text.ends_with(" 77");
            assert_eq!(finds(number, text), is_apart, "{number} in {text}");
        }
    }
}
