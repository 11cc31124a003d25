//! The whole log for an auditor, over HTTP.

use std::collections::BTreeMap;

use abide_ledger::{KeyRing, Verdict, Verifier, verify_bundle};
use serde_json::json;

use crate::harness::{Running, shop};

#[test]
fn the_bundle_of_the_server_is_one_that_verifies() {
    let running = Running::with("bundle", shop);
    let mut last = String::new();
    for number in 0..5 {
        let body = json!({
            "subject": {"kind": "account", "value": format!("planted-{number}")},
            "fact": "consent",
            "scope": {"purposes": ["newsletter"]},
            "source": "form",
        });
        let recorded = running.post("/v1/consents", &body).json();
        last = recorded["receipt-path"].as_str().unwrap().to_owned();
    }
    running.await_status(&last, 200);
    let reply = running.get("/v1/ledger/bundle");
    assert_eq!(reply.header("content-type"), "application/x-ndjson");
    assert!(!reply.body.contains("planted"));
    let mut ring = KeyRing::new();
    for key in running.get_public("/v1/ledger/keys").body.lines() {
        ring.trust(key.parse::<Verifier>().unwrap());
    }
    let report = verify_bundle(reply.body.lines(), &ring);
    assert_eq!(report.verdict(), Verdict::Proven, "{report}");
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for line in reply.body.lines().skip(1) {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap();
        let kind = entry["public"]["kind"].as_str().unwrap().to_owned();
        *kinds.entry(kind).or_default() += 1;
    }
    assert_eq!(kinds["consent.given"], 5, "{kinds:?}");
    let other = running.key_with(&["decide"]);
    let refused = running.get_as(&other, "/v1/ledger/bundle");
    assert_eq!(refused.status, 403);
}
