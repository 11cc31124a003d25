//! Rows in which a person may still be named, because they are kept for a reason. Excuses a row by its key and never a
//! whole table, so that what was left beside it is found.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use abide_map::plan::KeyLeft;
use abide_map::schema::TableName;

use crate::memory::{KeptRows, RowKey, hash_of};

/// Why the key of a row that stays may stand there.
const KEY_LEFT: &str = "the key of a row that stays, overwritten: it says nothing of whose it was";

/// The rows of one source in which people may be named.
#[derive(Default)]
pub struct Excuses {
    kept: BTreeMap<(usize, TableName), Vec<Excused>>,
    /// By person, table and column: keys of rows that stay, as [`plain`] writes them.
    keys: BTreeMap<(usize, TableName, String), BTreeSet<String>>,
}

/// Rows of one table that may name one person, for one reason.
struct Excused {
    because: String,
    /// The columns of the keys; none where the table has none.
    columns: Vec<String>,
    /// A hash of each key: there may be very many of them, of very many people.
    hashes: HashSet<u64>,
    /// How many rows, where they have no keys.
    rows: u64,
}

/// A key without what engines and types write differently: the case and the hyphens of a UUID.
fn plain(key: &str) -> String {
    key.to_lowercase().replace('-', "")
}

/// Hides the keys.
impl std::fmt::Debug for Excuses {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Excuses({} tables)", self.kept.len())
    }
}

impl Excuses {
    /// Adds the keys of a person's rows that stay, overwritten: where one stands that the map wants there, it leads to nobody
    /// who could be told.
    pub(crate) fn add_keys(&mut self, person: usize, keys: &[KeyLeft]) {
        for key in keys {
            let place = (person, key.table.clone(), key.column.clone());
            self.keys
                .entry(place)
                .or_default()
                .insert(plain(&key.value));
        }
    }

    /// Adds rows that are kept of a person, who is meant by the place among those that are sought.
    pub(crate) fn add(&mut self, person: usize, kept: &KeptRows) {
        self.put(person, kept, format!("rows kept: {}", kept.because));
    }

    /// Adds rows that name a person and are somebody else's, with the reason in full.
    pub(crate) fn add_others(&mut self, person: usize, rows: &KeptRows) {
        self.put(person, rows, rows.because.clone());
    }

    fn put(&mut self, person: usize, rows: &KeptRows, because: String) {
        let keys = rows.keys.iter().map(hash_of);
        let place = (person, rows.table.clone());
        self.kept.entry(place).or_default().push(Excused {
            because,
            columns: rows.columns.clone(),
            hashes: keys.chain(rows.hashes.iter().copied()).collect(),
            rows: rows.rows,
        });
    }

    /// Why the row of this key may name the person.
    pub(super) fn of(
        &self,
        person: usize,
        table: &TableName,
        columns: &[String],
        key: &RowKey,
    ) -> Option<String> {
        if columns.is_empty() || self.kept.is_empty() {
            return None;
        }
        let excused = self.kept.get(&(person, table.clone()))?;
        let hash = hash_of(key);
        let mut holding = excused.iter();
        let found = holding.find(|it| it.columns == columns && it.hashes.contains(&hash));
        found.map(|it| it.because.clone())
    }

    /// Why a value may stand in a column: it is all of it the key of a row that stays.
    pub(super) fn of_key(
        &self,
        person: usize,
        (table, column): (&TableName, &str),
        value: &str,
    ) -> Option<String> {
        if self.keys.is_empty() {
            return None;
        }
        let place = (person, table.clone(), column.to_owned());
        let keys = self.keys.get(&place)?;
        keys.contains(&plain(value)).then(|| KEY_LEFT.to_owned())
    }

    /// Why rows of a table without a key may name the person: nobody can tell them apart, so as many of them as are kept.
    pub(super) fn of_unkeyed(&self, person: usize, table: &TableName, rows: u64) -> Option<String> {
        let excused = self.kept.get(&(person, table.clone()))?;
        let mut holding = excused.iter();
        let found = holding.find(|it| it.columns.is_empty() && rows <= it.rows);
        found.map(|it| it.because.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn kept(columns: &[&str], keys: &[&str], rows: u64) -> KeptRows {
        KeptRows {
            table: TableName::new("invoices"),
            because: "tax-law".into(),
            columns: columns.iter().map(|name| (*name).to_owned()).collect(),
            keys: keys
                .iter()
                .map(|key| vec![Some((*key).to_owned())])
                .collect(),
            hashes: BTreeSet::new(),
            rows,
        }
    }

    #[test]
    fn a_row_is_excused_by_its_key_and_its_person() {
        let (table, id) = (TableName::new("invoices"), ["id".to_owned()]);
        let key = |key: &str| vec![Some(key.to_owned())];
        let mut excuses = Excuses::default();
        excuses.add(3, &kept(&["id"], &["7"], 1));
        let because = excuses.of(3, &table, &id, &key("7"));
        assert_eq!(because.as_deref(), Some("rows kept: tax-law"));
        assert_eq!(excuses.of(3, &table, &id, &key("8")), None);
        assert_eq!(excuses.of(2, &table, &id, &key("7")), None);
        assert_eq!(
            excuses.of(3, &TableName::new("orders"), &id, &key("7")),
            None
        );
        assert_eq!(excuses.of_unkeyed(3, &table, 1), None);
    }

    #[test]
    fn of_very_many_rows_a_hash_of_the_key_excuses() {
        let (table, id) = (TableName::new("invoices"), ["id".to_owned()]);
        let key = |key: &str| vec![Some(key.to_owned())];
        let mut many = kept(&["id"], &[], 200_000);
        many.hashes = BTreeSet::from([hash_of(&key("7")), hash_of(&key("8"))]);
        let mut excuses = Excuses::default();
        excuses.add(0, &many);
        assert!(excuses.of(0, &table, &id, &key("7")).is_some());
        assert!(excuses.of(0, &table, &id, &key("9")).is_none());
        assert!(excuses.of_unkeyed(0, &table, 1).is_none());
        assert_ne!(
            hash_of(&vec![Some("ab".into()), None]),
            hash_of(&vec![Some("a".into()), Some("b".into())])
        );
        assert_ne!(hash_of(&vec![None]), hash_of(&vec![Some(String::new())]));
    }

    #[test]
    fn the_key_of_a_row_that_stays_is_excused_where_the_map_wants_it() {
        let orders = TableName::new("orders");
        let key = KeyLeft {
            table: orders.clone(),
            column: "user_id".to_owned(),
            value: "9f1c0c2e-55aa-4b1f-8a10-0123456789ab".to_owned(),
        };
        let mut excuses = Excuses::default();
        excuses.add_keys(1, std::slice::from_ref(&key));
        let at = |person, column, value: &str| excuses.of_key(person, (&orders, column), value);
        assert!(at(1, "user_id", &key.value).is_some());
        assert!(at(1, "user_id", &plain(&key.value).to_uppercase()).is_some());
        assert!(at(0, "user_id", &key.value).is_none());
        assert!(at(1, "note", &key.value).is_none());
        assert!(at(1, "user_id", &format!("for {}", key.value)).is_none());
    }

    #[test]
    fn rows_without_a_key_are_excused_up_to_how_many_are_kept() {
        let table = TableName::new("invoices");
        let mut excuses = Excuses::default();
        excuses.add(0, &kept(&[], &[], 2));
        assert!(excuses.of_unkeyed(0, &table, 2).is_some());
        assert!(excuses.of_unkeyed(0, &table, 3).is_none());
    }
}
