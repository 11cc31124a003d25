//! Several nodes that want to sequence one log: killed, frozen and woken, held up by an open transaction, each with a clock
//! of its own. There is one log, nobody is lost, and the log goes on.

use abide_store::{Keys, Sequencer};

use crate::audit::{Database, audit};
use crate::chance::{Chance, rounds};
use crate::kill::{Installation, wait_for_lines};
use crate::process::Process;
use crate::server::empty_database;
use crate::stage::{Node, Place, at, within_deadline};

/// Wait until the log has grown past what `node` has written by now.
async fn goes_on(installation: &mut Installation, node: &Process) {
    installation.hear(&wait_for_lines(node, 10));
    let before = installation.numbered().await;
    within_deadline("the log goes on", async {
        while installation.numbered().await <= before {
            installation.hear(&wait_for_lines(node, 0));
        }
    })
    .await;
}

#[tokio::test]
async fn killing_the_one_that_sequences_never_forks_the_log() {
    let mut chance = Chance::fresh("kill-sequencer");
    for place in Place::both("kill_sequencer").await {
        kill_sequencers(&place.url, &mut chance).await;
    }
}

async fn kill_sequencers(url: &str, chance: &mut Chance) {
    let mut installation = Installation::new(url);
    let mut nodes = ["left", "right"].map(|name| Process::start(&mut installation.busy_node(name)));
    for round in 0..rounds(2, 40) {
        for node in &nodes {
            installation.hear(&wait_for_lines(node, chance.below(200)));
        }
        let place = usize::from(chance.once_in(2));
        let name = format!("{}-{round}", ["left", "right"][place]);
        let next = Process::start(&mut installation.busy_node(&name));
        let killed = std::mem::replace(&mut nodes[place], next);
        installation.hear(&killed.kill());
        goes_on(&mut installation, &nodes[1 - place]).await;
    }
    for node in nodes {
        installation.hear(&node.kill());
    }
    installation.check(chance).await;
}

#[tokio::test]
async fn a_frozen_node_that_wakes_up_never_forks_the_log() {
    let mut chance = Chance::fresh("frozen");
    let mut installation = Installation::new(&empty_database("frozen").await);
    let nodes = ["left", "right"].map(|name| Process::start(&mut installation.busy_node(name)));
    for _ in 0..rounds(2, 30) {
        let place = usize::from(chance.once_in(2));
        let (frozen, awake) = (&nodes[place], &nodes[1 - place]);
        installation.hear(&wait_for_lines(frozen, chance.below(100)));
        frozen.signal("STOP");
        // The other goes on writing and takes over the log, if need be once the server gives up the frozen one's locks.
        goes_on(&mut installation, awake).await;
        frozen.signal("CONT");
        installation.hear(&wait_for_lines(frozen, 50));
    }
    for node in nodes {
        installation.hear(&node.kill());
    }
    installation.check(&mut chance).await;
}

#[tokio::test]
async fn a_transaction_held_open_while_others_commit_loses_nobody() {
    let url = empty_database("held_open").await;
    let keys = Keys::generate().unwrap();
    let node = Node::open(&url, &keys, at(0)).await.unwrap();
    node.note(at(0)).await.unwrap();
    // A slow writer elsewhere: it has its places in the order of arrival and does not commit.
    let mut slow = Database::open(&url).await;
    slow.execute("BEGIN").await;
    slow.execute(
        "WITH place AS (SELECT nextval('abide_arrivals') * 4096 AS arrival),
            entry AS (INSERT INTO evidence (tenant, id, arrival, public, commitment, sealed, key_id, subject, written_at)
                SELECT tenant, decode('00112233445566778899aabbccddeeff', 'hex'), place.arrival, public, commitment, sealed, key_id,
                    subject, written_at FROM evidence, place)
         INSERT INTO pending (tenant, arrival, entry_id, leaf_hash)
            SELECT tenant, place.arrival, decode('00112233445566778899aabbccddeeff', 'hex'), leaf_hash FROM pending, place",
    )
    .await;
    let mut sequencer = Sequencer::new(&node.store).unwrap();
    for second in 1..4 {
        node.note(at(second)).await.unwrap();
        sequencer.step(at(second)).await.unwrap().unwrap();
    }
    slow.execute("COMMIT").await;
    assert!(sequencer.step(at(5)).await.unwrap().is_some());
    let audited = audit(&url).await;
    assert_eq!((audited.numbered, audited.entries.len()), (5, 5));
}

#[tokio::test]
async fn nodes_whose_clocks_disagree_share_one_log() {
    let mut chance = Chance::fresh("clocks-disagree");
    let url = empty_database("clocks").await;
    let keys = Keys::generate().unwrap();
    let mut nodes = Vec::new();
    for _ in 0..3 {
        let node = Node::open(&url, &keys, at(0)).await.unwrap();
        let sequencer = Sequencer::new(&node.store).unwrap();
        nodes.push((node, sequencer));
    }
    let mut signed = 0;
    for _ in 0..rounds(60, 2000) {
        // Each step on any node at any time of the same day.
        let place = usize::try_from(chance.below(3)).unwrap();
        let now = at(i64::try_from(chance.below(86_400)).unwrap());
        let (node, sequencer) = &mut nodes[place];
        node.note(now).await.unwrap();
        signed += usize::from(sequencer.step(now).await.unwrap().is_some());
    }
    assert!(signed > 0, "the log goes on");
    let audited = audit(&url).await;
    assert_eq!(audited.checkpoints, signed, "each step signs once");
    nodes[0].0.sequence_all(at(1_000_000)).await;
    let audited = audit(&url).await;
    assert_eq!(audited.numbered, audited.entries.len());
}
