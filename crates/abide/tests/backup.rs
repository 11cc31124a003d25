//! Backups and keys as whoever runs a server handles them: copy, lose, restore, rotate; on both engines.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod desk;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicI64, Ordering};

use abide_store::{Choice, ConsentState, Identifier, Matter, Sequencer, Store};
use desk::{Desk, at, check, installed, with_store};
use jiff::{SignedDuration, Timestamp};

/// A moment a minute after the last one that this gave, so that no lease of another holder stands in the way.
fn now() -> Timestamp {
    static MINUTES: AtomicI64 = AtomicI64::new(0);
    let passed = MINUTES.fetch_add(1, Ordering::Relaxed);
    at("2026-01-01T00:00:00Z") + SignedDuration::from_mins(passed)
}

fn person(name: &str) -> Identifier {
    Identifier::new("account", name).unwrap()
}

async fn consent(store: &Store, name: &str) {
    let matter = Matter::Fact("consent".into());
    let choice = Choice::new(matter, ConsentState::ConsentGiven, "test");
    store.record(&person(name), &choice, now()).await.unwrap();
}

async fn number(store: &Store) {
    let mut sequencer = Sequencer::new(store).unwrap();
    sequencer.step(now()).await.unwrap().expect("a checkpoint");
}

async fn knows(store: &Store, name: &str) -> bool {
    let token = store.subject(&person(name)).await.unwrap();
    store.identifier(token).await.unwrap().is_some()
}

/// Writes the keys that the log has at this moment into a file.
fn keep_keys(desk: &Desk, file: &str) {
    let list = check(desk, "keys list", 0, "abide/main/");
    let verifiers: Vec<&str> = list
        .lines()
        .filter(|line| line.starts_with("abide/main/"))
        .collect();
    desk.write(file, verifiers.join("\n"));
}

fn lose(desk: &Desk) {
    for file in ["abide.db", "abide.db-wal", "abide.db-shm"] {
        let _ = fs::remove_file(desk.folder.join(file));
    }
}

#[test]
fn a_restored_store_continues_its_log_and_forgets_whom_the_journal_names() {
    let desk = installed("restore");
    with_store(&desk, async |store| {
        consent(&store, "ann").await;
        consent(&store, "bob").await;
        number(&store).await;
    });
    keep_keys(&desk, "log.keys");
    check(&desk, "bundle before.jsonl", 0, "holds 2 entries");
    check(
        &desk,
        "bundle before.jsonl",
        2,
        "`before.jsonl` exists and is left as it is",
    );
    check(
        &desk,
        "verify before.jsonl --key log.keys",
        0,
        "bundle: proven",
    );

    check(
        &desk,
        "backup copy",
        0,
        "`copy.data-keys` holds the data keys; move it elsewhere",
    );
    check(&desk, "backup copy", 2, "`copy.data-keys` exists");
    fs::rename(
        desk.folder.join("copy.data-keys"),
        desk.folder.join("elsewhere"),
    )
    .unwrap();
    check(
        &desk,
        "backup copy",
        2,
        "name a folder that does not exist yet",
    );

    with_store(&desk, async |store| {
        let ann = store.subject(&person("ann")).await.unwrap();
        store.erase_subject(ann, &[], "test", now()).await.unwrap();
        consent(&store, "cid").await;
        number(&store).await;
    });
    check(
        &desk,
        "restore copy --data-keys elsewhere",
        2,
        "there is a store at this address already",
    );
    lose(&desk);
    check(
        &desk,
        "restore copy",
        2,
        "the data keys are not at `copy.data-keys`",
    );
    check(
        &desk,
        "restore copy --data-keys elsewhere",
        0,
        "which continues `abide/main/",
    );
    with_store(&desk, async |store| {
        assert!(!knows(&store, "ann").await);
        assert!(knows(&store, "bob").await);
        assert!(!knows(&store, "cid").await);
        number(&store).await;
    });
    keep_keys(&desk, "log.keys");
    check(&desk, "bundle after.jsonl", 0, "entries");
    // Two entries were signed and are gone: nothing may call that proven.
    check(&desk, "verify after.jsonl --key log.keys", 2, "not proven");
    check(&desk, "doctor", 0, "ok       store: ");
}

#[test]
fn without_data_keys_nobody_is_known() {
    let desk = installed("restore-closed");
    with_store(&desk, async |store| consent(&store, "ann").await);
    check(&desk, "backup copy", 0, "rows");
    lose(&desk);
    check(&desk, "restore copy --without-data-keys", 0, "is restored");
    with_store(&desk, async |store| assert!(!knows(&store, "ann").await));
}

#[test]
fn a_fresh_signing_key_is_vouched_for_by_the_old_one() {
    let desk = installed("rotate-signing");
    with_store(&desk, async |store| {
        consent(&store, "ann").await;
        number(&store).await;
    });
    keep_keys(&desk, "old.keys");
    check(
        &desk,
        "keys rotate signing",
        0,
        "the next checkpoint bears both signatures",
    );
    with_store(&desk, async |store| number(&store).await);
    with_store(&desk, async |store| {
        consent(&store, "bob").await;
        number(&store).await;
    });
    assert_eq!(
        check(&desk, "keys list", 0, "")
            .matches("\nabide/main/")
            .count(),
        2
    );
    check(&desk, "bundle log.jsonl", 0, "entries");
    check(
        &desk,
        "verify log.jsonl --key old.keys",
        0,
        "bundle: proven",
    );
}

#[test]
fn a_fresh_master_key_takes_over_from_the_old_one() {
    let desk = installed("rotate-master");
    with_store(&desk, async |store| consent(&store, "ann").await);
    let keys = desk.folder.join("abide.keys");
    let text = fs::read_to_string(&keys).unwrap();
    let old = text
        .lines()
        .find(|line| line.starts_with("master "))
        .unwrap();
    check(
        &desk,
        "keys rotate journal",
        2,
        "takes a fresh key each month by itself",
    );
    check(
        &desk,
        "keys rotate master",
        0,
        "then run `abide keys rewrap`",
    );
    with_store(&desk, async |store| assert!(knows(&store, "ann").await));
    check(
        &desk,
        "keys rewrap",
        0,
        "data keys are wrapped by the current master key",
    );
    check(&desk, "keys rewrap", 0, "0 data keys");
    let text = fs::read_to_string(&keys).unwrap();
    fs::write(&keys, text.replace(&format!("{old}\n"), "")).unwrap();
    with_store(&desk, async |store| assert!(knows(&store, "ann").await));
    for kind in ["token", "api"] {
        check(
            &desk,
            &format!("keys rotate {kind}"),
            0,
            "send SIGHUP to every server",
        );
    }
    with_store(&desk, async |store| assert!(knows(&store, "ann").await));
}

#[test]
fn a_backup_of_one_engine_restores_into_the_other() {
    let desk = installed("engines");
    with_store(&desk, async |store| {
        consent(&store, "ann").await;
        number(&store).await;
    });
    check(&desk, "backup first", 0, "rows");
    let sqlite = fs::read_to_string(desk.folder.join("abide.kdl")).unwrap();
    desk.write("abide.kdl", format!("store \"{}\"\n", database()));
    check(&desk, "doctor", 0, "warning  store: PostgreSQL");
    check(&desk, "restore first", 0, "which continues");
    with_store(&desk, async |store| {
        assert!(knows(&store, "ann").await);
        number(&store).await;
    });
    check(&desk, "doctor", 0, "ok       store: PostgreSQL, up to date");
    check(&desk, "backup second", 0, "rows");
    lose(&desk);
    desk.write("abide.kdl", sqlite);
    check(&desk, "restore second", 0, "which continues");
    with_store(&desk, async |store| {
        assert!(knows(&store, "ann").await);
        number(&store).await;
    });
    keep_keys(&desk, "log.keys");
    check(&desk, "bundle log.jsonl", 0, "entries");
    check(
        &desk,
        "verify log.jsonl --key log.keys",
        0,
        "bundle: proven",
    );
}

/// A PostgreSQL database of this test's own, on the server of the run.
fn database() -> String {
    let server = std::env::var("ABIDE_TEST_POSTGRES").unwrap_or_else(|_| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres");
        let runner = std::os::unix::process::parent_id().to_string();
        let folder = std::env::temp_dir().join(format!("abide-postgres-{runner}"));
        let started = Command::new(script)
            .arg("start")
            .arg(folder)
            .arg(runner)
            .output()
            .unwrap();
        assert!(started.status.success(), "{started:?}");
        String::from_utf8(started.stdout).unwrap().trim().to_owned()
    });
    let name = format!("operate_{}", std::process::id());
    let made = Command::new("psql")
        .args([&server, "-qc", &format!("CREATE DATABASE {name}")])
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let (start, _) = server.rsplit_once('/').unwrap();
    format!("{start}/{name}")
}
