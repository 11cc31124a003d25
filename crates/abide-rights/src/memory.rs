//! What has to be known of an erasure after its rows are gone: by which keys they were found, which rows stay and why,
//! which files were named, and by what else the source knew the person. It is sealed with the request and gone with it.

use std::collections::BTreeSet;

use abide_map::plan::{Effect, Hold, Identities, KnownAs, Plan, ReadBefore, Row, Step};
use abide_map::schema::TableName;
use abide_map::statement::ReadColumn;
use abide_sources::Snapshot;
use abide_store::{HeldSubject, Intent};
use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::RightsError;
use crate::mapped::Keys;
use crate::step::StepCount;

/// How many keys of rows that stay are remembered for one table; of more, a hash of each.
const MOST_KEYS: u64 = 100_000;

/// How many hashes; of more, only how many rows there are.
const MOST_HASHES: u64 = 1_000_000;

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
    /// Whether the work of this very intent leaves no marker, so that the lack of one will never tell anything.
    #[serde(default)]
    pub(crate) is_unmarked: bool,
}

/// Rows of one table that stay, and why.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptRows {
    pub(crate) table: TableName,
    pub(crate) because: String,
    /// The columns of the keys; none where the table has none.
    pub(crate) columns: Vec<String>,
    pub(crate) keys: BTreeSet<RowKey>,
    /// What [`hash_of`] makes of the keys, where they are too many to keep.
    #[serde(default)]
    pub(crate) hashes: BTreeSet<u64>,
    /// How many rows, where they have no keys.
    pub(crate) rows: u64,
}

impl KeptRows {
    /// The hold because of which they stay, if it is one.
    pub(crate) fn hold(&self) -> Option<&str> {
        Hold::named_in(&self.because)
    }

    fn is_released(&self, held: &[HeldSubject]) -> bool {
        self.hold().is_some_and(|hold| {
            let mut lying = held.iter().flat_map(|person| &person.holds);
            !lying.any(|name| name == hold)
        })
    }

    /// Whether the row of this key is among them.
    pub(crate) fn has(&self, key: &RowKey) -> bool {
        self.keys.contains(key) || self.hashes.contains(&hash_of(key))
    }

    /// Rows of a step, of which only the number is known.
    fn bare(step: &Step, because: &str, rows: u64) -> Self {
        Self {
            table: step.table.clone(),
            because: because.to_owned(),
            columns: Vec::new(),
            keys: BTreeSet::new(),
            hashes: BTreeSet::new(),
            rows,
        }
    }
}

/// The first eight bytes of the SHA-256 of a key, each value with its length before it. Two of a million keys meet once in
/// some thirty million tables.
pub(crate) fn hash_of(key: &RowKey) -> u64 {
    let mut hash = Sha256::new();
    for value in key {
        let length = value.as_ref().map_or(u64::MAX, |text| text.len() as u64);
        hash.update(length.to_be_bytes());
        hash.update(value.as_deref().unwrap_or_default());
    }
    let bytes = hash.finalize();
    bytes
        .iter()
        .take(8)
        .fold(0, |all, byte| all << 8 | u64::from(*byte))
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
            match (&step.effect, &step.before) {
                (Effect::Keep { because, .. }, before) => {
                    let kept = KeptRows::bare(step, because, count.rows);
                    let before = before.as_ref().filter(|_| count.rows <= MOST_HASHES);
                    memory.keep(match before {
                        Some(before) => kept_rows(kept, before, snapshot).await?,
                        None => kept,
                    });
                }
                (_, Some(before)) => memory.read_names(step, before, snapshot).await?,
                (_, None) => {}
            }
        }
        Ok(memory)
    }

    /// Reads the files that the rows of a step name.
    async fn read_names(
        &mut self,
        step: &Step,
        before: &ReadBefore,
        snapshot: &mut dyn Snapshot,
    ) -> Result<(), RightsError> {
        let column = |column: &ReadColumn| NamedFiles {
            table: step.table.clone(),
            column: column.name.clone(),
            names: BTreeSet::new(),
        };
        let mut named: Vec<NamedFiles> = before.columns.iter().map(column).collect();
        let mut rows = snapshot.read(&before.statement);
        while let Some(row) = rows.next().await {
            for (files, value) in named.iter_mut().zip(row?) {
                let name = value.0.filter(|name| !name.trim().is_empty());
                files.names.extend(name);
            }
        }
        named.into_iter().for_each(|files| self.name(files));
        Ok(())
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
                known.hashes.extend(kept.hashes);
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

    /// Rows that stayed because of a hold which is none of these people's any more: they may go.
    pub(crate) fn released(&self, held: &[HeldSubject]) -> Vec<&KeptRows> {
        let kept = self.kept.iter();
        kept.filter(|kept| kept.is_released(held)).collect()
    }

    /// Forgets why those rows stayed.
    pub(crate) fn release(&mut self, held: &[HeldSubject]) {
        self.kept.retain(|kept| !kept.is_released(held));
    }

    /// Whether a step may be told: one that kept rows because of a hold may not, once that is forgotten.
    pub(crate) fn still_says(&self, step: &StepCount) -> bool {
        let because = step.because.as_deref().unwrap_or_default();
        Hold::named_in(because).is_none() || self.kept.iter().any(|kept| kept.because == because)
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

/// The same rows with their keys, or a hash of each.
async fn kept_rows(
    mut kept: KeptRows,
    before: &ReadBefore,
    snapshot: &mut dyn Snapshot,
) -> Result<KeptRows, RightsError> {
    kept.columns = before
        .columns
        .iter()
        .map(|column| column.name.clone())
        .collect();
    let is_many = kept.rows > MOST_KEYS;
    let mut rows = snapshot.read(&before.statement);
    while let Some(row) = rows.next().await {
        let key = plain(row?);
        if is_many {
            kept.hashes.insert(hash_of(&key));
        } else {
            kept.keys.insert(key);
        }
    }
    Ok(kept)
}

fn plain(row: Row) -> RowKey {
    row.into_iter().map(|value| value.0).collect()
}
