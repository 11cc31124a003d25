//! What people ask for, over HTTP: recorded once, done at once where it can only protect, and nobody named in any answer.

use serde_json::{Value, json};

use crate::harness::{Running, await_until, shop};

fn asked(kind: &str, who: &str) -> Value {
    json!({
        "kind": kind,
        "subjects": [{"kind": "email", "value": who}],
        "residence": "NL",
    })
}

fn opened(running: &Running, body: &Value) -> String {
    let reply = running.post("/v1/requests", body);
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.json()["id"].as_str().unwrap().to_owned()
}

fn read(running: &Running, id: &str) -> Value {
    running.get(&format!("/v1/requests/{id}")).json()
}

/// Waits until the server has brought a request to a state.
fn await_state(running: &Running, id: &str, state: &str) -> Value {
    await_until(|| Some(read(running, id)).filter(|request| request["state"] == state))
}

#[test]
fn an_opt_out_is_done_when_the_answer_comes() {
    let running = Running::with("opt-out", shop);
    let id = opened(&running, &asked("stop-marketing", "ann@example.org"));
    let request = read(&running, &id);
    assert_eq!(request["state"], "fulfilled", "{request}");
    assert!(!request.to_string().contains("ann"), "{request}");
    let said = running
        .get("/v1/subjects/email%3Aann@example.org/consents")
        .json();
    assert_eq!(said["consents"][0]["right"], "stop-marketing", "{said}");
}

#[test]
fn a_copy_waits_for_proof_and_is_packed_by_the_server() {
    let running = Running::with("copy", shop);
    let id = opened(&running, &asked("access", "ann@example.org"));
    let request = await_state(&running, &id, "in_progress");
    assert_eq!(request["reason"], "need_user_verification");
    assert_eq!(request["answer-by"]["because"], json!(["eu.dsr.respond"]));
    let wrong = running.post(
        &format!("/v1/requests/{id}/verify"),
        &json!({"code": "AAAA2222"}),
    );
    assert_eq!(wrong.status, 409, "{wrong:?}");
    let shown = running.post(
        &format!("/v1/requests/{id}/verify"),
        &json!({"how": "account"}),
    );
    assert_eq!(shown.status, 201, "{shown:?}");
    let request = await_state(&running, &id, "fulfilled");
    assert_eq!(request["package-ready"], true);
    let events: Vec<&str> = request["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["event"].as_str().unwrap())
        .collect();
    assert_eq!(
        events,
        [
            "asked",
            "acknowledged",
            "codes-sent",
            "verified",
            "packed",
            "fulfilled"
        ]
    );
    assert_eq!(running.get("/v1/requests").json()["requests"], json!([]));
    assert_eq!(
        running.get("/v1/requests?which=all").json()["requests"][0]["id"],
        *id
    );
}

#[test]
fn the_same_request_sent_twice_is_one() {
    let running = Running::with("twice", shop);
    let body = asked("complaint", "ann@example.org");
    let send = |key: &str, body: &Value| {
        let request = crate::harness::agent().post(running.url("/v1/requests"));
        running.send(request.header("idempotency-key", key), body)
    };
    let first = send("k1", &body).json();
    assert_eq!(send("k1", &body).json(), first);
    assert_eq!(
        send("k1", &asked("complaint", "bo@example.org")).status,
        422
    );
    assert_ne!(
        send("k2", &body).json()["id"],
        first["id"],
        "each complaint is one of its own"
    );
    let first = send("k3", &asked("erase", "ann@example.org")).json();
    let again = send("k4", &asked("erase", "ann@example.org"));
    assert_eq!(
        (again.status, again.json()["is-duplicate"].clone()),
        (200, json!(true))
    );
    assert_eq!(again.json()["id"], first["id"]);
}

#[test]
fn a_second_person_approves_and_a_refusal_needs_a_ground() {
    let running = Running::with("approve", |config| {
        shop(config);
        config.requests.approve = vec![abide_rights::request::Kind::Erase];
    });
    let mut erase = asked("erase", "ann@example.org");
    erase["verified"] = json!("account");
    let id = opened(&running, &erase);
    let path = |what: &str| format!("/v1/requests/{id}/{what}");
    let request = await_state(&running, &id, "in_progress");
    assert_eq!(request["waits-for-approval"], true);
    let own = running.post(&path("approve"), &json!({}));
    assert_eq!(own.status, 409, "{own:?}");
    let none = running.post(
        &path("refuse"),
        &json!({"reason": "claim_not_covered", "ground": "because"}),
    );
    assert_eq!(none.status, 409);
    assert!(none.body.contains("legal-duty"), "{none:?}");
    let other = running.key_with(&["requests:write"]);
    let approved = running.post_as(&other, &path("approve"), &json!({}));
    assert_eq!(approved.status, 201, "{approved:?}");
    let request = await_state(&running, &id, "fulfilled");
    assert!(request["certificate"].is_string(), "{request}");
    assert_eq!(running.post(&path("revoke"), &json!({})).status, 409);
}

#[test]
fn what_is_wrong_is_said_without_what_was_sent() {
    let running = Running::with("wrong-request", shop);
    for (body, status) in [
        (json!({"kind": "jane", "subjects": []}), 422),
        (asked("jane", "jane@example.org"), 422),
        (
            json!({"kind": "access", "subjects": [{"kind": "Jane", "value": "x"}]}),
            422,
        ),
        (
            json!({"kind": "access", "subjects": [{"kind": "email", "value": "jane@x.org"}], "received-on": "jane"}),
            422,
        ),
        (
            json!({"kind": "access", "subjects": [{"kind": "email", "value": "jane@x.org"}], "received-on": "2999-01-01"}),
            422,
        ),
        (
            json!({"kind": "access", "subjects": [{"kind": "email", "value": "jane@x.org"}], "acting": "jane"}),
            422,
        ),
        (
            json!({"kind": "access", "subjects": [{"kind": "email", "value": "jane@x.org"}], "residence": "jane"}),
            422,
        ),
        (
            json!({"kind": "access", "subjects": [{"kind": "email", "value": "jane@x.org"}], "language": "jane\0"}),
            422,
        ),
        (json!({"kind": "access", "jane": 1}), 400),
    ] {
        let reply = running.post("/v1/requests", &body);
        assert_eq!(reply.status, status, "{body} {reply:?}");
        assert!(!reply.body.contains("jane"), "{reply:?}");
    }
    for id in ["jane", "00000000000000000000000000000000"] {
        assert_eq!(running.get(&format!("/v1/requests/{id}")).status, 404);
        assert_eq!(
            running
                .post(&format!("/v1/requests/{id}/approve"), &json!({}))
                .status,
            404
        );
    }
    let reads = running.key_with(&["requests:read"]);
    let reply = running.post_as(&reads, "/v1/requests", &asked("access", "ann@example.org"));
    assert_eq!(reply.status, 403);
    assert_eq!(running.get_as(&reads, "/v1/requests").status, 200);
}

#[test]
fn of_many_at_once_there_is_one() {
    let running = Running::with("at-once", shop);
    let body = asked("erase", "ann@example.org");
    let replies: Vec<_> = std::thread::scope(|scope| {
        let send = || running.post("/v1/requests", &body);
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(send)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    let ids: std::collections::BTreeSet<String> = replies
        .iter()
        .map(|reply| reply.json()["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), 1, "{replies:?}");
    let fresh = replies.iter().filter(|reply| reply.status == 201);
    assert_eq!(fresh.count(), 1, "{replies:?}");
}

#[test]
fn nobody_learns_from_an_answer_who_is_known() {
    let running = Running::with("unknown", shop);
    let consent = crate::consents::consent("4711");
    assert_eq!(running.post("/v1/consents", &consent).status, 201);
    let of = |account: &str| {
        let body = json!({"kind": "access", "subjects": [{"kind": "account", "value": account}]});
        let reply = running.post("/v1/requests", &body);
        let id = reply.json()["id"].as_str().unwrap().to_owned();
        let mut request = read(&running, &id);
        for private in ["id", "events"] {
            request[private] = Value::Null;
        }
        (
            reply.status,
            request["answer-by"].clone(),
            request["grounds"].clone(),
        )
    };
    assert_eq!(of("4711"), of("nobody"));
}
