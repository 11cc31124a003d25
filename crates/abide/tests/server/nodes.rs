//! The same on PostgreSQL, and two servers on one store: what one records, the other knows within a second.

use abide::config::Config;
use serde_json::{Value, json};

use crate::consents::{adult, ask, check_choice, check_join, check_restart, check_twice, consent};
use crate::harness::{Running, postgres, shop};
use crate::{audience, policies};

fn on_postgres(name: &str) -> Running {
    let set = postgres(name);
    Running::with(name, |config| {
        shop(config);
        set(config);
    })
}

/// Two servers on one store, with the same keys.
fn two(name: &str) -> (Running, Running) {
    let first = on_postgres(name);
    let same = |config: &mut Config| {
        config.store = first.config().store.clone();
        config.keys = first.config().keys.clone();
    };
    let mut second = Running::with(&format!("{name}-second"), same);
    second.key.clone_from(&first.key);
    (first, second)
}

fn effect(running: &Running, asked: &Value) -> Value {
    running.post("/v1/decide", asked).json()["effect"].clone()
}

#[test]
fn a_choice_holds_on_postgres_too() {
    check_choice(&on_postgres("choice"));
}

#[test]
fn a_request_is_done_once_on_postgres_too() {
    check_twice(&on_postgres("twice"));
}

#[test]
fn a_device_brings_its_history_on_postgres_too() {
    check_join(&on_postgres("join"));
}

#[test]
fn a_restart_loses_nothing_on_postgres_either() {
    check_restart(on_postgres("restart"));
}

#[test]
fn an_audience_is_the_same_on_postgres() {
    audience::check_all(&on_postgres("audience"));
}

/// PostgreSQL keeps no such text, so there is nothing by that name.
#[test]
fn a_name_with_a_nul_in_it_is_not_there() {
    let running = on_postgres("nul");
    let version = format!("{}\0", "0".repeat(63));
    let mut asked = ask("4711");
    asked["case"] = json!("2026\u{0}17");
    for reply in [
        running.get("/v1/policies/a%00b"),
        running.get_public("/notice/shop%00/2026-03-01"),
        running.post("/v1/policies/shop/activate", &json!({"version": version})),
        running.post("/v1/decide", &asked),
    ] {
        assert_eq!(reply.status, 404, "{reply:?}");
    }
}

#[test]
fn what_one_server_records_the_other_knows() {
    let (first, second) = two("two");
    adult(&first, "4711");
    // The second has heard of the subject and holds it in memory.
    second.until("the profile", || effect(&second, &ask("4711")) == "ask");
    assert_eq!(first.post("/v1/consents", &consent("4711")).status, 201);
    second.until("the consent", || effect(&second, &ask("4711")) == "permit");
    let mut no = consent("4711");
    no["state"] = json!("ConsentWithdrawn");
    let entry = first.post("/v1/consents", &no).json()["entry"].clone();
    let mut asked = ask("4711");
    asked["min-entry"] = entry;
    assert_eq!(
        effect(&second, &asked),
        "deny",
        "demanded, so known at once"
    );
}

#[test]
fn a_device_that_is_joined_at_one_server_is_joined_at_the_other() {
    let (first, second) = two("two-join");
    adult(&first, "4711");
    let mut device = consent("4711");
    device["subject"] = json!({"kind": "device", "value": "d-1"});
    first.post("/v1/consents", &device);
    let mut asked = ask("4711");
    asked["subject"] = device["subject"].clone();
    second.until("the consent", || effect(&second, &asked) == "ask");
    let body = json!({"device": device["subject"]});
    first.post("/v1/subjects/account%3A4711/join", &body);
    second.until("the device", || effect(&second, &asked) == "permit");
    second.until("the subject", || effect(&second, &ask("4711")) == "permit");
}

#[test]
fn a_version_that_is_activated_at_one_server_is_in_force_at_the_other() {
    let (first, second) = two("two-policy");
    let version = policies::publish(&first, &policies::stricter())["version"].clone();
    first.post("/v1/policies/shop/activate", &json!({"version": version}));
    second.until("the version", || {
        effect(&second, &policies::newsletter()) == "deny"
    });
    let entry = json!({"fact": "dpa", "recipient": "paywell"});
    first.post("/v1/register", &entry);
    let share = json!({"question": {
        "action": "share", "data": ["name"], "for": "orders", "with": "paywell", "in": "US",
    }});
    second.until("the contract", || effect(&second, &share) == "permit");
}
