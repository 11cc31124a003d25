//! Connections to PostgreSQL that are cut at any moment, and a server that turns read-only: what was acknowledged is there,
//! and nodes recover by themselves.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use abide_store::{EntryId, Keys, Sequencer};
use tokio::sync::mpsc;

use crate::audit::{Database, audit};
use crate::chance::{Chance, rounds};
use crate::server::empty_database;
use crate::stage::{Node, at, clock_from, within_deadline};

const CUT: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";

/// What writers tell: an entry that was acknowledged, or nothing for a write that was refused.
type Told = Option<EntryId>;

struct Writing {
    told: mpsc::UnboundedReceiver<Told>,
    stop: Arc<AtomicBool>,
    acknowledged: Vec<EntryId>,
}

impl Writing {
    /// Two nodes that write and sequence until told to stop.
    async fn start(url: &str, keys: &Keys) -> Self {
        let (tell, told) = mpsc::unbounded_channel();
        let stop = Arc::new(AtomicBool::new(false));
        for _ in 0..2 {
            let node = Node::open(url, keys, at(0)).await.unwrap();
            let sequencer = Sequencer::new(&node.store).unwrap();
            tokio::spawn(sequencer.run(clock_from(at(0)), std::future::pending()));
            for writer in 0..6 {
                let (node, tell, stop) = (node.clone(), tell.clone(), Arc::clone(&stop));
                tokio::spawn(async move {
                    while !stop.load(Ordering::Relaxed) {
                        let account = format!("account-{writer}");
                        let _ = tell.send(node.give(&account, at(1)).await.ok());
                    }
                });
            }
        }
        Self {
            told,
            stop,
            acknowledged: Vec::new(),
        }
    }

    /// Listens until `count` more writes have been acknowledged, or refused.
    async fn hear(&mut self, count: u64, counts: impl Fn(&Told) -> bool) {
        within_deadline("writing", async {
            let mut left = count;
            while left > 0 {
                let told = self.told.recv().await.unwrap();
                left -= u64::from(counts(&told));
                self.acknowledged.extend(told);
            }
        })
        .await;
    }

    /// Stops, and compares what was acknowledged with what is stored.
    async fn check(mut self, url: &str, keys: &Keys) {
        self.stop.store(true, Ordering::Relaxed);
        within_deadline("stopping", async {
            while let Some(told) = self.told.recv().await {
                self.acknowledged.extend(told);
            }
        })
        .await;
        let node = Node::open(url, keys, at(0)).await.unwrap();
        node.sequence_all(at(100_000)).await;
        let audited = audit(url).await;
        for entry in &self.acknowledged {
            assert!(
                audited.entries.contains(&entry.to_string()),
                "{entry} is lost"
            );
        }
        assert_eq!(audited.numbered, audited.entries.len());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_are_cut_lose_nothing() {
    let mut chance = Chance::fresh("cut");
    let url = empty_database("cut").await;
    let keys = Keys::generate().unwrap();
    let mut writing = Writing::start(&url, &keys).await;
    let mut knife = Database::open(&url).await;
    for _ in 0..rounds(12, 300) {
        writing.hear(1 + chance.below(60), Option::is_some).await;
        knife.execute(CUT).await;
    }
    writing.hear(20, Option::is_some).await;
    writing.check(&url, &keys).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_turns_readonly_is_waited_out() {
    let url = empty_database("readonly").await;
    let keys = Keys::generate().unwrap();
    let mut writing = Writing::start(&url, &keys).await;
    let mut owner = Database::open(&url).await;
    let name = url.rsplit('/').next().unwrap().to_owned();
    for _ in 0..rounds(2, 20) {
        writing.hear(20, Option::is_some).await;
        for (mode, counts) in [
            ("on", Option::is_none as fn(&Told) -> bool),
            ("off", Option::is_some),
        ] {
            owner
                .execute(format!(
                    "ALTER DATABASE {name} SET default_transaction_read_only = {mode}"
                ))
                .await;
            // Settings of a database are taken by fresh connections.
            owner.execute(CUT).await;
            writing.hear(30, counts).await;
        }
    }
    writing.check(&url, &keys).await;
}
