//! Names of people. Never guesses from a value whether a word is a name.

use super::{Proof, Recogniser, TEXT};

pub(super) const ALL: &[Recogniser] = &[
    Recogniser {
        noun: "first-name",
        label: "first names",
        names: &[
            "firstname",
            "givenname",
            "forename",
            "fname",
            "namefirst",
            "vorname",
            "prenom",
            "middlename",
        ],
        unless: &["file"],
        classes: TEXT,
        looks: Some(is_name),
        proof: Proof::Name,
    },
    Recogniser {
        noun: "last-name",
        label: "last names",
        names: &[
            "lastname",
            "surname",
            "familyname",
            "lname",
            "namelast",
            "nachname",
            "secondname",
            "maidenname",
        ],
        unless: &["file"],
        classes: TEXT,
        looks: Some(is_name),
        proof: Proof::Name,
    },
    Recogniser {
        noun: "full-name",
        label: "names of people",
        names: &[
            "fullname",
            "realname",
            "displayname",
            "personname",
            "authorname",
            "contactname",
            "customername",
            "recipientname",
            "payername",
            "sendername",
            "ownername",
            "membername",
            "patientname",
            "employeename",
            "unaccentedname",
            "legalname",
            "shipname",
            "billingname",
            "shippingname",
            "commentauthor",
            "guestname",
            "nickname",
            "invitename",
            "studentname",
            "doctorname",
        ],
        unless: &["file", "table"],
        classes: TEXT,
        looks: Some(is_name),
        proof: Proof::Name,
    },
];

/// Words of letters, few of them, without signs that names do not have.
fn is_name(value: &str) -> bool {
    let plain = value
        .chars()
        .all(|letter| letter.is_alphanumeric() || " .'’-,".contains(letter));
    plain
        && value.chars().any(char::is_alphabetic)
        && value.split_whitespace().count() <= 6
        && value.chars().count() <= 80
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_is_a_few_words_of_letters() {
        for right in ["Ada", "O'Neil", "Jean-Luc de la Tour", "李雷"] {
            assert!(super::is_name(right), "{right}");
        }
        for near in [
            "42",
            "ada@example.org",
            "x_1",
            "the words of a sentence go on and on",
        ] {
            assert!(!super::is_name(near), "{near}");
        }
    }
}
