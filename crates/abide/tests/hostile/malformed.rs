//! Thousands of spoiled requests, with right ones among them. A failure prints the seed and the bytes.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex};

use abide_ledger::{Verdict, verify_bundle};
use serde_json::{Value, json};
use tracing_subscriber::EnvFilter;

use crate::breakage::{Request, spoil, spoil_request};
use crate::harness::{Running, shop};
use crate::random::Random;
use crate::sample::{Operation, operations};
use crate::wire::{self, Ending};

const INPUTS: u64 = 10_000;
const DEEP_INPUTS: u64 = 500_000;
/// How many spoiled requests stand between two right ones.
const GAP: u64 = 100;
/// Stands in every identifier, so that it can be looked for where it must not be.
const PLANTED: &str = "planted-quince";

/// Bytes that are hardly HTTP.
const GARBAGE: &[&[u8]] = &[
    b"",
    b"\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"POST /v1/decide HTTP/1.1\r\n\r\n",
    b"POST /v1/decide HTTP/1.1\r\nhost: a\r\nhost: b\r\ncontent-length: 0\r\n\r\n",
    b"POST /v1/decide HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\nGET /",
    b"POST /v1/decide HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n{}",
    b"POST /v1/decide HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip\r\n\r\n",
    b"POST /v1/decide HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n{}",
    b"GET /healthz HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET /healthz HTTP/1.1\r\nhost: a\r\n\xff\xfe: \x01\r\n\r\n",
    b"GET http://elsewhere.example/v1/decide HTTP/1.1\r\nhost: a\r\n\r\n",
    b"CONNECT elsewhere.example:443 HTTP/1.1\r\nhost: a\r\n\r\n",
];

/// What the server writes to its log.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn spoiled_requests_break_nothing_lose_nothing_and_leak_nothing() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new("info,abide=trace,abide_store=trace"))
        .with_writer(move || writer.clone())
        .init();
    let server = Running::with("malformed", shop);
    let deep = std::env::var("ABIDE_SEED").ok();
    let seed = deep.as_ref().map_or(1, |seed| seed.parse().unwrap());
    let inputs = if deep.is_some() { DEEP_INPUTS } else { INPUTS };

    let mut random = Random::new(seed);
    let document: Value = server.get("/openapi.json").json();
    let operations = operations(&document);
    let mut said = Vec::new();
    let mut tally = BTreeMap::new();
    for input in 0..inputs {
        if input % GAP == 0 {
            said.push(say(&server, said.len()));
        }
        let (bytes, ending) = spoiled(&server, &document, &operations, &mut random);
        let class = check(
            &server,
            &bytes,
            ending,
            &format!("seed {seed}, input {input}"),
        );
        *tally.entry(class).or_insert(0) += 1;
    }
    // Spoiled so badly that nothing is understood, requests would reach no endpoint.
    let share = |class| tally.get(&class).copied().unwrap_or(0) * 100 / inputs;
    assert!(share(2) >= 10 && share(4) >= 30, "{tally:?}");

    for (number, entry) in said.iter().enumerate() {
        check_kept(&server, number, entry);
    }
    check_log_of_evidence(&server);
    let metrics = server.get("/metrics").body;
    assert!(!metrics.contains(PLANTED), "{metrics}");
    let log = log.0.lock().unwrap();
    let log = String::from_utf8_lossy(&log);
    assert!(!log.contains(PLANTED), "the log names a subject");
    assert!(!log.contains(&server.key), "the log holds an API key");
    check_disk(&server);
}

/// A request to some operation, spoiled in one way or several.
fn spoiled(
    server: &Running,
    document: &Value,
    operations: &[Operation],
    random: &mut Random,
) -> (Vec<u8>, Ending) {
    if random.once_in(50) {
        return (random.pick(GARBAGE).to_vec(), Ending::HangsUp);
    }
    let operation = random.pick(operations);
    let mut body = operation.body(document, random);
    if let Some(body) = &mut body {
        plant(body, random);
        for _ in 0..random.below(3) {
            spoil(body, random);
        }
    }
    let mut request = Request {
        method: operation.method.clone(),
        path: operation.fill(document, random),
        headers: vec![
            ("authorization".to_owned(), format!("Bearer {}", server.key)),
            ("content-type".to_owned(), "application/json".to_owned()),
            ("connection".to_owned(), "close".to_owned()),
        ],
        body: body.map_or_else(Vec::new, |body| body.to_string().into_bytes()),
    };
    for _ in 0..random.below(3) {
        spoil_request(&mut request, random);
    }
    (request.bytes(), request.ending())
}

/// Gives identifiers a value that can be looked for.
fn plant(body: &mut Value, random: &mut Random) {
    match body {
        Value::Object(fields) => {
            for (name, field) in fields {
                match (name.as_str(), &field) {
                    ("value" | "reference", Value::String(_)) => {
                        *field = json!(format!("{PLANTED}-{}@example.org", random.below(1000)));
                    }
                    _ => plant(field, random),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| plant(item, random)),
        _ => {}
    }
}

/// Gives the class of the status, 0 for a server that hung up.
fn check(server: &Running, bytes: &[u8], ending: Ending, place: &str) -> u16 {
    let shown = || {
        String::from_utf8_lossy(bytes)
            .chars()
            .take(2_000)
            .collect::<String>()
    };
    let Some(answer) = wire::send(server.internal, bytes, ending) else {
        assert!(ending == Ending::HangsUp, "{place}: no answer\n{}", shown());
        return 0;
    };
    assert!(answer.status < 500, "{place}: {}\n{}", answer.text, shown());
    assert!(
        !outside_of_its_receipt(&answer.text).contains(PLANTED),
        "{place}: {}\n{}",
        answer.text,
        shown()
    );
    assert!(
        !answer.text.contains(&server.key),
        "{place}: {}\n{}",
        answer.text,
        shown()
    );
    answer.status / 100
}

/// An answer without the private part of a receipt: it says to whoever recorded
/// something what they recorded, who acted included.
fn outside_of_its_receipt(answer: &str) -> String {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or(("", answer));
    let Ok(mut body) = serde_json::from_str::<Value>(body) else {
        return answer.to_owned();
    };
    if let Some(receipt) = body.get_mut("receipt").and_then(Value::as_object_mut) {
        receipt.remove("private");
    }
    format!("{head}\r\n\r\n{body}")
}

fn subject(number: usize) -> Value {
    json!({ "kind": "account", "value": format!("{PLANTED}-{number}") })
}

fn state(number: usize) -> &'static str {
    if number.is_multiple_of(3) {
        "ConsentRefused"
    } else {
        "ConsentGiven"
    }
}

/// Someone says something while all that goes on; gives the entry of its evidence.
fn say(server: &Running, number: usize) -> String {
    let consent = json!({
        "subject": subject(number),
        "fact": "consent",
        "state": state(number),
        "scope": { "purposes": ["newsletter"] },
    });
    let reply = server.post("/v1/consents?receipt=path", &consent);
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.json()["entry"].as_str().unwrap().to_owned()
}

fn check_kept(server: &Running, number: usize, entry: &str) {
    let path = format!("/v1/subjects/account%3A{PLANTED}-{number}/consents");
    let history = server.get(&path).json();
    assert_eq!(history["consents"][0]["entry"], entry, "{history}");
    assert_eq!(history["consents"][0]["state"], state(number), "{history}");
    assert_eq!(
        history["consents"].as_array().unwrap().len(),
        1,
        "{history}"
    );
    let receipt = server.get(&format!("/v1/ledger/receipt/{entry}"));
    assert_eq!(receipt.status, 200, "{receipt:?}");
}

/// The log is whole, and its public part names nobody.
fn check_log_of_evidence(server: &Running) {
    let store = &server.server().app().store;
    let (header, lines, ring) = server.wait(async {
        let (header, size) = store.bundle_header().await.unwrap();
        let mut lines = Vec::new();
        while (lines.len() as u64) < size {
            let more = store.bundle_lines(lines.len() as u64, 1_000, size).await;
            lines.extend(more.unwrap());
        }
        (header, lines, store.key_ring().await.unwrap())
    });
    assert!(!lines.iter().any(|line| line.contains(PLANTED)));
    let report = verify_bundle(std::iter::once(header).chain(lines), &ring);
    assert_eq!(report.verdict(), Verdict::Proven, "{report:?}");
}

/// Nothing in the store's files names anyone in clear.
fn check_disk(server: &Running) {
    for file in std::fs::read_dir(&server.folder).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let found = bytes
            .windows(PLANTED.len())
            .any(|part| part == PLANTED.as_bytes());
        assert!(!found, "{} names a subject", path.display());
    }
}
