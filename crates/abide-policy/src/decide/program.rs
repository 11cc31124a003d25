//! Expressions laid flat, and their truth for one person at one moment. This is where decisions are made; it allocates
//! nothing and looks nothing up.

use std::collections::HashMap;
use std::hash::Hash;

use super::decision::Needed;
use super::expression::{Expression, FactTest, HeldTest, Note, Test};
use super::facts::Facts;
use super::layout::{Bit, ClassBits};
use super::truth::Truth;

#[derive(Debug, Clone, Copy)]
enum Op {
    Settled(Truth),
    Bit(Bit),
    Class { certain: Bit, possible: Bit },
    Fact(u32),
    Refused(u32),
    Held(u32),
    Running { fact: u32, window: u32 },
    From(i64),
    Cover,
    And,
    Or,
    Not,
    Certain,
    Possible,
    Await,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    op: Op,
    /// Index after the last node below this one.
    end: u32,
    note: u32,
}

/// All expressions of a question.
#[derive(Debug, Default)]
pub(super) struct Program {
    nodes: Vec<Node>,
    facts: Vec<FactTest>,
    held: Vec<HeldTest>,
    notes: Vec<Note>,
}

/// How a fact that is known not to hold is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusals {
    /// As false.
    Count,
    /// As unknown, to see what depends on it.
    Ignore,
}

/// What an expression is evaluated for.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    /// The person.
    pub facts: &'a Facts,
    /// The moment, in nanoseconds.
    pub now: i64,
    /// Whether the permissions cover the leaf.
    pub cover: Truth,
    /// How refused facts are taken.
    pub refusals: Refusals,
}

/// Lays expressions flat, each once.
#[derive(Debug, Default)]
pub(super) struct Writer {
    program: Program,
    roots: HashMap<Expression, u32>,
    facts: HashMap<FactTest, u32>,
    held: HashMap<HeldTest, u32>,
    notes: HashMap<Note, u32>,
}

impl Writer {
    /// How many nodes there are so far.
    pub(super) fn len(&self) -> usize {
        self.program.nodes.len()
    }

    /// The program, when all is written.
    pub(super) fn finish(self) -> Program {
        self.program
    }

    /// Lays an expression flat, if it is not there yet, and returns where it begins.
    pub(super) fn add(&mut self, expression: &Expression) -> u32 {
        if let Some(root) = self.roots.get(expression) {
            return *root;
        }
        let root = self.lay(expression);
        self.roots.insert(expression.clone(), root);
        root
    }

    fn lay(&mut self, expression: &Expression) -> u32 {
        let at = self.program.nodes.len();
        let (op, note, parts): (Op, &Note, &[Expression]) = match expression {
            Expression::Settled(truth, note) => (Op::Settled(*truth), note, &[]),
            Expression::Test(test, note) => (self.test(test), note, &[]),
            Expression::And(parts) => (Op::And, &Note::Silent, parts),
            Expression::Or(parts) => (Op::Or, &Note::Silent, parts),
            Expression::Not(part) => (Op::Not, &Note::Silent, std::slice::from_ref(part)),
            Expression::Certain(part) => (Op::Certain, &Note::Silent, std::slice::from_ref(part)),
            Expression::Possible(part) => (Op::Possible, &Note::Silent, std::slice::from_ref(part)),
            Expression::Await(part, note) => (Op::Await, note, std::slice::from_ref(part)),
        };
        let note = index_of(&mut self.program.notes, &mut self.notes, note);
        self.program.nodes.push(Node { op, end: 0, note });
        for part in parts {
            self.lay(part);
        }
        let end = short(self.program.nodes.len());
        if let Some(node) = self.program.nodes.get_mut(at) {
            node.end = end;
        }
        short(at)
    }

    fn test(&mut self, test: &Test) -> Op {
        match test {
            Test::Bit(bit) => Op::Bit(*bit),
            Test::Class(ClassBits {
                certain, possible, ..
            }) => Op::Class {
                certain: *certain,
                possible: *possible,
            },
            Test::Fact(fact) => Op::Fact(self.fact(fact)),
            Test::Refused(fact) => Op::Refused(self.fact(fact)),
            Test::Held(held) => Op::Held(index_of(&mut self.program.held, &mut self.held, held)),
            Test::Running(fact, window) => Op::Running {
                fact: self.fact(fact),
                window: *window,
            },
            Test::From(moment) => Op::From(*moment),
            Test::Cover => Op::Cover,
        }
    }

    fn fact(&mut self, fact: &FactTest) -> u32 {
        index_of(&mut self.program.facts, &mut self.facts, fact)
    }
}

impl Program {
    /// How many nodes it has.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The truth of the expression that begins at `at`.
    pub(super) fn truth(&self, at: u32, view: View<'_>) -> Truth {
        let Some(node) = self.nodes.get(at as usize) else {
            return Truth::Unknown;
        };
        match node.op {
            Op::Settled(truth) => truth,
            Op::Bit(bit) => Truth::of(view.facts.has(bit)),
            Op::Class { certain, possible } => {
                if view.facts.has(certain) {
                    Truth::True
                } else if view.facts.has(possible) {
                    Truth::Unknown
                } else {
                    Truth::False
                }
            }
            Op::Fact(index) => self.fact(index, view),
            Op::Refused(index) => {
                let plain = View {
                    refusals: Refusals::Count,
                    ..view
                };
                Truth::of(self.fact(index, plain) == Truth::False)
            }
            Op::Held(index) => Truth::of(
                self.held
                    .get(index as usize)
                    .is_some_and(|held| holds(held, view.facts)),
            ),
            Op::Running { fact, window } => self.running(fact, window, view),
            Op::From(moment) => Truth::of(view.now >= moment),
            Op::Cover => view.cover,
            Op::And => self.all(at, node.end, view),
            Op::Or => self.any(at, node.end, view),
            Op::Not => self.truth(at + 1, view).not(),
            Op::Certain => Truth::of(self.truth(at + 1, view) == Truth::True),
            Op::Possible => Truth::of(self.truth(at + 1, view) != Truth::False),
            Op::Await => match self.truth(at + 1, view) {
                Truth::True => Truth::True,
                _ => Truth::Unknown,
            },
        }
    }

    fn all(&self, at: u32, end: u32, view: View<'_>) -> Truth {
        let mut worst = Truth::True;
        let mut child = at + 1;
        while child < end && worst != Truth::False {
            worst = worst.and(self.truth(child, view));
            child = self.end_of(child);
        }
        worst
    }

    fn any(&self, at: u32, end: u32, view: View<'_>) -> Truth {
        let mut best = Truth::False;
        let mut child = at + 1;
        while child < end && best != Truth::True {
            best = best.or(self.truth(child, view));
            child = self.end_of(child);
        }
        best
    }

    fn end_of(&self, at: u32) -> u32 {
        self.nodes
            .get(at as usize)
            .map_or(u32::MAX, |node| node.end)
    }

    fn fact(&self, index: u32, view: View<'_>) -> Truth {
        let Some(fact) = self.facts.get(index as usize) else {
            return Truth::Unknown;
        };
        if fact.speaks_for.iter().any(|held| holds(held, view.facts)) {
            return Truth::True;
        }
        if view.refusals == Refusals::Count && fact.against.iter().any(|bit| view.facts.has(*bit)) {
            return Truth::False;
        }
        Truth::Unknown
    }

    fn running(&self, fact: u32, window: u32, view: View<'_>) -> Truth {
        let Some(fact) = self.facts.get(fact as usize) else {
            return Truth::False;
        };
        let mut live = fact
            .speaks_for
            .iter()
            .filter(|held| holds(held, view.facts));
        Truth::of(live.any(|held| view.facts.window_end(held.bit, window) > view.now))
    }

    /// Adds what is unknown in the expression that begins at `at`.
    pub(super) fn missing(&self, at: u32, view: View<'_>, found: &mut Vec<Needed>) {
        if self.truth(at, view) != Truth::Unknown {
            return;
        }
        let Some(node) = self.nodes.get(at as usize) else {
            return;
        };
        match self.notes.get(node.note as usize) {
            Some(Note::Needed(needed)) => found.push(needed.clone()),
            Some(Note::Class(class)) => class.missing(view.facts, found),
            Some(Note::Silent) | None => {}
        }
        if matches!(node.op, Op::And | Op::Or | Op::Not) {
            let mut child = at + 1;
            while child < node.end {
                self.missing(child, view, found);
                child = self.end_of(child);
            }
        }
    }

    /// Adds the facts that are known not to hold and make an expression true or false which would else be unknown.
    pub(super) fn refused(&self, at: u32, view: View<'_>, found: &mut Vec<Needed>) {
        let without = View {
            refusals: Refusals::Ignore,
            ..view
        };
        let truth = self.truth(at, view);
        if truth == Truth::Unknown || self.truth(at, without) != Truth::Unknown {
            return;
        }
        let Some(node) = self.nodes.get(at as usize) else {
            return;
        };
        if let (Op::Fact(_), Some(Note::Needed(needed))) =
            (node.op, self.notes.get(node.note as usize))
        {
            found.push(needed.clone());
        }
        let deciding = match node.op {
            Op::Not => truth.not(),
            _ => truth,
        };
        let mut child = at + 1;
        while child < node.end {
            if self.truth(child, view) == deciding {
                self.refused(child, view, found);
            }
            child = self.end_of(child);
        }
    }

    /// Adds every bit that the truth of any expression, or what is missing from it, depends on.
    pub(super) fn support(&self, bits: &mut Vec<Bit>) {
        for node in &self.nodes {
            match node.op {
                Op::Bit(bit) => bits.push(bit),
                Op::Class { certain, possible } => bits.extend([certain, possible]),
                _ => {}
            }
        }
        for note in &self.notes {
            if let Note::Class(class) = note {
                bits.extend([class.age, class.residence]);
            }
        }
        for held in self
            .facts
            .iter()
            .flat_map(|fact| &fact.speaks_for)
            .chain(&self.held)
        {
            bits.push(held.bit);
            bits.extend(&held.cancels);
        }
        bits.extend(self.facts.iter().flat_map(|fact| &fact.against));
    }

    /// Whether it looks at windows, which no bit tells.
    pub(super) fn has_windows(&self) -> bool {
        self.nodes
            .iter()
            .any(|node| matches!(node.op, Op::Running { .. }))
    }
}

fn holds(held: &HeldTest, facts: &Facts) -> bool {
    facts.has(held.bit) && !held.cancels.iter().any(|bit| facts.has(*bit))
}

fn index_of<T: Clone + Eq + Hash>(
    all: &mut Vec<T>,
    known: &mut HashMap<T, u32>,
    wanted: &T,
) -> u32 {
    if let Some(at) = known.get(wanted) {
        return *at;
    }
    let at = short(all.len());
    all.push(wanted.clone());
    known.insert(wanted.clone(), at);
    at
}

fn short(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
