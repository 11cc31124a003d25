//! Two servers on one PostgreSQL: what one is told, the other obeys.

use std::path::PathBuf;
use std::time::Duration;

use abide::clock;
use serde_json::{Value, json};

use crate::harness::{Running, await_until, postgres};

/// Two servers with one store and one key file.
fn two(test: &str) -> [Running; 2] {
    let set = postgres(&format!("together-{test}"));
    let works = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/server/works.kdl");
    let start = |name: &str, keys: Option<PathBuf>| {
        Running::with(&format!("{test}-{name}"), |config| {
            set(config);
            config.policies.push(PathBuf::from(works));
            if let Some(keys) = keys {
                config.keys = keys;
            }
        })
    };
    let first = start("a", None);
    let mut second = start("b", Some(first.folder.join("abide.keys")));
    second.key.clone_from(&first.key);
    [first, second]
}

fn account() -> Value {
    json!({"kind": "account", "value": "4711"})
}

fn use_address() -> Value {
    json!({
        "subject": account(),
        "question": {"action": "use", "data": ["address"], "for": "orders"},
    })
}

fn object(state: &str) -> Value {
    json!({"subject": account(), "fact": "consent", "state": state, "scope": {"purposes": ["orders"]}, "source": "form"})
}

/// *Withdrawing … holds for every later decision on every node within a second.*
#[test]
fn what_a_subject_takes_back_on_one_server_holds_on_the_other_within_a_second() {
    let [first, second] = two("withdraw");
    let share = json!({
        "subject": account(),
        "question": {"action": "use", "data": ["name"], "for": "orders"},
    });
    first.post("/v1/register", &json!({"fact": "strike"}));
    let effect = || second.post("/v1/decide", &share).json()["effect"].clone();
    await_until(|| (effect() == "permit").then_some(()));
    let restrict = |state: &str| {
        let body =
            json!({"subject": account(), "right": "restrict", "state": state, "source": "form"});
        let reply = first.post("/v1/consents?receipt=path", &body);
        assert_eq!(reply.status, 201, "{reply:?}");
    };
    let mut slow = Vec::new();
    let rounds = 8;
    for _ in 0..rounds {
        restrict("ConsentGiven");
        let start = clock::mark();
        await_until(|| (effect() != "permit").then_some(()));
        let took = start.elapsed();
        if took > Duration::from_secs(1) {
            slow.push(took);
        }
        restrict("ConsentWithdrawn");
        await_until(|| (effect() == "permit").then_some(()));
    }
    // A machine with other work to do may be late once.
    assert!(slow.len() <= 1, "{slow:?} of {rounds}");
}

#[test]
fn an_answer_that_has_to_know_of_an_entry_of_another_server_does() {
    let [first, second] = two("demand");
    for round in 0..5 {
        let happened = json!({"subject": account(), "event": "account-deletion"});
        let entry = first.post("/v1/occurrences", &happened).json()["entry"].clone();
        let mut asked = use_address();
        asked["min-entry"] = entry;
        let answer = await_until(|| {
            let reply = second.post("/v1/decide", &asked);
            assert!(matches!(reply.status, 200 | 503), "{reply:?}");
            (reply.status == 200).then_some(reply)
        });
        assert_eq!(answer.json()["effect"], "deny", "round {round}");
        let erased = first
            .post("/v1/subjects/account%3A4711/erase", &json!({}))
            .json();
        asked["min-entry"] = erased["entry"].clone();
        let answer = await_until(|| {
            Some(second.post("/v1/decide", &asked)).filter(|reply| reply.status == 200)
        });
        assert_eq!(answer.json()["effect"], "permit", "round {round}");
    }
}

#[test]
fn both_servers_write_into_one_log() {
    let [first, second] = two("log");
    let mut receipts = Vec::new();
    for round in 0..10 {
        for server in [&first, &second] {
            let state = ["ConsentRefused", "ConsentWithdrawn"][round % 2];
            let reply = server.post("/v1/consents?receipt=path", &object(state));
            assert_eq!(reply.status, 201, "{reply:?}");
            receipts.push(reply.json()["receipt-path"].as_str().unwrap().to_owned());
        }
    }
    for receipt in &receipts {
        first.await_status(receipt, 200);
        assert_eq!(second.get(receipt).status, 200);
    }
    let size = |running: &Running| {
        let note = running.get_public("/v1/ledger/checkpoint").body;
        let lines: Vec<String> = note.lines().take(3).map(str::to_owned).collect();
        lines
    };
    await_until(|| (size(&first) == size(&second)).then_some(()));
}
