//! The decision itself: one question, one person, one moment. Allocates nothing, takes no lock, looks nothing up.

use jiff::Timestamp;

use super::decision::Effect;
use super::facts::Facts;
use super::prepare::{Group, LineNumber, NeedsPermission, Prepared, Row};
use super::program::{Refusals, View};
use super::truth::Truth;
use super::window::nanoseconds;

/// Lines that a verdict has room for; it counts the others.
const ROOM: usize = 4;

/// What may happen, and the first lines that decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Verdict {
    /// What may happen.
    pub effect: Effect,
    lines: [LineNumber; ROOM],
    count: u16,
}

/// Why a question that was made ready, or facts, cannot be used: make them again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stale {
    /// The facts are out of date: something began or ended since.
    Facts,
    /// The question was made ready before something was known that this person holds.
    Question,
    /// They belong to different policies.
    Tables,
}

impl std::fmt::Display for Stale {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Facts => "the facts are out of date; gather them again",
            Self::Question => "the question was prepared before these facts; prepare it again",
            Self::Tables => {
                "the question and the facts are of different policies; prepare both under one"
            }
        })
    }
}

impl std::error::Error for Stale {}

impl Verdict {
    fn new() -> Self {
        Self {
            effect: Effect::Permit,
            lines: [0; ROOM],
            count: 0,
        }
    }

    /// The first lines that decided, as places in the policy; places beyond its lines stand for what no line offers.
    pub fn lines(&self) -> &[u32] {
        self.lines
            .get(..usize::from(self.count).min(ROOM))
            .unwrap_or(&[])
    }

    /// How many lines decided, counting one again for each group of data.
    pub fn count(&self) -> u16 {
        self.count
    }

    fn note(&mut self, effect: Effect, line: LineNumber) {
        if effect > self.effect {
            self.effect = effect;
            self.count = 0;
        }
        if effect < self.effect || self.lines().contains(&line) {
            return;
        }
        if let Some(room) = self.lines.get_mut(usize::from(self.count)) {
            *room = line;
        }
        self.count = self.count.saturating_add(1);
    }

    fn raise(&mut self, effect: Effect) {
        if effect > self.effect {
            self.effect = effect;
            self.count = 0;
        }
    }
}

/// What may happen, for one person at one moment.
///
/// # Errors
/// [`Stale`], if the facts or the question must be made again.
pub fn decide(question: &Prepared, facts: &Facts, now: Timestamp) -> Result<Verdict, Stale> {
    question.fits(facts, nanoseconds(now))?;
    Ok(question.verdict(facts, nanoseconds(now)))
}

impl Prepared {
    /// Whether this question and these facts may be used together.
    pub(super) fn fits(&self, facts: &Facts, now: i64) -> Result<(), Stale> {
        if facts.tables() != self.tables {
            Err(Stale::Tables)
        } else if facts.end() > self.region_end {
            Err(Stale::Question)
        } else if now >= facts.valid_until() && facts.valid_until() != i64::MAX {
            Err(Stale::Facts)
        } else {
            Ok(())
        }
    }

    /// The verdict for facts that fit.
    pub(super) fn verdict(&self, facts: &Facts, now: i64) -> Verdict {
        let mut verdict = Verdict::new();
        let mut uncovered = false;
        for group in &self.groups {
            let view = self.view(group, facts, now);
            self.forbid(group, view, &mut verdict);
            match view.cover {
                _ if self.needs_permission == NeedsPermission::No => {}
                Truth::False => uncovered = true,
                Truth::Unknown => self.await_permission(group, view, &mut verdict),
                Truth::True => {
                    if let Some(row) = self.first(&group.permissions, view, Truth::True) {
                        verdict.note(Effect::Permit, row.line);
                    }
                }
            }
            self.hold_back(group, view, &mut verdict);
        }
        if uncovered {
            verdict.raise(Effect::Deny);
        }
        verdict
    }

    /// How the expressions of a group are to be evaluated.
    pub(super) fn view<'a>(&self, group: &Group, facts: &'a Facts, now: i64) -> View<'a> {
        let view = View {
            facts,
            now,
            cover: Truth::True,
            refusals: Refusals::Count,
        };
        let mut cover = Truth::False;
        for row in &group.permissions {
            cover = cover.or(self.program.truth(row.root, view));
            if cover == Truth::True {
                break;
            }
        }
        View { cover, ..view }
    }

    /// The first of the rows with this truth.
    pub(super) fn first<'a>(
        &self,
        rows: &'a [Row],
        view: View<'_>,
        truth: Truth,
    ) -> Option<&'a Row> {
        rows.iter()
            .find(|row| self.program.truth(row.root, view) == truth)
    }

    fn forbid(&self, group: &Group, view: View<'_>, verdict: &mut Verdict) {
        for row in &group.prohibitions {
            match self.program.truth(row.root, view) {
                Truth::True => verdict.note(Effect::Deny, row.line),
                Truth::Unknown => verdict.note(Effect::Ask, row.line),
                Truth::False => {}
            }
        }
    }

    fn await_permission(&self, group: &Group, view: View<'_>, verdict: &mut Verdict) {
        match self.first(&group.permissions, view, Truth::Unknown) {
            Some(row) => verdict.note(Effect::Ask, row.line),
            None => verdict.raise(Effect::Ask),
        }
    }

    fn hold_back(&self, group: &Group, view: View<'_>, verdict: &mut Verdict) {
        for gate in &group.gates {
            if self.program.truth(gate.applies, view) != Truth::False
                && self.program.truth(gate.done, view) != Truth::True
            {
                verdict.note(Effect::Ask, gate.line);
            }
        }
        for contract in &group.contracts {
            if self.program.truth(contract.there, view) != Truth::True {
                verdict.raise(Effect::Ask);
            }
        }
    }
}
