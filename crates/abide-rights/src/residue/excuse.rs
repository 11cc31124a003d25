//! Rows in which a person may still be named, because they are kept for a reason. Excuses a row by its key and never a
//! whole table, so that what was left beside it is found.

use std::collections::BTreeMap;

use abide_map::schema::TableName;

use crate::memory::{KeptRows, RowKey};

/// The rows of one source in which people may be named.
#[derive(Default)]
pub struct Excuses(BTreeMap<(usize, TableName), Vec<KeptRows>>);

/// Hides the keys.
impl std::fmt::Debug for Excuses {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Excuses({} tables)", self.0.len())
    }
}

impl Excuses {
    /// Adds rows that are kept of a person, who is meant by the place among those that are sought.
    pub(crate) fn add(&mut self, person: usize, kept: &KeptRows) {
        self.add_others(
            person,
            &KeptRows {
                because: format!("rows kept: {}", kept.because),
                ..kept.clone()
            },
        );
    }

    /// Adds rows that name a person and are somebody else's, with the reason in full.
    pub(crate) fn add_others(&mut self, person: usize, rows: &KeptRows) {
        let place = (person, rows.table.clone());
        self.0.entry(place).or_default().push(rows.clone());
    }

    /// Why the row of this key may name the person.
    pub(super) fn of(
        &self,
        person: usize,
        table: &TableName,
        columns: &[String],
        key: &RowKey,
    ) -> Option<String> {
        if columns.is_empty() || self.0.is_empty() {
            return None;
        }
        let kept = self.0.get(&(person, table.clone()))?;
        let mut holding = kept.iter();
        let found = holding.find(|kept| kept.columns == columns && kept.keys.contains(key));
        found.map(|kept| kept.because.clone())
    }

    /// Why rows of a table without a key may name the person: nobody can tell them apart, so as many of them as are kept.
    pub(super) fn of_unkeyed(&self, person: usize, table: &TableName, rows: u64) -> Option<String> {
        let kept = self.0.get(&(person, table.clone()))?;
        let mut holding = kept.iter();
        let found = holding.find(|kept| kept.columns.is_empty() && rows <= kept.rows);
        found.map(|kept| kept.because.clone())
    }
}

#[cfg(test)]
mod tests {
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
    fn rows_without_a_key_are_excused_up_to_how_many_are_kept() {
        let table = TableName::new("invoices");
        let mut excuses = Excuses::default();
        excuses.add(0, &kept(&[], &[], 2));
        assert!(excuses.of_unkeyed(0, &table, 2).is_some());
        assert!(excuses.of_unkeyed(0, &table, 3).is_none());
    }
}
