//! What requests set running: small policies, the vectors of the laws, and every policy in `policies/`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use abide_policy::clocks::{Asking, Clocks, Due, clocks};
use abide_policy::decide::Subject;
use abide_policy::model::Policy;
use abide_policy::source::SourceFile;
use abide_policy::{Library, compile};
use jiff::Timestamp;
use jiff::civil::Date;

fn policy(lines: &str) -> Policy {
    let text = format!("policy shop version=\"2026-01-01\" {{\n{lines}\n}}\n");
    let file = SourceFile::new("shop.kdl", text.as_str());
    compile(Library::standard(), &[file], None)
        .policies
        .remove(0)
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn lives(residence: &str) -> Subject {
    Subject {
        residence: (!residence.is_empty()).then(|| residence.to_owned()),
        ..Subject::default()
    }
}

fn asked(policy: &Policy, residence: &str, rights: &[&str], facts: &[(&str, bool)]) -> Clocks {
    let subject = lives(residence);
    let asking = Asking {
        rights,
        events: &[],
        by: "person",
        subject: &subject,
        facts,
        now: "2026-01-05T09:00:00Z".parse::<Timestamp>().unwrap(),
    };
    clocks(policy, Library::standard(), &asking)
}

/// A date and who says it, in one line.
fn due(due: Option<Due>) -> String {
    let Some(due) = due else {
        return "-".to_owned();
    };
    let sources = due.sources.iter().map(|source| {
        let clauses = source.clauses.join("+");
        let unread = source.law.as_ref().is_some_and(|law| !law.is_read);
        format!("{clauses}{}", if unread { "?" } else { "" })
    });
    let mut sources: Vec<String> = sources.collect();
    sources.dedup();
    format!("{} {}", due.date, sources.join(" "))
}

/// Acknowledge by, answer by, answer by once it is put off.
fn check(policy: &Policy, residence: &str, right: &str, received: &str, expected: [&str; 3]) {
    let clocks = asked(policy, residence, &[right], &[]);
    let (library, received) = (Library::standard(), date(received));
    let found = [
        due(clocks.acknowledge_by(library, received)),
        due(clocks.answer_by(library, received, &[])),
        due(clocks.extended(library, received, &[])),
    ];
    assert_eq!(found, expected, "{residence} {right} {received}");
}

#[test]
fn the_vectors_of_the_laws() {
    let union = policy("law eu-gdpr");
    let answered = |received, expected: &str| {
        check(
            &union,
            "FR",
            "access",
            received,
            ["-", expected, &extended_of(&union, received)],
        );
    };
    answered("2026-01-31", "2026-03-02 eu.dsr.respond");
    answered("2026-08-31", "2026-09-30 eu.dsr.respond");
    answered("2028-01-30", "2028-02-29 eu.dsr.respond");
    assert!(extended_of(&union, "2026-05-29").starts_with("2026-08-31"));
    let california = policy("law us-ca");
    check(
        &california,
        "US-CA",
        "access",
        "2026-11-25",
        [
            "2026-12-10 us-ca.ack",
            "2027-01-09 us-ca.respond",
            "2027-02-23 us-ca.respond",
        ],
    );
    check(
        &california,
        "US-CA",
        "erase",
        "2026-07-03",
        [
            "2026-07-17 us-ca.ack",
            "2026-08-17 us-ca.respond",
            "2026-10-01 us-ca.respond",
        ],
    );
    check(
        &california,
        "US-CA",
        "optout-sale",
        "2026-12-18",
        ["-", "2027-01-12 us-ca.optout", "-"],
    );
}

fn extended_of(policy: &Policy, received: &str) -> String {
    let clocks = asked(policy, "FR", &["access"], &[]);
    due(clocks.extended(Library::standard(), date(received), &[]))
}

#[test]
fn the_stricter_of_policy_and_law_counts() {
    let slow = policy("law eu-gdpr\n(A)must answer any when=request within=\"45 days\"");
    // Put off as the law lets it be, it still has to keep what was promised.
    check(
        &slow,
        "NL",
        "access",
        "2026-03-02",
        ["-", "2026-04-02 eu.dsr.respond", "2026-04-16 A"],
    );
    let quick = policy(
        "law eu-gdpr\n(A)must answer any when=request within=\"14 days\"\n(B)extend answer within=\"2 months\" if=told of=extension",
    );
    // 14 days and two months do not add to one length: the second counts from the end of the first.
    check(
        &quick,
        "NL",
        "access",
        "2026-03-02",
        ["-", "2026-03-16 A", "2026-05-16 A"],
    );
    // The law lets an answer be put off; the promise does not.
    let firm = policy("law eu-gdpr\n(A)must answer any when=request within=\"1 month\"");
    check(
        &firm,
        "NL",
        "access",
        "2026-03-02",
        ["-", "2026-04-02 A eu.dsr.respond", "-"],
    );
}

#[test]
fn an_unknown_residence_is_the_strictest_of_all() {
    let both = policy("law eu-gdpr us-ca");
    let guardians = policy("(A)must answer any when=guardian-request within=\"5 days\"");
    check(&guardians, "", "access", "2026-01-05", ["-", "-", "-"]);
    check(
        &both,
        "",
        "access",
        "2026-01-05",
        ["2026-01-20 us-ca.ack", "2026-02-05 eu.dsr.respond", "-"],
    );
    check(
        &both,
        "US-CA",
        "access",
        "2026-01-05",
        [
            "2026-01-20 us-ca.ack",
            "2026-02-19 us-ca.respond",
            "2026-04-05 us-ca.respond",
        ],
    );
    check(&both, "JP", "access", "2026-01-05", ["-", "-", "-"]);
}

#[test]
fn a_part_speaks_for_its_people_and_may_stand_in_place_of_the_base() {
    let parts = policy(
        "(A)must answer any when=request within=\"30 days\"\n\
         part here about=china instead=#true {\n(B)must answer any when=request within=\"15 days\"\n}\n\
         part west about=california {\n(C)must answer erase when=request within=\"20 days\"\n}",
    );
    check(
        &parts,
        "CN",
        "erase",
        "2026-01-05",
        ["-", "2026-01-20 B", "-"],
    );
    check(
        &parts,
        "US-CA",
        "erase",
        "2026-01-05",
        ["-", "2026-01-25 C", "-"],
    );
    check(
        &parts,
        "US-CA",
        "access",
        "2026-01-05",
        ["-", "2026-02-04 A", "-"],
    );
    check(
        &parts,
        "FR",
        "erase",
        "2026-01-05",
        ["-", "2026-02-04 A", "-"],
    );
    check(
        &parts,
        "",
        "erase",
        "2026-01-05",
        ["-", "2026-01-20 B", "-"],
    );
}

#[test]
fn how_often_it_may_be_asked() {
    let limited = policy("law us-ca\n(A)refuse know access over=\"2 per 12 months\"");
    let clocks = asked(&limited, "US-CA", &["access"], &[]);
    let today = date("2026-06-01");
    let before = [date("2025-06-01"), date("2025-07-01"), date("2026-02-01")];
    assert!(
        clocks.too_often(today, &before[..2]).is_none(),
        "one of the two is a year ago"
    );
    assert!(clocks.too_often(today, &before).is_some());
    // Nothing that nobody has read in the law refuses alone.
    let unread = policy("law us-ca");
    let clocks = asked(&unread, "US-CA", &["disclosures"], &[]);
    assert!(
        clocks.too_often(today, &before).is_none(),
        "{:?}",
        clocks.counters
    );
    let yearly = policy("(A)refuse disclosures over=\"1 per calendar-year\"");
    let clocks = asked(&yearly, "", &["disclosures"], &[]);
    assert!(clocks.too_often(today, &before[..2]).is_none());
    assert!(clocks.too_often(today, &before).is_some());
    // A law that gives the right without a limit leaves none.
    let europe = policy("law eu-gdpr\n(A)refuse access over=\"1 per 12 months\"");
    assert!(asked(&europe, "FR", &["access"], &[]).counters.is_empty());
    assert_eq!(asked(&europe, "JP", &["access"], &[]).counters.len(), 1);
}

#[test]
fn on_which_grounds_it_may_be_refused() {
    let own =
        policy("law eu-gdpr\n(A)refuse erase if=legal-duty\n(B)refuse erase if=transaction-open");
    let here = asked(&own, "FR", &["erase"], &[]);
    let duty = here.ground("legal-duty").unwrap();
    assert_eq!(duty.sources.len(), 2, "the policy and the law");
    assert!(
        here.ground("transaction-open").is_none(),
        "the law does not know it"
    );
    let away = asked(&own, "JP", &["erase"], &[]);
    assert!(away.ground("transaction-open").is_some());
    assert!(away.ground("free-speech").is_none());
    let unknown = asked(&own, "", &["erase"], &[]);
    assert!(
        unknown.ground("free-speech").is_none(),
        "the law may not hold"
    );
    assert!(
        unknown.ground("transaction-open").is_none(),
        "the law may hold"
    );
    assert!(unknown.ground("legal-duty").is_some(), "both know it");
}

#[test]
fn what_it_costs() {
    let free = asked(&policy("law us-ca eu-gdpr"), "FR", &["access"], &[]);
    assert_eq!(free.free.len(), 1);
    assert_eq!(free.fee_if, ["unfounded", "excessive", "further-copy"]);
}

#[test]
fn who_asks_and_what_is_known_of_the_case_count() {
    let both = policy(
        "(A)must answer any when=request within=\"20 days\" by=parent\n(B)must answer any when=request within=\"30 days\"",
    );
    check(
        &both,
        "",
        "access",
        "2026-01-05",
        ["-", "2026-02-04 B", "-"],
    );
    let california = policy("law us-ca");
    let known = |facts: &[(&str, bool)]| {
        let clocks = asked(&california, "US-CA", &["disclosures"], facts);
        due(clocks.answer_by(Library::standard(), date("2026-01-05"), &[]))
    };
    assert_eq!(known(&[]), "2026-02-04 us-ca.shine_light?");
    assert_eq!(
        known(&[("designated-contact", false)]),
        "2026-06-04 us-ca.shine_light?"
    );
}

/// The folders of `policies/`.
fn folders() -> Vec<PathBuf> {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let entries = std::fs::read_dir(all)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn read(folder: &Path) -> Policy {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries
        .filter(|path| path.extension().is_some_and(|it| it == "kdl"))
        .collect();
    files.sort();
    let files = files.iter().map(|path| {
        SourceFile::new(
            path.display().to_string(),
            std::fs::read_to_string(path).unwrap(),
        )
    });
    let files: Vec<SourceFile> = files.collect();
    compile(Library::standard(), &files, None)
        .policies
        .remove(0)
}

/// `clocks.txt` beside each policy says what its requests set running; `ABIDE_BLESS=1` writes it, and a person reads it.
#[test]
fn every_policy_sets_running_what_stands_beside_it() {
    let library = Library::standard();
    for folder in folders() {
        let policy = read(&folder);
        let mut found = String::from(
            "residence, right: confirmed by, answered by, put off to at most, for a request of 2026-01-05; `?` marks law nobody has read\n",
        );
        for residence in ["", "US-CA", "US", "NL", "FR", "CN", "JP"] {
            for right in [
                "access",
                "portability",
                "erase",
                "correct",
                "optout-sale",
                "withdraw",
                "disclosures",
            ] {
                let (clocks, received) =
                    (asked(&policy, residence, &[right], &[]), date("2026-01-05"));
                let _ = writeln!(
                    found,
                    "{}, {right}: {}, {}, {}",
                    if residence.is_empty() {
                        "unknown"
                    } else {
                        residence
                    },
                    due(clocks.acknowledge_by(library, received)),
                    due(clocks.answer_by(library, received, &[])),
                    due(clocks.extended(library, received, &[])),
                );
            }
        }
        let path = folder.join("clocks.txt");
        if std::env::var_os("ABIDE_BLESS").is_some() {
            std::fs::write(&path, &found).unwrap();
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            found,
            written,
            "{}; ABIDE_BLESS=1 writes it",
            path.display()
        );
    }
}
