//! Payment cards. Never keeps a number, not even in part.

use super::{Proof, Recogniser, TEXT, TEXT_OR_NUMBER};
use crate::schema::TypeClass;

pub(super) const ALL: &[Recogniser] = &[
    Recogniser {
        noun: "card-number",
        label: "card numbers",
        names: &[
            "cardnumber",
            "cardno",
            "ccnumber",
            "ccnum",
            "creditcard",
            "creditcardnumber",
            "pan",
            "cardpan",
            "debitcard",
        ],
        unless: &["last", "last4", "type", "expires", "token"],
        classes: TEXT_OR_NUMBER,
        looks: Some(is_card),
        proof: Proof::Value,
    },
    Recogniser {
        noun: "card",
        label: "the last digits of card numbers",
        names: &[
            "cardlast",
            "cclast",
            "lastfour",
            "cardlastfour",
            "cardlastdigits",
            "lastdigits",
            "panlast",
        ],
        unless: &[],
        classes: TEXT_OR_NUMBER,
        looks: Some(|value| {
            value.len() == 4 && value.chars().all(|letter| letter.is_ascii_digit())
        }),
        proof: Proof::Name,
    },
    Recogniser {
        noun: "card-expiry",
        label: "expiry dates of cards",
        names: &[
            "cardexpiration",
            "cardexpiry",
            "cardexpires",
            "ccexpiry",
            "ccexp",
            "cardexp",
            "expmonth",
            "expyear",
            "ccexpmonth",
            "ccexpyear",
            "cardexpmonth",
            "cardexpyear",
        ],
        unless: &[],
        classes: &[
            TypeClass::Text,
            TypeClass::Binary,
            TypeClass::Other,
            TypeClass::Integer,
            TypeClass::Date,
            TypeClass::Timestamp,
        ],
        looks: None,
        proof: Proof::Name,
    },
    Recogniser {
        noun: "cvc",
        label: "card security codes",
        names: &[
            "cvc",
            "cvv",
            "cvv2",
            "cvccode",
            "cvvcode",
            "securitycode",
            "cardcode",
            "cardsecuritycode",
            "csc",
        ],
        unless: &[],
        classes: TEXT_OR_NUMBER,
        looks: Some(|value| {
            (3..=4).contains(&value.len()) && value.chars().all(|letter| letter.is_ascii_digit())
        }),
        proof: Proof::Name,
    },
    Recogniser {
        noun: "cardholder-name",
        label: "names on cards",
        names: &[
            "cardholder",
            "cardholdername",
            "cardname",
            "nameoncard",
            "ccname",
            "ccowner",
            "cardowner",
        ],
        unless: &["id"],
        classes: TEXT,
        looks: None,
        proof: Proof::Name,
    },
];

/// A number that a card can have: 13 to 19 digits, a first digit that some issuer has, and the check digit of ISO/IEC 7812.
fn is_card(value: &str) -> bool {
    let shaped = value
        .chars()
        .all(|letter| letter.is_ascii_digit() || letter == ' ' || letter == '-');
    let digits: Vec<u32> = value
        .chars()
        .filter_map(|letter| letter.to_digit(10))
        .collect();
    let first = digits.first().copied().unwrap_or_default();
    let second = digits.get(1).copied().unwrap_or_default();
    let issued = match first {
        4 | 6 => true,
        5 => (0..=8).contains(&second),
        3 => [0, 4, 5, 6, 7, 8].contains(&second),
        2 => (2..=7).contains(&second),
        _ => false,
    };
    shaped && issued && (13..=19).contains(&digits.len()) && has_check_digit(&digits)
}

/// The check digit of ISO/IEC 7812-1, annex B ("Luhn").
fn has_check_digit(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| match (at % 2, digit * 2) {
            (0, _) => *digit,
            (_, double) if double > 9 => double - 9,
            (_, double) => double,
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_card_has_an_issuer_and_a_check_digit() {
        for right in [
            "4242424242424242",
            "5555 5555 5555 4444",
            "378282246310005",
            "6011-1111-1111-1117",
        ] {
            assert!(super::is_card(right), "{right}");
        }
        for near in [
            "4242424242424241",
            "1234567812345670",
            "42424242",
            "9999999999999995",
            "4242 4242 4242 4242 x",
        ] {
            assert!(!super::is_card(near), "{near}");
        }
    }
}
