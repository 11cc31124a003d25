//! What has to be known of an erasure after its rows are gone: by which keys they were found, which rows stay and why,
//! which files were named, and by what else the source knew the person. It is sealed with the request and gone with it.

use std::collections::BTreeSet;

use abide_map::plan::{Effect, Identities, KnownAs, Plan, Row};
use abide_map::schema::TableName;
use abide_sources::Snapshot;
use abide_store::Intent;
use futures_util::TryStreamExt as _;
use serde::{Deserialize, Serialize};

use crate::error::RightsError;
use crate::mapped::Keys;
use crate::step::StepCount;

/// How many keys of rows that stay are remembered for one table; of more, only how many there are.
const MOST_KEYS: u64 = 100_000;

/// The key of a row, as text.
pub(crate) type RowKey = Vec<Option<String>>;

/// What an intent remembers.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// The person's rows in the subject tables.
    pub(crate) keys: Keys,
    /// Rows that stay.
    pub(crate) kept: Vec<KeptRows>,
    /// Files that rows which go named.
    pub(crate) files: Vec<NamedFiles>,
    /// By what else the source knew the person: kind and value, not verified.
    pub(crate) known: Vec<(String, String)>,
}

/// Rows of one table that stay, and why.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptRows {
    pub(crate) table: TableName,
    pub(crate) because: String,
    /// The columns of the keys; none where the table has none.
    pub(crate) columns: Vec<String>,
    pub(crate) keys: BTreeSet<RowKey>,
    /// How many rows, where they have no keys.
    pub(crate) rows: u64,
}

/// The files that one column named.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NamedFiles {
    pub(crate) table: TableName,
    pub(crate) column: String,
    pub(crate) names: BTreeSet<String>,
}

impl Memory {
    /// What an intent remembers; nothing once its request is closed.
    pub(crate) fn of(intent: &Intent) -> Result<Self, RightsError> {
        let sealed = &intent.intended.sealed.0;
        if sealed.is_empty() {
            return Ok(Self::default());
        }
        serde_json::from_slice(sealed).map_err(|_| {
            RightsError::Corrupt(format!(
                "what intent `{}` recorded cannot be read",
                intent.id
            ))
        })
    }

    /// Reads what has to be known before a plan runs.
    pub(crate) async fn read(
        plan: &Plan,
        steps: &[StepCount],
        snapshot: &mut dyn Snapshot,
    ) -> Result<Self, RightsError> {
        let mut memory = Self::default();
        let touching = plan.steps.iter().zip(steps);
        for (step, count) in touching.filter(|(_, count)| count.rows > 0) {
            let is_kept = matches!(step.effect, Effect::Keep { .. });
            let before = step.before.as_ref();
            let before = before.filter(|_| !is_kept || count.rows <= MOST_KEYS);
            let Some(before) = before else {
                if let Effect::Keep { because, .. } = &step.effect {
                    memory.keep(KeptRows {
                        table: step.table.clone(),
                        because: because.clone(),
                        columns: Vec::new(),
                        keys: BTreeSet::new(),
                        rows: count.rows,
                    });
                }
                continue;
            };
            let rows: Vec<Row> = snapshot.read(&before.statement).try_collect().await?;
            let names = before.columns.iter().map(|column| column.name.clone());
            if let Effect::Keep { because, .. } = &step.effect {
                memory.keep(KeptRows {
                    table: step.table.clone(),
                    because: because.clone(),
                    columns: names.collect(),
                    keys: rows.into_iter().map(plain).collect(),
                    rows: count.rows,
                });
                continue;
            }
            for (place, column) in names.enumerate() {
                let named = rows.iter().filter_map(|row| row.get(place)?.0.clone());
                memory.name(NamedFiles {
                    table: step.table.clone(),
                    column,
                    names: named.filter(|name| !name.trim().is_empty()).collect(),
                });
            }
        }
        Ok(memory)
    }

    /// Adds what was remembered elsewhere.
    pub(crate) fn add(&mut self, other: Self) {
        self.keys.add(other.keys);
        other.kept.into_iter().for_each(|kept| self.keep(kept));
        other.files.into_iter().for_each(|files| self.name(files));
        self.known.extend(other.known);
        self.known.sort();
        self.known.dedup();
    }

    fn keep(&mut self, kept: KeptRows) {
        let mut same = self.kept.iter_mut().filter(|known| {
            known.table == kept.table
                && known.because == kept.because
                && known.columns == kept.columns
        });
        match same.next() {
            Some(known) => {
                known.keys.extend(kept.keys);
                known.rows = known.rows.max(kept.rows);
            }
            None => self.kept.push(kept),
        }
    }

    fn name(&mut self, files: NamedFiles) {
        let mut same = self.files.iter_mut();
        match same.find(|known| known.table == files.table && known.column == files.column) {
            Some(known) => known.names.extend(files.names),
            None if files.names.is_empty() => {}
            None => self.files.push(files),
        }
    }

    /// The files that are remembered here and not there.
    pub(crate) fn files_beyond(&self, other: &Self) -> Vec<NamedFiles> {
        let known = |files: &NamedFiles, name: &String| {
            let mut same = other.files.iter();
            same.any(|it| {
                it.table == files.table && it.column == files.column && it.names.contains(name)
            })
        };
        let mut beyond = Vec::new();
        for files in &self.files {
            let names = files.names.iter().filter(|name| !known(files, name));
            let names: BTreeSet<String> = names.cloned().collect();
            if !names.is_empty() {
                beyond.push(NamedFiles {
                    names,
                    ..files.clone()
                });
            }
        }
        beyond
    }

    /// By what else the source knew the person, as plans know people.
    pub(crate) fn identities(&self) -> Identities {
        let known = self.known.iter().map(|(kind, value)| KnownAs {
            kind: kind.clone(),
            value: value.clone(),
        });
        Identities(known.collect())
    }
}

fn plain(row: Row) -> RowKey {
    row.into_iter().map(|value| value.0).collect()
}
