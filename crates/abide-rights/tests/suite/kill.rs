//! An erasure killed at every point around its work and in the middle of it, then gone on with: each effect happens once,
//! and everything ends as if nothing had been killed.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use abide_map::sample::{Contained, Containment, TableSample};
use abide_map::schema::{Dialect, Schema, Table};
use abide_rights::Eraser;
use abide_sources::{Access, Done, Marker, Snapshot, Source, SourceFuture, Work};
use abide_store::{Journal, Keys, RequestState, Store, StoreOptions};

use crate::shop::{Shop, at, known, mapped};

/// Points at which one erasure can be killed: before and after each call to its source.
const POINTS: i64 = 8;

/// A source that kills its own process, as a power cut would: nothing is cleaned up.
#[derive(Debug)]
struct Deadly {
    inner: Box<dyn Source>,
    /// Calls that are left to live through.
    left: AtomicI64,
    /// How long the work itself lives.
    work: Option<Duration>,
}

impl Deadly {
    fn point(&self) {
        if self.left.fetch_sub(1, Ordering::SeqCst) == 0 {
            die();
        }
    }
}

fn die() -> ! {
    let own = std::process::id().to_string();
    Command::new("kill").args(["-9", &own]).status().unwrap();
    loop {
        std::thread::park();
    }
}

impl Source for Deadly {
    fn name(&self) -> &str {
        self.inner.name()
    }
    fn dialect(&self) -> Dialect {
        self.inner.dialect()
    }
    fn version(&self) -> SourceFuture<'_, String> {
        self.inner.version()
    }
    fn schema(&self) -> SourceFuture<'_, Schema> {
        self.inner.schema()
    }
    fn sample<'a>(&'a self, table: &'a Table, rows: u64) -> SourceFuture<'a, TableSample> {
        self.inner.sample(table, rows)
    }
    fn contained<'a>(
        &'a self,
        schema: &'a Schema,
        questions: &'a [Containment],
    ) -> SourceFuture<'a, Vec<Contained>> {
        self.inner.contained(schema, questions)
    }
    fn snapshot(&self) -> SourceFuture<'_, Box<dyn Snapshot>> {
        self.point();
        self.inner.snapshot()
    }
    fn run<'a>(&'a self, work: &'a Work) -> SourceFuture<'a, Done> {
        self.point();
        Box::pin(async move {
            let done = match self.work {
                None => self.inner.run(work).await,
                Some(life) => match tokio::time::timeout(life, self.inner.run(work)).await {
                    Ok(done) => done,
                    Err(_) => die(),
                },
            };
            self.point();
            done
        })
    }
    fn marker<'a>(&'a self, intent: &'a str) -> SourceFuture<'a, Marker> {
        self.point();
        self.inner.marker(intent)
    }
    fn close(&self) -> SourceFuture<'_, ()> {
        self.inner.close()
    }
}

/// Not a test: the process that is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "runs only in the processes that other tests start"]
async fn role() {
    let Ok(url) = std::env::var("ABIDE_ROLE_SOURCE") else {
        return;
    };
    let number = |name: &str| std::env::var(name).ok()?.parse::<i64>().ok();
    let folder = std::path::PathBuf::from(std::env::var("ABIDE_ROLE_FOLDER").unwrap());
    let keys = Keys::parse(&std::env::var("ABIDE_ROLE_KEYS").unwrap()).unwrap();
    let journal = Journal::open(&folder.join("journal"), &folder.join("journal-keys")).unwrap();
    let options = StoreOptions {
        journal: Some(journal),
        ..StoreOptions::default()
    };
    let store = format!("sqlite:{}", folder.join("abide.db").display());
    let store = Store::open(&store, keys, options, at(2)).await.unwrap();
    let mut shop = mapped(&url, Access::Change).await;
    shop.source = Box::new(Deadly {
        inner: shop.source,
        left: AtomicI64::new(number("ABIDE_ROLE_POINT").unwrap_or(i64::MAX)),
        work: number("ABIDE_ROLE_MICROS")
            .map(|micros| Duration::from_micros(micros.unsigned_abs())),
    });
    let sources = [shop];
    let eraser = Eraser {
        store: &store,
        sources: &sources,
        holds: &[],
        actor: "test",
        now: at(2),
    };
    let open = store.requests(RequestState::Open, None, 10).await.unwrap();
    let checked = store
        .requests(RequestState::Checked, None, 10)
        .await
        .unwrap();
    let person = known("email", "ann@example.org");
    match open.first() {
        Some(request) => drop(eraser.advance(request.id).await.unwrap()),
        None if checked.is_empty() => {
            drop(eraser.erase(&person, &["shop".into()], &[]).await.unwrap());
        }
        None => {}
    }
}

/// Runs the role to its end, which may be its death.
fn run(shop: &Shop, limits: &[(&str, i64)]) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["kill::role", "--exact", "--ignored"])
        .env("ABIDE_ROLE_SOURCE", &shop.database.url)
        .env("ABIDE_ROLE_FOLDER", shop.path(""))
        .env("ABIDE_ROLE_KEYS", shop.keys.render().as_str())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    for (name, value) in limits {
        command.env(name, value.to_string());
    }
    command.status().unwrap();
}

/// Many more where somebody has the time.
fn rounds() -> i64 {
    match std::env::var_os("ABIDE_DEEP") {
        Some(_) => 120,
        None => 12,
    }
}

on_all! {
    async fn a_killed_erasure_ends_as_if_it_had_not_been(shop: Shop) {
        let engine = shop.database.engine;
        let eraser = shop.eraser(1);
        let whole = eraser.erase(&known("email", "ann@example.org"), &["shop".into()], &[]).await.unwrap();
        let counts = whole.certified.unwrap().1.counts();
        let mut expected = shop.dump().await;
        expected.remove(abide_sources::MARKER_TABLE);
        for round in 0..rounds() {
            let shop = Shop::open(engine, "killed").await;
            if round < POINTS {
                run(&shop, &[("ABIDE_ROLE_POINT", round)]);
            } else {
                run(&shop, &[("ABIDE_ROLE_MICROS", round * 97 % 5000)]);
            }
            // And killed again while it goes on.
            run(&shop, &[("ABIDE_ROLE_POINT", round % 3)]);
            run(&shop, &[]);
            let mut after = shop.dump().await;
            after.remove(abide_sources::MARKER_TABLE);
            assert_eq!(after, expected, "round {round}");
            let checked = shop.store.requests(RequestState::Checked, None, 10).await.unwrap();
            assert!(!checked.is_empty(), "round {round}");
            let open = shop.store.requests(RequestState::Open, None, 10).await.unwrap();
            assert!(open.is_empty(), "round {round}");
            let certificate = shop.store.certificates(checked[0].id).await.unwrap();
            let text = &certificate.last().unwrap().2;
            let told = |what| text.lines().filter_map(|line| told(line, what)).sum::<u64>();
            assert_eq!(told("deleted"), counts["deleted"], "round {round}: {text}");
            // Known by its marker alone, work is told as it was planned: two steps may have meant the same row.
            assert!(told("overwritten") >= counts["overwritten"], "round {round}: {text}");
        }
    }
}

/// The number that stands before a word on a line for a table.
fn told(line: &str, what: &str) -> Option<u64> {
    let line = line.strip_prefix("  ")?.replace(" rows", "");
    let before = line
        .split([',', ':', '('])
        .find(|part| part.contains(what))?;
    before.split_whitespace().next()?.parse().ok()
}
