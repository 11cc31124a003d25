//! One decision in process against Cedar and Rego, on the same question about the same million subjects.

use std::hint::black_box;
use std::time::Duration;

use crate::peer::cedar::Cedar;
use crate::peer::rego::{self, Rego};
use crate::ratio;
use crate::scene::{self, Asked, Form, Subject};

/// How many questions are made ready for a peer.
const QUESTIONS: usize = 100_000;
/// How many of them it answers in one turn.
const PEER_TURN: usize = 1_000;

/// Print how long the peers take.
pub fn run() -> Result<(), String> {
    let subjects = scene::subjects();
    let mut peers = Peers::new(&subjects, &scene::questions(QUESTIONS))?;
    for (name, time) in peers.times() {
        ratio::also(name, format!("{time:.1?}"));
    }
    Ok(())
}

/// Both peers, with what they are asked.
struct Peers {
    cedar: Cedar,
    rules: Rego,
    lookup: Rego,
    next: usize,
}

impl Peers {
    fn new(subjects: &[Subject], questions: &[Asked]) -> Result<Self, String> {
        let data = rego::data(subjects);
        let mut peers = Self {
            cedar: Cedar::new(subjects, questions)?,
            rules: Rego::new(Form::Rules, &data, questions)?,
            lookup: Rego::new(Form::Lookup, &data, questions)?,
            next: 0,
        };
        for (index, asked) in questions.iter().take(PEER_TURN).enumerate() {
            let expected = subjects[asked.subject].may_be_used_for(asked.purpose);
            for (name, side) in SIDES {
                if side(&mut peers, index) != expected {
                    return Err(format!("{name} gives another answer to question {index}"));
                }
            }
        }
        Ok(peers)
    }

    /// The median time of a decision, for each side.
    fn times(&mut self) -> Vec<(&'static str, Duration)> {
        let turns: Vec<Vec<Duration>> = SIDES.iter().map(|_| Vec::new()).collect();
        let mut turns = turns;
        for _ in 0..ratio::TURNS {
            for ((_, side), turns) in SIDES.iter().zip(&mut turns) {
                turns.push(ratio::time(&mut || self.turn(*side)) / PEER_TURN as u32);
            }
        }
        let names = SIDES.iter().map(|(name, _)| *name);
        names.zip(turns.into_iter().map(ratio::median)).collect()
    }

    fn turn(&mut self, side: Side) {
        for index in self.next..self.next + PEER_TURN {
            black_box(side(self, index));
        }
        self.next = (self.next + PEER_TURN) % (QUESTIONS - PEER_TURN);
    }
}

type Side = fn(&mut Peers, usize) -> bool;

/// What the better one is chosen from: each peer in each form of the rules, Rego on each of its engines.
const SIDES: &[(&str, Side)] = &[
    ("cedar, a rule for each purpose", |peers, index| {
        peers.cedar.allows(Form::Rules, index)
    }),
    ("cedar, one rule that looks up", |peers, index| {
        peers.cedar.allows(Form::Lookup, index)
    }),
    (
        "rego interpreted, a rule for each purpose",
        |peers, index| peers.rules.interpreter_allows(index),
    ),
    (
        "rego interpreted, one rule that looks up",
        |peers, index| peers.lookup.interpreter_allows(index),
    ),
    ("rego compiled, a rule for each purpose", |peers, index| {
        peers.rules.machine_allows(index)
    }),
    ("rego compiled, one rule that looks up", |peers, index| {
        peers.lookup.machine_allows(index)
    }),
];
