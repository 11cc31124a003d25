//! What subjects say, over HTTP: recorded, taken back, proved.

use abide_ledger::{KeyRing, Receipt, Verifier};
use serde_json::{Value, json};

use crate::harness::{Running, shop};

pub fn ask(subject: &str) -> Value {
    json!({
        "subject": {"kind": "account", "value": subject},
        "question": {"action": "message", "data": ["email"], "for": "newsletter", "via": ["email"]},
    })
}

pub fn consent(subject: &str) -> Value {
    json!({
        "subject": {"kind": "account", "value": subject},
        "fact": "consent",
        "scope": {"purposes": ["newsletter"]},
        "shown": {"text": "May we send you our newsletter?", "lang": "en"},
        "source": "form",
    })
}

pub fn adult(running: &Running, subject: &str) {
    let reply = running.put(
        &format!("/v1/subjects/account%3A{subject}"),
        &json!({"birth": "1990", "residence": "NL"}),
    );
    assert_eq!(reply.status, 201, "{reply:?}");
}

#[test]
fn a_choice_holds_for_the_next_decision_and_so_does_its_withdrawal() {
    check_choice(&Running::with("choice", shop));
}

/// On any engine.
pub fn check_choice(running: &Running) {
    adult(running, "4711");
    let effect = || running.post("/v1/decide", &ask("4711")).json()["effect"].clone();
    assert_eq!(effect(), "ask");
    let given = running.post("/v1/consents", &consent("4711"));
    assert_eq!(given.status, 201, "{given:?}");
    assert_eq!(effect(), "permit");
    let mut no = consent("4711");
    no["state"] = json!("ConsentWithdrawn");
    let withdrawn = running.post("/v1/consents", &no);
    assert_eq!(withdrawn.status, 201);
    assert_eq!(effect(), "deny");
    assert!(withdrawn.json()["receipt"].is_object(), "{withdrawn:?}");
}

#[test]
fn a_receipt_verifies_with_the_public_key_alone() {
    let running = Running::with("receipt", shop);
    let recorded = running
        .post("/v1/consents?receipt=inline", &consent("4711"))
        .json();
    let receipt: Receipt = serde_json::from_value(recorded["receipt"].clone()).unwrap();
    let mut ring = KeyRing::new();
    for key in running.get_public("/v1/ledger/keys").body.lines() {
        ring.trust(key.parse::<Verifier>().unwrap());
    }
    let verified = receipt.verify(&ring).unwrap();
    assert!(verified.checkpoint.size > verified.index);
    let path = recorded["receipt-path"].as_str().unwrap();
    let public = running.get_public(path);
    assert_eq!(public.status, 200);
    assert!(public.json()["private"].is_null());
    assert!(running.get(path).json()["private"].is_string());
}

#[test]
fn the_log_is_served_as_tiles_and_proofs() {
    let running = Running::with("tiles", shop);
    running.post("/v1/consents?receipt=inline", &consent("4711"));
    let checkpoint = running.get_public("/v1/ledger/checkpoint").body;
    let size: u64 = checkpoint.lines().nth(1).unwrap().parse().unwrap();
    assert!(size >= 3);
    let tile = running.get_public(&format!("/v1/ledger/tile/0/000.p/{size}"));
    assert_eq!(tile.header("content-type"), "application/octet-stream");
    let entries = running.get_public(&format!("/v1/ledger/tile/entries/000.p/{size}"));
    assert!(entries.body.contains("consent.given"));
    assert!(!entries.body.contains("4711"));
    let proof = running.get_public(&format!("/v1/ledger/proof/inclusion?index=0&size={size}"));
    assert!(!proof.json()["hashes"].as_array().unwrap().is_empty());
    let far = running.get_public("/v1/ledger/proof/consistency?old=1&new=99");
    assert_eq!(far.status, 404);
}

#[test]
fn a_request_that_is_sent_twice_is_done_once() {
    check_twice(&Running::with("twice", shop));
}

/// On any engine.
pub fn check_twice(running: &Running) {
    let send = |key: &str, body: &Value| {
        let request = crate::harness::agent()
            .post(running.url("/v1/consents"))
            .header("idempotency-key", key);
        running.send(request, body)
    };
    let first = send("a", &consent("4711"));
    let again = send("a", &consent("4711"));
    assert_eq!((first.status, &first.body), (201, &again.body));
    assert_eq!(send("a", &consent("4712")).status, 422);
    assert_ne!(send("b", &consent("4711")).body, first.body);
    let history = running.get("/v1/subjects/account%3A4711/consents").json();
    assert_eq!(history["consents"].as_array().unwrap().len(), 2);
    // Whoever did not hear the answer to a withdrawal gets its receipt the second time.
    let mut no = consent("4711");
    no["state"] = json!("ConsentWithdrawn");
    send("c", &no);
    assert!(send("c", &no).json()["receipt"].is_object());
}

#[test]
fn every_kind_of_write_is_done_once() {
    let running = Running::with("once", shop);
    let send = |path: &str, body: &Value| {
        let request = crate::harness::agent()
            .post(running.url(path))
            .header("idempotency-key", path);
        running.send(request, body)
    };
    let text = include_str!("shop.kdl").replace("2026-03-01", "2026-04-01");
    let past = json!({"at": "2026-01-01T00:00:00Z", "consent": consent("4711")});
    for (path, body, other) in [
        (
            "/v1/subjects/account%3A4711/join",
            json!({"device": {"kind": "device", "value": "d-1"}}),
            json!({"device": {"kind": "device", "value": "d-2"}}),
        ),
        (
            "/v1/policies",
            json!({"files": [{"name": "shop.kdl", "text": text}]}),
            json!({"files": [{"name": "other.kdl", "text": text}]}),
        ),
        (
            "/v1/consents/import",
            json!({"consents": [past, past]}),
            json!({"consents": [past]}),
        ),
    ] {
        let first = send(path, &body);
        assert!([200, 201].contains(&first.status), "{path}: {first:?}");
        let again = send(path, &body);
        assert_eq!((again.status, &again.body), (first.status, &first.body));
        assert_eq!(send(path, &other).status, 422, "{path}");
    }
    let history = running.get("/v1/subjects/account%3A4711/consents").json();
    assert_eq!(history["consents"].as_array().unwrap().len(), 2);
}

#[test]
fn a_word_said_here_is_not_taken_for_one_from_elsewhere() {
    let running = Running::with("source", shop);
    let mut elsewhere = consent("4711");
    elsewhere["source"] = json!("import");
    assert_eq!(running.post("/v1/consents", &elsewhere).status, 422);
}

#[test]
fn a_subject_that_nobody_knows_is_answered_like_any_other() {
    let running = Running::with("unknown", shop);
    for (path, expected) in [
        (
            "/v1/subjects/account%3Anobody",
            json!({"restricted-all": false}),
        ),
        (
            "/v1/subjects/account%3Anobody/consents",
            json!({"consents": []}),
        ),
        (
            "/v1/subjects/account%3Anobody/receipts",
            json!({"receipts": []}),
        ),
    ] {
        let reply = running.get(path);
        assert_eq!((reply.status, reply.json()), (200, expected));
    }
    assert_eq!(running.post("/v1/decide", &ask("nobody")).status, 200);
}

#[test]
fn a_device_that_turns_out_to_be_someone_brings_its_history() {
    check_join(&Running::with("join", shop));
}

/// On any engine.
pub fn check_join(running: &Running) {
    adult(running, "4711");
    let mut device = consent("4711");
    device["subject"] = json!({"kind": "device", "value": "d-1"});
    assert_eq!(running.post("/v1/consents", &device).status, 201);
    assert_eq!(
        running.post("/v1/decide", &ask("4711")).json()["effect"],
        "ask"
    );
    let body = json!({"device": {"kind": "device", "value": "d-1"}});
    assert_eq!(
        running
            .post("/v1/subjects/account%3A4711/join", &body)
            .status,
        201
    );
    assert_eq!(
        running.post("/v1/decide", &ask("4711")).json()["effect"],
        "permit"
    );
    let mut asked = ask("4711");
    asked["subject"] = json!({"kind": "device", "value": "d-1"});
    assert_eq!(
        running.post("/v1/decide", &asked).json()["effect"],
        "permit"
    );
}

#[test]
fn who_a_device_was_joined_into_is_known_by_it_after_a_restart() {
    let mut running = Running::with("join-restart", shop);
    let mut device = consent("4711");
    device["subject"] = json!({"kind": "device", "value": "d-1"});
    device["state"] = json!("ConsentWithdrawn");
    assert_eq!(running.post("/v1/consents", &device).status, 201);
    let effect = |running: &Running, subject| {
        let answer = running.post("/v1/decide", &ask(subject));
        answer.json()["effect"].clone()
    };
    assert_ne!(effect(&running, "nobody"), "deny");
    // Nothing is known of the account but that the device belongs to it.
    let body = json!({"device": {"kind": "device", "value": "d-1"}});
    let path = "/v1/subjects/account%3A4711/join";
    assert_eq!(running.post(path, &body).status, 201);
    for _ in 0..2 {
        assert_eq!(effect(&running, "4711"), "deny");
        running.restart();
    }
}

#[test]
fn a_consent_cannot_be_claimed_in_a_question() {
    let running = Running::with("claim", shop);
    let mut asked = ask("4711");
    asked["known"] = json!({"held": [{"fact": "consent"}]});
    let reply = running.post("/v1/decide", &asked);
    assert_eq!(reply.status, 422);
    assert!(reply.body.contains("/v1/consents"));
}

#[test]
fn an_answer_can_be_demanded_to_know_of_an_entry() {
    let running = Running::with("demand", shop);
    let entry = running.post("/v1/consents", &consent("4711")).json()["entry"].clone();
    let mut asked = ask("4711");
    asked["min-entry"] = entry;
    let answer = running.post("/v1/decide", &asked);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.json()["as-of"].as_u64().unwrap() >= 3);
    asked["min-entry"] = json!(1_000_000);
    let behind = running.post("/v1/decide", &asked);
    assert_eq!(behind.status, 404);
    asked["min-entry"] = json!("00".repeat(16));
    assert_eq!(running.post("/v1/decide", &asked).status, 404);
}

#[test]
fn what_was_recorded_is_there_after_a_restart() {
    check_restart(Running::with("restart", shop));
}

/// On any engine.
pub fn check_restart(mut running: Running) {
    adult(&running, "4711");
    running.post("/v1/consents", &consent("4711"));
    running.restart();
    assert_eq!(
        running.post("/v1/decide", &ask("4711")).json()["effect"],
        "permit"
    );
}

#[test]
fn choices_made_elsewhere_are_taken_over() {
    let running = Running::with("import", shop);
    adult(&running, "4711");
    let past = json!({"at": "2026-01-01T00:00:00Z", "consent": consent("4711")});
    let reply = running.post("/v1/consents/import", &json!({"consents": [past]}));
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(
        running.post("/v1/decide", &ask("4711")).json()["effect"],
        "permit"
    );
    let ahead = json!({"at": "2126-01-01T00:00:00Z", "consent": consent("4711")});
    let reply = running.post("/v1/consents/import", &json!({"consents": [ahead]}));
    assert_eq!(reply.status, 422);
}
