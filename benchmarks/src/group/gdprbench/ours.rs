//! The same operations with Abide beside the database: what is used is decided first, what people ask for goes by plans over
//! a map, and whatever is given or changed leaves evidence.

use std::collections::BTreeMap;
use std::path::Path;

use abide_map::plan::{Correction, Identities, KnownAs};
use abide_map::schema::TableName;
use abide_map::statement::Value;
use abide_store::{Evidence, Sequencer};
use jiff::Timestamp;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::bare::Bare;
use super::role::Operation;
use super::{PEOPLE, PURPOSES, RECORDS};
use crate::ours::Ours as Engine;
use crate::postgres::said;
use crate::scene::{Asked, Subject};
use crate::site::{Site, work};

const MAP: &str = "map house {
    source house
    table records { identity account-id usr; identity record key; erase delete }
    table log { ordinary because=log }
}";

/// An installation beside the application's own connection.
pub struct Ours {
    site: Site,
    application: Bare,
    engine: Engine,
    sequencing: JoinHandle<()>,
    stop: oneshot::Sender<()>,
    intents: u64,
}

impl Ours {
    pub fn new(folder: &Path, url: &str) -> Result<Self, String> {
        let site = Site::open(folder, url, MAP)?;
        let consenting = Subject {
            consents: (1 << PURPOSES) - 1,
            age: 40,
        };
        let (stop, stopped) = oneshot::channel();
        let sequencer = Sequencer::new(&site.store).map_err(said)?;
        let sequencing = site.runtime.spawn(sequencer.run(now, async move {
            // Either way there is nothing more to wait for.
            let _ = stopped.await;
        }));
        Ok(Self {
            application: Bare::open(url)?,
            engine: Engine::new(1, &vec![consenting; PEOPLE as usize])?,
            site,
            sequencing,
            stop,
            intents: 0,
        })
    }

    /// How many rows it read or changed.
    pub fn carry_out(&mut self, operation: Operation) -> Result<u64, String> {
        match operation {
            Operation::Use(record) | Operation::UsePerson(record) => {
                self.permitted(record)?;
                self.application.carry_out(operation)
            }
            Operation::UsePurpose(record) => {
                // Whether it may be used is asked for every record that comes back.
                let first = record % PURPOSES;
                for record in (first..RECORDS).step_by(PURPOSES as usize) {
                    self.permitted(record)?;
                }
                self.application.carry_out(operation)
            }
            Operation::Create(_) | Operation::MarkPurpose(..) | Operation::MarkPerson(..) => {
                let rows = self.application.carry_out(operation)?;
                self.record("record.changed", rows)?;
                Ok(rows)
            }
            Operation::Give(record) => self.give(&by_key(record)),
            Operation::GivePerson(record) => self.give(&by_person(record)),
            Operation::Correct(record) => self.correct(record),
            Operation::Erase(record) => self.site.erase(&by_key(record)),
            Operation::Verify(record) => self.site.left(&by_key(record)),
            Operation::Log(lines) => self.site.runtime.block_on(async {
                let store = &self.site.store;
                let size = store.size().await.map_err(said)?;
                let first = size.saturating_sub(lines);
                let entries = store.leaf_data(first, lines as u32).await.map_err(said)?;
                Ok::<u64, String>(entries.len() as u64)
            }),
        }
    }

    /// Ends what runs in the background.
    pub fn finish(self) {
        // Nobody listens only if it has ended already.
        let _ = self.stop.send(());
        let _ = self.site.runtime.block_on(self.sequencing);
    }

    fn permitted(&self, record: u64) -> Result<(), String> {
        let asked = Asked {
            subject: (record % PEOPLE) as usize,
            purpose: (record % PURPOSES) as usize,
        };
        match self.engine.permits_by_name(asked) {
            true => Ok(()),
            false => Err("the engine refuses what everybody consents to".to_owned()),
        }
    }

    fn give(&self, people: &Identities) -> Result<u64, String> {
        let rows = self.site.read(people)?.rows;
        self.record("request.answered", rows)?;
        Ok(rows)
    }

    fn correct(&mut self, record: u64) -> Result<u64, String> {
        self.intents += 1;
        let rows = self.site.runtime.block_on(async {
            let mapped = self.site.mapped();
            let planner = mapped.planner(self.site.now);
            let people = by_key(record);
            let mut snapshot = mapped.source.snapshot().await.map_err(said)?;
            let keys = mapped.look_up(&planner, &people, snapshot.as_mut());
            let subjects = mapped.subjects(&planner, &people, &keys.await.map_err(said)?);
            snapshot.end().await.map_err(said)?;
            let correction = Correction {
                table: TableName {
                    schema: None,
                    name: "records".to_owned(),
                },
                column: "data".to_owned(),
                value: Value::text(format!("{record:0100}")),
            };
            let plan = planner.rectify(&subjects, &[correction]);
            let plan = plan.map_err(|findings| format!("{findings:?}"))?;
            let work = work(&plan, &format!("correct-{}", self.intents));
            let done = mapped.source.run(&work).await.map_err(said)?;
            Ok::<u64, String>(done.rows.iter().sum())
        })?;
        self.record("request.answered", rows)?;
        Ok(rows)
    }

    fn record(&self, kind: &str, rows: u64) -> Result<(), String> {
        let mut evidence = Evidence::new(kind, "bench", self.site.now);
        evidence.counts = BTreeMap::from([("rows".to_owned(), rows)]);
        let writing = self.site.store.begin(evidence).map_err(said)?;
        let written = self.site.runtime.block_on(writing.commit());
        written.map(drop).map_err(said)
    }
}

fn by(kind: &str, value: String) -> Identities {
    Identities(vec![KnownAs {
        kind: kind.to_owned(),
        value,
    }])
}

fn by_key(record: u64) -> Identities {
    by("record", format!("key{record}"))
}

fn by_person(record: u64) -> Identities {
    by("account-id", format!("user{}", record % PEOPLE))
}

#[expect(clippy::disallowed_methods, reason = "a benchmark lives in real time")]
fn now() -> Timestamp {
    Timestamp::now()
}
