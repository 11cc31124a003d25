//! Questions and answers over HTTP.

use serde_json::{Value, json};

use crate::harness::{Running, shop};

fn newsletter() -> Value {
    json!({"action": "message", "data": ["email"], "for": "newsletter", "via": ["email"]})
}

#[test]
fn a_question_is_answered_with_its_reasons() {
    let running = Running::with("reasons", shop);
    let known = json!({"held": [{"fact": "consent"}], "subject": {"age": {"at-least": 18}}});
    let reply = running.post(
        "/v1/decide",
        &json!({"question": newsletter(), "known": known}),
    );
    assert_eq!(reply.status, 200, "{reply:?}");
    let answer = reply.json();
    assert_eq!(answer["effect"], "permit");
    assert_eq!(answer["lines"][0]["clauses"], json!(["SH-002"]));
    assert_eq!(answer["policy"], "shop");
    assert_eq!(answer["mode"], "enforce");
    assert_eq!(answer["version"].as_str().unwrap().len(), 64);
}

#[test]
fn what_is_missing_is_named() {
    let running = Running::with("missing", shop);
    let known = json!({"subject": {"age": {"at-least": 18}}});
    let answer = running
        .post(
            "/v1/decide",
            &json!({"question": newsletter(), "known": known}),
        )
        .json();
    assert_eq!(answer["effect"], "ask");
    assert_eq!(answer["missing"][0]["kind"], "fact");
    assert_eq!(answer["missing"][0]["name"], "consent");
}

#[test]
fn what_is_said_to_be_known_is_in_the_names_of_the_policy() {
    let running = Running::with("known", shop);
    for (known, told) in [
        (json!({"signals": ["gcp"]}), "known.signals"),
        (
            json!({"subject": {"people": ["teen-ager"]}}),
            "known.subject.people",
        ),
        (
            json!({"subject": {"residence": "Atlantis"}}),
            "known.subject.residence",
        ),
        (json!({"held": [{"fact": "konsent"}]}), "known.held.fact"),
        (
            json!({"held": [{"fact": "consent", "scope": {"purposes": ["news"]}}]}),
            "known.held.scope.purposes",
        ),
    ] {
        let reply = running.post(
            "/v1/decide",
            &json!({"question": newsletter(), "known": known}),
        );
        assert_eq!(reply.status, 422, "{reply:?}");
        assert!(reply.body.contains(told), "{reply:?}");
    }
}

#[test]
fn many_questions_are_answered_in_their_order() {
    let running = Running::with("many", shop);
    let collect =
        json!({"action": "collect", "data": ["name"], "for": "orders", "at": ["checkout"]});
    let body = json!({"questions": [{"question": collect}, {"question": newsletter()}]});
    let answers = running.post("/v1/decide", &body).json();
    assert_eq!(answers["answers"][0]["effect"], "permit");
    assert_eq!(answers["answers"][1]["effect"], "ask");
}

#[test]
fn a_name_that_is_a_slip_is_shown_and_any_other_is_not() {
    let running = Running::with("names", shop);
    let ask = |purpose: &str| {
        let mut question = newsletter();
        question["for"] = json!(purpose);
        running.post("/v1/decide", &json!({"question": question}))
    };
    let slip = ask("newsleter");
    assert_eq!(slip.status, 422);
    assert!(
        slip.body.contains("did you mean `newsletter`?"),
        "{}",
        slip.body
    );
    let other = ask("jane.doe@example.com");
    assert_eq!(other.status, 422);
    assert!(!other.body.contains("jane"), "{}", other.body);
}

#[test]
fn without_a_policy_in_force_there_is_no_answer() {
    let running = Running::start("no-policy");
    let reply = running.post("/v1/decide", &json!({"question": newsletter()}));
    assert_eq!(reply.status, 404);
    assert_eq!(reply.json()["type"], "urn:abide:problem:no-policy");
}

#[test]
fn observing_permits_and_says_what_it_would_have_answered() {
    let running = Running::with("observe", |config| {
        shop(config);
        config.observe.push(abide::config::Observe {
            property: None,
            purpose: Some("newsletter".to_owned()),
        });
    });
    let answer = running
        .post("/v1/decide", &json!({"question": newsletter()}))
        .json();
    assert_eq!(answer["effect"], "permit");
    assert_eq!(answer["would"], "ask");
    assert_eq!(answer["mode"], "observe");
}

#[test]
fn a_key_without_the_scope_and_no_key_are_refused() {
    let running = Running::with("scopes", shop);
    let other = running.key_with(&["consents:read"]);
    let body = json!({"question": newsletter()});
    let denied = running.post_as(&other, "/v1/decide", &body);
    assert_eq!(denied.status, 403);
    assert!(denied.body.contains("`decide`"));
    for key in ["", "abide_0_1", "abide_000000000000_zz"] {
        let reply = running.post_as(key, "/v1/decide", &body);
        assert_eq!(reply.status, 401, "{key}");
        assert_eq!(reply.header("www-authenticate"), "Bearer");
    }
}

#[test]
fn what_was_decided_is_counted_in_the_log_without_saying_about_whom() {
    let running = Running::with("counts", shop);
    running.post("/v1/decide", &json!({"question": newsletter()}));
    let app = running.server().app();
    running.wait(async {
        let now = app.clock.now();
        app.decider.write_counts(&app.store, now).await.unwrap();
        while app
            .store
            .checkpoint()
            .await
            .unwrap()
            .is_none_or(|last| last.checkpoint.size < 4)
        {
            tokio::task::yield_now().await;
        }
    });
    let entries = running.get_public("/v1/ledger/tile/entries/000.p/4").body;
    assert!(entries.contains("decisions.counted"), "{entries}");
    assert!(entries.contains("\"SH-002:ask\":1"), "{entries}");
}
