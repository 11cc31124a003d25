//! Postal addresses and their parts. Never looks one up.

use super::{Proof, Recogniser, TEXT, TEXT_OR_NUMBER};
use crate::schema::TypeClass;

/// Text, or one of a list of words.
const TEXT_OR_LIST: &[TypeClass] = &[
    TypeClass::Text,
    TypeClass::Binary,
    TypeClass::Other,
    TypeClass::Enum,
];

pub(super) const ALL: &[Recogniser] = &[
    Recogniser {
        noun: "street",
        label: "streets and houses",
        names: &[
            "address",
            "addressline",
            "addr",
            "street",
            "streetaddress",
            "streetname",
            "housenumber",
            "billingaddress",
            "shippingaddress",
            "homeaddress",
            "postaladdress",
            "line",
            "mailingaddress",
            "shipaddress",
        ],
        unless: &[
            "ip",
            "mac",
            "email",
            "mail",
            "web",
            "correspond",
            "comment",
            "wallet",
            "remote",
        ],
        classes: TEXT,
        looks: None,
        proof: Proof::Name,
    },
    Recogniser {
        noun: "postcode",
        label: "postcodes",
        names: &["postcode", "postalcode", "zip", "zipcode", "plz"],
        unless: &["file", "required", "format"],
        classes: TEXT_OR_NUMBER,
        looks: Some(is_postcode),
        proof: Proof::Name,
    },
    Recogniser {
        noun: "city",
        label: "cities",
        names: &[
            "city",
            "town",
            "cityname",
            "locality",
            "placeofresidence",
            "birthplace",
        ],
        unless: &["code"],
        classes: TEXT_OR_LIST,
        looks: None,
        proof: Proof::Name,
    },
    Recogniser {
        noun: "state",
        label: "states and provinces",
        names: &[
            "province",
            "region",
            "county",
            "district",
            "billingstate",
            "shippingstate",
            "stateprovince",
            "prefecture",
        ],
        unless: &["code"],
        classes: TEXT_OR_LIST,
        looks: None,
        proof: Proof::Name,
    },
    Recogniser {
        noun: "country",
        label: "countries",
        names: &[
            "country",
            "countrycode",
            "countryname",
            "iso",
            "nation",
            "countryiso",
        ],
        unless: &["call", "prefix"],
        classes: TEXT_OR_LIST,
        looks: Some(|value| {
            value
                .chars()
                .all(|letter| letter.is_alphabetic() || " ().'’-&,".contains(letter))
        }),
        proof: Proof::Name,
    },
];

/// Letters and digits of 3 to 10, at least one of them a digit.
fn is_postcode(value: &str) -> bool {
    (3..=10).contains(&value.chars().count())
        && value.chars().any(|letter| letter.is_ascii_digit())
        && value
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == ' ' || letter == '-')
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_postcode_is_short_and_has_a_digit() {
        for right in ["1011 AB", "90210", "SW1A 1AA", "12345-6789"] {
            assert!(super::is_postcode(right), "{right}");
        }
        for near in ["Berlin", "12", "123456789012", "a.1"] {
            assert!(!super::is_postcode(near), "{near}");
        }
    }
}
