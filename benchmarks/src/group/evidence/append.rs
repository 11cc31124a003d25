//! Many writers append evidence, and each waits until its entry is on disk. Ours also puts every entry into the signed
//! tree, within the measured time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use abide_store::{Evidence, Keys, Sequencer, Store, StoreOptions};
use jiff::Timestamp;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use super::audit::leaf_data;
use crate::peer::chain::Chain;
use crate::postgres::Postgres;
use crate::ratio;
use crate::scratch::Scratch;

const WRITERS: usize = 64;
const ROUND: Duration = Duration::from_secs(3);

/// Print `evidence-append`.
pub fn run() -> Result<(), String> {
    let scratch = Scratch::new("evidence")?;
    let server = Postgres::start(scratch.path())?;
    let chain = Chain::new(&server, &leaf_data(1)?)?;
    let runtime = Runtime::new().map_err(|error| format!("starting threads: {error}"))?;
    let on_postgres = Log::open(&runtime, &server.database("ours")?)?;
    let rates = ratio::rates(|| on_postgres.append(), || chain.append(WRITERS, ROUND))?;
    ratio::at_least("evidence-append", rates.ours / rates.theirs, 10.0);
    ratio::also("entries a second, ours on PostgreSQL", rates.ours.round());
    ratio::also("entries a second, hash-chain trigger", rates.theirs.round());

    let on_sqlite = Log::open(&runtime, &scratch.path().join("abide.db").to_string_lossy())?;
    let rates = ratio::rates(|| on_sqlite.append(), || chain.append(WRITERS, ROUND))?;
    ratio::at_least("evidence-append-sqlite", rates.ours / rates.theirs, 10.0);
    ratio::also("entries a second, ours on SQLite", rates.ours.round());
    Ok(())
}

/// One of our logs, with the threads that it works on.
struct Log<'a> {
    runtime: &'a Runtime,
    store: Store,
}

impl<'a> Log<'a> {
    fn open(runtime: &'a Runtime, url: &str) -> Result<Self, String> {
        let keys = Keys::generate().map_err(|error| error.to_string())?;
        let store = runtime
            .block_on(Store::open(url, keys, StoreOptions::default(), now()))
            .map_err(|error| error.to_string())?;
        Ok(Self { runtime, store })
    }

    /// Entries per second that `WRITERS` tasks append. The clock stops when the last one is in the signed tree.
    fn append(&self) -> Result<f64, String> {
        self.runtime.block_on(self.append_for_a_round())
    }

    #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
    async fn append_for_a_round(&self) -> Result<f64, String> {
        let over = Arc::new(AtomicBool::new(false));
        let (stop, stopped) = oneshot::channel::<()>();
        let start = Instant::now();
        let sequencer = Sequencer::new(&self.store).map_err(|error| error.to_string())?;
        let sequencing = tokio::spawn(sequencer.run(now, async {
            // Either way there is nothing more to wait for.
            let _ = stopped.await;
        }));
        let writers: Vec<_> = (0..WRITERS)
            .map(|_| tokio::spawn(write(self.store.clone(), Arc::clone(&over))))
            .collect();
        tokio::time::sleep(ROUND).await;
        over.store(true, Ordering::Relaxed);
        let mut count = 0;
        for writer in writers {
            count += writer.await.map_err(|error| error.to_string())??;
        }
        let _ = stop.send(());
        sequencing.await.map_err(|error| error.to_string())?;
        Ok(count as f64 / start.elapsed().as_secs_f64())
    }
}

/// One writer: gives how many entries it was told are on disk.
async fn write(store: Store, over: Arc<AtomicBool>) -> Result<u64, String> {
    let mut count = 0;
    while !over.load(Ordering::Relaxed) {
        let mut evidence = Evidence::new("consent.recorded", "ConsentGiven", now());
        evidence.clauses = vec!["HB-009".to_owned()];
        evidence.policy = Some("a".repeat(64));
        let written = store
            .begin(evidence)
            .map_err(|error| error.to_string())?
            .commit()
            .await;
        written.map_err(|error| error.to_string())?;
        count += 1;
    }
    Ok(count)
}

#[expect(clippy::disallowed_methods, reason = "a benchmark lives in real time")]
fn now() -> Timestamp {
    Timestamp::now()
}
