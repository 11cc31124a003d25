//! What a mail server does not take, and servers that are none.

use crate::desk::check;
use crate::sink::{Sink, python};
use crate::{plain, queue, set_up};

#[test]
fn a_refusal_is_shown_and_a_busy_server_is_asked_again() {
    let Some(python) = python() else { return };
    let desk = set_up("mail-refused", "");
    let sink = Sink::start(&python, &desk.folder, "");
    desk.write(
        "abide.kdl",
        format!("keys \"abide.keys\"\n{}", plain(sink.port)),
    );
    queue(
        &desk,
        &[
            "ann@example.org",
            "gone@example.org",
            "busy@example.org",
            "ben@example.org",
            "loop@example.org",
            "no address",
            "dee@example.org",
        ],
    );
    check(
        &desk,
        "mail send",
        1,
        "3 sent, 1 put off, 3 refused, 0 suppressed, 0 by hand",
    );
    let list = check(&desk, "mail list", 1, "refused: 550 5.1.1");
    for says in [
        "refused: 554 5.4.6",
        "refused: no-address",
        "tried 1 times, again at",
        ": 451 4.3.0",
    ] {
        assert!(list.contains(says), "{list}");
    }
    // The words of the server name people, and are not kept.
    assert!(!list.contains('@') && !list.contains("mailbox"), "{list}");
    let doctor = check(&desk, "doctor", 1, "error    mail: 3 letters were refused");
    assert!(!doctor.contains('@'), "{doctor}");
    let mut to: Vec<String> = sink
        .kept()
        .iter()
        .map(|kept| kept.to().to_owned())
        .collect();
    to.sort();
    assert_eq!(
        to,
        ["ann@example.org", "ben@example.org", "dee@example.org"]
    );
    check(&desk, "mail send", 0, "0 sent, 0 put off");

    let refused = list
        .lines()
        .find(|line| line.contains("550 5.1.1"))
        .unwrap();
    let id = refused.split(' ').next().unwrap();
    check(&desk, &format!("mail again {id}"), 0, "is due again");
    check(&desk, "mail send", 1, "0 sent, 0 put off, 1 refused");
    check(
        &desk,
        "mail again 00000000000000000000000000000000",
        2,
        "was not refused",
    );
    check(&desk, "mail again ann", 2, "is no letter");
}

#[test]
fn nothing_is_said_to_a_server_that_cannot_be_trusted() {
    let Some(python) = python() else { return };
    let desk = set_up("mail-trust", "");
    queue(&desk, &["ann@example.org"]);
    let with = |port: u16, rest: &str| {
        desk.write(
            "abide.kdl",
            format!("keys \"abide.keys\"\nmail {{ host \"localhost\"; port {port}; from \"privacy@lantern.example\"; {rest} }}\n"),
        );
    };
    // A server without TLS where TLS is asked for.
    let open = Sink::start(&python, &desk.folder, "");
    with(open.port, "tls start; ca \"mail.pem\";");
    check(&desk, "mail send", 2, "does not begin TLS as asked");
    open.stop();
    // A certificate that nobody known signed.
    let sink = Sink::start(&python, &desk.folder, "--tls start");
    with(sink.port, "tls start;");
    check(&desk, "mail send", 2, "does not begin TLS as asked");
    // The certificate is for another name.
    desk.write(
        "abide.kdl",
        format!("keys \"abide.keys\"\nmail {{ host \"127.0.0.1\"; port {}; ca \"mail.pem\"; from \"privacy@lantern.example\"; }}\n", sink.port),
    );
    check(&desk, "mail send", 2, "does not begin TLS as asked");
    assert!(sink.kept().is_empty());
    // No try was lost on any of them.
    check(&desk, "mail list", 0, "waits");
    with(sink.port, "tls start; ca \"mail.pem\";");
    check(&desk, "mail send", 0, "1 sent");

    // The password is wrong.
    let strict = Sink::start(&python, &desk.folder, "--tls start --sign-in abide:s3cret");
    queue(&desk, &["ben@example.org"]);
    desk.write("wrong", "guess");
    with(
        strict.port,
        "ca \"mail.pem\"; user-env \"USER_OF_MAIL\"; password-file \"wrong\";",
    );
    let ran = desk.run_with(&["mail", "send"], &[("USER_OF_MAIL", "abide")]);
    assert!(
        ran.err().contains("does not let us sign in"),
        "{}",
        ran.err()
    );
    assert!(!ran.err().contains("guess"), "{}", ran.err());
    // Nobody listens.
    with(1, "tls none;");
    check(&desk, "mail send", 2, "cannot reach mail server");
    check(&desk, "mail list", 0, "waits");
}

#[test]
fn settings_that_would_give_a_password_away_are_refused() {
    let desk = set_up("mail-settings", "");
    for (section, says) in [
        ("mail { host \"a\"; }", "`mail` is not complete"),
        (
            "mail { host \"a\"; from \"nobody\"; }",
            "`from` is no mail address",
        ),
        (
            "mail { host \"a\"; from \"a@b.example\"; tls none; user-env \"A\"; password-env \"B\"; }",
            "a password would go in the clear",
        ),
        (
            "mail { host \"a\"; from \"a@b.example\"; user-env \"A\"; }",
            "signing in takes a name and a password",
        ),
        (
            "mail { host \"a\"; from \"a@b.example\"; dkim { selector \"s\"; }; }",
            "`dkim` is not complete",
        ),
        (
            "mail { host \"a\"; from \"a@b.example\"; dkim { selector \"s; d=x\"; key-file \"k\"; }; }",
            "selector or domain cannot be used",
        ),
        (
            "mail { host \"a\"; from \"a@b.example\"; privacy-centre \"javascript:x\"; }",
            "is no address of a site",
        ),
        (
            "mail { host \"a\"; from \"a@b.example\"; passwort-env \"x\"; }",
            "did you mean `password-env`?",
        ),
    ] {
        desk.write("abide.kdl", format!("keys \"abide.keys\"\n{section}\n"));
        check(&desk, "mail list", 2, says);
    }
}
