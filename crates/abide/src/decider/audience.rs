//! One question about many subjects: who is permitted, and how many are not for which reason. Keeps counts, not people.

use std::collections::BTreeMap;
use std::sync::Arc;

use abide_policy::decide::{
    Audience as Surveyed, Decision, Effect, Line, Needed, Question, Stale, decide,
};
use abide_store::{Store, SubjectState, SubjectToken};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::Decider;
use super::in_force::InForce;
use super::mode::Mode;
use super::subjects::Person;
use crate::http::openapi;
use crate::http::problem::Problem;

/// A question and what was answered so far, all at one moment.
#[derive(Debug)]
pub struct Audience {
    policy: Arc<InForce>,
    question: Question,
    mode: Mode,
    now: Timestamp,
    tally: Tally,
}

/// How many subjects got which answer, and why.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Total {
    /// Subjects for whom it may be done.
    permit: u64,
    /// Subjects for whom something is missing.
    ask: u64,
    /// Subjects for whom it may not be done.
    deny: u64,
    /// How many subjects a line decided about, most first.
    lines: Vec<LineCount>,
    /// For how many subjects something is missing, most first.
    missing: Vec<NeededCount>,
    /// What the server does about it. Observing, every subject is on the list.
    mode: Mode,
}

/// How many subjects a line decided about.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LineCount {
    /// What it decided.
    #[schema(schema_with = openapi::effect)]
    effect: Effect,
    /// The line.
    #[schema(schema_with = openapi::line)]
    line: Line,
    /// How many.
    count: u64,
}

/// For how many subjects something is missing.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NeededCount {
    /// What.
    #[schema(schema_with = openapi::needed)]
    needed: Needed,
    /// How many.
    count: u64,
}

#[derive(Debug, Default)]
struct Tally {
    effects: [u64; 3],
    lines: BTreeMap<(Effect, Line), u64>,
    missing: BTreeMap<Needed, u64>,
}

impl Audience {
    /// Refuses a question that cannot be asked of the policy.
    pub fn new(
        policy: Arc<InForce>,
        question: Question,
        mode: Mode,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        policy.lasting().ready(&question)?;
        Ok(Self {
            policy,
            question,
            mode,
            now,
            tally: Tally::default(),
        })
    }

    /// Of subjects by token, whether each is permitted, in their order.
    pub async fn of_tokens(
        &mut self,
        decider: &Decider,
        store: &Store,
        subjects: &[SubjectToken],
    ) -> Result<Vec<bool>, Problem> {
        let mut people = Vec::with_capacity(subjects.len());
        for subject in subjects {
            let person = decider.recorded(store, &self.policy, *subject, self.now);
            people.push(person.await?);
        }
        self.ask(&people)
    }

    /// Of subjects whose states were read, whether each is permitted, in their order.
    pub fn of_states(
        &mut self,
        decider: &Decider,
        states: &[SubjectState],
    ) -> Result<Vec<bool>, Problem> {
        let people: Vec<Person> = states
            .iter()
            .map(|state| decider.of_state(&self.policy, state, self.now))
            .collect();
        self.ask(&people)
    }

    /// The subjects in memory, a part of them for each number from 0 on; nothing while not all are there, or behind the
    /// last part.
    pub fn in_memory(&self, decider: &Decider, part: usize) -> Option<Vec<SubjectToken>> {
        let mut subjects = self.policy.subjects().part(part)?;
        subjects.retain(|subject| !decider.is_alias(*subject));
        Some(subjects)
    }

    /// The moment of all answers.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    fn ask(&mut self, people: &[Person]) -> Result<Vec<bool>, Problem> {
        let policy = Arc::clone(&self.policy);
        let lasting = policy.lasting();
        let is_usual =
            |person: &Person| person.old_terms().is_none() && Arc::ptr_eq(person.roster(), lasting);
        let mut ready = lasting.ready(&self.question)?;
        let is_behind = |person: &Person| {
            is_usual(person) && decide(&ready, person.facts(), self.now) == Err(Stale::Question)
        };
        if people.iter().any(is_behind) {
            ready = lasting.ready_again(&self.question)?;
        }
        let mut survey = ready.survey(lasting.tables(), self.now);
        let mut permitted = Vec::with_capacity(people.len());
        for person in people {
            let effect = if is_usual(person) {
                let asked = survey.ask(person.facts());
                asked.map_err(|stale| Problem::broken("deciding", &stale))?
            } else {
                let decision = policy.decide(&self.question, person, self.now)?;
                let effect = decision.effect;
                self.tally.count_one(decision);
                effect
            };
            permitted.push(self.mode == Mode::Observe || effect == Effect::Permit);
        }
        self.tally.add(survey.finish());
        Ok(permitted)
    }

    /// What was counted.
    pub fn total(&self) -> Total {
        let Tally {
            effects: [permit, ask, deny],
            lines,
            missing,
        } = &self.tally;
        let mut lines: Vec<LineCount> = lines
            .iter()
            .map(|((effect, line), count)| LineCount {
                effect: *effect,
                line: line.clone(),
                count: *count,
            })
            .collect();
        lines.sort_by_key(|line| std::cmp::Reverse(line.count));
        let mut missing: Vec<NeededCount> = missing
            .iter()
            .map(|(needed, count)| NeededCount {
                needed: needed.clone(),
                count: *count,
            })
            .collect();
        missing.sort_by_key(|missing| std::cmp::Reverse(missing.count));
        Total {
            permit: *permit,
            ask: *ask,
            deny: *deny,
            lines,
            missing,
            mode: self.mode,
        }
    }
}

impl Tally {
    fn add(&mut self, found: Surveyed) {
        let [permit, ask, deny] = &mut self.effects;
        *permit += found.permit;
        *ask += found.ask;
        *deny += found.deny;
        for (effect, line, count) in found.lines {
            *self.lines.entry((effect, line)).or_default() += count;
        }
        for (needed, count) in found.missing {
            *self.missing.entry(needed).or_default() += count;
        }
    }

    fn count_one(&mut self, decision: Decision) {
        let mut one = Surveyed::default();
        match decision.effect {
            Effect::Permit => one.permit = 1,
            Effect::Ask => one.ask = 1,
            Effect::Deny => one.deny = 1,
        }
        let lines = decision.lines.into_iter();
        one.lines = lines.map(|line| (decision.effect, line, 1)).collect();
        let missing = decision.missing.into_iter();
        one.missing = missing.map(|missing| (missing.needed, 1)).collect();
        self.add(one);
    }
}
