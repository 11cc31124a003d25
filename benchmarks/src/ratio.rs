//! Takes turns between two sides and prints how they compare. Never prints a bare time as a result.

use std::time::{Duration, Instant};

/// The two sides' medians over all turns.
pub struct Medians {
    pub ours: Duration,
    pub theirs: Duration,
}

/// Run both sides in turn, so that a busy moment of the machine falls on both. One turn each warms up, unmeasured.
pub fn take_turns(turns: usize, mut ours: impl FnMut(), mut theirs: impl FnMut()) -> Medians {
    ours();
    theirs();
    let (mut our_turns, mut their_turns) = (Vec::new(), Vec::new());
    for _ in 0..turns {
        our_turns.push(time(&mut ours));
        their_turns.push(time(&mut theirs));
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
