//! Whether a message may go to somebody, by what the store says at this moment. Never answers from memory: whoever stopped such
//! messages a moment ago gets none.

use abide_policy::decide::{Deed, Effect, Question};
use abide_policy::vocabulary::{Action, Kind, Mode as Mood};
use abide_store::{Matter, MessageFacts, PastChoice, Store, SubjectState, SubjectToken};
use jiff::Timestamp;

use super::mode::Mode;
use super::{Decider, InForce};
use crate::http::problem::Problem;
use crate::mail::Class;

/// The fact and the right by which people stop messages, whatever is only observed.
const CONSENT: &str = "consent";
const STOP: &str = "stop-marketing";

/// Whether a message may go, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Why it may not; nothing if it may.
    pub suppressed: Option<&'static str>,
    /// The clauses that decided.
    pub clauses: Vec<String>,
    /// The policy that was asked, by name,
    pub policy: String,
    /// and by the hash of its version.
    pub version: String,
}

impl Decider {
    /// Whether a message may go to somebody who is known as each of these, at this moment. A class or purpose that the policy
    /// does not let it have is a problem.
    pub async fn message(
        &self,
        store: &Store,
        facts: &MessageFacts,
        known_as: &[SubjectToken],
        now: Timestamp,
    ) -> Result<Verdict, Problem> {
        let state = self.state();
        let named = Some(facts.policy.as_str()).filter(|name| !name.is_empty());
        let policy = state.policy(named)?;
        let class = class_of(policy, facts)?;
        let mut verdict = Verdict {
            suppressed: None,
            clauses: Vec::new(),
            policy: policy.name().to_owned(),
            version: policy.hash().to_owned(),
        };
        if class == Class::Notice {
            verdict.clauses = telling(policy, &facts.purpose)?;
            return Ok(verdict);
        }
        let question = question(facts);
        let mode = state
            .modes()
            .of(policy.name(), None, Some(facts.purpose.as_str()));
        for subject in known_as {
            let known = store.subject_state(*subject, now).await?;
            let person = self.of_state(policy, &known, now);
            let decision = policy.decide(&question, &person, now)?;
            policy.counts().count(&decision, mode);
            let lines = decision.lines.into_iter().flat_map(|line| line.clauses);
            verdict.clauses.extend(lines);
            if mode == Mode::Enforce && decision.effect != Effect::Permit {
                verdict.suppressed = Some("not-permitted");
            }
            if class == Class::Marketing && is_stopped(&known, &facts.purpose) {
                verdict.suppressed = Some("stopped");
            }
        }
        verdict.clauses.sort();
        verdict.clauses.dedup();
        Ok(verdict)
    }
}

/// The class, if the policy lets the purpose have it: what the policy calls marketing cannot go as anything else.
fn class_of(policy: &InForce, facts: &MessageFacts) -> Result<Class, Problem> {
    let wants = "`marketing`, `service` or `notice`";
    let class = Class::of(&facts.class).ok_or_else(|| Problem::invalid("class", wants))?;
    if class == Class::Notice {
        return Ok(class);
    }
    policy.knows(Kind::Purpose, "purpose", &facts.purpose)?;
    let nouns = &policy.policy().nouns;
    let purpose = nouns.find(Kind::Purpose, &facts.purpose);
    let is_marketing = purpose.is_some_and(|id| nouns.is_a(id, Kind::Purpose, "marketing"));
    match is_marketing && class == Class::Service {
        true => Err(Problem::invalid(
            "class",
            "`marketing`, which the policy says that the purpose is",
        )),
        false => Ok(class),
    }
}

fn question(facts: &MessageFacts) -> Question {
    Question {
        action: Deed::Message,
        data: vec![facts.channel.clone()],
        purpose: Some(facts.purpose.clone()),
        channel: vec![facts.channel.clone()],
        recipient: None,
        place: None,
        origin: Vec::new(),
        form: None,
        actor: Vec::new(),
        point: Vec::new(),
        events: Vec::new(),
    }
}

/// The clauses by which the policy has to tell something; what it does not have to tell is no notice.
fn telling(policy: &InForce, topic: &str) -> Result<Vec<String>, Problem> {
    let policy = policy.policy();
    let tells = policy.norms.iter().filter(|norm| {
        let is_named = norm.objects.iter().any(|object| &*object.name == topic);
        norm.mode == Mood::Must && norm.action == Action::Tell && is_named
    });
    let mut found = false;
    let mut clauses = Vec::new();
    for norm in tells {
        found = true;
        clauses.extend(norm.clauses.iter().map(|clause| clause.value.clone()));
    }
    match found {
        true => Ok(clauses),
        false => Err(Problem::invalid(
            "purpose",
            "for a notice, what the policy says that you must tell",
        )),
    }
}

/// Whether somebody stopped messages for a purpose, or said no to them. Consent lifts no stop, as in every decision: whoever
/// stopped messages takes that back.
pub fn is_stopped(known: &SubjectState, purpose: &str) -> bool {
    let is_about = |choice: &PastChoice| {
        let purposes = &choice.scope.purposes;
        purposes.is_empty() || purposes.iter().any(|named| named == purpose)
    };
    let (mut has_agreed, mut has_stopped) = (None, None);
    // Oldest first: what stands last is the last word.
    for choice in known.choices.iter().filter(|choice| is_about(choice)) {
        let Some(holds) = choice.state.holds() else {
            continue;
        };
        match &choice.matter {
            Matter::Fact(name) if name == CONSENT => has_agreed = Some(holds),
            Matter::Right(name) if name == STOP => has_stopped = Some(holds),
            _ => {}
        }
    }
    has_agreed == Some(false) || has_stopped == Some(true)
}
