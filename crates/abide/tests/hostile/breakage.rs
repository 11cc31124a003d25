//! Ways to spoil a request: its JSON, its bytes, its headers, its path, or HTTP itself. Each may also leave it as it is.

use serde_json::{Value, json};

use crate::random::Random;
use crate::sample::escape;
use crate::wire::Ending;

/// A request before it is put on the wire.
pub struct Request {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// Whether the request is as long as it says.
    pub fn ending(&self) -> Ending {
        let is_said = |(name, _): &(String, String)| name == "content-length";
        match self.headers.iter().any(is_said) {
            true => Ending::HangsUp,
            false => Ending::Waits,
        }
    }

    /// As it goes over the wire.
    pub fn bytes(&self) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\nhost: abide\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        if self.ending() == Ending::Waits {
            head += &format!("content-length: {}\r\n", self.body.len());
        }
        [head.as_bytes(), b"\r\n", &self.body].concat()
    }

    fn set(&mut self, name: &str, value: impl Into<String>) {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.into()));
    }
}

/// What strings are replaced by.
const TEXTS: &[&str] = &[
    "",
    " ",
    "\0",
    "a\0b",
    "'; DROP TABLE evidence; --",
    "%s%s%s%n",
    "../../../etc/passwd",
    "{{7*7}}",
    "<script>alert(1)</script>",
    "\u{202e}drawkcab",
    "\u{feff}",
    "\u{10ffff}",
    "e\u{301}\u{301}\u{301}",
    "9999-12-31T23:59:60Z",
    "-9999-01-01",
    "2026-02-30",
    "true",
    "null",
    "account:",
    ":4711",
    "account:4711:4711",
];

/// Spoil one place of a JSON value.
pub fn spoil(value: &mut Value, random: &mut Random) {
    match value {
        Value::Object(fields) if !fields.is_empty() && !random.once_in(4) => {
            let name = fields.keys().nth(random.below(fields.len())).cloned();
            let name = name.unwrap_or_default();
            match random.below(4) {
                0 => drop(fields.remove(&name)),
                1 => drop(fields.insert(random.pick(TEXTS).to_string(), json!(1))),
                _ => fields
                    .get_mut(&name)
                    .into_iter()
                    .for_each(|field| spoil(field, random)),
            }
        }
        Value::Array(items) if !items.is_empty() && !random.once_in(4) => {
            let at = random.below(items.len());
            match random.below(4) {
                0 => items.clear(),
                1 => *items = vec![items[at].clone(); 300],
                _ => spoil(&mut items[at], random),
            }
        }
        other => *other = junk(random),
    }
}

fn junk(random: &mut Random) -> Value {
    match random.below(12) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-1),
        3 => json!(u64::MAX),
        4 => json!(i64::MIN),
        5 => json!(0.1),
        6 => json!([]),
        7 => json!({}),
        8 => json!("x".repeat(1 << random.below(14))),
        9 => (0..random.below(40)).fold(json!(0), |inner, _| json!([inner])),
        _ => json!(random.pick(TEXTS)),
    }
}

/// Spoil what stands around the JSON.
pub fn spoil_request(request: &mut Request, random: &mut Random) {
    match random.below(16) {
        0 => request.body.truncate(random.below(request.body.len() + 1)),
        1 => {
            for _ in 0..1 + random.below(4) {
                if !request.body.is_empty() {
                    let at = random.below(request.body.len());
                    request.body[at] = random.next() as u8;
                }
            }
        }
        2 => request.body.extend_from_slice(b"}]\xff\xfe"),
        3 => request.body = b"[".repeat(1 + random.below(3_000)),
        4 => {
            request.body =
                br#"{"question":{"action":"use","action":"use","data":["email"]}}"#.to_vec()
        }
        5 => request.body = br#"{"subject":{"kind":"account","value":"\ud800"}}"#.to_vec(),
        6 => request.body = br#"{"min-entry":1e400}"#.to_vec(),
        7 => request.set(
            "content-type",
            *random.pick(&[
                "",
                "text/plain",
                "application/xml",
                "application/json; charset=utf-7",
            ]),
        ),
        8 => request.set(
            "authorization",
            *random.pick(&[
                "",
                "Bearer",
                "Bearer ",
                "Basic YTpi",
                "Bearer abide_x_y",
                "Bearer \u{fc}",
            ]),
        ),
        9 => request.set(
            "idempotency-key",
            random.pick(TEXTS).replace(['\0', '\r', '\n'], ""),
        ),
        10 => request.set("idempotency-key", "k".repeat(1 + random.below(4_000))),
        11 => {
            request.method = (*random.pick(&[
                "GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "BREW",
            ]))
            .to_owned()
        }
        12 => request.path += &format!("/{}", escape(random.pick::<&str>(TEXTS))),
        13 => {
            request.path += &format!(
                "?{}={}",
                escape(random.pick::<&str>(TEXTS)),
                escape(random.pick::<&str>(TEXTS))
            )
        }
        14 => {
            let escaped =
                *random.pick(&["%00", "%ff", "%2e%2e%2f", "%", "%zz", "//", "%F0%9F%92%A9"]);
            let cut = random.below(request.path.len());
            request.path.truncate(cut.max(1));
            request.path += escaped;
        }
        _ => request.set(
            "content-length",
            *random.pick(&["-1", "0", "99999999999999999999", "1e3", "5, 6"]),
        ),
    }
}
