//! A running server follows what commands change beside it, on the same store.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod desk;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use desk::{Desk, check};
use serde_json::{Value, json};

/// A server in the desk's folder, killed at the end of the test.
struct Running {
    child: Child,
    internal: String,
}

impl Running {
    /// Starts it, and reads from what it prints where it listens.
    fn start(desk: &Desk) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_abide"))
            .arg("serve")
            .current_dir(&desk.folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines
            .map(Result::unwrap)
            .find(|line| line.starts_with("applications and staff"))
            .expect("an address");
        let address = line
            .split_whitespace()
            .find(|word| word.starts_with("http"));
        let internal = address.unwrap().to_owned();
        Self { child, internal }
    }

    /// Status and body of a decision that the key asks for.
    fn decide(&self, key: &str) -> (u16, Value) {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .into();
        let question =
            json!({ "action": "use", "data": ["email"], "for": "newsletter", "via": ["email"] });
        let mut response = agent
            .post(format!("{}/v1/decide", self.internal))
            .header("Authorization", format!("Bearer {key}"))
            .send_json(json!({ "question": question }))
            .unwrap();
        let body = response.body_mut().read_json().unwrap_or(Value::Null);
        (response.status().as_u16(), body)
    }

    /// Asks until the answer is as `wanted`, which takes a second at the most on an idle machine.
    fn wait(&self, key: &str, what: &str, wanted: impl Fn(u16, &Value) -> bool) -> Value {
        until(what, || {
            let (status, body) = self.decide(key);
            if wanted(status, &body) {
                Ok(body)
            } else {
                Err(format!("{status} {body}"))
            }
        })
    }
}

/// Tries until it comes out, or says what came of the last try.
fn until<T>(what: &str, attempt: impl Fn() -> Result<T, String>) -> T {
    #[expect(
        clippy::disallowed_methods,
        reason = "a deadline for a test that fails"
    )]
    let now = Instant::now;
    let deadline = now() + Duration::from_secs(20);
    loop {
        match attempt() {
            Ok(done) => return done,
            Err(last) => assert!(now() < deadline, "{what}: {last}"),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn keys_versions_and_modes_take_effect_beside_a_running_server() {
    let desk = Desk::new("follow");
    desk.write(
        "abide.kdl",
        "listen {\n    public \"127.0.0.1:0\"\n    internal \"127.0.0.1:0\"\n}\n",
    );
    check(&desk, "keys init", 0, "");
    check(
        &desk,
        "policy publish harbour-bikes --activate",
        0,
        "in force",
    );
    let server = Running::start(&desk);

    let key = check(&desk, "keys api add --label shop --scope decide", 0, "");
    let key = key.trim();
    let before = server.wait(key, "a fresh key", |status, _| status == 200);
    assert_eq!(
        (&before["effect"], &before["mode"]),
        (&json!("ask"), &json!("enforce"))
    );

    check(&desk, "mode observe harbour-bikes", 0, "observe");
    let observed = server.wait(key, "observing", |_, body| body["mode"] == "observe");
    assert_eq!(
        (&observed["effect"], &observed["would"]),
        (&json!("permit"), &json!("ask"))
    );
    check(&desk, "mode enforce harbour-bikes", 0, "enforce");
    server.wait(key, "enforcing", |_, body| body["mode"] == "enforce");

    let text = include_str!("../../../docs/guide/harbour-bikes.kdl");
    let other = text
        .replace("2026-03-01", "2026-04-01")
        .replace("because=consent if=consent", "because=contract");
    desk.write("other.kdl", other);
    // Recent decisions reach the store in batches.
    until("a preview", || {
        let ran = desk.run(&["policy", "preview", "other.kdl"]);
        let found = ran.code() == 1
            && ran
                .out()
                .contains(" × permit instead of ask: use email for=newsletter via=email");
        found.then_some(()).ok_or_else(|| ran.out() + &ran.err())
    });
    check(&desk, "policy preview harbour-bikes", 0, ": ");
    check(&desk, "policy publish other.kdl --activate", 0, "in force");
    let other = server.wait(key, "another version", |_, body| {
        body["version"] != before["version"]
    });
    assert_eq!(other["effect"], "permit");
    check(&desk, "policy rollback harbour-bikes", 0, "in force");
    server.wait(key, "the version before", |_, body| {
        body["version"] == before["version"]
    });

    check(&desk, "doctor", 0, "ok       sequencer: ");
    check(&desk, "backup copy", 0, "rows");
    let list = check(&desk, "keys api list", 0, "shop");
    let id = list.lines().find(|line| line.contains("shop")).unwrap();
    let id = id.split_whitespace().next().unwrap();
    check(&desk, &format!("keys api revoke {id}"), 0, "opens nothing");
    server.wait(key, "a revoked key", |status, _| status == 401);
}

#[test]
fn a_server_whose_key_file_is_gone_does_not_start_with_other_keys() {
    let desk = Desk::new("key-file-gone");
    check(&desk, "keys init", 0, "");
    check(&desk, "policy publish harbour-bikes", 0, "is published");
    std::fs::remove_file(desk.folder.join("abide.keys")).unwrap();
    check(
        &desk,
        "serve",
        2,
        "the key file `abide.keys` is not there; bring it back",
    );
    assert!(!desk.folder.join("abide.keys").exists());
}
