//! Ten thousand requests that nobody should send: malformed, too large, cut short, sent again. None breaks the server, none
//! is answered with what it said, and between them nothing is lost.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::Duration;

use abide::http::router;
use abide_ledger::{KeyRing, Verdict, Verifier, verify_bundle};
use serde_json::{Value, json};

use crate::chance::Chance;
use crate::harness::{Running, shop};
use crate::raw::{Patience, exchange, request};

const REQUESTS: usize = 10_000;
const WORKERS: usize = 4;
/// What stands in everything that is sent and must not come back.
const PLANTED: &str = "planted-jane.doe";

/// What the workers found.
#[derive(Default)]
struct Found {
    statuses: BTreeMap<u16, usize>,
    acknowledged: Vec<String>,
}

#[test]
fn ten_thousand_bad_requests_break_nothing_and_tell_nothing() {
    let mut chance = Chance::fresh("trouble");
    let running = Running::with("trouble", |config| {
        shop(config);
        config.limits.per_key = 1_000_000;
        config.limits.per_address = 1_000_000;
        config.limits.request = Duration::from_secs(20);
    });
    let found: Mutex<Found> = Mutex::default();
    std::thread::scope(|scope| {
        for worker in 0..WORKERS {
            let chance = chance.branch();
            let (running, found) = (&running, &found);
            let mut sender = Sender {
                chance,
                internal: running.internal,
                public: running.public,
                key: running.key.clone(),
                worker,
                routes: router::internal()
                    .iter()
                    .map(|route| (route.method.to_string(), route.path))
                    .collect(),
            };
            scope.spawn(move || {
                for number in 0..REQUESTS / WORKERS {
                    sender.send(number, found);
                }
            });
        }
    });
    let found = found.into_inner().unwrap();
    println!("{:?}", found.statuses);
    assert!(found.acknowledged.len() > 50);
    assert!(found.statuses.len() > 8, "{:?}", found.statuses);
    let last = found.acknowledged.last().unwrap();
    running.await_status(last, 200);
    for receipt in &found.acknowledged {
        assert_eq!(running.get(receipt).status, 200, "{receipt}");
    }
    let bundle = running.get("/v1/ledger/bundle").body;
    assert!(!bundle.contains(PLANTED));
    let mut ring = KeyRing::new();
    for key in running.get_public("/v1/ledger/keys").body.lines() {
        ring.trust(key.parse::<Verifier>().unwrap());
    }
    let report = verify_bundle(bundle.lines(), &ring);
    assert_eq!(report.verdict(), Verdict::Proven, "{report}");
    assert!(!running.get("/metrics").body.contains(PLANTED));
}

struct Sender {
    chance: Chance,
    internal: SocketAddr,
    public: SocketAddr,
    key: String,
    worker: usize,
    routes: Vec<(String, &'static str)>,
}

impl Sender {
    fn send(&mut self, number: usize, found: &Mutex<Found>) {
        if number.is_multiple_of(40) {
            return self.send_good(number, found);
        }
        let (bytes, patience) = self.bad();
        let address =
            *self
                .chance
                .one_of(&[self.internal, self.internal, self.internal, self.public]);
        let reply = exchange(address, &bytes, patience);
        let status = reply.as_ref().map_or(0, |reply| reply.status);
        if let Some(reply) = reply {
            let shown = || String::from_utf8_lossy(&bytes[..bytes.len().min(2000)]).into_owned();
            assert!(status < 500, "{reply:?} to {}", shown());
            if status >= 400 {
                // A finding says in which of the files that were sent it lies, by the name that the sender gave it.
                let text = reply.text.replace(&format!("\"path\":\"{PLANTED}\""), "");
                assert!(!text.contains(PLANTED), "{reply:?} to {}", shown());
            }
        }
        *found.lock().unwrap().statuses.entry(status).or_default() += 1;
    }

    /// A choice that is recorded, sent twice with one key.
    fn send_good(&mut self, number: usize, found: &Mutex<Found>) {
        let body = consent(&format!("{PLANTED}-{}-{number}", self.worker)).to_string();
        let head = format!(
            "POST /v1/consents HTTP/1.1\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\nidempotency-key: good-{}-{number}",
            self.key, self.worker
        );
        let bytes = request(&head, body.as_bytes());
        let replies = [0, 1].map(|_| exchange(self.internal, &bytes, Patience::Waits).unwrap());
        let [first, again] = replies.map(|reply| {
            assert_eq!(reply.status, 201, "{reply:?}");
            let (_, body) = reply.text.split_once("\r\n\r\n").unwrap();
            serde_json::from_str::<Value>(body).unwrap()
        });
        assert_eq!(first, again);
        let receipt = first["receipt-path"].as_str().unwrap().to_owned();
        found.lock().unwrap().acknowledged.push(receipt);
    }

    fn bad(&mut self) -> (Vec<u8>, Patience) {
        let (mut method, route) = self.chance.one_of(&self.routes).clone();
        let mut path = self.path(route);
        if self.chance.below(20) == 0 {
            method = (*self
                .chance
                .one_of(&["DELETE", "PATCH", "OPTIONS", "TRACE", "GET", "POST", "BREW"]))
            .to_owned();
        }
        if self.chance.below(10) == 0 {
            let more = ["?a=b", "?%zz", "//", "%00", "?receipt=jane", "/.."];
            path.push_str(self.chance.one_of::<&str>(&more));
        }
        let body = self.body(route);
        let key = match self.chance.below(12) {
            0 => String::new(),
            1 => "authorization: Basic amFuZQ==\r\n".to_owned(),
            2 => format!("authorization: Bearer abide_000000000000_{PLANTED}\r\n"),
            _ => format!("authorization: Bearer {}\r\n", self.key),
        };
        let kind = *self.chance.one_of(&[
            "application/json",
            "application/json",
            "application/json; charset=utf-8",
            "application/x-ndjson",
            "text/plain",
            "application/xml",
            "",
        ]);
        let once = match self.chance.below(6) {
            // Few keys, so that other bodies come with them.
            0 => format!("idempotency-key: {}\r\n", self.chance.below(8)),
            1 => format!(
                "idempotency-key: {}\r\n",
                "k".repeat(self.chance.below(400))
            ),
            2 => "idempotency-key: \u{1F600}\r\n".to_owned(),
            _ => String::new(),
        };
        let head = format!(
            "{method} {path} HTTP/1.1\r\n{key}{once}content-type: {kind}\r\nx-note: {PLANTED}"
        );
        let mut bytes = request(&head, &body);
        let mut patience = Patience::Leaves;
        match self.chance.below(30) {
            0 => bytes.truncate(self.chance.below(bytes.len())),
            1 => self.scramble(&mut bytes),
            2 => bytes = format!("{method} {path} HTTP/9.9\r\n\r\n").into_bytes(),
            3 => bytes
                .splice(0..0, [0x16, 0x03, 0x01, 0x02, 0x00])
                .for_each(drop),
            4 | 5 => {}
            _ => patience = Patience::Waits,
        }
        (bytes, patience)
    }

    fn path(&mut self, path: &str) -> String {
        let mut full = String::new();
        for part in path.split('/').skip(1) {
            full.push('/');
            if !part.starts_with('{') {
                full.push_str(part);
                continue;
            }
            let long = "x".repeat(self.chance.below(3000));
            let some = [
                format!("account%3A{PLANTED}"),
                PLANTED.to_owned(),
                "%00".to_owned(),
                "%ff%fe".to_owned(),
                "email%3A%20".to_owned(),
                long,
                "shop".to_owned(),
                "0/000.p/3".to_owned(),
                "..%2f..%2fetc".to_owned(),
                "1".to_owned(),
            ];
            full.push_str(self.chance.one_of::<String>(&some));
        }
        full
    }

    fn body(&mut self, path: &str) -> Vec<u8> {
        let mut value = match self.chance.below(4) {
            0 => self.value(4),
            _ => good(path),
        };
        for _ in 0..self.chance.below(3) {
            self.mutate(&mut value);
        }
        let mut bytes = value.to_string().into_bytes();
        match self.chance.below(25) {
            0 => bytes.truncate(self.chance.below(bytes.len().max(1))),
            1 => self.scramble(&mut bytes),
            2 => bytes = "[".repeat(self.chance.below(5000)).into_bytes(),
            3 => bytes = "{\"a\":".repeat(self.chance.below(500)).into_bytes(),
            4 if self.chance.below(5) == 0 => {
                bytes = vec![b' '; 1_100_000 + self.chance.below(300_000)]
            }
            5 => bytes = format!("{{\"{PLANTED}\":\"{PLANTED}\"}}").into_bytes(),
            6 => bytes.extend_from_slice(b"\xff\xfe"),
            _ => {}
        }
        bytes
    }

    fn scramble(&mut self, bytes: &mut [u8]) {
        for _ in 0..=self.chance.below(6) {
            if !bytes.is_empty() {
                let at = self.chance.below(bytes.len());
                bytes[at] = u8::try_from(self.chance.below(256)).unwrap();
            }
        }
    }

    /// Replaces, removes or adds something, at any depth.
    fn mutate(&mut self, value: &mut Value) {
        match value {
            Value::Object(fields) if !fields.is_empty() && self.chance.below(5) > 0 => {
                let names: Vec<String> = fields.keys().cloned().collect();
                let name = self.chance.one_of(&names).clone();
                match self.chance.below(5) {
                    0 => drop(fields.remove(&name)),
                    1 => drop(fields.insert(format!("{PLANTED}-{name}"), Value::Null)),
                    _ => self.mutate(&mut fields[&name]),
                }
            }
            Value::Array(items) if !items.is_empty() && self.chance.below(5) > 0 => {
                let at = self.chance.below(items.len());
                match self.chance.below(4) {
                    0 => {
                        let item = items[at].clone();
                        items.extend(std::iter::repeat_n(item, self.chance.below(400)));
                    }
                    _ => self.mutate(&mut items[at]),
                }
            }
            _ => *value = self.value(2),
        }
    }

    /// Anything.
    fn value(&mut self, depth: usize) -> Value {
        match self.chance.below(if depth == 0 { 9 } else { 11 }) {
            0 => Value::Null,
            1 => json!(self.chance.below(2) == 0),
            2 => json!(self.chance.next()),
            3 => json!(-1),
            4 => json!(1e308),
            5 => json!(format!("{PLANTED}\u{0}")),
            6 => json!(PLANTED),
            7 => json!("9999-12-31T23:59:59Z"),
            8 => json!("\u{1F600}".repeat(self.chance.below(600))),
            9 => (0..self.chance.below(5))
                .map(|_| self.value(depth - 1))
                .collect(),
            _ => {
                let names = ["subject", "question", "facts", PLANTED, "known", "state"];
                (0..self.chance.below(5))
                    .map(|_| {
                        let name = (*self.chance.one_of(&names)).to_owned();
                        (name, self.value(depth - 1))
                    })
                    .collect::<serde_json::Map<_, _>>()
                    .into()
            }
        }
    }
}

fn consent(subject: &str) -> Value {
    json!({
        "subject": {"kind": "account", "value": subject},
        "fact": "consent",
        "scope": {"purposes": ["newsletter"]},
        "shown": {"text": format!("May we, {subject}?"), "lang": "en"},
        "source": "form",
    })
}

/// What a path takes.
fn good(path: &str) -> Value {
    let subject = json!({"kind": "account", "value": PLANTED});
    let question =
        json!({"action": "message", "data": ["email"], "for": "newsletter", "via": ["email"]});
    match path {
        "/v1/decide" => json!({
            "subject": subject,
            "question": question,
            "known": {"held": [{"fact": "consent", "scope": {"purposes": ["newsletter"]}}], "subject": {"age": {"at-least": 18}}},
            "min-entry": 1,
        }),
        "/v1/audience" => json!({"question": question, "subjects": [subject]}),
        "/v1/consents/import" => {
            json!({"consents": [{"at": "2026-01-01T00:00:00Z", "consent": consent(PLANTED)}]})
        }
        "/v1/register" => {
            json!({"fact": "dpa", "recipient": "paywell", "document-hash": "00".repeat(32)})
        }
        "/v1/cases" => json!({"id": "c-1", "facts": ["legal-claim"]}),
        "/v1/occurrences" => json!({"subject": subject, "event": "account-deletion"}),
        "/v1/subjects/{subject}" => {
            json!({"birth": "1990", "residence": "NL", "people": ["child"]})
        }
        "/v1/subjects/{subject}/join" => json!({"device": {"kind": "device", "value": PLANTED}}),
        "/v1/policies" => {
            json!({"files": [{"name": "p.kdl", "text": "policy shop version=\"2026-03-01\" {}"}]})
        }
        "/v1/consents" => consent(PLANTED),
        _ => json!({}),
    }
}
