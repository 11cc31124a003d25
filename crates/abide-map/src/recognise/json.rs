//! Values that are JSON: what lies inside. Never reports a key or a value, only what sort of thing it is.

use serde_json::Value;

use super::{Recognised, nouns_of};
use crate::schema::{Column, TypeClass};

/// How deep it looks.
const DEEPEST: usize = 6;

/// What JSON values hold, if the column's values are JSON objects or lists and something in them is recognised.
pub(super) fn look_inside(column: &Column, values: &[String]) -> Option<Recognised> {
    if !matches!(
        column.class,
        TypeClass::Json | TypeClass::Text | TypeClass::Other
    ) {
        return None;
    }
    let filled: Vec<&str> = values
        .iter()
        .map(|value| value.trim())
        .filter(|value| !value.is_empty())
        .collect();
    let parsed: Vec<Value> = filled
        .iter()
        .filter(|value| value.starts_with(['{', '[']))
        .filter_map(|value| serde_json::from_str(value).ok())
        .collect();
    if parsed.is_empty() || parsed.len() * 2 < filled.len() {
        return None;
    }
    let mut nouns = Vec::new();
    for value in &parsed {
        collect("", value, DEEPEST, &mut nouns);
    }
    nouns.sort_unstable();
    nouns.dedup();
    (!nouns.is_empty()).then(|| Recognised {
        value: 0.8,
        reason: format!("values of `{}` are JSON with such data inside", column.name),
        nouns,
    })
}

fn collect(name: &str, value: &Value, depth: usize, nouns: &mut Vec<&'static str>) {
    let Some(deeper) = depth.checked_sub(1) else {
        return;
    };
    match value {
        Value::Object(members) => members
            .iter()
            .for_each(|(name, value)| collect(name, value, deeper, nouns)),
        Value::Array(items) => items
            .iter()
            .for_each(|value| collect(name, value, deeper, nouns)),
        Value::String(text) if !text.is_empty() => nouns.extend(nouns_of(name, text)),
        _ => {}
    }
}
