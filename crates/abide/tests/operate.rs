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

use abide_store::{Asked, Evidence, Identifier, Sequencer};
use desk::{Desk, at, check, installed, with_store};

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
        "warning  policy: none is in force",
        "ok       requests: none waits",
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
fn the_doctor_warns_of_requests_that_wait() {
    let desk = installed("doctor-requests");
    with_store(&desk, async |store| {
        let who = [Identifier::new("email", "ann@example.org").unwrap()];
        let asked = Asked {
            right: "erase",
            identifiers: &who,
            sealed: b"{}",
            clauses: &[],
        };
        let now = at("2026-11-01T00:00:00Z");
        store.open_request(&asked, "operator", now).await.unwrap();
    });
    let ran = desk.run(&["doctor"]);
    assert!(
        ran.out()
            .contains("warning  requests: 1 are open, the oldest for "),
        "{}",
        ran.out()
    );
    let ran = desk.run(&["erase", "list"]);
    assert!(
        ran.out().contains("`abide erase resume` goes on with it"),
        "{}",
        ran.out()
    );
}

#[test]
fn an_erasure_is_asked_for_also_while_a_source_is_away() {
    let desk = installed("erase-away");
    let map = "map crm {\n    source crm\n    table people { subject; identity email email; erase delete }\n}\n";
    desk.write("map.kdl", map);
    let config =
        "keys \"abide.keys\"\nsource crm {\n    url \"sqlite:crm.db\"\n    map \"map.kdl\"\n}\n";
    desk.write("abide.kdl", config);
    let erase = "erase --as email:ann@example.org --yes";
    let said = check(&desk, erase, 1, "stays open");
    assert!(said.contains("source `crm` is not done"), "{said}");
    check(&desk, "erase list", 0, " erase open");
    check(&desk, "erase resume", 1, "stays open");
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

#[test]
fn the_doctor_reads_the_certificate() {
    let desk = Desk::new("doctor-tls");
    let make =
        "req -x509 -newkey ed25519 -nodes -keyout a.key -out a.pem -subj /CN=abide.example -days";
    let openssl = |days: &str| {
        let mut command = std::process::Command::new("openssl");
        let arguments = make.split(' ').chain([days]);
        let made = command
            .args(arguments)
            .current_dir(&desk.folder)
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
    };
    desk.write(
        "abide.kdl",
        "tls {\n    certificate \"a.pem\"\n    key \"a.key\"\n}\nlisten {\n    public \"0.0.0.0:8400\"\n}\n",
    );
    let says = |line: &str| {
        let out = desk.run(&["doctor"]).out();
        assert!(out.contains(line), "{out}");
    };
    says("error    TLS: cannot read");
    openssl("90");
    says("ok       TLS: `a.pem` is valid until 20");
    openssl("7");
    says("warning  TLS: `a.pem` is valid until 20");
    fs::copy(desk.folder.join("a.pem"), desk.folder.join("b.pem")).unwrap();
    openssl("90");
    fs::copy(desk.folder.join("b.pem"), desk.folder.join("a.pem")).unwrap();
    says("error    TLS: ");
    desk.write("abide.kdl", "listen {\n    public \"0.0.0.0:8400\"\n}\n");
    says("warning  TLS: none, and `0.0.0.0:8400` can be reached");
}

#[test]
fn versions_are_published_put_in_force_and_taken_back() {
    let desk = installed("versions");
    let policy = |version: &str, line: &str| {
        format!(
            "policy shop version=\"{version}\" {{\n    controller \"Shop Ltd\" country=US contact=desk\n    \
             contact desk email=\"a@shop.example\"\n    (A)right access\n{line}}}\n"
        )
    };
    desk.write("first.kdl", policy("2026-01-01", ""))
        .write("second.kdl", policy("2026-02-01", "    (B)right erase\n"))
        .write("broken.kdl", policy("2026-03-01", "    right acess\n"));
    check(
        &desk,
        "policy versions shop",
        2,
        "no policy `shop` is published",
    );
    check(
        &desk,
        "policy activate shop",
        2,
        "no version of `shop` is published",
    );
    check(
        &desk,
        "policy publish broken.kdl",
        2,
        "`broken.kdl` has errors and cannot be published",
    );
    check(
        &desk,
        "policy publish first.kdl --activate",
        0,
        "is in force",
    );
    check(
        &desk,
        "policy publish first.kdl",
        0,
        "was published already",
    );
    check(
        &desk,
        "policy rollback shop",
        2,
        "no version of `shop` was in force before",
    );
    check(
        &desk,
        "policy publish second.kdl",
        0,
        "policy `shop` of 2026-02-01 is published as version",
    );
    check(
        &desk,
        "policy activate shop 2026-05-05",
        2,
        "no version of `shop` is `2026-05-05`",
    );
    check(&desk, "policy activate shop 2026-02-01", 0, "is in force");
    let active = |date: &str| {
        let out = check(&desk, "policy versions shop", 0, date);
        let lines: Vec<&str> = out
            .lines()
            .filter(|line| line.ends_with("in force"))
            .collect();
        assert!(matches!(lines[..], [line] if line.contains(date)), "{out}");
    };
    active("2026-02-01");
    check(&desk, "policy rollback shop", 0, "is in force");
    active("2026-01-01");
    check(&desk, "policy activate shop", 0, "is in force");
    active("2026-02-01");
    let out = check(&desk, "policy versions --format json", 0, "in-force");
    let listed: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 2);
    // The text is the version, whatever the folder.
    fs::create_dir_all(desk.folder.join("shop")).unwrap();
    fs::rename(
        desk.folder.join("first.kdl"),
        desk.folder.join("shop/first.kdl"),
    )
    .unwrap();
    check(&desk, "policy publish shop", 0, "was published already");
}

#[test]
fn a_policy_is_observed_or_enforced_by_property_and_purpose() {
    let desk = installed("mode");
    check(
        &desk,
        "mode show harbour-bikes",
        2,
        "no version of `harbour-bikes` is in force",
    );
    check(
        &desk,
        "policy publish harbour-bikes --activate",
        0,
        "is in force",
    );
    check(
        &desk,
        "doctor",
        0,
        "ok       policy: in force: `harbour-bikes`",
    );
    check(&desk, "mode show harbour-bikes", 0, "nothing is set");
    check(
        &desk,
        "mode observe harbour-bikes",
        0,
        "observe  every property, every purpose",
    );
    check(
        &desk,
        "mode enforce harbour-bikes --for newsletter",
        0,
        "enforce  every property, `newsletter`",
    );
    check(
        &desk,
        "mode enforce harbour-bikes --for newsleter",
        2,
        "did you mean `newsletter`?",
    );
    check(
        &desk,
        "mode enforce harbour-bikes --property wob",
        2,
        "property",
    );
    let out = check(
        &desk,
        "mode show harbour-bikes",
        0,
        "observe  every property, every purpose",
    );
    assert_eq!(out.lines().count(), 2, "{out}");
}

#[test]
fn an_api_key_is_shown_once_and_can_be_revoked() {
    let desk = installed("api-keys");
    check(
        &desk,
        "keys api add --label shop --scope decidee",
        2,
        "did you mean `decide`?",
    );
    let ran = desk.run(&[
        "keys",
        "api",
        "add",
        "--label",
        "the shop",
        "--scope",
        "decide,consents:write",
    ]);
    let key = ran.out().trim().to_owned();
    assert!(key.starts_with("abide_") && !key.contains(' '), "{key}");
    assert!(ran.err().contains("only time"), "{}", ran.err());
    let id = key.split('_').nth(1).unwrap();
    let list = check(
        &desk,
        "keys api list",
        0,
        "decide,consents:write  the shop  made 20",
    );
    assert!(!list.contains(&key), "{list}");
    let checks = |expected: bool| {
        with_store(&desk, async |store| {
            assert_eq!(
                store.api_keys().await.unwrap().check(&key).is_some(),
                expected
            );
        });
    };
    checks(true);
    check(
        &desk,
        &format!("keys api revoke {id}"),
        0,
        "opens nothing any more",
    );
    checks(false);
    check(&desk, &format!("keys api revoke {id}"), 2, "is in force");
    check(&desk, "keys api list", 0, "revoked 20");
}
