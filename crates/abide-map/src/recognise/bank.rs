//! Bank accounts, tax and identity numbers. Never asks a bank.

use super::{Proof, Recogniser, TEXT, TEXT_OR_NUMBER};

pub(super) const ALL: &[Recogniser] = &[
    Recogniser {
        noun: "bank-account",
        label: "bank accounts",
        names: &[
            "iban",
            "bankaccount",
            "bankaccountnumber",
            "accountiban",
            "bic",
            "swift",
            "routingnumber",
            "sortcode",
            "bankdetails",
        ],
        unless: &[],
        classes: TEXT_OR_NUMBER,
        looks: Some(is_iban),
        proof: Proof::Value,
    },
    Recogniser {
        noun: "bank-account",
        label: "what is shaped like a bank account",
        names: &["iban"],
        unless: &[],
        classes: TEXT,
        looks: Some(is_shaped),
        proof: Proof::Name,
    },
    Recogniser {
        noun: "vat-id",
        label: "tax numbers of businesses",
        names: &[
            "vat",
            "vatnumber",
            "vatid",
            "vatno",
            "taxnumber",
            "taxid",
            "tin",
            "siret",
            "siren",
            "ein",
            "gstin",
            "abn",
        ],
        unless: &["rate", "amount"],
        classes: TEXT_OR_NUMBER,
        looks: None,
        proof: Proof::Name,
    },
    Recogniser {
        noun: "national-id-number",
        label: "national identity numbers",
        names: &[
            "ssn",
            "socialsecuritynumber",
            "nationalid",
            "nationalidnumber",
            "dni",
            "nif",
            "nino",
            "bsn",
            "pesel",
            "cpf",
            "personnummer",
            "personalnumber",
            "idcard",
            "idnumber",
            "citizenid",
            "aadhaar",
        ],
        unless: &[],
        classes: TEXT_OR_NUMBER,
        looks: None,
        proof: Proof::Name,
    },
    Recogniser {
        noun: "passport",
        label: "passport numbers",
        names: &["passport", "passportnumber", "passportno"],
        unless: &[],
        classes: TEXT,
        looks: None,
        proof: Proof::Name,
    },
    Recogniser {
        noun: "driving-licence",
        label: "driving licence numbers",
        names: &[
            "drivinglicence",
            "drivinglicense",
            "driverlicense",
            "driverslicense",
            "licensenumber",
            "licencenumber",
        ],
        unless: &["software", "product"],
        classes: TEXT,
        looks: None,
        proof: Proof::Name,
    },
    Recogniser {
        noun: "salary",
        label: "salaries",
        names: &["salary", "wage", "wages", "payrate"],
        unless: &[],
        classes: TEXT_OR_NUMBER,
        looks: None,
        proof: Proof::Name,
    },
];

/// An account number whose check digits are right: ISO 13616, modulo 97 of ISO 7064.
fn is_iban(value: &str) -> bool {
    let plain: String = value.chars().filter(|letter| *letter != ' ').collect();
    let shaped = is_shaped(&plain);
    let turned = plain.chars().skip(4).chain(plain.chars().take(4));
    let rest = turned
        .filter_map(|letter| letter.to_digit(36))
        .fold(0, |rest, digit| {
            if digit > 9 {
                (rest * 100 + digit) % 97
            } else {
                (rest * 10 + digit) % 97
            }
        });
    shaped && rest == 1
}

/// Two letters, two digits, and 11 to 30 letters and digits.
fn is_shaped(value: &str) -> bool {
    let plain: String = value.chars().filter(|letter| *letter != ' ').collect();
    let plain_letters = plain
        .chars()
        .all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit());
    let country = plain
        .chars()
        .take(2)
        .all(|letter| letter.is_ascii_uppercase());
    let digits = plain
        .chars()
        .skip(2)
        .take(2)
        .all(|letter| letter.is_ascii_digit());
    (15..=34).contains(&plain.len()) && plain_letters && country && digits
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_account_has_right_check_digits() {
        for right in [
            "GB82 WEST 1234 5698 7654 32",
            "DE89370400440532013000",
            "NL91ABNA0417164300",
        ] {
            assert!(super::is_iban(right), "{right}");
        }
        for near in [
            "DE88370400440532013000",
            "DE89",
            "de89370400440532013000",
            "1234567890123456",
        ] {
            assert!(!super::is_iban(near), "{near}");
        }
    }
}
