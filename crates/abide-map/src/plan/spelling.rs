//! How an identifier that somebody brought may stand in a column: one that holds text, numbers, bytes or UUIDs. Never asks a
//! database for what a column of its type cannot hold.

use super::render::spelled;
use super::same::phone_digits;
use super::{KnownAs, Row};
use crate::map::Identity;
use crate::ownership::Node;
use crate::schema::TypeClass;
use crate::statement::Value;

/// Values under which people stand in a column of identifiers, folded as the column is; mail addresses also in lower case.
pub(super) fn spellings(node: &Node, identity: &Identity, known: &[KnownAs]) -> Vec<Row> {
    let kind = &identity.kind.value;
    let column = node.table.column(&identity.column.value);
    let class = class_of(node, identity);
    let mut rows: Vec<Row> = Vec::new();
    let known = known.iter().filter(|it| it.kind == *kind);
    for value in known.map(|known| &known.value) {
        if let Some(numbers) = numbers(kind, value, class) {
            rows.extend(numbers.into_iter().map(|number| vec![Value::text(number)]));
            continue;
        }
        if !may_hold(class, value) {
            continue;
        }
        let mut spellings = vec![value.clone()];
        if kind == "email" && matches!(class, Some(TypeClass::Text | TypeClass::Binary)) {
            // Some databases know the case of ASCII letters alone.
            spellings.extend([value.to_lowercase(), value.to_ascii_lowercase()]);
        }
        let spellings = spellings.iter().map(|it| spelled(it, column));
        // An id that is bytes is shown, and brought, as hex.
        let hex = unhyphened(value).filter(|_| class == Some(TypeClass::Binary));
        rows.extend(spellings.chain(hex).map(|it| vec![Value::text(it)]));
    }
    rows.sort();
    rows.dedup();
    rows
}

/// The hex digits of a value that is nothing else, hyphens aside; eight at least, so that a word is no number.
fn unhyphened(value: &str) -> Option<String> {
    let digits = value.replace('-', "").to_lowercase();
    let is_hex = digits.len() >= 8 && digits.len().is_multiple_of(2);
    (is_hex && digits.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(digits)
}

fn class_of(node: &Node, identity: &Identity) -> Option<TypeClass> {
    let column = node.table.column(&identity.column.value);
    column.map(|column| column.class)
}

/// The spellings of a phone number in a column of text or numbers; nothing of any other identifier or column.
fn numbers(kind: &str, value: &str, class: Option<TypeClass>) -> Option<Vec<String>> {
    let digits = Some(phone_digits(value)).filter(|_| kind == "phone")?;
    match class {
        Some(TypeClass::Text) if digits.is_empty() => Some(Vec::new()),
        Some(TypeClass::Text) => Some(vec![format!("00{digits}"), digits]),
        Some(TypeClass::Integer | TypeClass::Decimal) => {
            let number = digits.trim_start_matches('0');
            Some(
                number
                    .parse::<i64>()
                    .ok()
                    .map(|it| it.to_string())
                    .into_iter()
                    .collect(),
            )
        }
        _ => None,
    }
}

/// Whether a column of this class can hold the text at all; a database refuses to compare what it cannot read.
fn may_hold(class: Option<TypeClass>, value: &str) -> bool {
    match class {
        Some(TypeClass::Integer) => value.parse::<i64>().is_ok(),
        Some(TypeClass::Uuid) => {
            let digits = value.chars().filter(char::is_ascii_hexdigit).count();
            digits == 32
                && value
                    .chars()
                    .all(|char| char.is_ascii_hexdigit() || char == '-')
        }
        Some(
            TypeClass::Boolean
            | TypeClass::Date
            | TypeClass::Time
            | TypeClass::Timestamp
            | TypeClass::Json
            | TypeClass::Geometry
            | TypeClass::Array
            | TypeClass::Float,
        ) => false,
        Some(TypeClass::Decimal) => value.parse::<f64>().is_ok_and(f64::is_finite),
        _ => true,
    }
}
