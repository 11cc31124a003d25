//! By what else a source knows people: the identifiers that stand in their rows. Nobody verified them, so they protect rows
//! of others and are looked for in a scan, and never find anybody.

use super::subject::KeyLeft;
use super::{KnownAs, Subjects};
use crate::map::{Erase, Standing};
use crate::ownership::{Node, Ownership};
use crate::schema::TableName;

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

/// The keys of those rows of the subject tables that an erasure leaves where they are: in the rows themselves, and in rows
/// that lead to them by an edge of a table that is somebody's. A key that is an address or a name is none of these.
pub(super) fn keys_left(ownership: &Ownership, subjects: &Subjects) -> Vec<KeyLeft> {
    let mut left = Vec::new();
    for node in ownership.tables.iter().filter(|node| stays(node)) {
        let own = &node.table.name;
        let mut stand = |of: &str, table: &TableName, column: &str| {
            for value in values(node, subjects, of) {
                let (table, column) = (table.clone(), column.to_owned());
                left.push(KeyLeft {
                    table,
                    column,
                    value,
                });
            }
        };
        for column in &node.key {
            stand(column, own, column);
        }
        for (table, columns, targets) in leading_to(ownership, node) {
            for (column, target) in columns.iter().zip(targets) {
                stand(target, own, target);
                stand(target, table, column);
            }
        }
    }
    left
}

/// Whether an erasure leaves rows of a subject table.
fn stays(node: &Node) -> bool {
    let erase = node.mapped.as_ref().map(|mapped| &mapped.erase);
    node.is_subject() && !matches!(erase, None | Some(Erase::Delete))
}

/// The edges of tables that are somebody's to a table: the table they stand in, their columns, and the columns they lead to.
fn leading_to<'a>(
    ownership: &'a Ownership,
    node: &'a Node,
) -> impl Iterator<Item = (&'a TableName, Vec<&'a str>, Vec<&'a str>)> {
    let tables = ownership.map.tables.iter();
    let of_people = tables.filter(|table| !matches!(table.standing, Standing::Ordinary(_)));
    let edges = of_people.flat_map(|table| table.edges.iter().map(move |edge| (table, edge)));
    let edges = edges.filter(|(_, edge)| edge.target.value == node.table.name);
    edges.map(|(table, edge)| {
        let given = edge.target_columns.iter().map(|name| name.value.as_str());
        let targets: Vec<&str> = match edge.target_columns.is_empty() {
            true => node.table.primary_key.iter().map(String::as_str).collect(),
            false => given.collect(),
        };
        let columns = edge.columns.iter().map(|name| name.value.as_str());
        (&table.name.value, columns.collect(), targets)
    })
}

/// What stands in a key column of the found rows, where it names nobody: the account by the word of the map, else a number
/// or a UUID that is neither an address nor a phone number.
fn values(node: &Node, subjects: &Subjects, column: &str) -> Vec<String> {
    let identities = node.mapped.iter().flat_map(|mapped| &mapped.identities);
    let here = identities.filter(|identity| identity.column.value == column);
    let kinds: Vec<&str> = here.map(|identity| identity.kind.value.as_str()).collect();
    let is_account = kinds.iter().all(|kind| *kind == "account-id");
    let is_address = kinds.iter().any(|kind| ["email", "phone"].contains(kind));
    let keys = subjects.keys(&node.table.name, std::slice::from_ref(&column.to_owned()));
    let values = keys.into_iter().flatten().filter_map(|value| value.0);
    values
        .filter(|value| is_account || !is_address && is_opaque(value))
        .collect()
}

/// Whether a key is a number or a UUID.
fn is_opaque(key: &str) -> bool {
    let plain = key.replace('-', "");
    let is_hex = plain.bytes().all(|byte| byte.is_ascii_hexdigit());
    key.bytes().all(|byte| byte.is_ascii_digit()) || (plain.len() == 32 && is_hex)
}
