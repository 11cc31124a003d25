//! Letters over a real mail server: protected, signed, once, and never lost.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "../desk/mod.rs"]
mod desk;
#[expect(dead_code, reason = "the server's own tests use more of it")]
#[path = "../server/harness.rs"]
mod harness;
mod kill;
mod messages;
mod refusals;
mod sink;

use std::fs;
use std::path::Path;

use abide_store::{EntryId, Evidence, Letter};
use desk::{Desk, at, check, with_store};
use sha2::{Digest as _, Sha256};
use sink::{Sink, is_signed, python, signing_key};

/// A desk that sends by the server.
fn set_up(name: &str, settings: &str) -> Desk {
    let desk = Desk::new(name);
    desk.write("abide.kdl", format!("keys \"abide.keys\"\n{settings}"));
    check(&desk, "keys init", 0, "");
    with_store(&desk, async |_| {});
    desk
}

/// The section `mail` for a server of this test, without a password.
fn plain(port: u16) -> String {
    format!(
        "mail {{ host \"127.0.0.1\"; port {port}; tls none; from \"Lantern privacy <privacy@lantern.example>\"; }}\n"
    )
}

/// Puts letters into the outbox, one to each address.
fn queue(desk: &Desk, to: &[&str]) {
    with_store(desk, async |store| {
        let now = at("2026-11-22T09:00:00Z");
        let mut tx = store
            .begin(Evidence::new("test.written", "test", now))
            .unwrap();
        for (number, to) in (1_u8..).zip(to) {
            let letter = Letter {
                channel: "email".to_owned(),
                to: (*to).to_owned(),
                subject: "Your request".to_owned(),
                text: format!("Letter {number}\n\nbye\n"),
            };
            tx.queue_letter(EntryId([number; 16]), "ended", "en", &letter, now)
                .unwrap();
        }
        tx.commit().await.unwrap();
    });
}

/// Every entry of the log: its kind, what is public of it, and its sealed part.
fn entries(desk: &Desk) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    with_store(desk, async |store| {
        let mut sequencer = abide_store::Sequencer::new(&store).unwrap();
        while let Some(_numbered) = sequencer.step(at("2028-01-01T00:00:00Z")).await.unwrap() {}
        for id in store.entries(0, 10_000).await.unwrap() {
            let entry = store.entry(id).await.unwrap().unwrap();
            let public = entry.entry.public().to_canonical_json().unwrap();
            let sealed = entry.opened.map_or(String::new(), |(_, plain)| {
                String::from_utf8(plain.to_vec()).unwrap()
            });
            found.push((entry.entry.public().kind.clone(), public, sealed));
        }
    });
    found
}

/// The path of a letter about a real request, from the form to the reader, over TLS with a password and a signature.
fn journey(python: &Path, name: &str, tls: &str, algorithm: &str) {
    let desk = set_up(name, "");
    signing_key(&desk.folder, algorithm);
    let sink = Sink::start(
        python,
        &desk.folder,
        &format!("--tls {tls} --sign-in abide:s3cret"),
    );
    desk.write("password", "s3cret\n");
    desk.write(
        "abide.kdl",
        format!(
            "keys \"abide.keys\"\nmail {{ host \"localhost\"; port {}; tls {tls}; ca \"mail.pem\"; from \"Lantern privacy <privacy@lantern.example>\"; user-env \"LOGNAME_OF_MAIL\"; password-file \"password\"; dkim {{ selector \"abide\"; key-file \"dkim.key\"; }}; privacy-centre \"https://privacy.lantern.example/\"; }}\n",
            sink.port
        ),
    );
    let run = |line: &str, code: i32, says: &str| {
        let ran = desk.run_with(
            &line.split(' ').collect::<Vec<_>>(),
            &[("LOGNAME_OF_MAIL", "abide")],
        );
        let said = ran.out() + &ran.err();
        assert_eq!(ran.code(), code, "{line}: {said}");
        assert!(said.contains(says), "{line}: {said}");
        ran.out()
    };
    run("mail check", 0, "lets us in");
    run("policy publish harbour-bikes --activate", 0, "");
    run(
        "requests open access --as email:ann@example.org --lives NL",
        0,
        "",
    );
    run("mail list", 0, "acknowledged  en");
    run(
        "mail send",
        0,
        "2 sent, 0 put off, 0 refused, 0 suppressed, 0 by hand",
    );
    run("mail list", 0, "no letter waits");
    run("requests letters", 0, "no letter waits");
    run("mail send", 0, "0 sent");

    let record = run(
        "mail dkim",
        0,
        "abide._domainkey.lantern.example. IN TXT \"v=DKIM1; k=",
    );
    let kept = sink.kept();
    assert_eq!(kept.len(), 2);
    for message in &kept {
        assert_eq!(message.about["tls"], true, "{message:?}");
        assert_eq!(message.about["name"], "abide", "{message:?}");
        assert_eq!(message.about["from"], "privacy@lantern.example");
        assert_eq!(message.to(), "ann@example.org");
        assert_eq!(message.header("To").unwrap(), "ann@example.org");
        assert_eq!(message.header("Auto-Submitted").unwrap(), "auto-generated");
        assert_eq!(message.header("List-Unsubscribe"), None);
        assert!(is_signed(python, &message.path, &record), "{message:?}");
    }
    // The code is in the text alone.
    let code = kept
        .iter()
        .find(|kept| kept.text.contains("The code is"))
        .unwrap();
    assert_eq!(code.header("Subject").unwrap(), "Your code");
    tampered(python, &desk.folder, &code.text, &record);
    evidence(&desk, &kept);
}

/// A message that was changed on its way.
fn tampered(python: &Path, folder: &Path, text: &str, record: &str) {
    let path = folder.join("tampered.eml");
    for (from, to) in [
        ("The code is", "The code was"),
        ("Subject: Your code", "Subject: Your prize"),
        ("From: ", "From: Eve <eve@example.org>\r\nFrom: "),
        ("Subject: ", "Subject: Your prize\r\nSubject: "),
        ("To: ann@example.org", "To: eve@example.org"),
        ("multipart/alternative", "multipart/mixed"),
        ("auto-generated", "no"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        fs::write(&path, changed).unwrap();
        assert!(!is_signed(python, &path, record), "{from} became {to}");
    }
    // What servers on the way do is no tampering.
    let relayed = format!(
        "Received: from relay.example by mx.example; Sun, 22 Nov 2026 10:00:00 +0000\r\n{text}"
    );
    fs::write(&path, relayed).unwrap();
    assert!(is_signed(python, &path, record));
}

/// What the log keeps: that a letter was sent, the hash of it sealed, and nothing of a person in clear.
fn evidence(desk: &Desk, kept: &[sink::Kept]) {
    let sent: Vec<_> = entries(desk)
        .into_iter()
        .filter(|(kind, ..)| kind == "request.letter-sent")
        .collect();
    assert_eq!(sent.len(), kept.len());
    for message in kept {
        let (signature, rest) = message.text.split_once("\r\nFrom: ").unwrap();
        assert!(signature.starts_with("DKIM-Signature: "));
        let hash = Sha256::digest(format!("From: {rest}"));
        let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        let id = message.header("Message-ID").unwrap();
        let is_of_it = |(_, public, sealed): &&(String, String, String)| {
            assert!(!public.contains(&hash) && !public.contains('@'), "{public}");
            assert!(!sealed.contains("ann@example.org"), "{sealed}");
            sealed.contains(&hash) && sealed.contains(&id)
        };
        assert_eq!(sent.iter().filter(is_of_it).count(), 1, "{id}");
    }
}

#[test]
fn a_letter_reaches_its_reader_signed_by_rsa_over_starttls() {
    let Some(python) = python() else { return };
    journey(&python, "mail-start", "start", "RSA");
}

#[test]
fn a_letter_reaches_its_reader_signed_by_ed25519_over_tls() {
    let Some(python) = python() else { return };
    journey(&python, "mail-implicit", "implicit", "ED25519");
}

#[test]
fn letters_are_shown_in_each_language_before_any_is_sent() {
    let desk = set_up("mail-preview", &plain(25));
    let all = check(&desk, "mail preview", 0, "== ready, zh");
    assert!(all.contains("== code, en\nYour code\n"), "{all}");
    assert!(all.contains("-- \nLantern privacy\n"), "{all}");
    // What is ready is fetched, never sent: neither the package nor a key to it is in the letter.
    let ready = check(
        &desk,
        "mail preview ready --lang en --form message",
        0,
        "fetched once",
    );
    assert!(
        !ready.contains("attachment") && !ready.contains("The code is"),
        "{ready}"
    );
    check(
        &desk,
        "mail preview --form html --out looks",
        0,
        "`looks/fulfilled.zh.html`",
    );
    let page = fs::read_to_string(desk.folder.join("looks/code.zh.html")).unwrap();
    assert!(
        page.contains("<html lang=\"zh\">") && page.contains("验证码"),
        "{page}"
    );
    check(
        &desk,
        "mail preview nothing",
        2,
        "there are `acknowledged`, `code`",
    );
    check(&desk, "mail dkim", 2, "letters are not signed");
}

#[test]
fn without_a_server_letters_wait_for_a_hand() {
    let desk = set_up("mail-none", "");
    queue(&desk, &["ann@example.org"]);
    check(&desk, "mail send", 2, "no mail server is set");
    check(&desk, "mail list", 0, "waits");
    check(&desk, "doctor", 0, "warning  mail: ");
}
