//! A source together with what is said of it: its map and its live schema, and the plans that follow. Never plans over a
//! schema that the map was not held against.

use std::collections::BTreeMap;
use std::fmt;

use abide_map::map::{Erase, Holds, Map, MappedTable};
use abide_map::ownership::Ownership;
use abide_map::plan::{Held, Hold, Identities, KeyLeft, KnownAs, Lookup, Planner, Row, Subjects};
use abide_map::promise::Promises;
use abide_map::schema::{Schema, TableName};
use abide_map::statement::Value;
use abide_policy::diagnostic::Diagnostic;
use abide_sources::{Snapshot, Source};
use abide_store::HeldSubject;
use futures_util::TryStreamExt as _;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::RightsError;
use crate::memory::KeptRows;
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
    holds: Vec<Hold>,
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
    /// Tables of people in which more people were found than identifiers of the kind were given, and how many.
    pub(crate) fn several(&self, people: &Identities) -> Vec<(TableName, u64)> {
        let given = |kind: &str| {
            let mut given: Vec<&KnownAs> = Vec::new();
            for known in people.0.iter().filter(|known| known.kind == kind) {
                if !given.iter().any(|other| other.is_same(known)) {
                    given.push(known);
                }
            }
            given.len()
        };
        let more = self
            .0
            .iter()
            .filter(|answer| answer.rows.len() > given(&answer.kind));
        let counted = more.map(|answer| (answer.table.clone(), answer.rows.len() as u64));
        counted.collect()
    }

    /// Leaves out rows that are among these, as they were read.
    pub(crate) fn leave_out(&mut self, others: &Self) {
        for answer in &mut self.0 {
            let same = others
                .0
                .iter()
                .filter(|other| other.table == answer.table && other.columns == answer.columns);
            let rows: Vec<&Vec<Option<String>>> = same.flat_map(|other| &other.rows).collect();
            answer.rows.retain(|row| !rows.contains(&row));
        }
    }

    /// Whether a row of a table is among them.
    fn knows(&self, table: &TableName) -> bool {
        let mut here = self.0.iter().filter(|answer| answer.table == *table);
        here.any(|answer| !answer.rows.is_empty())
    }

    /// How many rows.
    pub(crate) fn len(&self) -> usize {
        self.0.iter().map(|answer| answer.rows.len()).sum()
    }

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
        Self::of(source, map, schema, promises)
    }

    /// The same, with the live schema as it was read.
    pub fn of(
        source: Box<dyn Source>,
        map: Map,
        schema: Schema,
        promises: Promises,
    ) -> Result<Self, RightsError> {
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
            holds: Vec::new(),
        })
    }

    /// Takes up the legal holds that lie on people: every plan that is made from here on respects and names them. What
    /// changes a source reads them anew.
    pub async fn hold(&mut self, held: &[HeldSubject], now: Timestamp) -> Result<(), RightsError> {
        self.holds = self.holds_of(held, now).await?;
        Ok(())
    }

    /// The legal holds that lie on these people, with what is theirs here: also by what the source knows them by besides.
    pub(crate) async fn holds_of(
        &self,
        held: &[HeldSubject],
        now: Timestamp,
    ) -> Result<Vec<Hold>, RightsError> {
        let mut by_name: BTreeMap<&str, Identities> = BTreeMap::new();
        for person in held {
            let known = person
                .identifiers
                .iter()
                .flat_map(|it| spellings(it.kind(), it.value()));
            let known: Vec<KnownAs> = known.collect();
            for name in &person.holds {
                let people = by_name.entry(name.as_str()).or_default();
                people.0.extend(known.clone());
            }
        }
        let mut holds = Vec::new();
        if by_name.is_empty() {
            return Ok(holds);
        }
        let planner = self.planner(now);
        let mut snapshot = self.source.snapshot().await?;
        for (name, people) in by_name {
            let (people, keys) = self.held(&planner, people, snapshot.as_mut()).await?;
            holds.push(Hold {
                name: name.to_owned(),
                on: Held::Subjects(self.subjects(&planner, &people, &keys)),
            });
        }
        snapshot.end().await?;
        Ok(holds)
    }

    /// The people on whom a hold lies by everything that the source knows them by, with their rows in every subject table. A table
    /// in which they were found is not gone through again: who shares a number with them there is somebody else.
    async fn held(
        &self,
        planner: &Planner<'_>,
        mut people: Identities,
        snapshot: &mut dyn Snapshot,
    ) -> Result<(Identities, Keys), RightsError> {
        let mut keys = Keys::default();
        loop {
            let lookups = planner.find(&people).into_iter();
            let lookups = lookups.filter(|lookup| !keys.knows(&lookup.table));
            let found = self.answers(lookups.collect(), snapshot).await?;
            if found.len() == 0 {
                return Ok((people, keys));
            }
            keys.add(found);
            people = planner.identifiers(&self.subjects(planner, &people, &keys));
        }
    }

    /// The source's name.
    pub fn name(&self) -> &str {
        self.source.name()
    }

    /// The map over the schema.
    pub(crate) fn ownership(&self) -> &Ownership {
        &self.ownership
    }

    /// What makes plans here, as of a moment.
    pub fn planner(&self, now: Timestamp) -> Planner<'_> {
        self.planner_under(&self.holds, now)
    }

    /// What makes plans here that respect these holds, as of a moment.
    pub(crate) fn planner_under<'a>(&'a self, holds: &'a [Hold], now: Timestamp) -> Planner<'a> {
        Planner::new(&self.ownership, &self.promises, now).holding(holds)
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
        self.answers(planner.find(people), snapshot).await
    }

    async fn answers(
        &self,
        lookups: Vec<Lookup>,
        snapshot: &mut dyn Snapshot,
    ) -> Result<Keys, RightsError> {
        let mut answers = Vec::new();
        for lookup in lookups {
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

    /// These people with their keys, as a plan takes them. Keys that cannot be used with this map are left out; whoever
    /// kept them asks [`Mapped::unusable`] first.
    pub fn subjects(&self, planner: &Planner<'_>, people: &Identities, keys: &Keys) -> Subjects {
        let mut found: Vec<(Lookup, Vec<Row>)> = Vec::new();
        for lookup in planner.find(people) {
            let is_first = found.iter().all(|(other, _)| other.table != lookup.table);
            let answers = keys.0.iter().filter(|_| is_first);
            let answers = answers.filter(|answer| answer.table == lookup.table);
            let rows = answers.flat_map(|answer| answer.as_of(&lookup).unwrap_or_default());
            let rows = rows.collect();
            found.push((lookup, rows));
        }
        Subjects::new(people.clone(), &found)
    }

    /// The rows that stand under these people's keys and are somebody else's by now, and whose they are: a key that an erasure
    /// freed may be given out again.
    pub(crate) async fn strangers(
        &self,
        planner: &Planner<'_>,
        people: &Identities,
        keys: &Keys,
        snapshot: &mut dyn Snapshot,
    ) -> Result<(Keys, Subjects), RightsError> {
        let erased = self.subjects(planner, people, keys);
        let (mut standing, read) = self.standing(planner, &erased, snapshot).await?;
        let strangers = planner.strangers(&read, &erased);
        for answer in &mut standing.0 {
            let is_strange = |row: &Vec<Option<String>>| {
                let row: Row = row.iter().cloned().map(Value).collect();
                strangers.has(&answer.table, &row)
            };
            answer.rows.retain(is_strange);
        }
        Ok((standing, strangers))
    }

    /// The rows that stand under these people's keys by now: as they were read, and as a plan takes them.
    async fn standing(
        &self,
        planner: &Planner<'_>,
        subjects: &Subjects,
        snapshot: &mut dyn Snapshot,
    ) -> Result<(Keys, Subjects), RightsError> {
        let lookups = planner.standing(subjects);
        let standing = self.answers(lookups.clone(), snapshot).await?;
        let read = lookups.into_iter().zip(&standing.0);
        let read = read.map(|(lookup, answer)| {
            let rows = answer.as_of(&lookup).unwrap_or_default();
            (lookup, rows)
        });
        let read = Subjects::new(Identities::default(), &read.collect::<Vec<_>>());
        Ok((standing, read))
    }

    /// The keys of those rows of these people that an erasure left and that still stand.
    pub(crate) async fn keys_left(
        &self,
        planner: &Planner<'_>,
        people: &Identities,
        keys: &Keys,
        snapshot: &mut dyn Snapshot,
    ) -> Result<Vec<KeyLeft>, RightsError> {
        let left = self.subjects(planner, people, &self.staying(keys));
        match left.is_empty() {
            true => Ok(Vec::new()),
            false => {
                let (_, standing) = self.standing(planner, &left, snapshot).await?;
                Ok(planner.keys_left(&standing))
            }
        }
    }

    /// Those keys whose rows an erasure leaves where they are, whatever it overwrites: nobody else can have come by them.
    pub(crate) fn staying(&self, keys: &Keys) -> Keys {
        let stays = |answer: &&Answer| {
            let table = self.map.table(&answer.table);
            table.is_some_and(|table| table.erase != Erase::Delete)
        };
        Keys(keys.0.iter().filter(stays).cloned().collect())
    }

    /// A subject table in which the look-ups found somebody by an identifier that an erasure takes out of every row. While
    /// they do, the erasure is not done, whatever its plan counts: its statements go by keys, and a key that does not
    /// compare as it was read leads nowhere. Rows that are `held` stay.
    pub(crate) fn still_found<'k>(
        &self,
        keys: &'k Keys,
        held: &[&KeptRows],
    ) -> Option<&'k TableName> {
        let has_to_go = |answer: &&Answer| {
            let table = self.map.table(&answer.table);
            table.is_some_and(|table| takes_out(table, &answer.kind))
        };
        let mut found = keys.0.iter().filter(|answer| answer.is_beyond(held));
        found.find(has_to_go).map(|answer| &answer.table)
    }

    /// The tables of which rows are remembered that cannot be used with this map: it wants other columns of them, or takes
    /// them for nobody's.
    pub(crate) fn unusable(
        &self,
        planner: &Planner<'_>,
        people: &Identities,
        keys: &Keys,
    ) -> Vec<TableName> {
        let lookups = planner.find(people);
        let is_used = |answer: &Answer| {
            let mut asking = lookups.iter();
            asking.any(|lookup| lookup.table == answer.table && answer.as_of(lookup).is_some())
        };
        let answers = keys.0.iter().filter(|answer| !answer.rows.is_empty());
        let unused = answers.filter(|answer| !is_used(answer));
        unused.map(|answer| answer.table.clone()).collect()
    }
}

/// Those of these holds that lie on any of these people, by name.
pub(crate) fn lying_on(holds: &[Hold], people: &Subjects) -> Vec<String> {
    let lying = holds.iter().filter(|hold| match &hold.on {
        Held::Subjects(held) => people.overlaps(held),
        Held::Table(_) => false,
    });
    lying.map(|hold| hold.name.clone()).collect()
}

/// Whether an erasure takes every identifier of a kind out of a table, with its row or without.
fn takes_out(table: &MappedTable, kind: &str) -> bool {
    let overwrites = match &table.erase {
        Erase::Delete => return true,
        Erase::Anonymise(overwrites) => overwrites,
        Erase::Keep(keep) => &keep.overwrites,
        Erase::Detach | Erase::Undecided => return false,
    };
    let mut identities = table.identities.iter().filter(|it| it.kind.value == kind);
    identities.all(|identity| {
        let mut columns = overwrites.iter().map(|overwrite| &overwrite.column.value);
        columns.any(|column| *column == identity.column.value)
    })
}

impl Answer {
    /// The rows with the columns that a look-up gives, in its order; nothing if one is not among what was read.
    fn as_of(&self, lookup: &Lookup) -> Option<Vec<Row>> {
        let places = self.places(lookup.columns.iter().map(|column| &column.name))?;
        let row = |row: &Vec<Option<String>>| {
            let values = places.iter().map(|place| row.get(*place).cloned());
            values.map(|value| Value(value.flatten())).collect::<Row>()
        };
        Some(self.rows.iter().map(row).collect())
    }

    /// Whether a row was found that is none of these. Of a table without a key nobody can tell.
    fn is_beyond(&self, kept: &[&KeptRows]) -> bool {
        let here = kept.iter().filter(|kept| kept.table == self.table);
        let here: Vec<(Option<Vec<usize>>, &KeptRows)> = here
            .map(|kept| (self.places(kept.columns.iter()), *kept))
            .collect();
        let is_kept = |row: &Vec<Option<String>>| {
            here.iter().any(|(places, kept)| match places {
                Some(places) if !places.is_empty() => {
                    let key = places
                        .iter()
                        .map(|place| row.get(*place).cloned().flatten());
                    kept.has(&key.collect())
                }
                _ => true,
            })
        };
        !self.rows.iter().all(is_kept)
    }

    /// Where these columns stand among what was read; nothing if one is not.
    fn places<'n>(&self, columns: impl Iterator<Item = &'n String>) -> Option<Vec<usize>> {
        let place = |column: &String| self.columns.iter().position(|name| name == column);
        columns.map(place).collect()
    }
}

/// How long the map keeps the rows of a table, whether anybody asks or not.
fn clock_of(table: &MappedTable) -> Option<String> {
    let retain = table.retain.as_ref()?;
    let (length, name) = (&retain.length.value, &table.name.value);
    Some(format!("{length} after `{}` in {name}", retain.from.value))
}

/// An identifier as our own records and as maps spell its kind: an account is `account` in the one and `account-id` in
/// the other.
pub(crate) fn spellings(kind: &str, value: &str) -> Vec<KnownAs> {
    let known = |kind: &str| KnownAs {
        kind: kind.to_owned(),
        value: value.to_owned(),
    };
    match kind {
        "account" => vec![known(kind), known("account-id")],
        "account-id" => vec![known(kind), known("account")],
        _ => vec![known(kind)],
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
                let clock = clock_of(mapped).filter(|clock| !entry.retention.contains(clock));
                entry.retention.extend(clock);
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
