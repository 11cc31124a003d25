//! One question for many people: who may be reached, and why the others may not. Streams; keeps counts, not people.

use jiff::Timestamp;

use super::decision::{Decision, Effect, Line, Needed};
use super::evaluate::Stale;
use super::facts::{Facts, WORDS};
use super::prepare::Prepared;
use super::tables::Tables;
use super::window::nanoseconds;

/// How many answers are remembered, by the bits that they depend on. A power of two.
const REMEMBERED: usize = 1 << 12;

/// How many answers one question has for many people, and the reasons.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audience {
    /// People for whom it may be done.
    pub permit: u64,
    /// People for whom something is missing.
    pub ask: u64,
    /// People for whom it may not be done.
    pub deny: u64,
    /// People whose facts are out of date, or newer than the question: nothing is known of the answer.
    pub stale: u64,
    /// How many people a line decided about, most first.
    pub lines: Vec<(Effect, Line, u64)>,
    /// How many people something is missing for, most first.
    pub missing: Vec<(Needed, u64)>,
}

/// A question that is being asked about one person after another.
pub struct Survey<'a> {
    question: &'a Prepared,
    tables: &'a Tables,
    now: Timestamp,
    moment: i64,
    /// The words that answers depend on, and which of their bits; `None` if more than bits is to be looked at.
    masks: Option<Vec<(usize, u64)>>,
    remembered: Vec<Remembered>,
    outcomes: Vec<Outcome>,
    stale: u64,
}

/// The answer for people with these bits.
#[derive(Clone, Copy)]
struct Remembered {
    bits: [u64; WORDS],
    outcome: u32,
}

struct Outcome {
    decision: Decision,
    people: u64,
}

const NOBODY: u32 = u32::MAX;

impl Prepared {
    /// Begins to ask this question about many people, at one moment.
    pub fn survey<'a>(&'a self, tables: &'a Tables, now: Timestamp) -> Survey<'a> {
        let mut bits = Vec::new();
        self.program.support(&mut bits);
        let mut masks: Vec<(usize, u64)> = Vec::new();
        for bit in bits {
            let (at, mask) = (bit.0 as usize / 64, 1 << (bit.0 % 64));
            match masks.iter_mut().find(|(word, _)| *word == at) {
                Some((_, known)) => *known |= mask,
                None => masks.push((at, mask)),
            }
        }
        let fits = masks.len() <= WORDS && !self.program.has_windows();
        let empty = Remembered {
            bits: [0; WORDS],
            outcome: NOBODY,
        };
        Survey {
            question: self,
            tables,
            now,
            moment: nanoseconds(now),
            remembered: vec![empty; if fits { REMEMBERED } else { 0 }],
            masks: fits.then_some(masks),
            outcomes: Vec::new(),
            stale: 0,
        }
    }

    /// Asks this question about everybody, and tells `visit` the answer for each.
    pub fn audience<'f, Id>(
        &self,
        tables: &Tables,
        people: impl IntoIterator<Item = (Id, &'f Facts)>,
        now: Timestamp,
        mut visit: impl FnMut(Id, Result<Effect, Stale>),
    ) -> Audience {
        let mut survey = self.survey(tables, now);
        for (id, facts) in people {
            visit(id, survey.ask(facts));
        }
        survey.finish()
    }
}

impl Survey<'_> {
    /// The answer for one person, which is counted.
    ///
    /// # Errors
    /// [`Stale`], if the facts or the question must be made again. Such a person is counted apart.
    // Once a person: a call would cost as much as the rest.
    #[inline]
    pub fn ask(&mut self, facts: &Facts) -> Result<Effect, Stale> {
        if let Err(stale) = self.question.fits(facts, self.moment) {
            self.stale += 1;
            return Err(stale);
        }
        let Some(masks) = &self.masks else {
            let outcome = self.learn(facts)?;
            return self.count(outcome);
        };
        let mut bits = [0; WORDS];
        let mut hash = 0_u64;
        for (room, (at, mask)) in bits.iter_mut().zip(masks) {
            *room = facts.word(*at) & mask;
            // Multiplying by an odd constant spreads the bits upwards, from where the place is taken (Knuth's
            // multiplicative hashing, TAOCP 6.4).
            hash = (hash.rotate_left(5) ^ *room).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
        let place = usize::try_from(hash >> 52).unwrap_or(0) % REMEMBERED;
        if let Some(known) = self.remembered.get(place)
            && known.bits == bits
            && known.outcome != NOBODY
        {
            return self.count(known.outcome);
        }
        let outcome = self.learn(facts)?;
        if let Some(room) = self.remembered.get_mut(place) {
            *room = Remembered { bits, outcome };
        }
        self.count(outcome)
    }

    fn count(&mut self, outcome: u32) -> Result<Effect, Stale> {
        match self.outcomes.get_mut(outcome as usize) {
            Some(outcome) => {
                outcome.people += 1;
                Ok(outcome.decision.effect)
            }
            None => Err(Stale::Question),
        }
    }

    /// Works an answer out with its reasons. People with the same answer and reasons share an outcome.
    #[cold]
    fn learn(&mut self, facts: &Facts) -> Result<u32, Stale> {
        let decision = self.question.explain(self.tables, facts, self.now)?;
        let known = self
            .outcomes
            .iter()
            .position(|outcome| outcome.decision == decision);
        let at = known.unwrap_or_else(|| {
            self.outcomes.push(Outcome {
                decision,
                people: 0,
            });
            self.outcomes.len() - 1
        });
        Ok(u32::try_from(at).unwrap_or(NOBODY))
    }

    /// The counts so far.
    pub fn finish(self) -> Audience {
        let mut found = Audience {
            stale: self.stale,
            ..Audience::default()
        };
        for Outcome { decision, people } in self.outcomes {
            match decision.effect {
                Effect::Permit => found.permit += people,
                Effect::Ask => found.ask += people,
                Effect::Deny => found.deny += people,
            }
            for line in decision.lines {
                let known = found
                    .lines
                    .iter_mut()
                    .find(|(effect, known, _)| *effect == decision.effect && *known == line);
                match known {
                    Some((_, _, count)) => *count += people,
                    None => found.lines.push((decision.effect, line, people)),
                }
            }
            let mut needed: Vec<Needed> = decision
                .missing
                .into_iter()
                .map(|missing| missing.needed)
                .collect();
            needed.sort();
            needed.dedup();
            for needed in needed {
                match found.missing.iter_mut().find(|(known, _)| *known == needed) {
                    Some((_, count)) => *count += people,
                    None => found.missing.push((needed, people)),
                }
            }
        }
        found
            .lines
            .sort_by(|one, two| two.2.cmp(&one.2).then_with(|| one.cmp(two)));
        found
            .missing
            .sort_by(|one, two| two.1.cmp(&one.1).then_with(|| one.cmp(two)));
        found
    }
}
