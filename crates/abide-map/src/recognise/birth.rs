//! What someone was born as: day, gender, nationality. Never works out an age.

use super::{Proof, Recogniser, TEXT_OR_NUMBER};
use crate::schema::TypeClass;

pub(super) const ALL: &[Recogniser] = &[
    Recogniser {
        noun: "birth-date",
        label: "dates of birth",
        names: &[
            "birthdate",
            "birthday",
            "dateofbirth",
            "dob",
            "bdate",
            "born",
            "bornon",
            "birth",
            "birthyear",
            "yearofbirth",
        ],
        unless: &["place"],
        classes: &[
            TypeClass::Date,
            TypeClass::Timestamp,
            TypeClass::Text,
            TypeClass::Integer,
        ],
        looks: Some(is_day),
        proof: Proof::Name,
    },
    Recogniser {
        noun: "age",
        label: "ages",
        names: &["age", "userage", "customerage"],
        unless: &["max", "min", "cache"],
        classes: &[TypeClass::Integer],
        looks: Some(|value| value.parse::<u8>().is_ok_and(|age| age < 125)),
        proof: Proof::Name,
    },
    Recogniser {
        noun: "gender",
        label: "genders",
        names: &["gender", "sex", "idgender", "genderid"],
        unless: &[],
        classes: &[
            TypeClass::Text,
            TypeClass::Binary,
            TypeClass::Other,
            TypeClass::Integer,
            TypeClass::Enum,
        ],
        looks: None,
        proof: Proof::Name,
    },
    Recogniser {
        noun: "nationality",
        label: "nationalities",
        names: &["nationality", "citizenship"],
        unless: &[],
        classes: TEXT_OR_NUMBER,
        looks: None,
        proof: Proof::Name,
    },
    Recogniser {
        noun: "marital-status",
        label: "marital statuses",
        names: &["maritalstatus", "civilstatus"],
        unless: &[],
        classes: TEXT_OR_NUMBER,
        looks: None,
        proof: Proof::Name,
    },
    Recogniser {
        noun: "health",
        label: "facts about health",
        names: &[
            "diagnosis",
            "diagnoses",
            "bloodtype",
            "allergies",
            "medication",
            "medications",
            "symptoms",
            "disability",
            "medicalhistory",
            "treatment",
        ],
        unless: &[],
        classes: TEXT_OR_NUMBER,
        looks: None,
        proof: Proof::Name,
    },
    Recogniser {
        noun: "religion",
        label: "religions",
        names: &["religion", "denomination"],
        unless: &[],
        classes: TEXT_OR_NUMBER,
        looks: None,
        proof: Proof::Name,
    },
];

/// A day, with or without a time, or a year.
fn is_day(value: &str) -> bool {
    let year = |text: &str| {
        text.len() == 4
            && text
                .parse::<u16>()
                .is_ok_and(|year| (1880..=2100).contains(&year) || year == 0)
    };
    let day = value.split([' ', 'T']).next().unwrap_or_default();
    let parts: Vec<&str> = day.split(['-', '/', '.']).collect();
    match parts.as_slice() {
        [one] => year(one),
        [one, two, three] => {
            (year(one) || year(three)) && two.parse::<u8>().is_ok_and(|month| month <= 31)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_day_has_a_year_in_living_memory() {
        for right in ["1984-03-01", "01.03.1984", "1984-03-01 00:00:00", "1984"] {
            assert!(super::is_day(right), "{right}");
        }
        for near in ["1984-03", "12:30", "3000", "84"] {
            assert!(!super::is_day(near), "{near}");
        }
    }
}
