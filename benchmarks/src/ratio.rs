//! Takes turns between sides and prints how they compare. Never prints a bare time as a result.

use std::time::{Duration, Instant};

/// The two sides' medians over all turns.
pub struct Medians {
    pub ours: Duration,
    pub theirs: Duration,
}

/// What two sides did per second: the medians over all rounds.
pub struct Rates {
    pub ours: f64,
    pub theirs: f64,
}

/// How many rounds count of sides that are measured by what they do in a while.
const ROUNDS: usize = 5;

/// How many turns each side has.
pub const TURNS: usize = 31;
/// No turn starts after this much measured time, however few there were.
const BUDGET: Duration = Duration::from_secs(30);

/// Run both sides in turn, so that a busy moment of the machine falls on both.
pub fn take_turns(mut ours: impl FnMut(), mut theirs: impl FnMut()) -> Medians {
    let medians = rotate(&mut [&mut ours, &mut theirs]);
    Medians {
        ours: medians[0],
        theirs: medians[1],
    }
}

/// Run all sides in turn and give each one's median. The first round warms up and counts only when the budget allows
/// no other.
pub fn rotate(sides: &mut [&mut dyn FnMut()]) -> Vec<Duration> {
    let mut turns: Vec<Vec<Duration>> = sides.iter_mut().map(|side| vec![time(side)]).collect();
    let mut spent: Duration = turns.iter().flatten().sum();
    if spent < BUDGET {
        turns.iter_mut().for_each(Vec::clear);
        while turns[0].is_empty() || (turns[0].len() < TURNS && spent < BUDGET) {
            for (side, turns) in sides.iter_mut().zip(&mut turns) {
                let turn = time(side);
                spent += turn;
                turns.push(turn);
            }
        }
    }
    turns.into_iter().map(median).collect()
}

/// Run both sides in turn as [`take_turns`] does, until one of them fails.
///
/// # Errors
/// What went wrong first.
pub fn try_turns(
    ours: impl FnMut() -> Result<(), String>,
    theirs: impl FnMut() -> Result<(), String>,
) -> Result<Medians, String> {
    prepared(TURNS, || Ok(()), ours, theirs)
}

/// Run both sides in turn, at most `rounds` times after one that warms up; `prepare` runs before each turn, outside the
/// clock.
///
/// # Errors
/// What went wrong first.
pub fn prepared(
    rounds: usize,
    mut prepare: impl FnMut() -> Result<(), String>,
    mut ours: impl FnMut() -> Result<(), String>,
    mut theirs: impl FnMut() -> Result<(), String>,
) -> Result<Medians, String> {
    let mut turns = (Vec::new(), Vec::new());
    let mut spent = Duration::ZERO;
    for round in 0..=rounds {
        if round > 1 && spent >= BUDGET {
            break;
        }
        prepare()?;
        let mine = try_time(&mut ours)?;
        prepare()?;
        let other = try_time(&mut theirs)?;
        if round > 0 {
            turns.0.push(mine);
            turns.1.push(other);
            spent += mine + other;
        }
    }
    Ok(Medians {
        ours: median(turns.0),
        theirs: median(turns.1),
    })
}

fn try_time(side: &mut impl FnMut() -> Result<(), String>) -> Result<Duration, String> {
    let mut done = Ok(());
    let taken = time(&mut || done = side());
    done.map(|()| taken)
}

/// Let both sides work for a while in turn, `ROUNDS` times, and give the median of what each did per second.
///
/// # Errors
/// What went wrong on either side.
pub fn rates(
    mut ours: impl FnMut() -> Result<f64, String>,
    mut theirs: impl FnMut() -> Result<f64, String>,
) -> Result<Rates, String> {
    // The first round of each warms up: files grow, connections open.
    ours()?;
    theirs()?;
    let mut rounds = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        rounds.0.push(ours()?);
        rounds.1.push(theirs()?);
    }
    Ok(Rates {
        ours: median(rounds.0),
        theirs: median(rounds.1),
    })
}

/// How long one run takes.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
pub fn time(side: &mut impl FnMut()) -> Duration {
    let start = Instant::now();
    side();
    start.elapsed()
}

/// The middle one; of an even number the later of the two in the middle.
pub fn median<T: PartialOrd + Copy + Default>(mut turns: Vec<T>) -> T {
    turns.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    turns.get(turns.len() / 2).copied().unwrap_or_default()
}

impl Medians {
    /// How many times as long ours takes.
    pub fn slower(&self) -> f64 {
        self.ours.as_secs_f64() / self.theirs.as_secs_f64()
    }

    /// How many times as quick ours is.
    pub fn quicker(&self) -> f64 {
        self.theirs.as_secs_f64() / self.ours.as_secs_f64()
    }

    /// Print both times beside a ratio of theirs.
    pub fn also(&self, name: &str) {
        also(&format!("{name}, ours in ms"), milliseconds(self.ours));
        also(&format!("{name}, theirs in ms"), milliseconds(self.theirs));
    }
}

fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e5).round() / 100.0
}

/// Print a ratio that should be at most `goal`.
pub fn at_most(name: &str, ratio: f64, goal: f64) {
    print(name, ratio, goal, ratio <= goal);
}

/// Print a ratio that should be at least `goal`.
pub fn at_least(name: &str, ratio: f64, goal: f64) {
    print(name, ratio, goal, ratio >= goal);
}

fn print(name: &str, ratio: f64, goal: f64, reached: bool) {
    let verdict = if reached { "ok" } else { "short" };
    println!("ratio {name} {ratio:.2} goal {goal}: {verdict}");
}

/// Print a figure that goes with a ratio: a bare number says little about another machine.
pub fn also(name: &str, value: impl std::fmt::Display) {
    println!("also {name}: {value}");
}
