//! Messages that applications ask for: decided twice, stopped with one press, and notices that nothing stops.

use std::path::PathBuf;

use abide::clock::Clock;
use abide::config::{Dkim, Mail, MailTls};
use serde_json::{Value, json};

use crate::desk::at;
use crate::harness::{Reply, Running, agent, await_until, fetch, reply};
use crate::sink::{Kept, Sink, is_signed, kept, python, signing_key};

const CENTRE: &str = "https://privacy.lantern.example";
const ANN: &str = "ann@example.org";

/// A server that sends by a mail server of this test, with its signing key in a folder of the test's own.
struct Press {
    running: Running,
    sink: Sink,
    folder: PathBuf,
    clock: Clock,
}

impl Press {
    fn start(name: &str) -> Option<Self> {
        let python = python()?;
        let folder =
            std::env::temp_dir().join(format!("abide-press-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        signing_key(&folder, "RSA");
        let sink = Sink::start(&python, &folder, "");
        let clock = Clock::standing_at(at("2026-11-22T09:00:00Z"));
        let (port, key) = (sink.port, folder.join("dkim.key"));
        let running = Running::under(name, clock.clone(), |config| {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mail/press.kdl");
            config.policies.push(PathBuf::from(path));
            config.mail = Some(Mail {
                host: "127.0.0.1".to_owned(),
                port,
                tls: MailTls::None,
                ca: None,
                from: "Lantern <news@lantern.example>".parse().unwrap(),
                user: None,
                password: None,
                dkim: Some(Dkim {
                    selector: "abide".to_owned(),
                    domain: "lantern.example".to_owned(),
                    key,
                }),
                centre: Some(CENTRE.to_owned()),
            });
        });
        Some(Self {
            running,
            sink,
            folder,
            clock,
        })
    }

    /// Asks for a message to Ann; what came back.
    fn ask(&self, class: &str, purpose: &str) -> Reply {
        self.running.post(
            "/v1/messages",
            &json!({
                "class": class,
                "purpose": purpose,
                "to": {"kind": "email", "value": ANN},
                "subject": "Books for winter",
                "text": "Lantern has books.\n\nSee you!",
            }),
        )
    }

    /// Asks for one that is taken; its id.
    fn queue(&self, class: &str, purpose: &str) -> String {
        let reply = self.ask(class, purpose);
        assert_eq!(reply.status, 201, "{reply:?}");
        let taken = reply.json();
        assert_eq!(taken["state"], "queued", "{taken}");
        assert!(!reply.body.contains(ANN), "{reply:?}");
        taken["id"].as_str().unwrap().to_owned()
    }

    /// Asks for one that is not sent, and why.
    fn suppressed(&self, class: &str, purpose: &str) -> Value {
        let taken = self.ask(class, purpose).json();
        assert_eq!(taken["state"], "suppressed", "{taken}");
        taken["why"].clone()
    }

    fn consent(&self, state: &str) {
        let reply = self.running.post(
            "/v1/consents",
            &json!({
                "subject": {"kind": "email", "value": ANN},
                "fact": "consent",
                "state": state,
                "scope": {"purposes": ["newsletter"]},
                "source": "form",
            }),
        );
        assert_eq!(reply.status, 201, "{reply:?}");
    }

    /// Stops messages, or takes that back: for these purposes, or for all.
    fn stop(&self, state: &str, purposes: &[&str]) {
        let reply = self.running.post(
            "/v1/consents",
            &json!({
                "subject": {"kind": "email", "value": ANN},
                "right": "stop-marketing",
                "state": state,
                "scope": {"purposes": purposes},
                "source": "form",
            }),
        );
        assert_eq!(reply.status, 201, "{reply:?}");
    }

    fn state(&self, id: &str) -> String {
        let message = self.running.get(&format!("/v1/messages/{id}"));
        assert!(!message.body.contains(ANN), "{message:?}");
        message.json()["state"].as_str().unwrap().to_owned()
    }

    fn await_state(&self, id: &str, state: &str) {
        await_until(|| (self.state(id) == state).then_some(()));
    }

    /// The message as it was delivered.
    fn delivered(&self, id: &str) -> Kept {
        self.await_state(id, "sent");
        let mut all = kept(&self.folder);
        let wanted = format!("<{id}@lantern.example>");
        all.retain(|message| message.header("Message-ID").as_deref() == Some(&wanted));
        assert_eq!(all.len(), 1, "{wanted}");
        all.remove(0)
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.public)
    }

    fn press(&self, path: &str, body: &str) -> Reply {
        let request = agent().post(self.url(path));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        reply(request.send(body).unwrap())
    }

    fn words(&self) -> String {
        let path = format!("/v1/subjects/email%3A{ANN}/consents");
        self.running.get(&path).body
    }
}

impl Drop for Press {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The path of the link that stops messages like this one.
fn way_out(message: &Kept) -> String {
    let link = message.header("List-Unsubscribe").unwrap();
    let link = link.strip_prefix('<').unwrap().strip_suffix('>').unwrap();
    link.strip_prefix(CENTRE).unwrap().to_owned()
}

#[test]
fn a_newsletter_goes_to_who_agreed_and_stops_with_one_press() {
    let Some(press) = Press::start("newsletter") else {
        return;
    };
    assert_eq!(press.suppressed("marketing", "newsletter"), "not-permitted");
    press.consent("ConsentGiven");
    let message = press.delivered(&press.queue("marketing", "newsletter"));
    assert_eq!(
        message.header("List-Unsubscribe-Post").unwrap(),
        "List-Unsubscribe=One-Click"
    );
    let signature = message.header("DKIM-Signature").unwrap();
    assert!(
        signature.contains("list-unsubscribe:") && signature.contains("list-unsubscribe-post:"),
        "{signature}"
    );
    let running = &press.running;
    let post = running.server().app().post.as_ref().unwrap();
    let (name, text) = post.signer().unwrap().record();
    let record = format!("{name}. IN TXT \"{text}\"");
    assert!(is_signed(&python().unwrap(), &message.path, &record));
    let way_out = way_out(&message);
    assert!(!way_out.contains("ann"), "{way_out}");

    // Looking, as mail scanners do, changes nothing; nor does a form that says something else.
    let before = press.words();
    for _ in 0..3 {
        let page = fetch(&press.url(&way_out));
        assert_eq!(page.status, 200, "{page:?}");
        assert!(
            page.body.contains("method=\"post\"") && !page.body.contains(ANN),
            "{page:?}"
        );
    }
    assert_eq!(press.press(&way_out, "List-Unsubscribe=Maybe").status, 400);
    assert_eq!(press.words(), before);
    press.delivered(&press.queue("marketing", "newsletter"));

    // One press.
    let done = press.press(&way_out, "List-Unsubscribe=One-Click");
    assert_eq!(done.status, 200, "{done:?}");
    assert_eq!(press.suppressed("marketing", "newsletter"), "stopped");
    let words = press.words();
    for says in ["stop-marketing", "ConsentWithdrawn", "\"unsubscribe\""] {
        assert!(words.contains(says), "{words}");
    }
    // Again is no second word.
    assert_eq!(
        press.press(&way_out, "List-Unsubscribe=One-Click").status,
        200
    );
    assert_eq!(press.words(), words);
    // Who agrees again later and takes the stop back gets it again, and the old link stops it again.
    press.clock.set(at("2026-11-23T09:00:00Z"));
    press.consent("ConsentGiven");
    assert_eq!(press.suppressed("marketing", "newsletter"), "stopped");
    press.stop("ConsentWithdrawn", &["newsletter"]);
    press.delivered(&press.queue("marketing", "newsletter"));
    press.clock.set(at("2026-11-24T09:00:00Z"));
    press.press(&way_out, "List-Unsubscribe=One-Click");
    assert_eq!(press.suppressed("marketing", "newsletter"), "stopped");
}

#[test]
fn forged_links_stop_nothing() {
    let Some(press) = Press::start("forged") else {
        return;
    };
    press.consent("ConsentGiven");
    let way_out = way_out(&press.delivered(&press.queue("marketing", "newsletter")));
    let other = press.queue("marketing", "newsletter");
    let before = press.words();
    let (id, stamp) = way_out
        .strip_prefix("/unsubscribe/")
        .unwrap()
        .split_once('.')
        .unwrap();
    let turned: String = stamp.chars().rev().collect();
    for forged in [
        format!("/unsubscribe/{other}.{stamp}"),
        format!("/unsubscribe/{id}.{turned}"),
        format!("/unsubscribe/{id}."),
        format!("/unsubscribe/{id}"),
        format!("/unsubscribe/{}.{stamp}", id.to_uppercase()),
        format!("/unsubscribe/{id}.{stamp}.{stamp}"),
        "/unsubscribe/%00".to_owned(),
        format!("/unsubscribe/{}", "9".repeat(5000)),
    ] {
        let pressed = press.press(&forged, "List-Unsubscribe=One-Click");
        assert!(
            (400..500).contains(&pressed.status),
            "{forged}: {pressed:?}"
        );
        assert!(
            (400..500).contains(&fetch(&press.url(&forged)).status),
            "{forged}"
        );
    }
    // A page of another site.
    let request = agent().post(press.url(&way_out));
    let request = request
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", "https://evil.example");
    assert_eq!(
        reply(request.send("List-Unsubscribe=One-Click").unwrap()).status,
        403
    );
    assert_eq!(press.words(), before);
}

#[test]
fn a_notice_reaches_who_stopped_everything_that_can_be_stopped() {
    let Some(press) = Press::start("notice") else {
        return;
    };
    press.consent("ConsentGiven");
    press.stop("ConsentGiven", &[]);
    assert_eq!(press.suppressed("marketing", "newsletter"), "stopped");
    let notice = press.delivered(&press.queue("notice", "change"));
    assert_eq!(notice.header("List-Unsubscribe"), None);
    let order = press.delivered(&press.queue("service", "orders"));
    assert_eq!(order.header("List-Unsubscribe"), None);
    // Marketing does not go by another name.
    for (class, purpose) in [
        ("service", "newsletter"),
        ("notice", "newsletter"),
        ("notice", "nothing"),
        ("news", "newsletter"),
        ("marketing", "nothing"),
    ] {
        let reply = press.ask(class, purpose);
        assert_eq!(reply.status, 422, "{class} {purpose}: {reply:?}");
    }
}

#[test]
fn whoever_stops_it_while_it_waits_gets_nothing() {
    let Some(press) = Press::start("late") else {
        return;
    };
    press.consent("ConsentGiven");
    press.sink.leave();
    let id = press.queue("marketing", "newsletter");
    press.sink.await_knock();
    press.consent("ConsentWithdrawn");
    let again = press.queue("notice", "change");
    press.sink.come_back();
    press.clock.set(at("2026-11-22T10:00:00Z"));
    press.delivered(&again);
    press.await_state(&id, "suppressed");
    assert_eq!(kept(&press.folder).len(), 1);
}

#[test]
fn an_erased_person_gets_nothing_and_is_not_told_apart() {
    let Some(press) = Press::start("erased") else {
        return;
    };
    press.consent("ConsentGiven");
    let way_out = way_out(&press.delivered(&press.queue("marketing", "newsletter")));
    press.sink.leave();
    let waits = press.queue("marketing", "newsletter");
    press.sink.await_knock();
    let erased = press
        .running
        .post(&format!("/v1/subjects/email%3A{ANN}/erase"), &json!({}));
    assert_eq!(erased.status, 201, "{erased:?}");
    assert_eq!(press.state(&waits), "suppressed");
    press.sink.come_back();
    press.clock.set(at("2026-11-22T10:00:00Z"));
    let app = press.running.server().app();
    let waiting = || press.running.wait(app.store.mail()).unwrap().waiting;
    press
        .running
        .until("a letter waits for nobody", || waiting() == 0);
    assert_eq!(kept(&press.folder).len(), 1);
    let done = press.press(&way_out, "List-Unsubscribe=One-Click");
    assert_eq!(done.status, 200, "{done:?}");
    assert!(!press.running.wait(async {
        let ann = abide_store::Identifier::new("email", ANN).unwrap();
        let subject = app.store.subject(&ann).await.unwrap();
        app.store.is_known(subject).await.unwrap()
    }));
}

#[test]
fn a_message_that_is_asked_for_twice_goes_once() {
    let Some(press) = Press::start("twice") else {
        return;
    };
    let ask = || {
        let request = agent().post(press.running.url("/v1/messages"));
        let request = request.header("idempotency-key", "winter-4711");
        press.running.send(
            request,
            &json!({"class": "service", "purpose": "orders", "to": {"kind": "account", "value": "4711"},
                "address": ANN, "subject": "Your order", "text": "It is on its way."}),
        )
    };
    let (first, second) = (ask(), ask());
    assert_eq!(first.status, 201, "{first:?}");
    assert_eq!(first.body, second.body);
    press.delivered(first.json()["id"].as_str().unwrap());
    assert_eq!(kept(&press.folder).len(), 1);
    let other = press.running.key_with(&["decide"]);
    let refused = press.running.post_as(&other, "/v1/messages", &json!({}));
    assert_eq!(refused.status, 403, "{refused:?}");
    for wrong in [
        json!({"class": "service", "purpose": "orders", "to": {"kind": "account", "value": "4711"}, "subject": "a", "text": "b"}),
        json!({"class": "service", "purpose": "orders", "to": {"kind": "email", "value": "a\r\nBcc: eve@example.org"}, "subject": "a", "text": "b"}),
        json!({"class": "service", "purpose": "orders", "to": {"kind": "email", "value": ANN}, "subject": " ", "text": "b"}),
        json!({"class": "service", "purpose": "orders", "channel": "phone", "to": {"kind": "email", "value": ANN}, "subject": "a", "text": "b"}),
    ] {
        let reply = press.running.post("/v1/messages", &wrong);
        assert_eq!(reply.status, 422, "{wrong}: {reply:?}");
        assert!(!reply.body.contains(ANN), "{reply:?}");
    }
}
