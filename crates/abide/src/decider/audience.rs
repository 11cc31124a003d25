//! One question about many subjects: who is permitted, and how many are not for which reason.

use std::collections::BTreeMap;
use std::sync::Arc;

use abide_policy::decide::{Decision, Effect, Facts, Needed, Question};
use abide_store::{Store, SubjectState, SubjectToken};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::in_force::InForce;
use super::mode::Mode;
use super::recent::word;
use super::roster::Roster;
use super::{Decider, knowledge};
use crate::http::problem::Problem;

/// A question and what was answered so far.
#[derive(Debug)]
pub struct Audience {
    policy: Arc<InForce>,
    question: Question,
    mode: Mode,
    reasons: Reasons,
}

/// How many subjects got which answer, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reasons {
    /// Subjects by answer: `permit`, `ask`, `deny`. What is only observed counts as what it would be.
    effects: BTreeMap<&'static str, u64>,
    /// Subjects by answer and reason: the line that decided or the thing that is missing, as `deny SH-003` or
    /// `ask fact consent`.
    reasons: BTreeMap<String, u64>,
}

impl Audience {
    /// Refuses a question that cannot be asked of the policy.
    pub fn new(policy: Arc<InForce>, question: Question, mode: Mode) -> Result<Self, Problem> {
        policy.check(&question)?;
        Ok(Self {
            policy,
            question,
            mode,
            reasons: Reasons::default(),
        })
    }

    /// The answer about a subject.
    pub async fn of_subject(
        &mut self,
        decider: &Decider,
        store: &Store,
        subject: SubjectToken,
        now: Timestamp,
    ) -> Result<Effect, Problem> {
        let (roster, facts) = decider.recorded(store, &self.policy, subject, now).await?;
        self.of_facts(&roster, &facts, now)
    }

    /// The answer about a subject whose state was read.
    pub fn of_state(
        &mut self,
        decider: &Decider,
        state: &SubjectState,
        now: Timestamp,
    ) -> Result<Effect, Problem> {
        let known = knowledge::of_subject(state, &decider.assume, now);
        let (roster, facts) = self.policy.recorded_facts(known, now);
        self.of_facts(&roster, &facts, now)
    }

    fn of_facts(
        &mut self,
        roster: &Roster,
        facts: &Facts,
        now: Timestamp,
    ) -> Result<Effect, Problem> {
        let decision = roster.decide(&self.question, facts, now)?;
        self.reasons.count(&decision);
        Ok(match self.mode {
            Mode::Observe => Effect::Permit,
            Mode::Enforce => decision.effect,
        })
    }

    /// What was counted.
    pub fn reasons(&self) -> Reasons {
        self.reasons.clone()
    }
}

impl Reasons {
    fn count(&mut self, decision: &Decision) {
        let effect = word(decision.effect);
        *self.effects.entry(effect).or_default() += 1;
        if decision.effect == Effect::Permit {
            return;
        }
        let reason = match (decision.lines.first(), decision.missing.first()) {
            (_, Some(missing)) if decision.effect == Effect::Ask => name_of(&missing.needed),
            (Some(line), _) => line.id.clone(),
            (None, Some(missing)) => name_of(&missing.needed),
            (None, None) => "none".to_owned(),
        };
        *self
            .reasons
            .entry(format!("{effect} {reason}"))
            .or_default() += 1;
    }
}

/// What is missing, as `fact consent`.
fn name_of(needed: &Needed) -> String {
    let (kind, name) = match needed {
        Needed::Fact(name) => ("fact", name),
        Needed::Event(name) => ("event", name),
        Needed::Duty(name) => ("duty", name),
        Needed::Slot(name) => ("slot", name),
        Needed::Subject(name) => ("subject", name),
        Needed::Relation(name) => ("relation", name),
        Needed::Line(name) => ("line", name),
    };
    format!("{kind} {name}")
}
