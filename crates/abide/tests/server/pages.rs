//! The privacy centre over HTTP: what its pages say, what its forms record, and what they refuse.

use std::time::Duration;

use abide::clock::Clock;
use abide::config::Config;
use jiff::Timestamp;
use serde_json::json;

use crate::harness::{Reply, Running, agent, await_until, reply};

const BROWSER: &str = "text/html,application/xhtml+xml";
const PAGES: &[&str] = &[
    "/privacy",
    "/privacy/opt-out",
    "/privacy/verify",
    "/privacy/versions",
];

/// Puts the policy of these tests in force.
fn centre(config: &mut Config) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/server/centre.kdl");
    config.policies.push(path.into());
    config.limits.per_address = 10_000;
}

/// A server whose clock the test moves.
struct Desk {
    running: Running,
    clock: Clock,
}

impl Desk {
    fn open(name: &str) -> Self {
        let clock = Clock::standing_at("2026-05-01T10:00:00Z".parse().unwrap());
        let running = Running::under(name, clock.clone(), centre);
        Self { running, clock }
    }

    fn pass(&self, time: Duration) {
        let now: Timestamp = self.clock.now();
        self.clock.set(now + time);
    }

    fn get(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        let mut request = agent().get(format!("http://{}{path}", self.running.public));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        reply(request.header("accept", BROWSER).call().unwrap())
    }

    fn post(&self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Reply {
        let mut request = agent().post(format!("http://{}{path}", self.running.public));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.header("accept", BROWSER);
        reply(request.send_form(fields.iter().copied()).unwrap())
    }

    /// A ticket of a form that was open for a minute.
    fn ticket(&self, path: &str) -> String {
        let ticket = ticket_of(&self.get(path, &[]));
        self.pass(Duration::from_mins(1));
        ticket
    }

    fn said(&self, subject: &str) -> Vec<serde_json::Value> {
        let path = format!("/v1/subjects/{subject}/consents");
        self.running.get(&path).json()["consents"]
            .as_array()
            .unwrap()
            .clone()
    }

    fn opt_out(&self, email: &str) -> Reply {
        let ticket = self.ticket("/privacy/opt-out");
        let fields = [
            ("ticket", ticket.as_str()),
            ("right", "optout-sale"),
            ("email", email),
        ];
        self.post("/privacy/opt-out", &fields, &[])
    }
}

fn ticket_of(page: &Reply) -> String {
    between(&page.body, "name=\"ticket\" value=\"", "\"").to_owned()
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("{text}"));
    rest.split_once(end).unwrap().0
}

/// The links to receipts on a page.
fn receipts(page: &Reply) -> Vec<String> {
    let links = page.body.split("href=\"/privacy/receipt/").skip(1);
    let link = |rest: &str| format!("/privacy/receipt/{}", rest.split('"').next().unwrap());
    links.map(|rest| link(rest).replace("&amp;", "&")).collect()
}

#[test]
fn pages_speak_both_languages_and_may_do_nothing_but_show_themselves() {
    let desk = Desk::open("pages-languages");
    for path in PAGES {
        for (accepted, lang, name) in [
            ("en", "en", "Privacy centre"),
            ("zh-CN,zh;q=0.9", "zh", "隐私中心"),
        ] {
            let page = desk.get(path, &[("accept-language", accepted)]);
            assert_eq!(page.status, 200, "{path}");
            assert!(
                page.body.contains(&format!("<html lang=\"{lang}\">")),
                "{path}"
            );
            assert!(page.body.contains(name), "{path}");
            assert_eq!(page.header("content-language"), lang);
            assert_eq!(
                page.header("content-security-policy"),
                "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
            );
            assert_eq!(page.header("cache-control"), "no-store");
            assert_eq!(page.header("x-content-type-options"), "nosniff");
            assert!(page.headers.get("set-cookie").is_none());
            for never in [
                "<script", "<style", " style=", " onclick", "http://", "https://",
            ] {
                assert!(!page.body.contains(never), "{path} holds {never}");
            }
        }
    }
    let chosen = desk.get("/privacy?lang=zh", &[("accept-language", "en")]);
    assert!(chosen.body.contains("/privacy/opt-out?lang=zh"));
    let style = between(&chosen.body, "rel=\"stylesheet\" href=\"", "\"");
    assert!(
        desk.get(style, &[])
            .header("content-type")
            .starts_with("text/css")
    );
}

#[test]
fn the_privacy_centre_is_on_the_public_listener_alone() {
    let desk = Desk::open("pages-public");
    assert_eq!(desk.running.get("/privacy").status, 404);
    assert_eq!(desk.running.get("/privacy/opt-out").status, 404);
}

#[test]
fn an_opt_out_holds_at_once_and_its_receipt_proves_it() {
    let desk = Desk::open("pages-opt-out");
    let page = desk.get("/privacy/opt-out", &[]);
    // What is exercised with another company is not offered as ours.
    assert!(page.body.contains("value=\"optout-sale\"") && !page.body.contains("optout-analytics"));
    let question = json!({
        "subject": {"kind": "email", "value": "ada@example.org"},
        "question": {"action": "sell", "data": ["email"], "with": "adhouse"},
    });
    let before = desk.running.post("/v1/decide", &question).json();
    let done = desk.opt_out(" Ada@Example.org ");
    assert_eq!(done.status, 200, "{done:?}");
    let after = desk.running.post("/v1/decide", &question).json();
    assert_ne!(before["effect"], after["effect"], "{before} {after}");
    let said = desk.said("email:ada%40example.org");
    assert_eq!(said.len(), 1);
    assert_eq!(said[0]["right"], "optout-sale");
    assert_eq!(said[0]["source"], "privacy-centre");
    assert!(!done.body.to_lowercase().contains("ada@"));

    let links = receipts(&done);
    assert_eq!(links.len(), 1);
    let receipt =
        await_until(|| Some(desk.get(&links[0], &[])).filter(|reply| reply.status == 200));
    assert!(
        receipt
            .header("content-disposition")
            .starts_with("attachment; filename=\"receipt-")
    );
    assert!(!receipt.body.contains("example.org"));
    let checked = verify(&desk, &receipt.body);
    assert!(
        checked.body.contains("This receipt is genuine"),
        "{}",
        checked.body
    );
    assert!(checked.body.contains("Do not sell my data"));
    let changed = receipt.body.replace("consent.given", "consent.refused");
    let refuted = verify(&desk, &changed);
    assert!(refuted.body.contains("does not hold"), "{}", refuted.body);
}

fn verify(desk: &Desk, receipt: &str) -> Reply {
    let ticket = desk.ticket("/privacy/verify");
    let part = |name: &str, value: &str| {
        format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let body = format!(
        "{}{}--cut--\r\n",
        part("ticket", &ticket),
        part("file", receipt)
    );
    let request = agent().post(format!("http://{}/privacy/verify", desk.running.public));
    let request = request.header("content-type", "multipart/form-data; boundary=cut");
    let request = request.header("accept", BROWSER);
    reply(request.send(body.as_bytes()).unwrap())
}

#[test]
fn a_browser_that_sends_the_privacy_control_finds_it_honoured() {
    let desk = Desk::open("pages-gpc");
    let signal = [("sec-gpc", "1")];
    let page = desk.get("/privacy/opt-out", &signal);
    assert!(page.body.contains("Your browser already says no"));
    assert!(page.body.contains("value=\"optout-sale\" checked"));
    assert!(!page.body.contains("value=\"stop-marketing\" checked"));
    let ticket = ticket_of(&page);
    desk.pass(Duration::from_mins(1));
    let fields = [
        ("ticket", ticket.as_str()),
        ("right", "optout-sale"),
        ("browser", "on"),
    ];
    let done = desk.post(
        "/privacy/opt-out",
        &fields,
        &[signal[0], ("x-forwarded-proto", "https")],
    );
    let cookie = done.header("set-cookie");
    for part in ["abide-browser=", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let number = between(cookie, "abide-browser=", ";");
    let said = desk.said(&format!("cookie:{number}"));
    assert_eq!(said[0]["signals"], json!(["gpc"]));
}

#[test]
fn known_and_unknown_people_get_the_same_answer() {
    let desk = Desk::open("pages-same");
    let consent = json!({"subject": {"kind": "email", "value": "known@example.org"}, "fact": "consent", "scope": {"purposes": ["newsletter"]}});
    assert_eq!(desk.running.post("/v1/consents", &consent).status, 201);
    let same = |reply: Reply| {
        let mut text = reply.body;
        for start in ["/privacy/receipt/", "stamp=", "until="] {
            let parts: Vec<&str> = text.split(start).collect();
            let cut = |part: &&str| {
                part.trim_start_matches(|c: char| c.is_ascii_hexdigit())
                    .to_owned()
            };
            text = std::iter::once(parts[0].to_owned())
                .chain(parts.iter().skip(1).map(cut))
                .collect();
        }
        let time = between(&text, " at ", " (UTC)").to_owned();
        (reply.status, text.replace(&time, ""))
    };
    assert_eq!(
        same(desk.opt_out("known@example.org")),
        same(desk.opt_out("other@example.org"))
    );
}

#[test]
fn a_form_is_taken_once_and_only_if_it_is_ours_and_somebody_read_it() {
    let desk = Desk::open("pages-form");
    let send = |ticket: &str, more: &[(&str, &str)]| {
        let mut fields = vec![
            ("ticket", ticket),
            ("right", "optout-sale"),
            ("email", "ada@example.org"),
        ];
        fields.extend(more);
        desk.post("/privacy/opt-out", &fields, &[])
    };
    let check_refused = |reply: &Reply, words: &str| {
        assert_eq!(reply.status, 422);
        assert!(reply.body.contains(words), "{words}: {}", reply.body);
        // What was filled in is still there.
        assert!(reply.body.contains("value=\"ada@example.org\""));
        assert!(desk.said("email:ada%40example.org").is_empty());
    };
    check_refused(&send("", &[]), "did not come from this page");
    check_refused(&send("1.2.3", &[]), "did not come from this page");
    let fresh = ticket_of(&desk.get("/privacy/opt-out", &[]));
    check_refused(&send(&fresh, &[]), "faster than most people");
    let forged = format!("{}0{}", &fresh[..5], &fresh[6..]);
    desk.pass(Duration::from_mins(1));
    check_refused(&send(&forged, &[]), "did not come from this page");
    check_refused(
        &send(&desk.ticket("/privacy/verify"), &[]),
        "did not come from this page",
    );
    check_refused(
        &send(&fresh, &[("website", "https://spam.example")]),
        "should stay empty",
    );
    desk.pass(Duration::from_hours(7));
    check_refused(&send(&fresh, &[]), "open for a long time");
    let ticket = desk.ticket("/privacy/opt-out");
    assert_eq!(send(&ticket, &[]).status, 200);
    assert_eq!(send(&ticket, &[]).status, 200);
    assert_eq!(desk.said("email:ada%40example.org").len(), 1);
}

#[test]
fn a_form_of_another_site_is_refused() {
    let desk = Desk::open("pages-elsewhere");
    let ticket = desk.ticket("/privacy/opt-out");
    let fields = [
        ("ticket", ticket.as_str()),
        ("right", "optout-sale"),
        ("email", "ada@example.org"),
    ];
    for header in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
    ] {
        let refused = desk.post("/privacy/opt-out", &fields, &[header]);
        assert_eq!(refused.status, 403, "{header:?}");
        assert!(refused.body.contains("This form came from another site"));
    }
    assert!(desk.said("email:ada%40example.org").is_empty());
    let own = format!("http://{}", desk.running.public);
    let taken = desk.post("/privacy/opt-out", &fields, &[("origin", &own)]);
    assert_eq!(taken.status, 200);
}

#[test]
fn what_is_missing_is_said_at_its_field() {
    let desk = Desk::open("pages-missing");
    let ticket = desk.ticket("/privacy/opt-out");
    for (fields, field, words) in [
        (
            vec![("email", "ada@example.org")],
            "right-0",
            "at least one thing",
        ),
        (
            vec![("right", "optout-sale")],
            "email",
            "choose this browser",
        ),
        (
            vec![("right", "optout-sale"), ("email", "ada")],
            "email",
            "name@example.org",
        ),
        (
            vec![("right", "optout-sale"), ("phone", "call me")],
            "phone",
            "in digits",
        ),
        (
            vec![("right", "optout-analytics"), ("email", "ada@example.org")],
            "right-0",
            "at least one thing",
        ),
    ] {
        let mut sent = vec![("ticket", ticket.as_str())];
        sent.extend(fields);
        let page = desk.post("/privacy/opt-out", &sent, &[]);
        assert_eq!(page.status, 422);
        assert!(page.body.contains("<title>Please check: "));
        let mend = between(&page.body, &format!("href=\"#{field}\">"), "</a>");
        assert!(mend.contains(words), "{mend}");
    }
}

#[test]
fn what_is_written_into_a_form_is_shown_as_text() {
    let desk = Desk::open("pages-escape");
    let evil = "\"><script>alert(1)</script>";
    let fields = [("right", evil), ("email", evil), ("phone", evil)];
    for path in ["/privacy/opt-out", "/privacy/verify"] {
        let page = desk.post(path, &fields, &[]);
        assert!(!page.body.contains("<script"), "{path}: {}", page.body);
    }
    let page = desk.post("/privacy/verify", &[("text", evil)], &[]);
    assert!(page.body.contains("&lt;script&gt;") && !page.body.contains("<script"));
    for path in [
        "/privacy?lang=%22%3E%3Cscript%3E",
        "/privacy/%22%3E%3Cscript%3E",
    ] {
        assert!(!desk.get(path, &[]).body.contains("<script"), "{path}");
    }
}

#[test]
fn a_receipt_of_a_person_needs_the_link_that_was_made_for_it() {
    let desk = Desk::open("pages-receipt");
    let (one, other) = (
        desk.opt_out("ada@example.org"),
        desk.opt_out("bob@example.org"),
    );
    let (one, other) = (receipts(&one).remove(0), receipts(&other).remove(0));
    let (path, query) = one.split_once('?').unwrap();
    let until = between(&one, "until=", "&").to_owned();
    assert_eq!(desk.get(path, &[]).status, 404);
    assert_eq!(
        desk.get(&format!("{path}?{}", other.split_once('?').unwrap().1), &[])
            .status,
        404
    );
    let longer = one.replace(&until, "99999999999");
    assert_eq!(desk.get(&longer, &[]).status, 404);
    assert_eq!(
        desk.get(
            &format!("/privacy/receipt/..%2f..%2fabide.keys?{query}"),
            &[]
        )
        .status,
        404
    );
    await_until(|| (desk.get(&one, &[]).status == 200).then_some(()));
    desk.pass(Duration::from_hours(25));
    let ended = desk.get(&one, &[]);
    assert_eq!(ended.status, 404);
    assert!(ended.body.contains("There is nothing here"));
}

#[test]
fn uploads_are_small_and_are_receipts_or_nothing() {
    let desk = Desk::open("pages-upload");
    let check = |receipt: &str, status: u16, words: &str| {
        let page = verify(&desk, receipt);
        assert_eq!(page.status, status);
        assert!(page.body.contains(words), "{words}: {}", page.body);
    };
    check("", 422, "Choose a receipt file");
    check("{}", 422, "not a receipt of ours");
    check("PK\u{3}\u{4}", 422, "not a receipt of ours");
    check(&"[".repeat(300_000), 422, "not a receipt of ours");
    check(&"x".repeat(700 * 1024), 413, "That is too large");
    let other = agent().post(format!("http://{}/privacy/verify", desk.running.public));
    let other = other
        .header("content-type", "application/xml")
        .header("accept", BROWSER);
    let page = reply(other.send("<a/>").unwrap());
    assert_eq!(page.status, 400);
    assert!(page.body.contains("We could not read that"));
    let large = "x".repeat(20 * 1024);
    assert_eq!(
        desk.post("/privacy/opt-out", &[("email", &large)], &[])
            .status,
        413
    );
}

#[test]
fn problems_are_pages_for_people_and_documents_for_programs() {
    let desk = Desk::open("pages-problems");
    let page = desk.get("/privacy/nothing?lang=zh", &[]);
    assert_eq!(page.status, 404);
    assert!(page.body.contains("这里没有内容"));
    assert!(
        page.header("content-security-policy")
            .contains("style-src 'self'")
    );
    let document = desk.running.get_public("/privacy/nothing");
    assert_eq!(document.header("content-type"), "application/problem+json");
}

#[test]
fn whoever_asks_too_often_is_told_when_to_come_back() {
    let running = Running::with("pages-often", |config| {
        centre(config);
        config.limits.per_address = 1;
    });
    let ask = || {
        let request = agent().get(format!("http://{}/privacy/opt-out", running.public));
        reply(request.header("accept", BROWSER).call().unwrap())
    };
    let often = await_until(|| Some(ask()).filter(|reply| reply.status == 429));
    assert!(often.body.contains("One moment, please"));
    assert_ne!(often.header("retry-after"), "");
}

#[test]
fn with_several_policies_the_reader_chooses_first() {
    let running = Running::with("pages-several", |config| {
        centre(config);
        config.policies.push("harbour-bikes".into());
    });
    let home = running.get_public("/privacy");
    assert!(
        home.body.contains("/privacy?policy=centre") && home.body.contains("Harbour Bikes B.V.")
    );
    let chosen = running.get_public("/privacy?policy=harbour-bikes");
    assert!(
        chosen
            .body
            .contains("/privacy/opt-out?policy=harbour-bikes")
    );
    let bikes = running.get_public("/privacy/opt-out?policy=harbour-bikes");
    assert!(bikes.body.contains("stop-newsletter") && !bikes.body.contains("optout-sale"));
    // A page that needs one leads to the choice.
    assert!(
        running
            .get_public("/privacy/opt-out")
            .body
            .contains("/privacy?policy=centre")
    );
}
