//! Policies over HTTP: published, activated, tried, taken back, read by people.

use serde_json::{Value, json};

use crate::harness::{Running, shop};

const SHOP: &str = include_str!("shop.kdl");

pub fn newsletter() -> Value {
    json!({"question": {"action": "message", "data": ["email"], "for": "newsletter", "via": ["email"]}})
}

/// The shop, later: nobody is written to any more.
pub fn stricter() -> String {
    SHOP.replace("2026-03-01", "2026-09-01")
        .replace(
            "use email via=email for=newsletter if=consent",
            "never use email for=newsletter",
        )
        .replace(
            "    (SH-003) never use email for=newsletter about=child\n",
            "",
        )
}

pub fn publish(running: &Running, text: &str) -> Value {
    let body = json!({"files": [{"name": "shop.kdl", "text": text}]});
    let reply = running.post("/v1/policies", &body);
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.json()
}

fn effect(running: &Running) -> Value {
    running.post("/v1/decide", &newsletter()).json()["effect"].clone()
}

#[test]
fn a_version_is_published_activated_and_taken_back() {
    let running = Running::with("activate", shop);
    assert_eq!(effect(&running), "ask");
    let version = publish(&running, &stricter())["version"].clone();
    assert_eq!(effect(&running), "ask");
    let body = json!({"version": version});
    assert_eq!(
        running.post("/v1/policies/shop/activate", &body).status,
        201
    );
    assert_eq!(effect(&running), "deny");
    assert_eq!(
        running
            .post("/v1/policies/shop/rollback", &json!({}))
            .status,
        201
    );
    assert_eq!(effect(&running), "ask");
    let again = running.post("/v1/policies/shop/rollback", &json!({}));
    assert_eq!(again.status, 409, "{again:?}");
    let history = running.get("/v1/policies/shop").json();
    assert_eq!(history["versions"].as_array().unwrap().len(), 2);
    assert_eq!(history["activations"].as_array().unwrap().len(), 3);
    let archived = running.get("/v1/policies/shop/versions/2026-03-01").json();
    assert_eq!(archived["files"][0]["text"], SHOP);
}

#[test]
fn a_policy_with_errors_is_refused_with_its_findings() {
    let running = Running::start("wrong-policy");
    let body =
        json!({"files": [{"name": "a.kdl", "text": "policy a {\n    use emial for=orders\n}\n"}]});
    let reply = running.post("/v1/policies", &body);
    assert_eq!(reply.status, 422);
    let findings = reply.json()["findings"].clone();
    assert!(
        findings.to_string().contains("did you mean `email`?"),
        "{findings}"
    );
    assert_eq!(running.get("/v1/policies").json()["policies"], json!([]));
}

#[test]
fn a_version_is_tried_on_the_questions_of_the_last_days() {
    let mut running = Running::with("preview", shop);
    for _ in 0..3 {
        effect(&running);
    }
    // Stopping keeps what was decided.
    running.restart();
    let body = json!({"files": [{"name": "shop.kdl", "text": stricter()}]});
    let preview = running.post("/v1/policies/shop/preview", &body);
    assert_eq!(preview.status, 200, "{preview:?}");
    let preview = preview.json();
    assert_eq!(preview["decisions"], 3);
    assert_eq!(preview["differences"][0]["before"], "ask");
    assert_eq!(preview["differences"][0]["after"], "deny");
    assert_eq!(preview["differences"][0]["count"], 3);
    assert_eq!(effect(&running), "ask");
}

#[test]
fn what_is_observed_can_be_set_while_the_server_runs() {
    let running = Running::with("mode", shop);
    let body = json!({"mode": "observe", "purpose": "newsletter"});
    assert_eq!(running.post("/v1/policies/shop/mode", &body).status, 201);
    let answer = running.post("/v1/decide", &newsletter()).json();
    assert_eq!(
        (&answer["effect"], &answer["would"]),
        (&json!("permit"), &json!("ask"))
    );
    let body = json!({"mode": "observe", "purpose": "newsleter"});
    assert_eq!(running.post("/v1/policies/shop/mode", &body).status, 422);
}

#[test]
fn people_read_the_notice_in_force_and_every_one_before() {
    let running = Running::with("notice", shop);
    let first = running.get_public("/notice/shop");
    assert_eq!(first.status, 200);
    assert!(first.body.contains("SH-002"));
    assert_eq!(first.header("content-language"), "en");
    assert!(
        first
            .header("content-security-policy")
            .contains("style-src 'sha256-")
    );
    let version = publish(&running, &stricter())["version"]
        .as_str()
        .unwrap()
        .to_owned();
    let unseen = running.get_public(&format!("/notice/shop/{version}"));
    assert_eq!(unseen.status, 404, "what never was in force is not shown");
    running.post("/v1/policies/shop/activate", &json!({"version": version}));
    assert_ne!(running.get_public("/notice/shop").body, first.body);
    assert_eq!(
        running.get_public("/notice/shop/2026-03-01").body,
        first.body
    );
    assert_eq!(running.get_public("/notice/shop?lang=xx").status, 422);
    assert_eq!(running.get_public("/notice/nothing").status, 404);
}

#[test]
fn a_contract_in_the_register_counts_for_every_question() {
    let running = Running::with("register", shop);
    let question = json!({"question": {
        "action": "share", "data": ["name"], "for": "orders", "with": "paywell", "in": "US",
    }});
    let effect = || running.post("/v1/decide", &question).json()["effect"].clone();
    assert_eq!(effect(), "ask");
    let entry = json!({"fact": "dpa", "recipient": "paywell"});
    assert_eq!(running.post("/v1/register", &entry).status, 201);
    assert_eq!(effect(), "permit");
    let over = json!({"fact": "dpa", "recipient": "paywell", "holds": "no"});
    assert_eq!(running.post("/v1/register", &over).status, 201);
    assert_ne!(effect(), "permit");
    let register = running.get("/v1/register").json();
    assert_eq!(register["entries"][0]["holds"], false);
    let slip = json!({"fact": "dpa", "recipient": "paywel"});
    assert!(
        running
            .post("/v1/register", &slip)
            .body
            .contains("did you mean `paywell`?")
    );
}

#[test]
fn a_case_is_opened_once_and_closed_once() {
    let running = Running::with("case", shop);
    let case = json!({"id": "2026-17", "facts": ["court-order"]});
    assert_eq!(running.post("/v1/cases", &case).status, 201);
    assert_eq!(running.post("/v1/cases", &case).status, 409);
    let mut asked = newsletter();
    asked["case"] = json!("2026-17");
    assert_eq!(running.post("/v1/decide", &asked).status, 200);
    assert_eq!(
        running.post("/v1/cases/2026-17/close", &json!({})).status,
        201
    );
    assert_eq!(
        running.post("/v1/cases/2026-17/close", &json!({})).status,
        404
    );
    asked["case"] = json!("2026-18");
    assert_eq!(running.post("/v1/decide", &asked).status, 404);
}

#[test]
fn whoever_agreed_to_terms_keeps_them_against_weaker_ones() {
    let keeps = "(SH-010) never change weaker unless=explicit-consent\n}";
    let with = |text: String| {
        let end = text.rfind('}').unwrap();
        format!("{}    {keeps}\n", &text[..end])
    };
    let running = Running::start("terms");
    let first = with(stricter().replace("2026-09-01", "2026-01-01"));
    let second = with(SHOP.to_owned());
    let activate = |text: &str| {
        let version = publish(&running, text)["version"].clone();
        let body = json!({"version": version});
        assert_eq!(
            running.post("/v1/policies/shop/activate", &body).status,
            201
        );
        version
    };
    let terms = activate(&first);
    activate(&second);
    for (account, profile) in [
        ("1", json!({"birth": "1990", "residence": "NL"})),
        (
            "2",
            json!({"birth": "1990", "residence": "NL", "terms": terms}),
        ),
    ] {
        running.put(&format!("/v1/subjects/account%3A{account}"), &profile);
        let consent = crate::consents::consent(account);
        assert_eq!(running.post("/v1/consents", &consent).status, 201);
    }
    let effect = |account: &str| {
        let asked = crate::consents::ask(account);
        running.post("/v1/decide", &asked).json()["effect"].clone()
    };
    assert_eq!(effect("1"), "permit");
    assert_eq!(effect("2"), "deny");
    assert_eq!(effect("2"), "deny", "from memory as well");
}
