//! Who is signed in: in memory, under the hash of a random number that only the person's browser holds. Ends by itself, is
//! made anew at every sign-in, and never outlives the program.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::http::{HeaderMap, HeaderValue};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::browser::{Wire, cookie, number};
use crate::http::problem::Problem;

/// How long a session lasts at most.
const LONGEST_SECONDS: i64 = 8 * 3600;
/// How long it lasts when nothing is done.
const IDLE_SECONDS: i64 = 30 * 60;
/// The most sessions; the one that was idle longest makes room.
const LIMIT: usize = 20_000;

/// All sessions of one kind: of people who are signed in, or of whoever follows one request.
#[derive(Debug)]
pub struct Sessions<T> {
    /// The end of the cookie's name.
    cookie: &'static str,
    open: Mutex<HashMap<[u8; 32], Session<T>>>,
}

/// One browser in which somebody showed who they are.
#[derive(Clone)]
pub struct Session<T> {
    /// What was shown.
    pub who: T,
    /// What the forms of this session are bound to; no secret opens with it.
    pub binding: String,
    opened: Timestamp,
    seen: Timestamp,
}

/// Hides who it is.
impl<T> std::fmt::Debug for Session<T> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Session(…)")
    }
}

impl<T> Session<T> {
    fn is_over(&self, now: Timestamp) -> bool {
        let age = |since: Timestamp| now.as_second() - since.as_second();
        age(self.opened) >= LONGEST_SECONDS || age(self.seen) >= IDLE_SECONDS
    }
}

impl<T: Clone> Sessions<T> {
    /// No session yet. The cookie is called `abide-` and this.
    pub fn new(cookie: &'static str) -> Self {
        let open = Mutex::default();
        Self { cookie, open }
    }

    /// The session of a request, if it has one that is not over.
    pub fn of(&self, headers: &HeaderMap, wire: Wire, now: Timestamp) -> Option<Session<T>> {
        let key = key_of(cookie(headers, &self.name(wire))?);
        let mut sessions = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let session = sessions.get_mut(&key)?;
        if session.is_over(now) {
            sessions.remove(&key);
            return None;
        }
        session.seen = now;
        Some(session.clone())
    }

    /// Opens a session under a fresh number, and ends the one that the request came with. Gives the header that keeps it.
    pub fn open(
        &self,
        who: T,
        headers: &HeaderMap,
        wire: Wire,
        now: Timestamp,
    ) -> Result<Option<HeaderValue>, Problem> {
        self.close(headers, wire);
        let number = number()?;
        let key = key_of(&number);
        let session = Session {
            who,
            binding: hex(&Sha256::digest(key)),
            opened: now,
            seen: now,
        };
        let mut sessions = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if sessions.len() >= LIMIT {
            sessions.retain(|_, session| !session.is_over(now));
        }
        if sessions.len() >= LIMIT {
            let oldest = sessions.iter().min_by_key(|(_, session)| session.seen);
            if let Some(oldest) = oldest.map(|(key, _)| *key) {
                sessions.remove(&oldest);
            }
        }
        sessions.insert(key, session);
        Ok(self.header(wire, &number, LONGEST_SECONDS))
    }

    /// Ends the session of a request. Gives the header that forgets it.
    pub fn close(&self, headers: &HeaderMap, wire: Wire) -> Option<HeaderValue> {
        if let Some(number) = cookie(headers, &self.name(wire)) {
            let mut sessions = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            sessions.remove(&key_of(number));
        }
        self.header(wire, "", 0)
    }

    /// With the prefix, a browser takes the cookie only over TLS and from this very host: RFC 6265bis §4.1.3.2.
    fn name(&self, wire: Wire) -> String {
        match wire {
            Wire::Secure => format!("__Host-abide-{}", self.cookie),
            Wire::Plain => format!("abide-{}", self.cookie),
        }
    }

    fn header(&self, wire: Wire, number: &str, seconds: i64) -> Option<HeaderValue> {
        let secure = match wire {
            Wire::Secure => "; Secure",
            Wire::Plain => "",
        };
        let name = self.name(wire);
        let text =
            format!("{name}={number}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
        HeaderValue::from_str(&text).ok()
    }
}

/// Whoever reads the memory of the program finds no number that would let them in.
fn key_of(number: &str) -> [u8; 32] {
    Sha256::digest(number).into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
