//! Cedar and Rego side by side, each with its rules in every form we know. Never picks a slower form for a peer.

use std::hint::black_box;
use std::time::Duration;

use crate::peer::cedar::Cedar;
use crate::peer::rego::{self, Rego};
use crate::ratio;
use crate::scene::{Asked, Form, Subject};

/// How many questions a peer answers in one turn.
const PEER_TURN: usize = 1_000;

/// Both peers, with what they are asked.
pub struct Peers {
    cedar: Cedar,
    rules: Rego,
    lookup: Rego,
    questions: usize,
    next: usize,
}

/// Median times of a turn of each of ours, and of one decision of each of theirs.
pub struct Times {
    pub ours: Vec<Duration>,
    pub theirs: Vec<(&'static str, Duration)>,
}

impl Peers {
    /// # Errors
    /// What a peer says of its input, or that it gives another answer than ours.
    pub fn new(subjects: &[Subject], questions: &[Asked]) -> Result<Self, String> {
        let data = rego::data(subjects);
        let mut peers = Self {
            cedar: Cedar::new(subjects, questions)?,
            rules: Rego::new(Form::Rules, &data, questions)?,
            lookup: Rego::new(Form::Lookup, &data, questions)?,
            questions: questions.len(),
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

    /// Every side in turn, ours too.
    pub fn times(&mut self, ours: &mut [&mut dyn FnMut()]) -> Times {
        let mut our_turns = vec![Vec::new(); ours.len()];
        let mut their_turns = vec![Vec::new(); SIDES.len()];
        for _ in 0..ratio::TURNS {
            for (side, turns) in ours.iter_mut().zip(&mut our_turns) {
                turns.push(ratio::time(side));
            }
            for ((_, side), turns) in SIDES.iter().zip(&mut their_turns) {
                turns.push(ratio::time(&mut || self.turn(*side)) / PEER_TURN as u32);
            }
        }
        let names = SIDES.iter().map(|(name, _)| *name);
        Times {
            ours: our_turns.into_iter().map(ratio::median).collect(),
            theirs: names
                .zip(their_turns.into_iter().map(ratio::median))
                .collect(),
        }
    }

    fn turn(&mut self, side: Side) {
        for index in self.next..self.next + PEER_TURN {
            black_box(side(self, index));
        }
        self.next = (self.next + PEER_TURN) % (self.questions - PEER_TURN);
    }
}

/// How the names end of those whose rules are written as ours are.
pub const SAME_RULES: &str = "a rule for each purpose";

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
