//! Telephone and fax numbers. Never checks a numbering plan.

use super::{Proof, Recogniser, TEXT_OR_NUMBER};

pub(super) const ALL: &[Recogniser] = &[
    Recogniser {
        noun: "mobile-phone",
        label: "mobile phone numbers",
        names: &[
            "mobile",
            "mobilephone",
            "phonemobile",
            "mobilenumber",
            "cellphone",
            "cell",
            "cellnumber",
        ],
        unless: &["app", "os"],
        classes: TEXT_OR_NUMBER,
        looks: Some(is_phone),
        proof: Proof::Name,
    },
    Recogniser {
        noun: "phone",
        label: "phone numbers",
        names: &[
            "phone",
            "phones",
            "phonenumber",
            "telephone",
            "telephonenumber",
            "tel",
            "homephone",
            "workphone",
            "pager",
            "pagerphone",
            "msisdn",
            "whatsapp",
        ],
        unless: &["model", "os"],
        classes: TEXT_OR_NUMBER,
        looks: Some(is_phone),
        proof: Proof::Name,
    },
    Recogniser {
        noun: "fax",
        label: "fax numbers",
        names: &["fax", "faxnumber", "faxno", "telefax"],
        unless: &[],
        classes: TEXT_OR_NUMBER,
        looks: Some(is_phone),
        proof: Proof::Name,
    },
];

/// `+` and 7 to 15 digits (E.164), or a national number: digits with spaces, dots, dashes, brackets or slashes.
fn is_phone(value: &str) -> bool {
    let digits = value.chars().filter(char::is_ascii_digit).count();
    let main = value.split(['x', '#', ';']).next().unwrap_or_default();
    let shaped = main.chars().enumerate().all(|(at, letter)| {
        letter.is_ascii_digit() || " ().-/".contains(letter) || (letter == '+' && at < 2)
    });
    let date = value.len() == 10 && value.matches('-').count() == 2 && value.get(4..5) == Some("-");
    shaped && (6..=17).contains(&digits) && !date
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_number_has_digits_and_signs_between_them() {
        for right in [
            "+31 20 123 4567",
            "+49301234567",
            "(555) 010-1234",
            "020/1234567",
            "555.010.1234 x12",
        ] {
            assert!(super::is_phone(right), "{right}");
        }
        for near in [
            "2024-01-31",
            "12345",
            "call me",
            "+1",
            "10:30:00",
            "a@b.org",
            "123456789012345678901",
        ] {
            assert!(!super::is_phone(near), "{near}");
        }
    }
}
