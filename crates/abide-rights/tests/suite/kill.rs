//! Work killed before each of its statements and around each of its calls, then gone on with: each effect happens once, and
//! everything ends as if nothing had been killed.

use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicI64, Ordering};

use abide_map::sample::{Contained, Containment, TableSample};
use abide_map::schema::{Dialect, Schema, Table};
use abide_rights::{Eraser, Mapped, Pace, RightsError, access, sweep, undo};
use abide_sources::{Access, Done, Marker, Snapshot, Source, SourceFuture, SourceOptions, Work};
use abide_store::{Journal, Keys, RequestState, Store, StoreOptions};

use crate::shop::{Dump, Shop, at, known, mapped, mapped_with, undoable};

/// Points at which one erasure can be killed: before and after each call to its source.
pub(crate) const POINTS: i64 = 8;

/// Statements that are left to live through, of all sources.
static STATEMENTS: AtomicI64 = AtomicI64::new(i64::MAX);

/// Hears of each statement before it runs.
struct Counting;

impl tracing::Subscriber for Counting {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == "abide_sources::statement"
    }
    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }
    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn event(&self, _: &tracing::Event<'_>) {
        if STATEMENTS.fetch_sub(1, Ordering::SeqCst) == 0 {
            die();
        }
    }
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

/// A source that kills its own process, as a power cut would: nothing is cleaned up.
#[derive(Debug)]
struct Deadly {
    inner: Box<dyn Source>,
    /// Calls that are left to live through.
    left: AtomicI64,
}

impl Deadly {
    /// Where the process dies, or where the disk of our own records becomes full.
    fn point(&self) {
        if self.left.fetch_sub(1, Ordering::SeqCst) != 0 {
            return;
        }
        match std::env::var_os("ABIDE_ROLE_FILLS") {
            Some(fault) => crate::disk::set_fault(fault.as_ref(), b"S"),
            None => die(),
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
            let done = self.inner.run(work).await;
            self.point();
            done
        })
    }
    fn is_marking(&self) -> SourceFuture<'_, bool> {
        self.inner.is_marking()
    }
    fn marker<'a>(&'a self, intent: &'a str) -> SourceFuture<'a, Marker> {
        self.point();
        self.inner.marker(intent)
    }
    fn fence<'a>(&'a self, intent: &'a str) -> SourceFuture<'a, Marker> {
        self.point();
        self.inner.fence(intent)
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
    let journal =
        Journal::open(&folder.join("ours/journal"), &folder.join("journal-keys")).unwrap();
    let options = StoreOptions {
        journal: Some(journal),
        ..StoreOptions::default()
    };
    let store = format!("sqlite:{}", folder.join("ours/abide.db").display());
    let store = Store::open(&store, keys, options, at(2)).await.unwrap();
    let mut shop = match std::env::var_os("ABIDE_ROLE_UNDO") {
        Some(_) => mapped_with(&url, SourceOptions::new("shop"), &undoable()).await,
        None => mapped(&url, Access::Change).await,
    };
    shop.source = Box::new(Deadly {
        inner: shop.source,
        left: AtomicI64::new(number("ABIDE_ROLE_POINT").unwrap_or(i64::MAX)),
    });
    let statements = number("ABIDE_ROLE_STATEMENT").unwrap_or(i64::MAX);
    STATEMENTS.store(statements, Ordering::SeqCst);
    tracing::subscriber::set_global_default(Counting).unwrap();
    match std::env::var("ABIDE_ROLE_DOING").unwrap().as_str() {
        "erase" => {
            if let Err(error) = erase(&store, &[shop]).await {
                println!("told: {error}");
                return;
            }
        }
        "undo" => {
            let mut requests = Vec::new();
            for state in [
                RequestState::Open,
                RequestState::Checked,
                RequestState::Closed,
            ] {
                requests.extend(store.requests(state, None, 10).await.unwrap());
            }
            let eraser = Eraser {
                store: &store,
                sources: &[shop],
                actor: "test",
                now: at(3),
            };
            drop(undo(&eraser, requests[0].id).await);
        }
        "access" => {
            let (person, out) = (known("email", "ann@example.org"), folder.join("ann.zip"));
            if !out.exists() {
                access(&store, &[shop], &person, &out, "test", at(2))
                    .await
                    .unwrap();
            }
        }
        _ => {
            let pace = Pace {
                batch: 1,
                actor: "test",
                now: at(2),
            };
            sweep(&store, &shop, pace, async || {}).await.unwrap();
        }
    }
    let ran = statements - STATEMENTS.load(Ordering::SeqCst);
    std::fs::write(folder.join("statements"), ran.to_string()).unwrap();
}

async fn erase(store: &Store, sources: &[Mapped]) -> Result<(), RightsError> {
    let eraser = Eraser {
        store,
        sources,
        actor: "test",
        now: at(2),
    };
    let open = store.requests(RequestState::Open, None, 10).await.unwrap();
    let checked = store
        .requests(RequestState::Checked, None, 10)
        .await
        .unwrap();
    let person = known("email", "ann@example.org");
    let progress = match open.first() {
        Some(request) => eraser.advance(request.id).await?,
        None if checked.is_empty() => eraser.erase(&person, &["shop".into()], &[]).await?,
        None => return Ok(()),
    };
    for (_, why) in progress.stuck {
        println!("told: {why}");
    }
    Ok(())
}

/// Runs the role to its end; whether that was its death.
fn run(shop: &Shop, doing: &str, limits: &[(&str, i64)]) -> bool {
    let mut command = role_of(shop, doing);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    for (name, value) in limits {
        command.env(name, value.to_string());
    }
    command.status().unwrap().signal() == Some(9)
}

/// A process that does this.
pub(crate) fn role_of(shop: &Shop, doing: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["kill::role", "--exact", "--ignored", "--nocapture"])
        .env("ABIDE_ROLE_DOING", doing)
        .env("ABIDE_ROLE_SOURCE", &shop.database.url)
        .env("ABIDE_ROLE_FOLDER", shop.path(""))
        .env("ABIDE_ROLE_KEYS", shop.keys.render().as_str());
    command
}

/// How many statements the role runs if nobody kills it.
fn statements(shop: &Shop, doing: &str) -> i64 {
    run(shop, doing, &[]);
    let ran = std::fs::read_to_string(shop.path("statements")).unwrap();
    ran.parse().unwrap()
}

/// The statements before which the role is killed: each, and again where somebody has the time, with other ones while it
/// goes on.
fn places(statements: i64, every: i64) -> Vec<(i64, i64)> {
    let is_deep = std::env::var_os("ABIDE_DEEP").is_some();
    let (step, rounds) = if is_deep { (1, 2) } else { (every, 1) };
    let mut places = Vec::new();
    for round in 0..rounds {
        let each = (0..statements).filter(|place| place % step == 0);
        places.extend(each.map(|place| (place, (place * 7 + round * 5) % statements)));
    }
    places
}

/// What stands in a source, markers apart.
pub(crate) async fn dump_of(shop: &Shop) -> Dump {
    let mut dump = shop.dump().await;
    dump.remove(abide_sources::MARKER_TABLE);
    dump
}

on_all! {
    async fn a_killed_erasure_ends_as_if_it_had_not_been(shop: Shop) {
        let engine = shop.database.engine;
        let all = statements(&shop, "erase");
        assert!(all > 20, "{all}");
        let expected = dump_of(&shop).await;
        let counts = told_of(&shop).await;
        let mut limits: Vec<_> = (0..POINTS).map(|point| ("ABIDE_ROLE_POINT", point, point % 3)).collect();
        limits.extend(places(all, 6).into_iter().map(|(first, then)| ("ABIDE_ROLE_STATEMENT", first, then)));
        for (limit, first, then) in limits {
            let shop = Shop::open(engine, "killed").await;
            let died = run(&shop, "erase", &[(limit, first)]);
            assert!(died || limit == "ABIDE_ROLE_POINT", "{first}");
            // And killed again while it goes on.
            run(&shop, "erase", &[(limit, then)]);
            run(&shop, "erase", &[]);
            let place = format!("{limit} {first} {then}");
            assert_eq!(dump_of(&shop).await, expected, "{place}");
            let open = shop.store.requests(RequestState::Open, None, 10).await.unwrap();
            assert!(open.is_empty(), "{place}");
            let told = told_of(&shop).await;
            assert_eq!(told.0, counts.0, "{place}");
            // Known by its marker alone, work is told as it was planned: two steps may have meant the same row.
            assert!(told.1 >= counts.1, "{place}");
            assert_eq!(told.2, counts.2, "{place}: the files are named once");
        }
    }

    async fn a_killed_access_leaves_a_whole_package_or_none(shop: Shop) {
        let engine = shop.database.engine;
        let before = shop.dump().await;
        let all = statements(&shop, "access");
        let whole = std::fs::read(shop.path("ann.zip")).unwrap();
        for (first, then) in places(all, 6) {
            let shop = Shop::open(engine, "killed").await;
            for place in [first, then] {
                let died = run(&shop, "access", &[("ABIDE_ROLE_STATEMENT", place)]);
                assert!(died, "{place}");
                let made = std::fs::read(shop.path("ann.zip")).ok();
                assert!(made.is_none_or(|made| made == whole), "{first} {then}");
            }
            run(&shop, "access", &[]);
            assert_eq!(std::fs::read(shop.path("ann.zip")).unwrap(), whole, "{first} {then}");
            assert!(!shop.path("ann.zip.part").exists() && !shop.path("ann.zip.json.part").exists());
            assert_eq!(shop.dump().await, before, "{first} {then}");
        }
    }

    async fn a_killed_sweep_ends_as_if_it_had_not_been(shop: Shop) {
        let engine = shop.database.engine;
        let all = statements(&shop, "sweep");
        let expected = dump_of(&shop).await;
        for (first, then) in places(all, 6) {
            let shop = Shop::open(engine, "killed").await;
            for place in [first, then, i64::MAX] {
                run(&shop, "sweep", &[("ABIDE_ROLE_STATEMENT", place)]);
            }
            assert_eq!(dump_of(&shop).await, expected, "{first} {then}");
            let open = shop.store.open_sweeps("shop").await.unwrap();
            assert!(open.is_empty(), "{first} {then}: every sweep is settled");
        }
    }
}

/// What the last certificate says: rows deleted, rows overwritten, files named.
async fn told_of(shop: &Shop) -> (u64, u64, u64) {
    let store = &shop.store;
    let checked = store
        .requests(RequestState::Checked, None, 10)
        .await
        .unwrap();
    let certificates = store.certificates(checked[0].id).await.unwrap();
    let text = &certificates.last().unwrap().2;
    let sum = |what| {
        text.lines()
            .filter_map(|line| told(line, what))
            .sum::<u64>()
    };
    (sum("deleted"), sum("overwritten"), sum("files that"))
}

/// The number that stands before a word on a line for a table.
fn told(line: &str, what: &str) -> Option<u64> {
    let line = line.strip_prefix("  ")?.replace(" rows", "");
    let before = line
        .split([',', ':', '(', ';'])
        .find(|part| part.contains(what))?;
    before.split_whitespace().next()?.parse().ok()
}
