//! The four roles of GDPRbench (Shastri and others, "Understanding and Benchmarking the Impact of GDPR on Database Systems",
//! VLDB 2020) over 100,000 records, against bare PostgreSQL with the same table and indexes. Metadata lives in the record's
//! own row on both sides; evidence lives in our own records on SQLite, and bare PostgreSQL has none. The mixes are the
//! published ones as far as there are any; the texts of the records are ours.

mod bare;
mod choice;
mod ours;
mod role;

use std::time::Duration;

use crate::postgres::Postgres;
use crate::ratio;
use crate::scratch::Scratch;
use bare::Bare;
use ours::Ours;
use role::{Operation, ROLES, Role};

/// How many records there are, and how many people, purposes and objects.
const RECORDS: u64 = 100_000;
const PEOPLE: u64 = 10_000;
const PURPOSES: u64 = 25;
const OBJECTS: u64 = 100;

/// What the paper reports at worst.
const GOAL: f64 = 5.0;

/// Both sides take turns with this many operations.
const TURN: usize = 500;

/// Print `gdprbench-…` for each role.
pub fn run() -> Result<(), String> {
    let scratch = Scratch::new("gdprbench")?;
    let server = Postgres::start(scratch.path())?;
    let theirs = server.filled("bare", &bare::tables())?;
    let mine = server.filled("ours", &bare::tables())?;
    let mut ours = Ours::new(&scratch.path().join("ours"), &mine)?;
    let mut bare = Bare::open(&theirs)?;
    for role in ROLES {
        race(role, &mut ours, &mut bare)?;
    }
    ours.finish();
    Ok(())
}

fn race(role: &Role, ours: &mut Ours, bare: &mut Bare) -> Result<(), String> {
    let operations = role.operations();
    let (mut mine, mut theirs) = (Duration::ZERO, Duration::ZERO);
    let mut differing = 0_usize;
    for turn in operations.chunks(TURN) {
        let (mut answered, mut expected) = (Vec::new(), Vec::new());
        mine += timed(&mut answered, turn, &mut |operation| {
            ours.carry_out(operation)
        })?;
        theirs += timed(&mut expected, turn, &mut |operation| {
            bare.carry_out(operation)
        })?;
        let pairs = answered.iter().zip(&expected);
        differing += pairs
            .filter(|(answer, expected)| answer != expected)
            .count();
    }
    let name = role.name;
    let ratio = mine.as_secs_f64() / theirs.as_secs_f64();
    ratio::at_most(&format!("gdprbench-{name}"), ratio, GOAL);
    let count = operations.len();
    ratio::also(
        &format!("{name}, {count} operations, ours in s"),
        mine.as_secs_f64(),
    );
    ratio::also(
        &format!("{name}, {count} operations, bare in s"),
        theirs.as_secs_f64(),
    );
    ratio::also(&format!("{name}, answers of another length"), differing);
    Ok(())
}

/// How long operations take; `answers` is how many rows each read or changed.
fn timed(
    answers: &mut Vec<u64>,
    operations: &[Operation],
    carry_out: &mut dyn FnMut(Operation) -> Result<u64, String>,
) -> Result<Duration, String> {
    let mut done = Ok(());
    let taken = ratio::time(&mut || {
        done = operations.iter().try_for_each(|operation| {
            answers.push(carry_out(*operation)?);
            Ok(())
        });
    });
    done.map(|()| taken)
}
