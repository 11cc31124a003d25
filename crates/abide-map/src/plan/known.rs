//! By what else a source knows people: the identifiers that stand in their rows. Nobody verified them, so they protect rows
//! of others and are looked for in a scan, and never find anybody.

use super::{KnownAs, Subjects};
use crate::ownership::Ownership;

/// Identifiers that stand in the found rows of the subject tables, by the map's `identity` lines; each once.
pub(super) fn known_in(ownership: &Ownership, subjects: &Subjects) -> Vec<KnownAs> {
    let mut known = Vec::new();
    let nodes = ownership.tables.iter().filter(|node| node.is_subject());
    for node in nodes {
        for identity in node.mapped.iter().flat_map(|mapped| &mapped.identities) {
            let column = std::slice::from_ref(&identity.column.value);
            for key in subjects.keys(&node.table.name, column) {
                let value = key.first().and_then(|value| value.0.clone());
                let value = value.map(|value| node.as_brought(&identity.column.value, value));
                // An empty text is nobody's.
                let value = value.filter(|value| !value.trim().is_empty());
                known.extend(value.map(|value| KnownAs {
                    kind: identity.kind.value.clone(),
                    value,
                }));
            }
        }
    }
    known.sort_by(|a, b| (&a.kind, &a.value).cmp(&(&b.kind, &b.value)));
    known.dedup();
    known
}
