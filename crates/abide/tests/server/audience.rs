//! Audiences over HTTP: of a list, of lines, of all.

use serde_json::{Value, json};

use crate::harness::{Reply, Running, agent, reply, shop};

fn running(name: &str) -> Running {
    let running = Running::with(name, shop);
    fill(&running);
    running
}

/// Someone who consents, someone who does not, and a child.
fn fill(running: &Running) {
    for (account, birth, consents) in [
        ("1", "1990", true),
        ("2", "1990", false),
        ("3", "2020", true),
    ] {
        let path = format!("/v1/subjects/account%3A{account}");
        running.put(&path, &json!({"birth": birth, "residence": "NL"}));
        if consents {
            let subject = json!({"kind": "account", "value": account});
            let consent = json!({"subject": subject, "fact": "consent"});
            assert_eq!(running.post("/v1/consents", &consent).status, 201);
        }
    }
}

fn question() -> Value {
    json!({"action": "message", "data": ["email"], "for": "newsletter", "via": ["email"]})
}

fn lines(reply: &Reply) -> Vec<Value> {
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.header("content-type"), "application/x-ndjson");
    reply
        .body
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn check(found: &[Value], strangers: u64) {
    let member = json!({"subject": {"kind": "account", "value": "1"}});
    assert_eq!(found[0], member);
    let total = &found[1]["total"];
    assert_eq!((&total["permit"], &total["deny"]), (&json!(1), &json!(1)));
    assert_eq!(total["ask"], 1 + strangers);
    let lines = total["lines"].to_string();
    assert!(
        lines
            .contains(r#"{"count":1,"effect":"deny","line":{"clauses":["SH-003"],"id":"SH-003"}}"#),
        "{lines}"
    );
    let consent = json!({"needed": {"kind": "fact", "name": "consent"}, "count": 1 + strangers});
    assert!(
        total["missing"].as_array().unwrap().contains(&consent),
        "{total}"
    );
}

#[test]
fn of_all_subjects_those_who_may_be_written_to() {
    let running = running("audience-all");
    check(
        &lines(&running.post("/v1/audience", &json!({"question": question()}))),
        0,
    );
}

/// On any engine.
pub fn check_all(running: &Running) {
    fill(running);
    check(
        &lines(&running.post("/v1/audience", &json!({"question": question()}))),
        0,
    );
}

#[test]
fn of_a_list_with_a_stranger_in_it() {
    let running = running("audience-list");
    let named = |value: &str| json!({"kind": "account", "value": value});
    let subjects = json!([named("1"), named("2"), named("3"), named("nobody")]);
    let body = json!({"question": question(), "subjects": subjects});
    check(&lines(&running.post("/v1/audience", &body)), 1);
}

#[test]
fn of_lines_as_they_arrive() {
    let running = running("audience-lines");
    let mut body = json!({"question": question()}).to_string();
    for account in ["1", "2", "3"] {
        body.push_str(&format!(
            "\n\n{{\"kind\":\"account\",\"value\":\"{account}\"}}"
        ));
    }
    let send = |body: String| {
        let request = agent()
            .post(running.url("/v1/audience"))
            .header("authorization", format!("Bearer {}", running.key))
            .header("content-type", "application/x-ndjson");
        reply(request.send(body).unwrap())
    };
    check(&lines(&send(body.clone())), 0);
    let broken = lines(&send(body + "\n{\"kind\":\"account\"}\n"));
    assert_eq!(
        broken.last().unwrap()["problem"]["type"],
        "urn:abide:problem:body-unreadable"
    );
}

#[test]
fn whoever_is_erased_is_in_no_audience_and_keeps_no_name() {
    let running = running("audience-erased");
    let erased = running.post("/v1/subjects/account%3A1/erase", &json!({}));
    assert_eq!(erased.status, 201, "{erased:?}");
    let found = lines(&running.post("/v1/audience", &json!({"question": question()})));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["total"]["permit"], 0);
    assert_eq!(
        running.get("/v1/subjects/account%3A1").json(),
        json!({"restricted-all": false})
    );
    let unknown = running.post("/v1/subjects/account%3Anobody/erase", &json!({}));
    assert_eq!(unknown.status, 201);
}
