//! Writes down what a look at the controls came to, and computes the board from the log. Without records, from what was
//! just seen alone.

use std::time::Duration;

use abide_ledger::Entry;
use abide_promise::{Bindings, Board, Facts, board};
use abide_store::{Evidence, Sequencer, Store};
use anyhow::{Result, bail};
use jiff::Timestamp;

use super::{Looked, World, day};

/// How many entries are read at a time.
const AT_ONCE: u32 = 4096;
/// How long a number is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
const PACE: Duration = Duration::from_millis(50);

/// Writes an entry for each control that was looked at, and waits until the last of them has its number.
pub async fn record(
    store: &Store,
    world: &World<'_>,
    looked: &[Looked],
    actor: &str,
    clock: impl Fn() -> Timestamp,
) -> Result<()> {
    let now = clock();
    let day = day(now)?;
    let mut last = None;
    for looked in looked {
        let public = looked.public(world.version, day);
        let mut evidence = Evidence::new(&public.kind, actor, now);
        evidence.clauses = public.clauses;
        evidence.control = public.control;
        evidence.policy = public.policy;
        evidence.outcome = public.outcome;
        evidence.counts = public.counts;
        last = Some(store.begin(evidence)?.commit().await?.entry_id);
    }
    let Some(last) = last else { return Ok(()) };
    let mut sequencer = Sequencer::new(store)?;
    let waiting = async {
        while store.pending(last).await? {
            // A running server numbers entries too; whoever has the lease does it.
            if sequencer.step(clock()).await?.is_none() {
                tokio::time::sleep(PACE).await;
            }
        }
        anyhow::Ok(())
    };
    let waited = tokio::time::timeout(PATIENCE, waiting).await;
    sequencer.release().await;
    match waited {
        Ok(done) => done,
        Err(_) => bail!("the log gives no numbers; `abide doctor` says why"),
    }
}

/// The board from the first `size` entries of the log.
pub async fn of_log(store: &Store, world: &World<'_>, size: u64, now: Timestamp) -> Result<Board> {
    let mut facts = Facts::of(world.version);
    let mut number = 0;
    while number < size {
        let limit = u32::try_from(size - number).unwrap_or(u32::MAX);
        let leaves = store.leaf_data(number, limit.min(AT_ONCE)).await?;
        if leaves.is_empty() {
            bail!("the log has fewer entries than it signed; `abide doctor` says more");
        }
        for leaf in &leaves {
            facts.add(Some(number), Entry::parse(leaf)?.public());
            number += 1;
        }
    }
    finish(world, &facts, now)
}

/// The board from what was just seen.
pub fn of_looks(world: &World<'_>, looked: &[Looked], now: Timestamp) -> Result<Board> {
    let mut facts = Facts::of(world.version);
    for looked in looked {
        facts.add(None, &looked.public(world.version, day(now)?));
    }
    finish(world, &facts, now)
}

fn finish(world: &World<'_>, facts: &Facts, now: Timestamp) -> Result<Board> {
    let bindings = Bindings::of(world.policy);
    let name = &world.policy.name;
    Ok(board(name, world.version, &bindings, facts, day(now)?))
}
