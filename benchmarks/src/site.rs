//! Our own records on SQLite, as an installation begins, beside a source with its map. Removed with the scratch folder.

use std::path::Path;
use std::time::Duration;

use abide_map::plan::{Effect, Identities, KnownAs, Plan};
use abide_map::promise::Promises;
use abide_policy::source::SourceFile;
use abide_rights::{Eraser, Mapped};
use abide_sources::{Address, Source, SourceOptions, Work};
use abide_store::{Journal, Keys, Store, StoreOptions};
use futures_util::StreamExt as _;
use jiff::Timestamp;
use tokio::runtime::Runtime;

use crate::peer::by_hand::Taken;
use crate::postgres::said;

/// An installation with one source.
pub struct Site {
    pub runtime: Runtime,
    pub store: Store,
    pub sources: Vec<Mapped>,
    pub now: Timestamp,
}

/// A source at an address, with the patience that a benchmark needs.
///
/// # Errors
/// What is wrong with the address.
pub fn source(url: &str) -> Result<Box<dyn Source>, String> {
    let mut options = SourceOptions::new("house");
    options.statement_timeout = Duration::from_secs(600);
    abide_sources::open(&Address::parse(url)?, options).map_err(said)
}

/// People by their addresses.
pub fn by_email(emails: impl IntoIterator<Item = String>) -> Identities {
    let known = emails.into_iter().map(|value| KnownAs {
        kind: "email".to_owned(),
        value,
    });
    Identities(known.collect())
}

impl Site {
    /// Records in `folder`, the source at `url` with this map.
    ///
    /// # Errors
    /// What is wrong with the map, or what the source said.
    pub fn open(folder: &Path, url: &str, map: &str) -> Result<Self, String> {
        std::fs::create_dir_all(folder).map_err(said)?;
        let runtime = Runtime::new().map_err(said)?;
        let now = clock();
        let journal = Journal::open(&folder.join("journal"), &folder.join("journal-keys"));
        let options = StoreOptions {
            journal: Some(journal.map_err(said)?),
            ..StoreOptions::default()
        };
        let keys = Keys::generate().map_err(said)?;
        let address = format!("sqlite:{}", folder.join("abide.db").display());
        let file = SourceFile::from_bytes("map.kdl".to_owned(), map.as_bytes());
        let (map, findings) = abide_map::read::read(&file, 0);
        if let Some(finding) = findings.first() {
            return Err(format!("{} {}", finding.code, finding.message));
        }
        let (store, mapped) = runtime.block_on(async {
            let store = Store::open(&address, keys, options, now)
                .await
                .map_err(said)?;
            let mapped = Mapped::open(source(url)?, map, Promises::default());
            Ok::<_, String>((store, mapped.await.map_err(said)?))
        })?;
        Ok(Self {
            runtime,
            store,
            sources: vec![mapped],
            now,
        })
    }

    /// The one source.
    pub fn mapped(&self) -> &Mapped {
        &self.sources[0]
    }

    /// What erases here.
    pub fn eraser(&self) -> Eraser<'_> {
        Eraser {
            store: &self.store,
            sources: &self.sources,
            actor: "bench",
            now: self.now,
        }
    }

    /// Erases people to grade `erased`, with every record of it. Gives how many rows went.
    ///
    /// # Errors
    /// What kept the request open.
    pub fn erase(&self, people: &Identities) -> Result<u64, String> {
        let sources = ["house".to_owned()];
        let eraser = self.eraser();
        let progress = self
            .runtime
            .block_on(eraser.erase(people, &sources, &[]))
            .map_err(said)?;
        match progress.certified {
            Some((_, certificate)) => {
                let deleted = certificate.counts().get("deleted").copied();
                Ok(deleted.unwrap_or_default())
            }
            None => Err(format!("still open: {:?}", progress.stuck)),
        }
    }

    /// Reads all that is theirs, as a package would have it, and writes none.
    ///
    /// # Errors
    /// What the source said.
    pub fn read(&self, people: &Identities) -> Result<Taken, String> {
        self.runtime.block_on(async {
            let mapped = self.mapped();
            let planner = mapped.planner(self.now);
            let mut snapshot = mapped.source.snapshot().await.map_err(said)?;
            let keys = mapped.look_up(&planner, people, snapshot.as_mut());
            let keys = keys.await.map_err(said)?;
            let plan = planner.access(&mapped.subjects(&planner, people, &keys));
            let mut taken = Taken::default();
            for step in &plan.steps {
                let mut rows = snapshot.read(&step.statement);
                while let Some(row) = rows.next().await {
                    let row = row.map_err(said)?;
                    taken.rows += 1;
                    let texts = row.iter().filter_map(|value| value.0.as_ref());
                    taken.bytes += texts.map(|text| text.len() as u64).sum::<u64>();
                }
            }
            snapshot.end().await.map_err(said)?;
            Ok::<_, String>(taken)
        })
    }

    /// How many rows an erasure of these people would touch.
    ///
    /// # Errors
    /// What the source said.
    pub fn left(&self, people: &Identities) -> Result<u64, String> {
        self.runtime.block_on(async {
            let mapped = self.mapped();
            let planner = mapped.planner(self.now);
            let mut snapshot = mapped.source.snapshot().await.map_err(said)?;
            let keys = mapped.look_up(&planner, people, snapshot.as_mut());
            let keys = keys.await.map_err(said)?;
            let plan = planner.erase(&mapped.subjects(&planner, people, &keys));
            let plan = plan.map_err(|findings| format!("{findings:?}"))?;
            let questions: Vec<_> = plan.steps.iter().map(|step| step.count.clone()).collect();
            let counts = snapshot.numbers(&questions).await.map_err(said)?;
            snapshot.end().await.map_err(said)?;
            Ok::<u64, String>(counts.iter().sum())
        })
    }

    /// Erases people in the source, all in one plan, and looks whether anything is left; without any record of ours.
    /// Gives how many rows went.
    ///
    /// # Errors
    /// What the source said, or that something is left.
    pub fn erase_bare(&self, people: &Identities, intent: &str) -> Result<u64, String> {
        self.runtime.block_on(async {
            let mut keys = abide_rights::Keys::default();
            let mut gone: u64 = 0;
            for round in 0..2 {
                let mapped = self.mapped();
                let planner = mapped.planner(self.now);
                let mut snapshot = mapped.source.snapshot().await.map_err(said)?;
                let found = mapped.look_up(&planner, people, snapshot.as_mut());
                keys.add(found.await.map_err(said)?);
                let subjects = mapped.subjects(&planner, people, &keys);
                let plan = planner.erase(&subjects);
                let plan = plan.map_err(|findings| format!("{findings:?}"))?;
                let questions: Vec<_> = plan.steps.iter().map(|step| step.count.clone()).collect();
                let counts = snapshot.numbers(&questions).await.map_err(said)?;
                snapshot.end().await.map_err(said)?;
                let left: u64 = counts.iter().sum();
                match (round, left) {
                    (0, _) => {
                        let done = mapped.source.run(&work(&plan, intent)).await;
                        gone = done.map_err(said)?.rows.iter().sum();
                    }
                    (_, 0) => {}
                    (_, left) => return Err(format!("{left} rows are left")),
                }
            }
            Ok::<_, String>(gone)
        })
    }
}

/// The statements of a plan, in one transaction.
pub fn work(plan: &Plan, intent: &str) -> Work {
    let running = plan
        .steps
        .iter()
        .filter(|step| !matches!(step.effect, Effect::Keep { .. }));
    Work {
        intent: intent.to_owned(),
        opening: plan.opening.clone(),
        steps: running.map(|step| step.statement.clone()).collect(),
        closing: plan.closing.clone(),
        ..Work::default()
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark lives in real time")]
fn clock() -> Timestamp {
    Timestamp::now()
}
