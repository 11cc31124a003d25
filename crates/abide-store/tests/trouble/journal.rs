//! The erasure journal under power cuts, torn lines, two writers and clocks that go back: whoever was told to be erased is
//! erased again when a backup brings them back.

use std::io::Write as _;
use std::path::Path;

use abide_store::{Journal, Keys, Store, StoreOptions};

use crate::chance::{Chance, rounds};
use crate::disk::{Disk, Loss};
use crate::kill::kill_after;
use crate::process::{Process, role};
use crate::stage::{Node, at, named, sqlite_url};
use crate::worker::say;

pub(crate) fn journal_in(folder: &Path) -> Journal {
    Journal::open(&folder.join("journal"), &folder.join("journal.keys")).unwrap()
}

pub(crate) async fn node_with_journal(folder: &Path, keys: &Keys) -> Node {
    let options = StoreOptions {
        journal: Some(journal_in(folder)),
        ..StoreOptions::default()
    };
    let store = Store::open(&sqlite_url(folder), keys.clone(), options, at(0)).await;
    Node {
        store: store.unwrap(),
    }
}

pub(crate) async fn erase(node: &Node, account: &str, seconds: i64) {
    let subject = node.store.subject(&named(account)).await.unwrap();
    let erased = node
        .store
        .erase_subject(subject, &[], "test", at(seconds))
        .await;
    erased.unwrap();
}

/// Bring these accounts back as a backup from second 1 would, replay the journal, and see that nobody is left.
async fn check_replay(folder: &Path, keys: &Keys, accounts: &[String]) {
    let restored = folder.join("restored");
    let _ = std::fs::remove_dir_all(&restored);
    std::fs::create_dir(&restored).unwrap();
    let node = Node::open(&sqlite_url(&restored), keys, at(0))
        .await
        .unwrap();
    for account in accounts {
        node.give(account, at(1)).await.unwrap();
    }
    node.store
        .replay(&journal_in(folder), at(9000))
        .await
        .unwrap();
    for account in accounts {
        let subject = node.store.subject(&named(account)).await.unwrap();
        let known = node.store.is_known(subject).await.unwrap();
        assert!(!known, "{account} was erased and came back");
    }
    node.close().await;
}

/// A role: erase accounts that were written just before, from several tasks, saying each.
pub(crate) async fn erase_accounts() {
    let name = std::env::var("NODE").unwrap();
    let keys = Keys::parse(&std::env::var("ABIDE_KEYS").unwrap()).unwrap();
    let folder = std::env::var("ABIDE_SHIM_FOLDER").unwrap();
    let node = node_with_journal(Path::new(&folder), &keys).await;
    let erasers = (0..4).map(|eraser| {
        let (node, name) = (node.clone(), name.clone());
        tokio::spawn(async move {
            for number in 0_u64.. {
                let account = format!("{name}-{eraser}-{number}");
                node.give(&account, at(10)).await.unwrap();
                erase(&node, &account, 20).await;
                say(&account);
            }
        })
    });
    for eraser in erasers.collect::<Vec<_>>() {
        eraser.await.unwrap();
    }
}

#[tokio::test]
async fn what_was_said_erased_survives_power_cuts() {
    let mut chance = Chance::fresh("journal");
    let disk = Disk::new("journal");
    let keys = Keys::generate().unwrap();
    let mut erased = Vec::new();
    for round in 0..rounds(6, 60) {
        let mut command = role("erase-accounts");
        disk.mount(&mut command);
        command
            .env("NODE", round.to_string())
            .env("ABIDE_KEYS", keys.render().as_str());
        let lines = if chance.once_in(2) {
            let call = 1 + chance.below(600);
            command.env("ABIDE_SHIM_KILL_AT", call.to_string());
            Process::start(&mut command).rest()
        } else {
            kill_after(Process::start(&mut command), chance.below(20))
        };
        let loss = [Loss::Everything, Loss::Tail, Loss::Sectors][round % 3];
        disk.cut_power(loss, &mut chance);
        check_replay(&disk.folder(), &keys, &lines).await;
        erased.extend(lines);
    }
    assert!(!erased.is_empty());
    check_replay(&disk.folder(), &keys, &erased).await;
}

#[tokio::test]
async fn a_line_torn_by_a_crash_spoils_no_later_one() {
    let disk = Disk::new("torn-line");
    let keys = Keys::generate().unwrap();
    let node = node_with_journal(&disk.folder(), &keys).await;
    let accounts = ["ada", "bob"].map(str::to_owned);
    for account in &accounts {
        node.give(account, at(1)).await.unwrap();
        erase(&node, account, 20).await;
        let path = disk.folder().join("journal");
        let text = std::fs::read_to_string(&path).unwrap();
        let torn = &text[..text.lines().next().unwrap().len() / 2];
        let mut file = std::fs::OpenOptions::new().append(true).open(path).unwrap();
        file.write_all(torn.as_bytes()).unwrap();
    }
    node.close().await;
    check_replay(&disk.folder(), &keys, &accounts).await;
}

#[tokio::test]
async fn two_programs_share_one_journal() {
    let disk = Disk::new("two-journals");
    let keys = Keys::generate().unwrap();
    // Both are open before the first month has its key, and each begins months that the other has not seen.
    let left = node_with_journal(&disk.folder(), &keys).await;
    let right = node_with_journal(&disk.folder(), &keys).await;
    let mut accounts = Vec::new();
    for month in 0..4 {
        for (name, node) in [("left", &left), ("right", &right)] {
            let account = format!("{name}-{month}");
            node.give(&account, at(1)).await.unwrap();
            erase(node, &account, 20 + month * 40 * 86_400).await;
            accounts.push(account);
        }
    }
    left.close().await;
    right.close().await;
    check_replay(&disk.folder(), &keys, &accounts).await;
}

#[tokio::test]
async fn an_erasure_counts_though_the_clock_went_back() {
    let disk = Disk::new("erasure-clock");
    let keys = Keys::generate().unwrap();
    let node = node_with_journal(&disk.folder(), &keys).await;
    node.give("ada", at(5000)).await.unwrap();
    let backup = disk.folder().join("backup");
    std::fs::create_dir(&backup).unwrap();
    node.store.close().await;
    std::fs::copy(disk.folder().join("abide.db"), backup.join("abide.db")).unwrap();
    let node = node_with_journal(&disk.folder(), &keys).await;
    erase(&node, "ada", 100).await;
    node.close().await;
    let restored = Node::open(&sqlite_url(&backup), &keys, at(200))
        .await
        .unwrap();
    let journal = journal_in(&disk.folder());
    assert_eq!(restored.store.replay(&journal, at(200)).await.unwrap(), 1);
    restored.close().await;
}
