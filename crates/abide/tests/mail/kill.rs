//! A sender that dies between any two steps: nobody is missed, nobody gets a letter twice but under the same Message-ID, and
//! the log says of each once that it was sent.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Stdio};
use std::time::Duration;

use abide::clock::Clock;
use abide::config::{Assume, Config};
use abide::decider::Decider;
use abide::mail::{Post, Tally, send_due};

use crate::desk::{Desk, at, with_store};
use crate::sink::{Sink, kept, python};
use crate::{entries, plain, queue, set_up};

const LETTERS: usize = 60;
/// Letters that one sender has in hand at a time.
const IN_HAND: usize = 4;

fn sender(desk: &Desk) -> std::process::Child {
    Command::new(env!("CARGO_BIN_EXE_abide"))
        .args(["mail", "send"])
        .current_dir(&desk.folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Sends what is left, once the time of those who died is over.
fn send_the_rest(desk: &Desk) -> Tally {
    let config = Config::load(Some(&desk.folder.join("abide.kdl"))).unwrap();
    let post = Post::open(config.mail.as_ref().unwrap()).unwrap();
    let mut tally = Tally::default();
    with_store(desk, async |store| {
        let decider = Decider::new(Assume::default(), Vec::new());
        let clock = Clock::standing_at(at("2027-11-22T12:00:00Z"));
        tally = send_due(&store, &post, &decider, &clock, "test")
            .await
            .unwrap();
    });
    tally
}

/// Addresses with how often and under which Message-IDs they got a letter.
fn delivered(desk: &Desk) -> BTreeMap<String, (usize, BTreeSet<String>)> {
    let mut found: BTreeMap<String, (usize, BTreeSet<String>)> = BTreeMap::new();
    for message in kept(&desk.folder) {
        let (count, ids) = found.entry(message.to().to_owned()).or_default();
        *count += 1;
        ids.insert(message.header("Message-ID").unwrap());
    }
    found
}

fn check_each_once(desk: &Desk, deaths: usize) {
    let delivered = delivered(desk);
    assert_eq!(delivered.len(), LETTERS, "nobody is missed");
    let mut twice = 0;
    for (to, (count, ids)) in &delivered {
        assert_eq!(ids.len(), 1, "{to} got {count} letters that look different");
        twice += count - 1;
    }
    assert!(twice <= deaths * IN_HAND, "{twice} letters went out twice");
    let sent = entries(desk);
    let sent = sent
        .iter()
        .filter(|(kind, ..)| kind == "request.letter-sent");
    assert_eq!(sent.count(), LETTERS);
}

fn addresses() -> Vec<String> {
    (0..LETTERS)
        .map(|number| format!("a{number}@example.org"))
        .collect()
}

fn send_by(desk: &Desk, sink: &Sink) {
    desk.write(
        "abide.kdl",
        format!("keys \"abide.keys\"\n{}", plain(sink.port)),
    );
}

fn desk_of(name: &str) -> Option<(Desk, Sink)> {
    let python = python()?;
    let desk = set_up(name, "");
    let sink = Sink::start(&python, &desk.folder, "");
    send_by(&desk, &sink);
    let addresses = addresses();
    queue(
        &desk,
        &addresses.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    Some((desk, sink))
}

#[test]
fn a_sender_that_is_killed_loses_nothing() {
    const DEATHS: usize = 4;
    let Some((desk, sink)) = desk_of("mail-kill") else {
        return;
    };
    for death in 0..DEATHS {
        let before = sink.kept().len();
        let mut child = sender(&desk);
        let start = abide::clock::mark();
        // Somewhere in the middle of what it does.
        while sink.kept().len() < before + 1 + death * 2 {
            assert!(start.elapsed() < Duration::from_secs(60), "nothing is sent");
            if child.try_wait().unwrap().is_some() {
                break;
            }
        }
        let _ = child.kill();
        child.wait().unwrap();
    }
    let tally = send_the_rest(&desk);
    assert_eq!((tally.refused, tally.trouble), (0, None));
    check_each_once(&desk, DEATHS);
}

#[test]
fn a_mail_server_that_is_killed_loses_nothing() {
    let Some((desk, sink)) = desk_of("mail-server-kill") else {
        return;
    };
    let mut child = sender(&desk);
    let start = abide::clock::mark();
    while sink.kept().len() < 3 {
        assert!(start.elapsed() < Duration::from_secs(60), "nothing is sent");
    }
    sink.stop();
    child.wait().unwrap();
    let again = Sink::start(&python().unwrap(), &desk.folder, "");
    send_by(&desk, &again);
    assert_eq!(send_the_rest(&desk).trouble, None);
    check_each_once(&desk, 1);
}

#[test]
fn two_senders_send_each_letter_once() {
    let Some((desk, sink)) = desk_of("mail-two") else {
        return;
    };
    let mut senders = [sender(&desk), sender(&desk), sender(&desk)];
    for sender in &mut senders {
        assert!(sender.wait().unwrap().success());
    }
    assert_eq!(sink.kept().len(), LETTERS);
    check_each_once(&desk, 0);
}
