//! A source together with what is said of it: its map and its live schema, and the plans that follow. Never plans over a
//! schema that the map was not held against.

use std::collections::BTreeMap;
use std::fmt;

use abide_map::map::{Holds, Map};
use abide_map::ownership::Ownership;
use abide_map::plan::{Identities, Lookup, Planner, Row, Subjects};
use abide_map::promise::Promises;
use abide_map::schema::{Schema, TableName};
use abide_map::statement::Value;
use abide_policy::diagnostic::Diagnostic;
use abide_sources::{Snapshot, Source};
use futures_util::TryStreamExt as _;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::RightsError;
use crate::package::Handling;

/// A source that plans can be made over.
pub struct Mapped {
    /// The database.
    pub source: Box<dyn Source>,
    /// What people say of it.
    pub map: Map,
    /// What it says of itself.
    pub schema: Schema,
    /// What the policy says of what it holds.
    pub promises: Promises,
    ownership: Ownership,
}

impl fmt::Debug for Mapped {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Mapped({})", self.source.name())
    }
}

/// What the look-ups for some people gave back, in a form that outlives the rows themselves.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keys(Vec<Answer>);

/// What one look-up gave back.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Answer {
    table: TableName,
    kind: String,
    columns: Vec<String>,
    rows: Vec<Vec<Option<String>>>,
}

impl Keys {
    /// Adds what another look-up found.
    pub fn add(&mut self, other: Self) {
        for answer in other.0 {
            let same = self.0.iter_mut().find(|known| {
                known.table == answer.table
                    && known.kind == answer.kind
                    && known.columns == answer.columns
            });
            match same {
                Some(known) => {
                    known.rows.extend(answer.rows);
                    known.rows.sort();
                    known.rows.dedup();
                }
                None => self.0.push(answer),
            }
        }
    }
}

impl Mapped {
    /// Reads the live schema of a source and holds its map against it. A map of another schema is refused, and so is one
    /// over which no plan could be made.
    pub async fn open(
        source: Box<dyn Source>,
        map: Map,
        promises: Promises,
    ) -> Result<Self, RightsError> {
        let schema = source.schema().await?;
        let ownership =
            Ownership::resolve(&map, &schema).map_err(|findings| RightsError::Plan {
                source: source.name().to_owned(),
                findings,
            })?;
        Ok(Self {
            source,
            map,
            schema,
            promises,
            ownership,
        })
    }

    /// The source's name.
    pub fn name(&self) -> &str {
        self.source.name()
    }

    /// What makes plans here, as of a moment.
    pub fn planner(&self, now: Timestamp) -> Planner<'_> {
        Planner::new(&self.ownership, &self.promises, now)
    }

    /// That no plan can be made here.
    pub(crate) fn no_plan(&self, findings: Vec<Diagnostic>) -> RightsError {
        RightsError::Plan {
            source: self.name().to_owned(),
            findings,
        }
    }

    /// Finds these people's rows in the subject tables.
    pub async fn look_up(
        &self,
        planner: &Planner<'_>,
        people: &Identities,
        snapshot: &mut dyn Snapshot,
    ) -> Result<Keys, RightsError> {
        let mut answers = Vec::new();
        for lookup in planner.find(people) {
            let rows: Vec<Row> = snapshot.read(&lookup.statement).try_collect().await?;
            let plain = |row: Row| row.into_iter().map(|value| value.0).collect();
            answers.push(Answer {
                table: lookup.table,
                kind: lookup.kind,
                columns: lookup
                    .columns
                    .into_iter()
                    .map(|column| column.name)
                    .collect(),
                rows: rows.into_iter().map(plain).collect(),
            });
        }
        Ok(Keys(answers))
    }

    /// These people with their keys, as a plan takes them. Keys that were read under another map are left out.
    pub fn subjects(&self, planner: &Planner<'_>, people: &Identities, keys: &Keys) -> Subjects {
        let found: Vec<(Lookup, Vec<Row>)> = planner
            .find(people)
            .into_iter()
            .map(|lookup| {
                let rows = keys.0.iter().filter(|answer| answers(answer, &lookup));
                let rows = rows.flat_map(|answer| &answer.rows);
                let rows = rows.map(|row| row.iter().cloned().map(Value).collect());
                let rows = rows.collect();
                (lookup, rows)
            })
            .collect();
        Subjects::new(people.clone(), &found)
    }
}

impl Mapped {
    /// Adds what the policy says of the categories that these columns of a table hold, each category once.
    pub(crate) fn handling_of<'n>(
        &self,
        table: &TableName,
        columns: impl Iterator<Item = &'n str>,
        handling: &mut BTreeMap<String, Handling>,
    ) {
        let Some(mapped) = self.map.table(table) else {
            return;
        };
        for column in columns {
            let said = mapped.columns.iter().find(|said| said.name.value == column);
            let Some(Holds::Data(nouns)) = said.map(|said| &said.holds) else {
                continue;
            };
            for noun in nouns {
                let entry = handling
                    .entry(noun.value.clone())
                    .or_insert_with(|| self.promised(&noun.value));
                entry
                    .columns
                    .push(format!("{}.{table}.{column}", self.name()));
            }
        }
    }

    fn promised(&self, noun: &str) -> Handling {
        let Some(promise) = self.promises.data.get(noun) else {
            return Handling {
                category: noun.to_owned(),
                ..Handling::default()
            };
        };
        let kept = promise.retention.iter();
        Handling {
            category: promise.label.clone(),
            columns: Vec::new(),
            purposes: promise.purposes.clone(),
            recipients: promise.recipients.clone(),
            origins: promise.origins.clone(),
            retention: kept.map(|(words, _)| words.clone()).collect(),
            clauses: promise.clauses.clone(),
        }
    }
}

fn answers(answer: &Answer, lookup: &Lookup) -> bool {
    let names = lookup.columns.iter().map(|column| &column.name);
    answer.table == lookup.table && answer.kind == lookup.kind && answer.columns.iter().eq(names)
}
