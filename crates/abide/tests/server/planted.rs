//! Values that say who someone is, planted in every field of every endpoint. They come back only to whoever may read them:
//! never in a log, a metric, an error or the public parts of the log.

use std::io;
use std::sync::{Arc, Mutex};

use abide::config::{Log, LogFormat};
use abide::http::access::Needs;
use abide::http::{openapi, router};
use abide_store::ApiScope;
use serde_json::{Map, Value, json};

use crate::harness::{Reply, Running, agent, reply, shop};

const PLANTED: &str = "planted-jane.doe@example.org";

/// Where the log goes.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn what_is_planted_everywhere_is_found_nowhere() {
    let sink = Sink::default();
    let writer = sink.clone();
    let log = Log {
        format: LogFormat::Json,
        level: "trace".to_owned(),
    };
    let subscriber = abide::log::subscriber(&log, move || writer.clone()).unwrap();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let running = Running::with("leaks", shop);
    let mut sent = 0;
    for route in router::internal() {
        for body in bodies(&route.described_path(), route.method.as_str()) {
            let reply = send(&running, route.method.as_str(), route.path, &body);
            // Whoever writes a policy is shown what is wrong with it.
            let is_own = route.path.starts_with("/v1/policies");
            if reply.status >= 400 && !is_own {
                assert!(
                    !reply.body.contains("planted"),
                    "{route:?} {body} {reply:?}"
                );
            }
            assert!(reply.status < 500, "{route:?} {body} {reply:?}");
            sent += 1;
        }
    }
    assert!(sent > 60, "{sent}");
    let recorded = running.post("/v1/consents?receipt=inline", &consent());
    assert_eq!(recorded.status, 201, "{recorded:?}");
    let receipt = recorded.json()["receipt-path"].as_str().unwrap().to_owned();
    let own = running.get(&receipt);
    assert!(own.json()["private"].is_string());
    let bundle = running.get("/v1/ledger/bundle").body;
    let size = bundle.lines().count() - 1;
    for text in [
        bundle,
        running.get_public(&receipt).body,
        running
            .get_public(&format!("/v1/ledger/tile/entries/000.p/{size}"))
            .body,
        running.get_public("/v1/ledger/checkpoint").body,
        running.get("/metrics").body,
        running.get("/docs").body,
    ] {
        assert!(!text.is_empty());
        assert!(!text.contains("planted"), "{text}");
    }
    let mut running = running;
    running.stop();
    let log = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("/v1/consents"), "the log is written: {log}");
    let line = log.lines().find(|line| line.contains("planted"));
    assert_eq!(line, None);
    assert!(!log.contains(&running.key));
}

/// *Wrong scopes*: a key with every scope but the one needed, no key, and a key that is none.
#[test]
fn every_route_takes_a_key_with_its_scope() {
    let running = Running::with("all-scopes", shop);
    let words = [
        "decide",
        "audience",
        "consents:write",
        "consents:read",
        "policies:write",
        "policies:read",
        "ledger:read",
        "requests:write",
        "requests:read",
        "messages:send",
    ];
    for route in router::internal() {
        let Needs::Scope(needed) = route.needs else {
            continue;
        };
        let others: Vec<&str> = words
            .into_iter()
            .filter(|word| ApiScope::from_word(word) != Some(needed))
            .collect();
        let key = running.key_with(&others);
        for (key, status) in [(key.as_str(), 403), ("", 401), ("abide_1_2", 401)] {
            let path = running.url(&fill(route.path, "account%3A4711"));
            let request = ureq::http::Request::builder()
                .method(route.method.as_str())
                .uri(path)
                .header("authorization", format!("Bearer {key}"))
                .header("content-type", "application/json")
                .body("{}".to_owned())
                .unwrap();
            let found = reply(agent().run(request).unwrap());
            assert_eq!(found.status, status, "{route:?}");
            assert_eq!(found.header("content-type"), "application/problem+json");
        }
    }
}

fn consent() -> Value {
    json!({
        "subject": {"kind": "email", "value": PLANTED},
        "fact": "consent",
        "scope": {"purposes": ["newsletter"]},
        "shown": {"text": format!("Dear {PLANTED}, may we?"), "lang": "planted-en", "variant": "planted-b"},
        "actor": {"acting": "parent", "reference": PLANTED},
        "source": "planted-form",
        "signals": ["planted-gpc"],
    })
}

fn fill(path: &str, value: &str) -> String {
    let parts = path
        .split('/')
        .map(|part| if part.starts_with('{') { value } else { part });
    parts.collect::<Vec<_>>().join("/")
}

fn send(running: &Running, method: &str, path: &str, body: &Value) -> Reply {
    let path = fill(path, &format!("email%3A{PLANTED}"));
    let wants_body = !body.is_null();
    let path = if wants_body {
        path
    } else {
        format!("{path}?planted={PLANTED}")
    };
    let request = ureq::http::Request::builder()
        .method(method)
        .uri(running.url(&path))
        .header("authorization", format!("Bearer {}", running.key))
        .header("user-agent", PLANTED)
        .header("cookie", format!("planted={PLANTED}"))
        .header("accept-language", "planted-en")
        .header("content-type", "application/json");
    let request = match wants_body {
        true => request.header(
            "idempotency-key",
            format!("{PLANTED}-{}", body.to_string().len()),
        ),
        false => request,
    };
    let text = if wants_body {
        body.to_string()
    } else {
        String::new()
    };
    reply(agent().run(request.body(text).unwrap()).unwrap())
}

/// Bodies for an operation: one with every field planted, then each field planted alone in an otherwise empty body, and
/// bodies that are taken. Nothing where it takes none.
fn bodies(path: &str, method: &str) -> Vec<Value> {
    let document = openapi::document();
    let operation = &document["paths"][path][method.to_lowercase()];
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    if schema.is_null() {
        return vec![Value::Null];
    }
    let full = planted(document, schema, 6);
    let mut all = vec![
        full.clone(),
        json!(PLANTED),
        json!([PLANTED]),
        json!({PLANTED: PLANTED}),
    ];
    for (name, value) in full.as_object().into_iter().flatten() {
        all.push(json!({name: value}));
        all.push(json!({name: PLANTED}));
    }
    let subject = json!({"kind": "email", "value": PLANTED});
    let question =
        json!({"action": "message", "data": ["email"], "for": "newsletter", "via": ["email"]});
    all.extend(match path {
        "/v1/decide" => vec![
            json!({"subject": subject, "question": question, "property": PLANTED}),
            json!({"question": question, "known": {"held": [{"fact": PLANTED, "scope": {"purposes": [PLANTED]}}], "signals": [PLANTED], "relations": [PLANTED], "subject": {"residence": PLANTED, "people": [PLANTED]}}}),
            json!({"question": {"action": "message", "data": [PLANTED], "for": PLANTED, "with": PLANTED, "via": [PLANTED]}}),
            json!({"question": question, "case": PLANTED, "policy": PLANTED}),
        ],
        "/v1/audience" => vec![json!({"question": question, "subjects": [subject]})],
        "/v1/consents" => vec![consent(), {
            let mut no = consent();
            no["state"] = json!("ConsentWithdrawn");
            no["scope"] = json!({"purposes": [PLANTED], "data": [PLANTED], "recipients": [PLANTED], "lines": [PLANTED]});
            no
        }],
        "/v1/consents/import" => vec![json!({"consents": [{"at": "2026-01-01T00:00:00Z", "consent": consent()}]})],
        "/v1/occurrences" => vec![json!({"subject": subject, "event": "account-deletion"})],
        "/v1/subjects/{subject}" => vec![json!({"residence": PLANTED, "people": [PLANTED], "terms": PLANTED, "signals": [PLANTED], "restricted": [PLANTED], "holds": [PLANTED]})],
        "/v1/subjects/{subject}/join" => vec![json!({"device": {"kind": "device", "value": PLANTED}})],
        "/v1/requests" => vec![
            json!({"kind": "access", "subjects": [subject], "verified": "account", "text": PLANTED, "on-behalf": PLANTED, "reply-to": subject}),
            json!({"kind": "stop-marketing", "subjects": [subject], "purposes": [PLANTED], "residence": PLANTED}),
            json!({"kind": "erase", "subjects": [subject], "verified": "account", "residence": "NL"}),
        ],
        "/v1/messages" => vec![
            json!({"class": "service", "purpose": "orders", "to": subject, "address": "planted@planted.example", "subject": PLANTED, "text": PLANTED}),
            json!({"class": PLANTED, "purpose": PLANTED, "to": subject, "subject": PLANTED, "text": PLANTED, "language": PLANTED}),
        ],
        "/v1/cases" => vec![json!({"id": "planted-1", "facts": ["legal-claim"]})],
        _ => Vec::new(),
    });
    all
}

/// A value of a schema in which every text is planted.
fn planted(document: &Value, schema: &Value, depth: usize) -> Value {
    if depth == 0 {
        return json!(PLANTED);
    }
    if let Some(path) = schema["$ref"].as_str() {
        let named = document.pointer(path.trim_start_matches('#')).unwrap();
        return planted(document, named, depth);
    }
    for several in ["oneOf", "anyOf", "allOf"] {
        if let Some(first) = schema[several]
            .as_array()
            .and_then(|all| all.iter().find(|one| one["type"] != "null"))
        {
            return planted(document, first, depth);
        }
    }
    if let Some(word) = schema["enum"].as_array().and_then(|all| all.first()) {
        return word.clone();
    }
    if let Some(properties) = schema["properties"].as_object() {
        let field = |(name, schema): (&String, &Value)| {
            (name.clone(), planted(document, schema, depth - 1))
        };
        return Value::Object(properties.iter().map(field).collect::<Map<_, _>>());
    }
    let kinds = schema["type"].to_string();
    if kinds.contains("array") {
        return json!([planted(document, &schema["items"], depth - 1)]);
    }
    if kinds.contains("integer") || kinds.contains("number") {
        return json!(1);
    }
    if kinds.contains("boolean") {
        return json!(true);
    }
    json!(PLANTED)
}
