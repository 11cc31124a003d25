//! One decision about one of a million subjects, against Cedar and Rego on the same question, and against itself with
//! forty times the rules.

mod http;
mod peers;

use std::hint::black_box;
use std::time::Duration;

use crate::allocations;
use crate::ours::Ours;
use crate::ratio;
use crate::scene::{self, Asked, PURPOSES};
use peers::Peers;

/// How many questions are made ready.
const QUESTIONS: usize = 200_000;
/// How many of them are answered in one turn of ours.
const TURN: usize = 10_000;
/// Kinds of data in the large policy: each has a rule for each purpose.
const MANY_ITEMS: usize = 40;

/// Print `decide-http`, `decide-1000-rules`, `decide-vs-better` and its kin, and what a subject takes.
pub fn run() -> Result<(), String> {
    http::run()?;
    let subjects = scene::subjects();
    let questions = scene::questions(QUESTIONS);
    let few = Ours::new(1, &subjects)?;
    let many = Ours::new(MANY_ITEMS, &subjects)?;
    for ours in [&few, &many] {
        agree(ours, &questions, |asked| {
            subjects[asked.subject].may_be_used_for(asked.purpose)
        })?;
    }
    print_allocations(&few, &questions)?;
    ratio::also("bytes a subject of decision state", few.bytes_a_subject());

    let (mut at_few, mut at_many) = (Turns::new(&few, &questions), Turns::new(&many, &questions));
    let growth = ratio::take_turns(|| at_many.take(), || at_few.take());
    ratio::at_most(
        &format!("decide-{}-rules", PURPOSES * MANY_ITEMS),
        growth.ours.as_secs_f64() / growth.theirs.as_secs_f64(),
        1.2,
    );
    drop(many);

    let mut peers = Peers::new(&subjects, &questions)?;
    let mut ready = Turns::new(&few, &questions);
    let mut by_name = Turns::new(&few, &questions).by_name();
    let times = peers.times(&mut [&mut || ready.take(), &mut || by_name.take()]);
    for (name, time) in &times.theirs {
        ratio::also(name, format!("{time:.0?}"));
    }
    for (name, ours) in ["decide", "decide-by-name"].iter().zip(times.ours) {
        let ours = ours / TURN as u32;
        ratio::also(&format!("{name}, ours"), format!("{ours:.0?}"));
        let better = format!("{name}-vs-better");
        print_better(&better, &times.theirs, peers::SAME_RULES, ours);
        let shortest = format!("{name}-vs-shortest");
        print_better(&shortest, &times.theirs, "", ours);
    }
    Ok(())
}

/// The ratio to the quickest of the peers whose name ends in that.
fn print_better(name: &str, theirs: &[(&str, Duration)], ending: &str, ours: Duration) {
    let better = theirs
        .iter()
        .filter(|(name, _)| name.ends_with(ending))
        .map(|(_, time)| time)
        .min();
    if let Some(better) = better {
        ratio::at_least(name, better.as_secs_f64() / ours.as_secs_f64(), 20.0);
    }
}

fn agree(
    ours: &Ours,
    questions: &[Asked],
    expected: impl Fn(&Asked) -> bool,
) -> Result<(), String> {
    match questions.iter().find(|asked| {
        [ours.permits(**asked), ours.permits_by_name(**asked)] != [expected(asked); 2]
    }) {
        None => Ok(()),
        Some(asked) => Err(format!(
            "ours gives another answer to purpose {} about subject {}",
            asked.purpose, asked.subject
        )),
    }
}

fn print_allocations(ours: &Ours, questions: &[Asked]) -> Result<(), String> {
    let count = allocations::count(|| {
        for asked in &questions[..TURN] {
            black_box(ours.permits(*asked));
            black_box(ours.permits_by_name(*asked));
        }
    });
    if count > 0 {
        return Err(format!("{TURN} decisions asked for memory {count} times"));
    }
    ratio::also("allocations in ten thousand decisions", count);
    Ok(())
}

/// Stretches of the questions, one after the other.
struct Turns<'a> {
    ours: &'a Ours,
    permits: fn(&Ours, Asked) -> bool,
    stretches: std::iter::Cycle<std::slice::ChunksExact<'a, Asked>>,
}

impl<'a> Turns<'a> {
    fn new(ours: &'a Ours, questions: &'a [Asked]) -> Self {
        let stretches = questions.chunks_exact(TURN).cycle();
        Self {
            ours,
            permits: Ours::permits,
            stretches,
        }
    }

    fn by_name(self) -> Self {
        Self {
            permits: Ours::permits_by_name,
            ..self
        }
    }

    fn take(&mut self) {
        for asked in self.stretches.next().unwrap_or_default() {
            black_box((self.permits)(self.ours, *asked));
        }
    }
}
