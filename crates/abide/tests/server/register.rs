//! What is nobody's choice: contracts, cases, events, facts that hold for all; and erasing. Each counts for the next answer.

use std::path::PathBuf;

use abide::config::Config;
use serde_json::{Value, json};

use crate::harness::{Running, agent};

fn works(config: &mut Config) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/server/works.kdl");
    config.policies.push(PathBuf::from(path));
}

fn effect(running: &Running, question: &Value) -> Value {
    let body = json!({"subject": account("4711"), "question": question});
    running.post("/v1/decide", &body).json()["effect"].clone()
}

fn account(value: &str) -> Value {
    json!({"kind": "account", "value": value})
}

#[test]
fn a_contract_holds_until_it_is_ended() {
    let running = Running::with("contract", works);
    let share = json!({"action": "share", "data": ["name"], "for": "orders", "with": "courier"});
    assert_eq!(effect(&running, &share), "ask");
    let entered = running.post(
        "/v1/register",
        &json!({"fact": "dpa", "recipient": "courier"}),
    );
    assert_eq!(entered.status, 201, "{entered:?}");
    assert_eq!(effect(&running, &share), "permit");
    let register = running.get("/v1/register").json();
    assert_eq!(register["entries"][0]["recipient"], "courier");
    assert_eq!(register["entries"][0]["holds"], true);
    let ended = json!({"fact": "dpa", "recipient": "courier", "holds": "no"});
    assert_eq!(running.post("/v1/register", &ended).status, 201);
    assert_ne!(effect(&running, &share), "permit");
    assert_eq!(
        running.get("/v1/register").json()["entries"][0]["holds"],
        false
    );
}

#[test]
fn a_fact_of_the_register_holds_for_everyone() {
    let running = Running::with("strike", works);
    let use_name = json!({"action": "use", "data": ["name"], "for": "orders"});
    assert_eq!(effect(&running, &use_name), "ask");
    assert_eq!(
        running
            .post("/v1/register", &json!({"fact": "strike"}))
            .status,
        201
    );
    assert_eq!(effect(&running, &use_name), "permit");
    running.post("/v1/register", &json!({"fact": "strike", "holds": "no"}));
    assert_ne!(effect(&running, &use_name), "permit");
}

#[test]
fn a_name_that_the_policy_does_not_have_is_not_entered() {
    let running = Running::with("no-name", works);
    for body in [
        json!({"fact": "jane.doe@example.com"}),
        json!({"fact": "dpa", "recipient": "jane.doe@example.com"}),
        json!({"fact": "dpa", "since": "2026-01-01T00:00:00Z"}),
        json!({"fact": "dpa", "recipient": "courier", "document-hash": "jane.doe"}),
    ] {
        let reply = running.post("/v1/register", &body);
        assert_eq!(reply.status, 422, "{reply:?}");
        assert!(!reply.body.contains("jane"));
    }
    assert_eq!(running.get("/v1/register").json(), json!({"entries": []}));
}

#[test]
fn the_facts_of_an_open_case_count_for_questions_that_name_it() {
    let running = Running::with("case", works);
    let question =
        json!({"action": "share", "data": ["name"], "for": "enquiries", "with": "police"});
    let of_case = |id: &str| {
        running.post(
            "/v1/decide",
            &json!({"subject": account("4711"), "question": question, "case": id}),
        )
    };
    assert_eq!(of_case("2026-17").status, 404);
    let opened = json!({"id": "2026-17", "facts": ["court-order"]});
    assert_eq!(running.post("/v1/cases", &opened).status, 201);
    assert_eq!(running.post("/v1/cases", &opened).status, 409);
    assert_eq!(effect(&running, &question), "ask");
    assert_eq!(of_case("2026-17").json()["effect"], "permit");
    let closed = running.post("/v1/cases/2026-17/close", &json!({}));
    assert_eq!(closed.status, 201);
    assert_ne!(of_case("2026-17").json()["effect"], "permit");
    assert_eq!(
        running.post("/v1/cases/2026-17/close", &json!({})).status,
        404
    );
    let cases = running.get("/v1/cases").json();
    assert_eq!(cases["cases"][0]["facts"], json!(["court-order"]));
    assert!(cases["cases"][0]["closed-at"].is_string());
    assert_eq!(
        running.get("/v1/cases?after=2026-17").json(),
        json!({"cases": []})
    );
}

#[test]
fn what_happened_to_a_subject_counts() {
    let running = Running::with("event", works);
    let use_address = json!({"action": "use", "data": ["address"], "for": "orders"});
    assert_eq!(effect(&running, &use_address), "permit");
    let happened = json!({"subject": account("4711"), "event": "account-deletion"});
    assert_eq!(running.post("/v1/occurrences", &happened).status, 201);
    assert_eq!(effect(&running, &use_address), "deny");
    let ahead =
        json!({"subject": account("1"), "event": "account-deletion", "at": "2126-01-01T00:00:00Z"});
    assert_eq!(running.post("/v1/occurrences", &ahead).status, 422);
}

#[test]
fn every_write_that_is_sent_twice_is_done_once() {
    let running = Running::with("once", works);
    for (number, (path, body)) in [
        (
            "/v1/register",
            json!({"fact": "dpa", "recipient": "courier"}),
        ),
        ("/v1/register", json!({"fact": "strike"})),
        ("/v1/cases", json!({"id": "1", "facts": []})),
        ("/v1/cases/1/close", json!({})),
        (
            "/v1/occurrences",
            json!({"subject": account("1"), "event": "visit"}),
        ),
        ("/v1/subjects/account%3A1/erase", json!({})),
    ]
    .into_iter()
    .enumerate()
    {
        let send = |body: &Value| {
            let request = agent().post(running.url(path));
            running.send(
                request.header("idempotency-key", format!("k{number}")),
                body,
            )
        };
        let first = send(&body);
        assert_eq!(first.status, 201, "{path} {first:?}");
        let again = send(&body);
        assert_eq!((again.status, &again.body), (201, &first.body), "{path}");
        let other = send(&json!({"policy": "works"}));
        assert!(matches!(other.status, 400 | 422), "{path} {other:?}");
        assert_ne!(other.body, first.body);
    }
}

#[test]
fn an_erased_subject_is_like_one_that_nobody_knew() {
    let running = Running::with("erase", works);
    let happened = json!({"subject": account("4711"), "event": "account-deletion"});
    let recorded = running.post("/v1/occurrences", &happened).json();
    let profile = json!({"birth": "1990", "residence": "NL"});
    running.put("/v1/subjects/account%3A4711", &profile);
    let receipt = recorded["receipt-path"].as_str().unwrap();
    running.await_status(receipt, 200);
    assert!(running.get(receipt).json()["private"].is_string());
    let erased = running.post(
        "/v1/subjects/account%3A4711/erase",
        &json!({"policy": "works"}),
    );
    let unknown = running.post(
        "/v1/subjects/account%3Anobody/erase",
        &json!({"policy": "works"}),
    );
    assert_eq!((erased.status, unknown.status), (201, 201), "{erased:?}");
    running.await_status(erased.json()["receipt-path"].as_str().unwrap(), 200);
    for path in ["", "/consents", "/receipts"] {
        let of = |name: &str| running.get(&format!("/v1/subjects/account%3A{name}{path}"));
        let (erased, unknown) = (of("4711"), of("nobody"));
        assert_eq!((erased.status, erased.body), (unknown.status, unknown.body));
    }
    let use_address = json!({"action": "use", "data": ["address"], "for": "orders"});
    assert_eq!(effect(&running, &use_address), "permit");
    // The evidence stays and opens no more.
    let receipt = running.get(receipt);
    assert_eq!(receipt.status, 200);
    assert!(receipt.json()["private"].is_null(), "{receipt:?}");
    let journal = std::fs::read_to_string(running.folder.join("abide.journal")).unwrap();
    assert_eq!(journal.lines().count(), 2);
    let entries = running.get_public("/v1/ledger/bundle");
    assert_eq!(entries.status, 404, "auditors have a key");
    let bundle = running.get("/v1/ledger/bundle").body;
    assert!(bundle.contains("\"WO-007\""), "{bundle}");
    assert!(!bundle.contains("4711"));
}

#[test]
fn someone_who_was_erased_and_comes_back_is_known_again() {
    let running = Running::with("again", works);
    let use_address = json!({"action": "use", "data": ["address"], "for": "orders"});
    let happened = json!({"subject": account("4711"), "event": "account-deletion"});
    for _ in 0..3 {
        assert_eq!(effect(&running, &use_address), "permit");
        assert_eq!(running.post("/v1/occurrences", &happened).status, 201);
        assert_eq!(effect(&running, &use_address), "deny");
        let erase = running.post("/v1/subjects/account%3A4711/erase", &json!({}));
        assert_eq!(erase.status, 201);
    }
    assert_eq!(effect(&running, &use_address), "permit");
}
