//! When two identifiers are the same one, though they are written otherwise: one rule for finding people, for telling them
//! from others, and for holds. Knows no SQL.

use super::{Identities, KnownAs};
use crate::map::{Case, Identity};
use crate::ownership::Node;
use crate::schema::{Dialect, TypeClass};

/// What is folded away before an identifier in a column is held against those of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fold {
    /// The case of letters: mail addresses.
    Case,
    /// All but digits, and the zero in parentheses that is not dialled from abroad: phone numbers.
    Digits,
    /// Nothing; also not what the database itself takes for the same, such as letters with and without accents.
    Exact,
}

impl Fold {
    /// How the identifiers in a column of text are held against those of people; nothing where the column's own equality
    /// does.
    pub(crate) fn of(dialect: Dialect, node: &Node, identity: &Identity) -> Option<Self> {
        let column = std::slice::from_ref(&identity.column.value);
        let class = node.table.column(&identity.column.value)?.class;
        if class != TypeClass::Text {
            return None;
        }
        match identity.kind.value.as_str() {
            "email" if identity.case == Case::Any => Some(Self::Case),
            "phone" => Some(Self::Digits),
            // Where rows must differ, the database itself takes those for one that it finds equal.
            kind if kind != "email" && node.table.is_unique(column) => None,
            _ => (dialect == Dialect::Mariadb).then_some(Self::Exact),
        }
    }
}

impl KnownAs {
    /// Whether both are the same identifier: mail addresses in any case, phone numbers by their digits.
    pub fn is_same(&self, other: &Self) -> bool {
        self.kind == other.kind && self.folded() == other.folded()
    }

    fn folded(&self) -> String {
        match self.kind.as_str() {
            "email" => self.value.trim().to_lowercase(),
            "phone" => phone_digits(&self.value),
            _ => self.value.clone(),
        }
    }
}

impl Identities {
    /// Whether the identifier is among them, however it is written.
    pub fn has(&self, known: &KnownAs) -> bool {
        self.0.iter().any(|it| it.is_same(known))
    }
}

/// The digits of a phone number as it is dialled from abroad, without the zeros that stand for `+`.
pub fn phone_digits(phone: &str) -> String {
    let phone = phone.replace("(0)", "");
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    digits
        .strip_prefix("00")
        .map(str::to_owned)
        .unwrap_or(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(kind: &str, value: &str) -> KnownAs {
        KnownAs {
            kind: kind.to_owned(),
            value: value.to_owned(),
        }
    }

    #[test]
    fn a_number_is_the_same_however_it_is_set() {
        let number = known("phone", "+442079460018");
        for same in [
            "+44 20 7946 0018",
            "0044-20-7946.0018",
            "+44 (0)20 7946 0018",
        ] {
            assert!(number.is_same(&known("phone", same)), "{same}");
        }
        for other in ["+44 20 7946 0019", "020 7946 0018", "+1 442 079 460 018"] {
            assert!(!number.is_same(&known("phone", other)), "{other}");
        }
        assert!(!number.is_same(&known("account-id", "+442079460018")));
    }

    #[test]
    fn only_addresses_have_no_case() {
        let address = known("email", "Ann@Example.org");
        assert!(address.is_same(&known("email", "ann@example.ORG")));
        assert!(!known("account-id", "aB3x").is_same(&known("account-id", "Ab3X")));
    }
}
