//! Kill busy nodes at any moment, again and again on the same store; on SQLite cut the power too, on PostgreSQL crash the
//! server. What was acknowledged is there, what was withdrawn stays withdrawn, and the log verifies from scratch.

use std::collections::BTreeMap;

use abide_store::Keys;

use crate::audit::{Database, audit};
use crate::chance::{Chance, rounds};
use crate::disk::{Disk, Loss};
use crate::process::{Process, role};
use crate::server::{PrivateServer, empty_database};
use crate::stage::{Node, at, sqlite_url, within_deadline};

/// One installation over many rounds: its keys, and everything that any of its nodes acknowledged.
pub(crate) struct Installation {
    url: String,
    keys: Keys,
    round: usize,
    entries: Vec<String>,
    /// The last acknowledged word of each account.
    words: BTreeMap<String, Word>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Given,
    Withdrawn,
}

/// Seconds from round to round, by the nodes' clocks.
const ROUND_SECONDS: i64 = 3600;

impl Installation {
    pub(crate) fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            keys: Keys::generate().unwrap(),
            round: 0,
            entries: Vec::new(),
            words: BTreeMap::new(),
        }
    }

    /// The command that runs a busy node.
    pub(crate) fn busy_node(&self, name: &str) -> std::process::Command {
        let clock = self.round as i64 * ROUND_SECONDS;
        let mut command = role("busy-node");
        command
            .env("STORE_URL", &self.url)
            .env("ABIDE_KEYS", self.keys.render().as_str())
            .env("NODE", format!("{name}-{}", self.round))
            .env("CLOCK", clock.to_string());
        command
    }

    /// Remember what a node acknowledged.
    pub(crate) fn hear(&mut self, lines: &[String]) {
        for line in lines {
            let words: Vec<&str> = line.split(' ').collect();
            let word = match words.as_slice() {
                ["gave", ..] => Word::Given,
                ["withdrew", ..] => Word::Withdrawn,
                ["wrote", entry] => {
                    self.entries.push((*entry).to_owned());
                    continue;
                }
                ["ready" | "refused", ..] => continue,
                _ => panic!("a node said `{line}`"),
            };
            self.entries.push(words[2].to_owned());
            self.words.insert(words[1].to_owned(), word);
        }
    }

    /// How many entries have a number.
    pub(crate) async fn numbered(&self) -> i64 {
        let mut database = Database::open(&self.url).await;
        let rows: Vec<(i64,)> = database.rows("SELECT count(*) FROM sequence").await;
        rows[0].0
    }

    /// End a round with no node running: compare what was acknowledged with what is stored. Accounts of earlier rounds
    /// are looked at again by chance.
    pub(crate) async fn check(&mut self, chance: &mut Chance) {
        let now = at(self.round as i64 * ROUND_SECONDS + ROUND_SECONDS / 2);
        let node = Node::open(&self.url, &self.keys, now).await.unwrap();
        let audited = audit(&self.url).await;
        for entry in &self.entries {
            let there = audited.entries.contains(entry);
            assert!(there, "entry {entry} was acknowledged and is lost");
        }
        let this_round = format!("-{}-", self.round);
        for (account, word) in &self.words {
            if !account.contains(&this_round) && !chance.once_in(50) {
                continue;
            }
            // The withdrawal that follows may have been written without being acknowledged.
            if *word == Word::Given && account.ends_with("wavering") {
                continue;
            }
            let given = node.is_given(account, now).await;
            assert_eq!(given, *word == Word::Given, "{account}: {word:?}");
        }
        within_deadline("sequencing", node.sequence_all(now)).await;
        node.close().await;
        let audited = audit(&self.url).await;
        assert_eq!(audited.numbered, audited.entries.len(), "all are numbered");
        println!(
            "round {}: {} acknowledged, {} stored, {} checkpoints",
            self.round,
            self.entries.len(),
            audited.numbered,
            audited.checkpoints
        );
        self.round += 1;
    }
}

#[tokio::test]
async fn a_node_on_sqlite_is_killed_and_its_power_cut() {
    let mut chance = Chance::fresh("kill-sqlite");
    let disk = Disk::new("kill-sqlite");
    let mut installation = Installation::new(&sqlite_url(&disk.folder()));
    for round in 0..rounds(10, 200) {
        let mut command = installation.busy_node("node");
        disk.mount(&mut command);
        let lines = if !chance.once_in(4) {
            // Between any two calls to the disk, from the first migration on.
            let call = 1 + chance.below(if round == 0 { 200 } else { 3000 });
            command.env("ABIDE_SHIM_KILL_AT", call.to_string());
            Process::start(&mut command).rest()
        } else {
            kill_after(Process::start(&mut command), chance.below(400))
        };
        installation.hear(&lines);
        let loss = [Loss::Everything, Loss::Sectors, Loss::Tail][round % 3];
        let calls = disk.cut_power(loss, &mut chance);
        println!("{} lines said; lost {loss:?} of {calls} calls", lines.len());
        installation.check(&mut chance).await;
    }
}

#[tokio::test]
async fn a_node_on_postgresql_is_killed() {
    let mut chance = Chance::fresh("kill-postgresql");
    let mut installation = Installation::new(&empty_database("kill").await);
    for _ in 0..rounds(8, 150) {
        let process = Process::start(&mut installation.busy_node("node"));
        installation.hear(&kill_after(process, chance.below(400)));
        installation.check(&mut chance).await;
    }
}

#[tokio::test]
async fn a_server_that_crashes_loses_nothing_of_two_nodes() {
    let mut chance = Chance::fresh("crash-server");
    let server = PrivateServer::start("crash-nodes");
    let mut installation = Installation::new(&server.database("crash").await);
    for _ in 0..rounds(2, 30) {
        let nodes = ["left", "right"].map(|name| Process::start(&mut installation.busy_node(name)));
        let lines = nodes
            .each_ref()
            .map(|node| wait_for_lines(node, chance.below(300)));
        server.crash();
        server.wake();
        lines.iter().for_each(|lines| installation.hear(lines));
        for node in nodes {
            // Everything from before the crash has been said when the node has said an error; then it goes on.
            installation.hear(&node.wait_for(|line| line.starts_with("refused")));
            installation.hear(&node.wait_for(|line| line.starts_with("gave")));
            installation.hear(&node.kill());
        }
        installation.check(&mut chance).await;
    }
}

pub(crate) fn wait_for_lines(process: &Process, count: u64) -> Vec<String> {
    let mut left = count;
    process.wait_for(|_| {
        let enough = left == 0;
        left = left.saturating_sub(1);
        enough
    })
}

pub(crate) fn kill_after(process: Process, count: u64) -> Vec<String> {
    let mut lines = wait_for_lines(&process, count);
    lines.extend(process.kill());
    lines
}
