//! What the processes do that tests start and kill. Each says a line for what it was told is done, and only then.

use std::io::Write as _;

use abide_store::{Keys, Sequencer};
use jiff::Timestamp;

use crate::stage::{Node, at, clock_from};
use crate::{backup, forgetting_disk, journal, repeat};

/// How many writers one process has.
const WRITERS: usize = 8;

/// Not a test: the entry of the processes that [`crate::process::role`] starts.
#[test]
#[ignore = "runs only in the processes that other tests start"]
fn role() {
    let Ok(role) = std::env::var("ABIDE_TEST_ROLE") else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        match role.as_str() {
            "insert-rows" => forgetting_disk::insert_rows().await,
            "busy-node" => busy_node().await,
            "erase-accounts" => journal::erase_accounts().await,
            "restore-backup" => backup::restore_backup().await,
            "serve-requests" => repeat::serve_requests().await,
            _ => panic!("no role `{role}`"),
        }
    });
}

/// Tell the test that something is done. The line leaves in one write, so a kill cannot tear it in two lines.
pub(crate) fn say(line: &str) {
    std::io::stdout()
        .lock()
        .write_all(format!("> {line}\n").as_bytes())
        .unwrap();
}

/// A role: write without pause and sequence, until killed.
async fn busy_node() {
    let name = std::env::var("NODE").unwrap();
    let start: i64 = std::env::var("CLOCK").unwrap().parse().unwrap();
    let clock = clock_from(at(start));
    let keys = Keys::parse(&std::env::var("ABIDE_KEYS").unwrap()).unwrap();
    let url = std::env::var("STORE_URL").unwrap();
    let node = Node::open(&url, &keys, clock()).await.unwrap();
    let sequencer = Sequencer::new(&node.store).unwrap();
    tokio::spawn(sequencer.run(clock.clone(), std::future::pending()));
    say("ready");
    let writers = (0..WRITERS).map(|writer| {
        let account = format!("{name}-{writer}");
        tokio::spawn(write_for_ever(node.clone(), account, clock.clone()))
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
}

/// Accounts called `wavering` take back what they gave; the others do not.
async fn write_for_ever(node: Node, name: String, clock: impl Fn() -> Timestamp) {
    for number in 0_u64.. {
        let wavers = number.is_multiple_of(2);
        let account = format!(
            "{name}-{number}-{}",
            if wavers { "wavering" } else { "steady" }
        );
        match node.give(&account, clock()).await {
            Ok(entry) => say(&format!("gave {account} {entry}")),
            Err(error) => {
                say(&format!("refused {error}"));
                continue;
            }
        }
        if wavers {
            match node.withdraw(&account, clock()).await {
                Ok(entry) => say(&format!("withdrew {account} {entry}")),
                Err(error) => say(&format!("refused {error}")),
            }
        }
        if number.is_multiple_of(4)
            && let Ok(entry) = node.note(clock()).await
        {
            say(&format!("wrote {entry}"));
        }
    }
}
