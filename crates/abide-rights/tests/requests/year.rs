//! Every policy in `policies/` through a year: what `policies/year.txt` says is what requests are due by, on both engines of
//! the store. Counts in its own way: days one after the other, months by their number, weekends moved where the law moves
//! them.

use std::path::{Path, PathBuf};

use abide_policy::model::Policy;
use abide_policy::source::SourceFile;
use abide_policy::{Library, compile};
use abide_rights::request::{Kind, Standing};
use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};

use crate::office::{Office, ask};

fn policies() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies")
}

/// A line of the file.
struct Expected {
    folder: String,
    lives: String,
    kind: Kind,
    /// Confirmed by, answered by, put off to.
    lengths: [String; 3],
}

fn expected() -> Vec<Expected> {
    let text = std::fs::read_to_string(policies().join("year.txt")).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (who, lengths) = line.split_once(": ").unwrap();
            let who: Vec<&str> = who.split(' ').collect();
            let lengths: Vec<String> = lengths.split(", ").map(str::to_owned).collect();
            Expected {
                folder: who[0].to_owned(),
                lives: who[1].to_owned(),
                kind: Kind::from_word(who[2]).unwrap(),
                lengths: lengths.try_into().unwrap(),
            }
        })
        .collect()
}

fn read(folder: &str) -> Policy {
    let entries = std::fs::read_dir(policies().join(folder)).unwrap();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|it| it == "kdl"))
        .collect();
    files.sort();
    let files = files.iter().map(|path| {
        let text = std::fs::read_to_string(path).unwrap();
        SourceFile::new(path.display().to_string(), text)
    });
    let files: Vec<SourceFile> = files.collect();
    compile(Library::standard(), &files, None)
        .policies
        .remove(0)
}

/// The last day of a length, counted by hand.
fn counted(received: Date, length: &str) -> Option<Date> {
    let (number, unit) = length.split_once(' ')?;
    let number: i64 = number.parse().unwrap();
    if unit.starts_with("day") {
        return Some(received.checked_add(number.days()).unwrap());
    }
    // The same day of a later month, or the last there is; then past the weekend.
    let months = i64::from(received.month()) - 1 + number;
    let year = i64::from(received.year()) + months / 12;
    let month = i8::try_from(months % 12 + 1).unwrap();
    let first = Date::new(i16::try_from(year).unwrap(), month, 1).unwrap();
    let day = received.day().min(first.days_in_month());
    let mut date = Date::new(first.year(), month, day).unwrap();
    while matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) {
        date = date.tomorrow().unwrap();
    }
    Some(date)
}

fn found(standing: &Standing) -> [Option<Date>; 3] {
    let library = Library::standard();
    let extended = standing.clocks.extended(library, standing.received, &[]);
    [
        standing.acknowledge_by(library).map(|due| due.date),
        Some(standing.due(library).date),
        extended.map(|due| due.date),
    ]
}

on_both! {
    async fn every_request_of_a_year_is_due_when_it_should_be(office: Office) {
        let mut office = office;
        // The store takes a while for each: it sees some days, and the days in between are counted without it.
        for expected in expected() {
            office.policy = read(&expected.folder);
            let first: Date = "2026-01-01".parse().unwrap();
            let mut clocks = None;
            for number in 0..365_i64 {
                let day = first.checked_add(number.days()).unwrap();
                office.now = day.at(9, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp();
                let standing = if number % 73 == 0 {
                    let mut asked = ask(expected.kind, &format!("{}-{}-{number}@example.org", expected.folder, expected.lives));
                    asked.details.residence = Some(expected.lives.clone());
                    let id = office.desk().open(&asked).await.unwrap().id;
                    let standing = office.desk().standing(id).await.unwrap();
                    let stored = office.store.subject_request(id).await.unwrap().unwrap();
                    assert_eq!(stored.due, Some(standing.due(Library::standard()).date));
                    clocks = Some(standing.clocks.clone());
                    standing
                } else {
                    let mut standing = Standing::new(expected.kind, abide_store::Acting::Subject, day);
                    standing.clocks = clocks.clone().unwrap();
                    standing
                };
                let wanted = expected.lengths.each_ref().map(|length| counted(day, length));
                assert_eq!(found(&standing), wanted, "{} {} {:?} {day}", expected.folder, expected.lives, expected.kind);
            }
        }
    }
}
