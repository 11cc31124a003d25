//! Backups taken while others write, restored on either engine, and restorations that are killed: what was acknowledged
//! before is in the backup, the log goes on from it, and nobody who was erased since is ever served.

use std::path::{Path, PathBuf};

use abide_store::{EntryId, Keys, Restoration, Sequencer, Store, StoreOptions};

use crate::audit::audit_restored;
use crate::chance::{Chance, rounds};
use crate::disk::{Disk, Loss};
use crate::journal::{erase, journal_in, node_with_journal};
use crate::process::{Process, role};
use crate::server::empty_database;
use crate::stage::{Node, Place, at, clock_from, named, sqlite_url};

fn restoration(folder: &Path) -> Restoration {
    Restoration {
        folder: folder.join("backup"),
        data_keys: Some(folder.join("data-keys")),
        last_checkpoints: Vec::new(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_taken_while_others_write_is_whole() {
    for place in Place::both("backup").await {
        let keys = Keys::generate().unwrap();
        let node = Node::open(&place.url, &keys, at(0)).await.unwrap();
        let sequencer = Sequencer::new(&node.store).unwrap();
        tokio::spawn(sequencer.run(clock_from(at(0)), std::future::pending()));
        let (enough, mut written) = tokio::sync::mpsc::unbounded_channel();
        let writers = (0..4).map(|writer| {
            let (node, enough) = (node.clone(), enough.clone());
            tokio::spawn(async move {
                for number in 0.. {
                    let account = format!("{writer}-{number}");
                    let mut entries = vec![node.give(&account, at(1)).await.unwrap()];
                    entries.push(node.withdraw(&account, at(2)).await.unwrap());
                    if enough.send((account, entries)).is_err() {
                        return;
                    }
                }
            })
        });
        let writers: Vec<_> = writers.collect();
        let mut before: Vec<(String, Vec<EntryId>)> = Vec::new();
        while before.len() < 100 {
            before.push(written.recv().await.unwrap());
        }
        let disk = Disk::new("backup");
        let from = restoration(&disk.folder());
        let data_keys = from.data_keys.clone().unwrap();
        node.store
            .backup(&from.folder, &data_keys, at(3))
            .await
            .unwrap();
        drop(written);
        for writer in writers {
            writer.await.unwrap();
        }
        for url in [sqlite_url(&disk.folder()), empty_database("restored").await] {
            let options = StoreOptions::default();
            let store = Store::restore(&from, &url, keys.clone(), options, at(4))
                .await
                .unwrap();
            let restored = Node { store };
            restored.give("later", at(5)).await.unwrap();
            restored.sequence_all(at(6)).await;
            for (account, _) in &before {
                assert!(!restored.is_given(account, at(7)).await, "{account}");
            }
            restored.close().await;
            let audited = audit_restored(&url).await;
            let entries = before.iter().flat_map(|(_, entries)| entries);
            for entry in entries {
                assert!(audited.entries.contains(&entry.to_string()), "{entry}");
            }
            assert_eq!(audited.numbered, audited.entries.len());
        }
    }
}

/// A role: restore the backup of the folder that `disk.rs` watches.
pub(crate) async fn restore_backup() {
    let folder = PathBuf::from(std::env::var("ABIDE_SHIM_FOLDER").unwrap());
    let keys = Keys::parse(&std::env::var("ABIDE_KEYS").unwrap()).unwrap();
    restore(&folder, &keys).await.close().await;
}

async fn restore(folder: &Path, keys: &Keys) -> Store {
    let url = sqlite_url(&folder.join("restored"));
    let options = StoreOptions {
        journal: Some(journal_in(folder)),
        ..StoreOptions::default()
    };
    Store::restore(&restoration(folder), &url, keys.clone(), options, at(200))
        .await
        .unwrap()
}

#[tokio::test]
async fn a_restoration_that_is_killed_brings_back_nobody() {
    let mut chance = Chance::fresh("killed-restoration");
    let disk = Disk::new("killed-restoration");
    let folder = disk.folder();
    let keys = Keys::generate().unwrap();
    let node = node_with_journal(&folder, &keys).await;
    let accounts: Vec<String> = (0..24).map(|number| format!("account-{number}")).collect();
    for account in &accounts {
        node.give(account, at(1)).await.unwrap();
    }
    let from = restoration(&folder);
    let data_keys = from.data_keys.clone().unwrap();
    node.store
        .backup(&from.folder, &data_keys, at(2))
        .await
        .unwrap();
    let (erased, kept) = accounts.split_at(16);
    for account in erased {
        erase(&node, account, 100).await;
    }
    node.close().await;
    let mut killed_in_replay = 0;
    for _ in 0..rounds(8, 100) {
        let _ = std::fs::remove_dir_all(folder.join("restored"));
        std::fs::create_dir(folder.join("restored")).unwrap();
        let mut command = role("restore-backup");
        disk.mount(&mut command);
        let call = 1 + chance.below(700);
        command
            .env("ABIDE_SHIM_KILL_AT", call.to_string())
            .env("ABIDE_KEYS", keys.render().as_str());
        Process::start(&mut command).rest();
        disk.cut_power(Loss::Everything, &mut chance);
        // Whoever starts the program next, with the journal that it had.
        let url = sqlite_url(&folder.join("restored"));
        let options = StoreOptions {
            journal: Some(journal_in(&folder)),
            ..StoreOptions::default()
        };
        let store = Store::open(&url, keys.clone(), options, at(300))
            .await
            .unwrap();
        let opened = Node { store };
        let mut known = Vec::new();
        for account in &accounts {
            let subject = opened.store.subject(&named(account)).await.unwrap();
            known.push(opened.store.is_known(subject).await.unwrap());
        }
        let (gone, here) = known.split_at(erased.len());
        assert!(gone.iter().all(|known| !known), "erased and served");
        assert!(here.iter().all(|known| *known == here[0]), "all or nobody");
        killed_in_replay += usize::from(here[0]);
        assert_eq!(kept.len(), here.len());
        opened.close().await;
    }
    println!("{killed_in_replay} were killed after the records were back");
}
