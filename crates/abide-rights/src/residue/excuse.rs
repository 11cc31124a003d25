//! Rows in which a person may still be named, because they are kept for a reason. Excuses a row by its key and never a
//! whole table, so that what was left beside it is found.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use abide_map::map::{Holds, Map, Standing};
use abide_map::schema::TableName;

use crate::memory::{KeptRows, RowKey, hash_of};

/// The rows of one source in which people may be named.
#[derive(Default)]
pub struct Excuses {
    kept: BTreeMap<(usize, TableName), Vec<Excused>>,
    /// Columns that a map's plans go by.
    planned: BTreeSet<(TableName, String)>,
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

/// Hides the keys.
impl std::fmt::Debug for Excuses {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Excuses({} tables)", self.kept.len())
    }
}

impl Excuses {
    /// None yet, over a source with this map. A key or a reference in a row that stays, overwritten, is a number or a UUID
    /// of somebody who is not named beside it any more: a plan goes by it, so that what it left there the map wants there. Of a
    /// table that the map says is nobody's, no plan looks at anything.
    pub(crate) fn over(map: &Map) -> Self {
        let of_people =
            { map.tables.iter() }.filter(|table| !matches!(table.standing, Standing::Ordinary(_)));
        let columns = of_people.flat_map(|table| {
            let keys = { table.columns.iter() }.filter(|column| column.holds == Holds::Key);
            let names = keys
                .map(|column| &column.name)
                .chain(table.identities.iter().map(|identity| &identity.column))
                .chain(table.edges.iter().flat_map(|edge| &edge.columns));
            names.map(|name| (table.name.value.clone(), name.value.clone()))
        });
        Self {
            kept: BTreeMap::new(),
            planned: columns.collect(),
        }
    }

    /// Whether a plan goes by this column.
    pub(super) fn is_planned(&self, table: &TableName, column: &str) -> bool {
        self.planned.contains(&(table.clone(), column.to_owned()))
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

    use abide_policy::source::SourceFile;

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
    fn a_plan_goes_by_keys_and_references_of_tables_that_are_somebodys() {
        let text = "map shop {
    table users { subject; identity account-id id; erase delete }
    table orders { owned-by user_id to=users; column user_id key; column body is=content; erase delete }
    table messages { ordinary because=x; refers sender to=users }
}";
        let file = SourceFile::from_bytes("map.kdl".to_owned(), text.as_bytes());
        let (map, findings) = abide_map::read::read(&file, 0);
        assert!(findings.is_empty(), "{findings:?}");
        let excuses = Excuses::over(&map);
        let is_planned =
            |table: &str, column: &str| excuses.is_planned(&TableName::new(table), column);
        assert!(is_planned("users", "id") && is_planned("orders", "user_id"));
        assert!(!is_planned("orders", "body"));
        assert!(!is_planned("messages", "sender"), "no plan looks there");
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
