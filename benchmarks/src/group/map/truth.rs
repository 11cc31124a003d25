//! What people read in a schema (`benchmarks/truth/README.md`), and how proposals score against it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use abide_map::propose::Reference;
use abide_map::schema::Schema;

use crate::postgres::said;

/// The keys of a schema, in lower case.
#[derive(Default)]
pub struct Truth {
    /// Keys to one table.
    plain: BTreeSet<String>,
    /// Keys to one of several tables, by a column of kinds: right if proposed, not asked for.
    of_kinds: BTreeSet<String>,
    /// Another spelling of a plain key, by its column.
    accepted: BTreeSet<String>,
    /// Columns and keys that are neither right nor wrong.
    neutral: BTreeSet<String>,
}

/// How many of what was proposed is right, and how many of what there is was found.
#[derive(Clone, Copy, Default)]
pub struct Score {
    pub right: usize,
    pub proposed: usize,
    pub found: usize,
    pub there: usize,
}

impl Score {
    pub fn add(&mut self, other: Self) {
        self.right += other.right;
        self.proposed += other.proposed;
        self.found += other.found;
        self.there += other.there;
    }

    pub fn precision(self) -> f64 {
        share(self.right, self.proposed)
    }

    pub fn recall(self) -> f64 {
        share(self.found, self.there)
    }
}

fn share(part: usize, whole: usize) -> f64 {
    match whole {
        0 => 1.0,
        whole => part as f64 / whole as f64,
    }
}

impl Truth {
    /// # Errors
    /// Says which file or line cannot be read.
    pub fn read(name: &str, schema: &Schema) -> Result<Self, String> {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("truth/{name}.edges"));
        let text = fs::read_to_string(&file).map_err(said)?;
        let parts: BTreeSet<String> = schema
            .tables
            .iter()
            .filter(|table| table.partition_of.is_some())
            .map(|table| table.name.name.to_lowercase())
            .collect();
        let mut truth = Self::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (key, note) = line.split_once(" # ").ok_or_else(|| line.to_owned())?;
            let key = key.to_lowercase();
            let table = key.split('.').next().unwrap_or_default();
            let set = match note {
                _ if parts.contains(table) => continue,
                note if note.starts_with("neutral") => &mut truth.neutral,
                note if note.starts_with("accept") => &mut truth.accepted,
                note if note.contains("polymorphic") => &mut truth.of_kinds,
                _ => &mut truth.plain,
            };
            set.insert(key);
        }
        Ok(truth)
    }

    pub fn score(&self, proposed: &[Reference]) -> Score {
        let mut found: BTreeMap<String, bool> = BTreeMap::new();
        for one in proposed {
            let columns = one.columns.join(",");
            let column = format!("{}.{columns}", one.table).to_lowercase();
            let target = format!("{}.{}", one.target, one.target_columns.join(","));
            let key = format!("{column} -> {}", target.to_lowercase());
            let anywhere = format!("*.{}", columns.to_lowercase());
            let names = [&column, &key, &anywhere];
            if names.iter().any(|name| self.neutral.contains(*name)) {
                continue;
            }
            let start = format!("{column} -> ");
            let spelled = self.plain.iter().find(|plain| plain.starts_with(&start));
            let key = match spelled.filter(|_| self.accepted.contains(&key)) {
                Some(plain) => plain.clone(),
                None => key,
            };
            let is_right = self.plain.contains(&key) || self.of_kinds.contains(&key);
            found.insert(key, is_right);
        }
        Score {
            right: found.values().filter(|is_right| **is_right).count(),
            proposed: found.len(),
            found: self
                .plain
                .iter()
                .filter(|key| found.contains_key(*key))
                .count(),
            there: self.plain.len(),
        }
    }
}
