//! Hidden keys of real schemas, proposed and held against what people read there: precision and recall, apart for names
//! and types only and with rows. The schemas were known while the rules were written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use abide_map::propose::{Reference, Samples, candidates, references};
use abide_map::schema::Schema;

use crate::place::Place;

/// Whether the rows of a database are real ones.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rows {
    Real,
    None,
}

/// What people read in a schema. All names are in lower case.
#[derive(Default)]
struct Truth {
    /// Keys to one table.
    plain: BTreeSet<String>,
    /// Keys to one of several tables, by a column of kinds.
    of_kinds: BTreeSet<String>,
    /// Another spelling of a plain key, by its column.
    accepted: BTreeSet<String>,
    /// Columns and keys that are neither right nor wrong.
    neutral: BTreeSet<String>,
}

impl Truth {
    fn read(name: &str, schema: &Schema) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../benchmarks/truth");
        let text = std::fs::read_to_string(folder.join(format!("{name}.edges"))).unwrap();
        let parts: BTreeSet<String> = schema
            .tables
            .iter()
            .filter(|table| table.partition_of.is_some())
            .map(|table| table.name.name.to_lowercase())
            .collect();
        let mut truth = Self::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (key, note) = line.split_once(" # ").unwrap();
            let key = key.to_lowercase();
            let table = key.split('.').next().unwrap();
            let set = match note {
                _ if parts.contains(table) => continue,
                note if note.starts_with("neutral") => &mut truth.neutral,
                note if note.starts_with("accept") => &mut truth.accepted,
                note if note.contains("polymorphic") => &mut truth.of_kinds,
                _ => &mut truth.plain,
            };
            set.insert(key);
        }
        truth
    }
}

/// The score of a set of proposals.
struct Score {
    wrong: Vec<String>,
    missed: Vec<String>,
    right: usize,
    plain: usize,
    of_kinds: (usize, usize),
}

impl Score {
    fn new(truth: &Truth, proposed: &[Reference]) -> Self {
        let mut found: BTreeMap<String, bool> = BTreeMap::new();
        for one in proposed {
            let column = format!("{}.{}", one.table, one.columns.join(",")).to_lowercase();
            let target = format!("{}.{}", one.target, one.target_columns.join(","));
            let key = format!("{column} -> {}", target.to_lowercase());
            let anywhere = format!("*.{}", one.columns.join(",").to_lowercase());
            if [&column, &key, &anywhere]
                .iter()
                .any(|name| truth.neutral.contains(*name))
            {
                continue;
            }
            let spelled = truth
                .plain
                .iter()
                .find(|plain| plain.starts_with(&format!("{column} -> ")));
            let key = match spelled.filter(|_| truth.accepted.contains(&key)) {
                Some(plain) => plain.clone(),
                None => key,
            };
            let right = truth.plain.contains(&key) || truth.of_kinds.contains(&key);
            found.insert(key, right);
        }
        let has = |key: &&String| found.contains_key(*key);
        Self {
            right: found.values().filter(|right| **right).count(),
            wrong: found
                .iter()
                .filter(|(_, right)| !**right)
                .map(|(key, _)| key.clone())
                .collect(),
            missed: truth
                .plain
                .iter()
                .filter(|key| !has(key))
                .cloned()
                .collect(),
            plain: truth.plain.len(),
            of_kinds: (
                truth.of_kinds.iter().filter(has).count(),
                truth.of_kinds.len(),
            ),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of keys are small")]
    fn print(&self, name: &str, mode: &str) {
        let share = |part: usize, whole: usize| {
            if whole == 0 {
                1.0
            } else {
                part as f64 / whole as f64
            }
        };
        println!(
            "hidden keys {name} {mode}: precision {:.3} ({} of {}) recall {:.3} ({} of {}) by kinds {} of {}",
            share(self.right, self.right + self.wrong.len()),
            self.right,
            self.right + self.wrong.len(),
            share(self.plain - self.missed.len(), self.plain),
            self.plain - self.missed.len(),
            self.plain,
            self.of_kinds.0,
            self.of_kinds.1,
        );
        self.wrong.iter().for_each(|key| println!("  wrong  {key}"));
        self.missed
            .iter()
            .for_each(|key| println!("  missed {key}"));
    }
}

/// Drops the declared keys, has them and the hidden ones proposed, and holds the proposals against the truth. No more may be
/// wrong or missed than stated.
pub(crate) async fn measure(
    place: &Place,
    schema: &Schema,
    name: &str,
    rows: Rows,
    most: [usize; 2],
) {
    let truth = Truth::read(name, schema);
    let mut bare = schema.clone();
    bare.tables
        .iter_mut()
        .for_each(|table| table.foreign_keys.clear());
    let named = Score::new(&truth, &references(&bare, &Samples::new(), &[]));
    named.print(name, "names");
    assert!(
        named.wrong.len() <= most[0] && named.missed.len() <= most[1],
        "{name}"
    );
    if rows == Rows::None {
        return;
    }
    let source = place.open();
    let mut samples = Samples::new();
    for table in &bare.tables {
        samples.insert(table.name.clone(), source.sample(table, 200).await.unwrap());
    }
    let questions = candidates(&bare, &samples);
    let answers = source.contained(&bare, &questions).await.unwrap();
    let answers: Vec<_> = questions.into_iter().zip(answers).collect();
    let seen = Score::new(&truth, &references(&bare, &samples, &answers));
    seen.print(name, "rows");
    assert!(
        seen.wrong.len() <= most[0] && seen.missed.len() <= most[1],
        "{name}"
    );
}
