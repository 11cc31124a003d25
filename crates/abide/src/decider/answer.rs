//! From a question to its answer: find the policy, what is known, decide, and look at the mode. Reads the store only for a
//! subject whose facts changed, or when the caller adds some of its own.

use std::sync::Arc;

use abide_policy::decide::{Decision, Effect, Line, Missing};
use abide_store::{Store, StoreError, SubjectState, SubjectToken};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::ask::Ask;
use super::in_force::InForce;
use super::mode::Mode;
use super::recent::Given;
use super::subjects::{Found, Person};
use super::{Decider, check, knowledge};
use crate::http::openapi;
use crate::http::problem::Problem;

/// An answer with its reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Answer {
    /// What may happen.
    #[schema(schema_with = openapi::effect)]
    pub effect: Effect,
    /// The lines that decided.
    #[schema(schema_with = openapi::lines)]
    pub lines: Vec<Line>,
    /// What would have to be there for a permit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(schema_with = openapi::missing)]
    pub missing: Vec<Missing>,
    /// Duties that doing it brings.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(schema_with = openapi::lines)]
    pub obligations: Vec<Line>,
    /// The legal grounds that the deciding permissions name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub grounds: Vec<String>,
    /// The policy that was asked.
    pub policy: String,
    /// Its version: SHA-256 of the text, in hex.
    pub version: String,
    /// How many entries of the log are taken into account.
    pub as_of: u64,
    /// What the server does about it.
    pub mode: Mode,
    /// What the effect would be if it were enforced, where that differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = openapi::effect)]
    pub would: Option<Effect>,
}

impl Decider {
    /// Answers a question.
    pub async fn answer(
        &self,
        store: &Store,
        ask: &Ask,
        now: Timestamp,
    ) -> Result<Answer, Problem> {
        if let Some(entry) = &ask.min_entry {
            self.await_entry(store, entry).await?;
        }
        let state = self.state();
        let policy = state.policy(ask.policy.as_deref())?;
        let as_of = self.as_of();
        let subject = match &ask.subject {
            Some(name) => Some(store.subject(&name.identifier()?).await?),
            None => None,
        };
        let person = self.person(store, policy, subject, ask, now).await?;
        let decision = policy.decide(&ask.question, &person, now)?;
        let purpose = ask.question.purpose.as_deref();
        let mode = state
            .modes()
            .of(policy.name(), ask.property.as_deref(), purpose);
        policy.counts().count(&decision, mode);
        let answer = Answer::new(decision, policy, as_of, mode);
        // What a caller adds is not kept, so a preview could not answer such a question again.
        if ask.known.is_none() && ask.case.is_none() {
            let given = Given {
                subject,
                question: &ask.question,
                effect: answer.effect,
                would: answer.would,
                version: policy.hash(),
            };
            self.recent.note(&given, now);
        }
        Ok(answer)
    }

    /// What is known: of the subject, of the case, and what the caller says.
    async fn person(
        &self,
        store: &Store,
        policy: &InForce,
        subject: Option<SubjectToken>,
        ask: &Ask,
        now: Timestamp,
    ) -> Result<Person, Problem> {
        if let Some(said) = &ask.known {
            check::size(said)?;
            check::known_names(policy.policy(), said)?;
        }
        let is_plain = ask.known.is_none() && ask.case.is_none();
        let mut agreed = None;
        let mut known = match subject {
            Some(subject) if is_plain => {
                return Ok(self.recorded(store, policy, subject, now).await?);
            }
            Some(subject) => {
                if let Some(said) = &ask.known {
                    check::claims(policy.policy(), said)?;
                }
                let state = store.subject_state(subject, now).await?;
                agreed.clone_from(&state.profile.terms);
                knowledge::of_subject(&state, &self.assume, now)
            }
            None if is_plain => return Ok(self.stranger(policy, now)),
            None => knowledge::of_stranger(&self.assume),
        };
        if let Some(said) = &ask.known {
            knowledge::add(&mut known, said);
        }
        if let Some(id) = &ask.case {
            let case = store.case(id).await?.ok_or(Problem::NoSuch("case"))?;
            known.held.extend(knowledge::of_case(&case));
        }
        Ok(policy.passing_person(known, agreed.as_deref(), now))
    }

    /// Someone of whom nothing is recorded.
    fn stranger(&self, policy: &InForce, now: Timestamp) -> Person {
        let facts = policy.facts(knowledge::of_stranger(&self.assume), now);
        policy.lasting_person(facts)
    }

    /// What is recorded of a subject; from memory unless it changed.
    pub(super) async fn recorded(
        &self,
        store: &Store,
        policy: &InForce,
        subject: SubjectToken,
        now: Timestamp,
    ) -> Result<Person, StoreError> {
        let change = match policy.subjects().find(subject, now) {
            Found::Facts(facts) => return Ok(policy.lasting_person(facts)),
            Found::Person(person) => return Ok(person),
            Found::Stranger => return Ok(self.stranger(policy, now)),
            Found::Outdated(change) => change,
        };
        let state = store.subject_state(subject, now).await?;
        let person = self.of_state(policy, &state, now);
        let subjects = policy.subjects();
        if !state.is_known() {
            subjects.forget(subject, change);
        } else if Arc::ptr_eq(person.roster(), policy.lasting()) {
            let until = knowledge::until(&state, now);
            subjects.hold(subject, person.clone(), until, change);
        }
        Ok(person)
    }

    /// What a state that was read says to a policy.
    pub(super) fn of_state(
        &self,
        policy: &InForce,
        state: &SubjectState,
        now: Timestamp,
    ) -> Person {
        let known = knowledge::of_subject(state, &self.assume, now);
        policy.recorded_person(known, state.profile.terms.as_deref(), now)
    }
}

impl Answer {
    fn new(decision: Decision, policy: &InForce, as_of: u64, mode: Mode) -> Self {
        let decided = decision.effect;
        let effect = match mode {
            Mode::Observe => Effect::Permit,
            Mode::Enforce => decided,
        };
        Self {
            effect,
            lines: decision.lines,
            missing: decision.missing,
            obligations: decision.obligations,
            grounds: decision.grounds,
            policy: policy.name().to_owned(),
            version: policy.hash().to_owned(),
            as_of,
            mode,
            would: (effect != decided).then_some(decided),
        }
    }
}
