//! The disk of our own records becomes full while somebody is erased: it is told for what it is, the source holds all of the
//! person or nothing, and once there is room the request goes on to its end.

use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use abide_store::RequestState;

use crate::kill::{POINTS, dump_of, role_of};
use crate::place::{Engine, Folder};
use crate::shop::Shop;

/// What the disk does from the next call on: `-` works, `S` has no space.
pub(crate) fn set_fault(path: &OsStr, letter: &[u8]) {
    // In place: running processes have this very file in their memory.
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    options.open(path).unwrap().write_all(letter).unwrap();
}

/// The library that makes a disk full for the process it is loaded into.
fn shim(folder: &Folder) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../abide-store/tests/trouble/shim.c");
    let shim = folder.path("shim.so");
    let mut cc = Command::new("cc");
    cc.args(["-O1", "-shared", "-fPIC", "-o"])
        .args([&shim, &source])
        .args(["-ldl", "-lpthread"]);
    assert!(cc.status().unwrap().success(), "`cc` compiles the shim");
    shim
}

/// Erases Ann while the disk becomes full at this call to the source, if at all; what was told.
fn erase(shop: &Shop, beside: &Folder, point: Option<i64>) -> String {
    let fault = beside.path("fault");
    set_fault(fault.as_os_str(), b"-");
    let mut command = role_of(shop, "erase");
    if let Some(point) = point {
        command
            .env("LD_PRELOAD", beside.path("shim.so"))
            .env(
                "ABIDE_SHIM_FOLDER",
                shop.path("ours").canonicalize().unwrap(),
            )
            .env("ABIDE_SHIM_JOURNAL", beside.path(""))
            .env("ABIDE_SHIM_FAULT", &fault)
            .env("ABIDE_ROLE_FILLS", &fault)
            .env("ABIDE_ROLE_POINT", point.to_string());
    }
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text
}

async fn full_disk(engine: Engine) {
    let beside = Folder::new();
    shim(&beside);
    let shop = Shop::open(engine, "full").await;
    let before = dump_of(&shop).await;
    erase(&shop, &beside, None);
    let expected = dump_of(&shop).await;
    assert_ne!(before, expected);
    let mut stopped = 0;
    for point in 0..POINTS {
        let shop = Shop::open(engine, "full").await;
        let told = erase(&shop, &beside, Some(point));
        let left = dump_of(&shop).await;
        assert!(left == before || left == expected, "{point}: half done");
        let open = shop
            .store
            .requests(RequestState::Open, None, 10)
            .await
            .unwrap();
        if !open.is_empty() {
            stopped += 1;
            let why = told
                .lines()
                .find_map(|line| line.split_once("told: "))
                .map(|(_, why)| why);
            let why = why.unwrap_or_else(|| panic!("{point}: {told}"));
            assert!(
                why.contains("full") && why.contains("try again"),
                "{point}: {why}"
            );
            assert!(!why.contains("ann@") && !why.contains("Ann"), "{why}");
        }
        erase(&shop, &beside, None);
        assert_eq!(dump_of(&shop).await, expected, "{point}");
        let open = shop
            .store
            .requests(RequestState::Open, None, 10)
            .await
            .unwrap();
        assert!(open.is_empty(), "{point}");
        let certified = shop
            .store
            .requests(RequestState::Checked, None, 10)
            .await
            .unwrap();
        assert_eq!(certified.len(), 1, "{point}");
    }
    assert!(stopped > 1, "{stopped}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_sqlite() {
    full_disk(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_postgres() {
    full_disk(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_mariadb() {
    full_disk(Engine::Mariadb).await;
}
