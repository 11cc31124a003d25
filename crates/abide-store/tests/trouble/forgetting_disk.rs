//! Is the forgetting disk itself sound? What is never synced must be lost through it, and what is synced must survive.
//! Holds nothing about our own store.

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::chance::{Chance, rounds};
use crate::disk::{Disk, Fault, Loss};
use crate::process::{Process, role};
use crate::worker::say;

/// A role: insert numbered rows into `rows.db`, saying each number once its transaction has committed.
pub(crate) async fn insert_rows() {
    let synchronous = match std::env::var("SYNCHRONOUS").unwrap().as_str() {
        "off" => SqliteSynchronous::Off,
        "normal" => SqliteSynchronous::Normal,
        _ => SqliteSynchronous::Full,
    };
    let mut connection = options().synchronous(synchronous).connect().await.unwrap();
    sqlx::query("CREATE TABLE IF NOT EXISTS line (number INTEGER PRIMARY KEY, filler BLOB)")
        .execute(&mut connection)
        .await
        .unwrap();
    for number in 1_i64.. {
        let insert = sqlx::query("INSERT INTO line VALUES ($1, zeroblob(700))").bind(number);
        match insert.execute(&mut connection).await {
            Ok(_) => say(&number.to_string()),
            Err(error) => return say(&format!("refused {error}")),
        }
    }
}

fn options() -> SqliteConnectOptions {
    let folder = std::env::var("ABIDE_SHIM_FOLDER").unwrap();
    SqliteConnectOptions::new()
        .filename(format!("{folder}/rows.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
}

fn start(disk: &Disk, synchronous: &str) -> Process {
    let mut command = role("insert-rows");
    disk.mount(&mut command);
    Process::start(command.env("SYNCHRONOUS", synchronous))
}

async fn highest_number(disk: &Disk) -> Option<i64> {
    let database = disk.folder().join("rows.db");
    let mut connection = SqliteConnectOptions::new()
        .filename(database)
        .connect()
        .await
        .ok()?;
    let intact: String = sqlx::query_scalar("PRAGMA integrity_check")
        .fetch_one(&mut connection)
        .await
        .ok()?;
    assert_eq!(intact, "ok");
    let highest = sqlx::query_scalar("SELECT max(number) FROM line")
        .fetch_one(&mut connection)
        .await;
    connection.close().await.unwrap();
    highest.ok()?
}

#[tokio::test]
async fn what_is_never_synced_is_lost() {
    let mut chance = Chance::fresh("never-synced");
    // SQLite syncs nothing when off, and in normal mode only when it moves its log into the database.
    for synchronous in ["off", "normal"] {
        let disk = Disk::new("never-synced");
        let process = start(&disk, synchronous);
        process.wait_for(|line| line == "50");
        process.kill();
        let lost = disk.cut_power(Loss::Everything, &mut chance);
        assert!(lost > 50, "only {lost} calls were not durable");
        let kept = highest_number(&disk).await;
        assert!(kept < Some(50), "{synchronous}: {kept:?} is kept");
    }
}

#[tokio::test]
async fn what_is_synced_survives_any_loss() {
    let mut chance = Chance::fresh("synced");
    let losses = [Loss::Everything, Loss::Sectors, Loss::Tail];
    for loss in losses.repeat(rounds(2, 30)) {
        let disk = Disk::new("synced");
        let process = start(&disk, "full");
        let enough = (20 + chance.below(60)).to_string();
        let mut said = process.wait_for(|line| line == enough);
        said.extend(process.kill());
        disk.cut_power(loss, &mut chance);
        let last: i64 = said.last().unwrap().parse().unwrap();
        let kept = highest_number(&disk).await.unwrap_or(0);
        assert!(kept >= last, "{loss:?}: {last} was said, {kept} is kept");
    }
}

#[tokio::test]
async fn a_full_a_readonly_and_a_failing_disk_refuse_writes() {
    for fault in [Fault::Full, Fault::ReadOnly, Fault::SyncFails] {
        let disk = Disk::new("refusing");
        let process = start(&disk, "full");
        process.wait_for(|line| line == "10");
        disk.set_fault(fault);
        let said = process.wait_for(|line| line.starts_with("refused"));
        assert!(said.len() < 5_000, "{fault:?} let {} rows pass", said.len());
        disk.set_fault(Fault::None);
        drop(process);
        let last = highest_number(&disk).await.unwrap();
        assert!(last >= 10, "{fault:?}");
    }
}
