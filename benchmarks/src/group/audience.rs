//! One question about a million subjects, with counts and reasons, against a plain loop over as many bytes.

use std::hint::black_box;

use abide_policy::decide::{Effect, Facts};

use crate::ours::Ours;
use crate::ratio;
use crate::scene::{self, ADULT_AGE, Subject};

/// A purpose that children are kept from, so that both rules count.
const PURPOSE: usize = 3;

/// As much memory as our facts take of a subject, with the two bits that the question needs.
#[derive(Clone, Copy)]
struct Plain {
    words: [u64; size_of::<Facts>() / 8],
}

/// Print `audience-vs-loop`.
pub fn run() -> Result<(), String> {
    let subjects = scene::subjects();
    let ours = Ours::new(1, &subjects)?;
    let question = ours.prepared(PURPOSE)?;
    let people = ours.people();
    let plain: Vec<Plain> = subjects.iter().map(Plain::of).collect();

    let survey = || {
        let mut reached = 0;
        let counts = question.audience(
            &ours.tables,
            people.iter().zip(0_u64..).map(|(facts, id)| (id, facts)),
            ours.now,
            |id, answer| reached += u64::from(answer == Ok(Effect::Permit)) * id,
        );
        ([counts.permit, counts.ask, counts.deny], reached)
    };
    if survey() != plain_loop(&plain) {
        let (ours, theirs) = (survey(), plain_loop(&plain));
        return Err(format!("ours counts {ours:?}, a loop {theirs:?}"));
    }
    let turns = ratio::take_turns(
        || {
            black_box(survey());
        },
        || {
            black_box(plain_loop(black_box(&plain)));
        },
    );
    ratio::at_most(
        "audience-vs-loop",
        turns.ours.as_secs_f64() / turns.theirs.as_secs_f64(),
        2.0,
    );
    ratio::also(
        "an audience of a million, ours",
        format!("{:.2?}", turns.ours),
    );
    ratio::also("the plain loop", format!("{:.2?}", turns.theirs));
    Ok(())
}

impl Plain {
    fn of(subject: &Subject) -> Self {
        let mut words = [0; size_of::<Facts>() / 8];
        words[0] = u64::from(subject.consents);
        words[1] = u64::from(subject.age < ADULT_AGE);
        Self { words }
    }
}

/// How many may be reached, have to be asked, and may not be reached; and the sum of the numbers of the first, which stands
/// for what is done with each.
fn plain_loop(people: &[Plain]) -> ([u64; 3], u64) {
    let mut counts = [0; 3];
    let mut reached = 0;
    for (person, id) in people.iter().zip(0_u64..) {
        let consents = person.words[0] & (1 << PURPOSE) != 0;
        let young = person.words[1] & 1 != 0;
        let at = match (young, consents) {
            (true, _) => 2,
            (false, true) => 0,
            (false, false) => 1,
        };
        counts[at] += 1;
        reached += u64::from(at == 0) * id;
    }
    (counts, reached)
}
