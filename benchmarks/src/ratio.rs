//! Takes turns between two sides and prints how they compare. Never prints a bare time as a result.

use std::time::{Duration, Instant};

/// The two sides' medians over all turns.
pub struct Medians {
    pub ours: Duration,
    pub theirs: Duration,
}

const TURNS: usize = 31;
/// No turn starts after this much measured time, however few there were.
const BUDGET: Duration = Duration::from_secs(30);

/// Run both sides in turn, so that a busy moment of the machine falls on both. The first turn warms up and counts only
/// when the budget allows no other.
pub fn take_turns(mut ours: impl FnMut(), mut theirs: impl FnMut()) -> Medians {
    let (mut our_turns, mut their_turns) = (vec![time(&mut ours)], vec![time(&mut theirs)]);
    let mut spent = our_turns[0] + their_turns[0];
    if spent < BUDGET {
        our_turns.clear();
        their_turns.clear();
        while our_turns.is_empty() || (our_turns.len() < TURNS && spent < BUDGET) {
            our_turns.push(time(&mut ours));
            their_turns.push(time(&mut theirs));
            spent += our_turns[our_turns.len() - 1] + their_turns[their_turns.len() - 1];
        }
    }
    Medians {
        ours: median(our_turns),
        theirs: median(their_turns),
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn time(side: &mut impl FnMut()) -> Duration {
    let start = Instant::now();
    side();
    start.elapsed()
}

fn median(mut turns: Vec<Duration>) -> Duration {
    turns.sort_unstable();
    turns.get(turns.len() / 2).copied().unwrap_or_default()
}

/// Print one ratio with its goal: at most `goal` is `ok`.
pub fn print(name: &str, ratio: f64, goal: f64) {
    let verdict = if ratio <= goal { "ok" } else { "short" };
    println!("ratio {name} {ratio:.2} goal {goal}: {verdict}");
}
