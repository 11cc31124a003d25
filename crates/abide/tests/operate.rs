//! The commands of whoever runs a server: keys, health, backups. Each on a store of its own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod desk;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use abide_store::{Evidence, Keys, Sequencer, Store, StoreOptions};
use desk::Desk;
use jiff::Timestamp;

/// Does something with the desk's store, as a server would.
fn with_store(desk: &Desk, work: impl AsyncFnOnce(Store)) {
    let keys = Keys::load(&desk.folder.join("abide.keys")).unwrap();
    let url = format!("sqlite:{}", desk.folder.join("abide.db").display());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let options = StoreOptions::default();
        let store = Store::open(&url, keys, options, at("2026-11-22T09:00:00Z"))
            .await
            .unwrap();
        work(store.clone()).await;
        store.close().await;
    });
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn keys_are_made_once_and_listed_without_secrets() {
    let desk = Desk::new("keys");
    assert_eq!(desk.run(&["keys", "init"]).code(), 0);
    let path = desk.folder.join("abide.keys");
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let text = fs::read_to_string(&path).unwrap();
    let ran = desk.run(&["keys", "init"]);
    assert_eq!(ran.code(), 2);
    assert!(ran.err().contains("left as it is"), "{}", ran.err());
    assert_eq!(fs::read_to_string(&path).unwrap(), text);

    let ran = desk.run(&["keys", "list"]);
    assert!(ran.err().contains("there is no store"), "{}", ran.err());
    with_store(&desk, async |_| {});
    let ran = desk.run(&["keys", "list"]);
    assert_eq!(ran.code(), 0, "{}", ran.err());
    assert!(ran.out().contains("\nabide/main/"), "{}", ran.out());
    let said = ran.out() + &ran.err();
    for line in text.lines().skip(1) {
        let [kind, id, secret] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        assert!(said.contains(&format!("{kind:<8} {id}")), "{said}");
        assert!(!said.contains(secret));
    }
}

#[test]
fn the_doctor_says_of_each_thing_whether_it_is_well() {
    let desk = Desk::new("doctor");
    let ran = desk.run(&["doctor"]);
    assert_eq!(ran.code(), 1, "{}", ran.out());
    for line in [
        "ok       configuration: ",
        "error    keys: ",
        "warning  store: there is none yet",
        "ok       TLS: none",
    ] {
        assert!(ran.out().contains(line), "{}", ran.out());
    }

    desk.run(&["keys", "init"]);
    with_store(&desk, async |_| {});
    let ran = desk.run(&["doctor"]);
    assert_eq!(ran.code(), 0, "{}", ran.out());
    for line in [
        "ok       keys: 4 keys",
        "ok       store: SQLite, up to date; the log `abide/main/",
        "ok       sequencer: ",
        "ok       clock: ",
    ] {
        assert!(ran.out().contains(line), "{}", ran.out());
    }

    // An entry of another day that nobody has numbered.
    with_store(&desk, async |store| {
        let evidence = Evidence::new("test.written", "operator", at("2025-01-01T00:00:00Z"));
        store.begin(evidence).unwrap().commit().await.unwrap();
    });
    let ran = desk.run(&["doctor"]);
    assert!(
        ran.out().contains("warning  sequencer: 1 entries wait"),
        "{}",
        ran.out()
    );
    assert!(ran.out().contains("start `abide serve`"), "{}", ran.out());
    with_store(&desk, async |store| {
        let now = at("2199-01-01T00:00:00Z");
        let evidence = Evidence::new("test.written", "operator", now);
        store.begin(evidence).unwrap().commit().await.unwrap();
        Sequencer::new(&store).unwrap().step(now).await.unwrap();
    });
    let ran = desk.run(&["doctor", "--format", "json"]);
    assert_eq!(ran.code(), 1);
    let lines: serde_json::Value = serde_json::from_str(&ran.out()).unwrap();
    let grade = |what: &str| {
        let line = lines
            .as_array()
            .unwrap()
            .iter()
            .find(|line| line["what"] == what);
        line.unwrap()["grade"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        (grade("clock").as_str(), grade("sequencer").as_str()),
        ("error", "ok")
    );
}

#[test]
fn the_doctor_sees_an_open_key_file_and_a_broken_configuration() {
    let desk = Desk::new("doctor-open");
    desk.run(&["keys", "init"]);
    let path = desk.folder.join("abide.keys");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let ran = desk.run(&["doctor"]);
    assert_eq!(ran.code(), 1);
    assert!(
        ran.out().contains("can be read by others; run `chmod 600"),
        "{}",
        ran.out()
    );
    desk.write("abide.kdl", "stor \"sqlite:a.db\"\n");
    let ran = desk.run(&["doctor"]);
    assert_eq!(ran.code(), 1);
    assert!(ran.out().contains("did you mean `store`?"), "{}", ran.out());
    desk.write(
        "abide.kdl",
        "store \"postgres://abide:hush@127.0.0.1:9/abide\"\n",
    );
    let ran = desk.run(&["doctor"]);
    assert_eq!(ran.code(), 1);
    let said = ran.out() + &ran.err();
    assert!(
        said.contains("error    store: ") && !said.contains("hush"),
        "{said}"
    );
}
