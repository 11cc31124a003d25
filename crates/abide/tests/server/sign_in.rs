//! Signing in by the company's own login, and what one person decides there: sessions, choices, and what strangers do not get.

use std::fs;
use std::time::Duration;

use abide::clock::Clock;
use abide::config::{KeyPlace, SignIn};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use serde_json::json;
use sha2::Sha256;

use crate::harness::{Reply, Running, agent, await_until, reply};

const SECRET: &str = "the login and the pages share this secret";

/// A server with a login, whose clock the test moves.
pub struct Desk {
    pub running: Running,
    clock: Clock,
}

impl Desk {
    pub fn open(name: &str) -> Self {
        let clock = Clock::standing_at("2026-05-01T10:00:00Z".parse().unwrap());
        let running = Running::under(name, clock.clone(), |config| {
            let secret = config.keys.with_file_name("login.secret");
            fs::write(&secret, SECRET).unwrap();
            config.sign_in = Some(SignIn {
                url: "https://shop.example/login?for=privacy".to_owned(),
                issuer: "https://shop.example".to_owned(),
                audience: "abide".to_owned(),
                subject: "account".to_owned(),
                key: KeyPlace::Shared(secret),
            });
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/server/centre.kdl");
            config.policies.push(path.into());
            config.limits.per_address = 10_000;
        });
        Self { running, clock }
    }

    pub fn pass(&self, time: Duration) {
        self.clock.set(self.clock.now() + time);
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.public)
    }

    pub fn get(&self, path: &str, cookie: &str) -> Reply {
        let request = still().get(self.url(path)).header("accept", "text/html");
        reply(request.header("cookie", cookie).call().unwrap())
    }

    pub fn post(&self, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Reply {
        let request = still().post(self.url(path)).header("accept", "text/html");
        let request = request.header("cookie", cookie);
        reply(request.send_form(fields.iter().copied()).unwrap())
    }

    /// Begins a sign-in: the cookie that it sets, and its number.
    fn begin(&self) -> (String, String) {
        let away = self.get("/privacy/sign-in", "");
        assert_eq!(away.status, 303);
        let place = away.header("location");
        assert!(
            place.starts_with("https://shop.example/login?for=privacy&nonce="),
            "{place}"
        );
        let nonce = between(place, "nonce=", "&").to_owned();
        let set = away.header("set-cookie");
        for part in [
            "abide-sign-in=",
            "; HttpOnly",
            "; SameSite=Lax",
            "; Max-Age=600",
        ] {
            assert!(set.contains(part), "{set}");
        }
        (format!("abide-sign-in={nonce}"), nonce)
    }

    /// What the login says.
    fn assertion(&self, subject: &str, id: &str, nonce: &str) -> String {
        let now = self.clock.now().as_second();
        let claims = json!({
            "iss": "https://shop.example", "aud": "abide", "sub": subject, "jti": id,
            "nonce": nonce, "iat": now, "exp": now + 60,
        });
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let text = format!(
            "{}.{}",
            part("{\"alg\":\"HS256\"}"),
            part(&claims.to_string())
        );
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(text.as_bytes());
        format!(
            "{text}.{}",
            URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
        )
    }

    /// Signs somebody in; gives the cookie of the session.
    pub fn sign_in(&self, subject: &str) -> String {
        let (cookie, nonce) = self.begin();
        let said = self.assertion(subject, &nonce, &nonce);
        let back = self.get(&format!("/privacy/signed-in?assertion={said}"), &cookie);
        assert_eq!(back.status, 303, "{back:?}");
        assert_eq!(back.header("location"), "/privacy/choices");
        let set = back.header("set-cookie");
        for part in ["; HttpOnly", "; SameSite=Lax", "; Path=/;"] {
            assert!(set.contains(part), "{set}");
        }
        set.split(';').next().unwrap().to_owned()
    }

    fn say(&self, cookie: &str, item: &str, say: &str) -> Reply {
        let page = self.get("/privacy/choices", cookie);
        let ticket = between(&page.body, "name=\"ticket\" value=\"", "\"").to_owned();
        let fields = [("ticket", ticket.as_str()), ("item", item), ("say", say)];
        self.post("/privacy/choices", cookie, &fields)
    }
}

/// A client that follows nothing.
fn still() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(Some(Duration::from_secs(30)))
        .build()
        .into()
}

pub fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("{text}"));
    rest.split_once(end).unwrap().0
}

#[test]
fn one_press_gives_and_one_press_takes_back() {
    let desk = Desk::open("sign-in-choices");
    let closed = desk.get("/privacy/choices", "");
    assert!(closed.body.contains("/privacy/sign-in") && !closed.body.contains("name=\"say\""));
    let cookie = desk.sign_in("4711");
    let ask = json!({
        "subject": {"kind": "account", "value": "4711"},
        "question": {"action": "use", "data": ["email"], "for": "newsletter", "via": ["email"]},
    });
    let effect = || desk.running.post("/v1/decide", &ask).json()["effect"].clone();
    assert_eq!(effect(), "ask");
    let page = desk.get("/privacy/choices", &cookie);
    assert!(page.body.contains("You have not agreed"), "{}", page.body);
    let given = desk.say(&cookie, "consent:newsletter", "yes");
    assert_eq!(given.status, 303, "{given:?}");
    assert_eq!(effect(), "permit");
    desk.pass(Duration::from_mins(2));
    let page = desk.get(given.header("location"), &cookie);
    assert!(
        page.body.contains("You agreed on 1 May 2026 10:00 UTC.")
            && page.body.contains("Recorded.")
    );
    desk.say(&cookie, "consent:newsletter", "no");
    assert_eq!(effect(), "deny");
    let page = desk.get("/privacy/choices", &cookie);
    assert!(
        page.body
            .contains("You do not agree, since 1 May 2026 10:02 UTC."),
        "{}",
        page.body
    );
    assert!(page.body.contains("What you said so far (2)"));
    // Each word has its receipt, which holds what was shown.
    let link = between(&page.body, "href=\"/privacy/receipt/", "\"").replace("&amp;", "&");
    let link = format!("/privacy/receipt/{link}");
    let receipt = await_until(|| Some(desk.get(&link, "")).filter(|reply| reply.status == 200));
    assert!(receipt.body.contains("\"shown\""), "{}", receipt.body);
}

#[test]
fn nobody_sees_or_says_anything_for_somebody_else() {
    let desk = Desk::open("sign-in-apart");
    let (ada, bob) = (desk.sign_in("ada"), desk.sign_in("bob"));
    desk.say(&ada, "stop:stop-marketing", "yes");
    assert!(
        desk.get("/privacy/choices", &ada)
            .body
            .contains("Stopped since")
    );
    assert!(
        !desk
            .get("/privacy/choices", &bob)
            .body
            .contains("Stopped since")
    );
    // A form of one session is nothing in another, and without one it leads to signing in.
    let page = desk.get("/privacy/choices", &ada);
    let ticket = between(&page.body, "name=\"ticket\" value=\"", "\"");
    let fields = [
        ("ticket", ticket),
        ("item", "stop:stop-marketing"),
        ("say", "no"),
    ];
    assert_eq!(desk.post("/privacy/choices", &bob, &fields).status, 403);
    assert_eq!(
        desk.post("/privacy/choices", "", &fields)
            .header("location"),
        "/privacy/choices"
    );
    let forged = [
        ("ticket", ""),
        ("item", "stop:stop-marketing"),
        ("say", "no"),
    ];
    assert_eq!(desk.post("/privacy/choices", &ada, &forged).status, 403);
    let cross = still().post(desk.url("/privacy/choices"));
    let cross = cross
        .header("cookie", ada.as_str())
        .header("sec-fetch-site", "cross-site");
    assert_eq!(reply(cross.send_form(fields).unwrap()).status, 403);
    assert!(
        desk.get("/privacy/choices", &ada)
            .body
            .contains("Stopped since")
    );
    // What is not a choice of the policy is none.
    assert_eq!(desk.say(&ada, "consent:everything", "yes").status, 404);
    assert_eq!(desk.say(&ada, "stop:stop-marketing", "perhaps").status, 422);
}

#[test]
fn the_word_of_the_login_is_taken_once_and_in_the_browser_that_asked() {
    let desk = Desk::open("sign-in-once");
    let (cookie, nonce) = desk.begin();
    let path = |said: &str| format!("/privacy/signed-in?assertion={said}");
    let check_refused = |reply: Reply| {
        assert_eq!(reply.status, 403);
        assert!(reply.body.contains("You could not be signed in"));
        assert!(reply.headers.get("set-cookie").is_none());
    };
    let said = desk.assertion("4711", "a1", &nonce);
    check_refused(desk.get(&path(&said), ""));
    check_refused(desk.get(&path(&said), "abide-sign-in=0"));
    check_refused(desk.get(&path(&format!("{said}x")), &cookie));
    check_refused(desk.get("/privacy/signed-in", &cookie));
    assert_eq!(desk.get(&path(&said), &cookie).status, 303);
    check_refused(desk.get(&path(&said), &cookie));
    let late = desk.assertion("4711", "a2", &nonce);
    desk.pass(Duration::from_mins(2));
    check_refused(desk.get(&path(&late), &cookie));
}

#[test]
fn a_session_changes_at_sign_in_and_ends() {
    let desk = Desk::open("sign-in-ends");
    let is_open = |cookie: &str| {
        desk.get("/privacy/choices", cookie)
            .body
            .contains("name=\"say\"")
    };
    let first = desk.sign_in("4711");
    // Whoever signs in again has another number, and the one that came along ends.
    let (cookie, nonce) = desk.begin();
    let said = desk.assertion("4711", "b1", &nonce);
    let both = format!("{cookie}; {first}");
    let back = desk.get(&format!("/privacy/signed-in?assertion={said}"), &both);
    let second = back
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    assert_ne!(first, second);
    assert!(!is_open(&first) && is_open(&second));
    // A number that nobody was given opens nothing.
    assert!(!is_open("abide-session=00000000000000000000000000000000"));
    let page = desk.get("/privacy/choices", &second);
    let form = between(&page.body, "action=\"/privacy/sign-out\"", "</form>");
    let ticket = between(form, "name=\"ticket\" value=\"", "\"");
    assert_eq!(
        desk.post("/privacy/sign-out", &second, &[("ticket", "")])
            .status,
        403
    );
    let out = desk.post("/privacy/sign-out", &second, &[("ticket", ticket)]);
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert!(!is_open(&second));
    let idle = desk.sign_in("4711");
    desk.pass(Duration::from_mins(31));
    assert!(!is_open(&idle));
    let long = desk.sign_in("4711");
    for _ in 0..24 {
        desk.pass(Duration::from_mins(20));
        is_open(&long);
    }
    assert!(!is_open(&long));
}

#[test]
fn without_a_login_there_is_nothing_to_sign_in_to() {
    let running = Running::with("sign-in-none", crate::harness::shop);
    for path in ["/privacy/choices", "/privacy/sign-in", "/privacy/signed-in"] {
        let request = agent().get(format!("http://{}{path}", running.public));
        assert_eq!(reply(request.call().unwrap()).status, 404, "{path}");
    }
}
