//! What callers say, against what a policy declares: names have to be its own, and choices are recorded, not claimed.

use abide_policy::decide::{Held, Known, Matter as KnownMatter};
use abide_policy::model::{Polarity, Policy};
use abide_policy::nouns::{NounId, Nouns};
use abide_policy::suggest::closest;
use abide_policy::vocabulary::{Kind, Mode, Slot};
use abide_store::{Choice, Matter};

use super::{Decider, InForce};
use crate::http::problem::Problem;

/// Where facts are recorded rather than claimed.
const RECORDED: &[&str] = &["ledger", "register"];

/// How many things a caller may say are held, or have happened.
const SAID_LIMIT: usize = 256;
/// How many names a scope may have, and how long each may be.
const SCOPE_LIMIT: usize = 64;
const NAME_LIMIT_BYTES: usize = 256;

/// What a caller says is no more than a question can be about.
pub(super) fn size(said: &Known) -> Result<(), Problem> {
    let subject = &said.subject;
    let lists = [&subject.people, &said.signals, &said.relations];
    let counts = [said.held.len(), said.occurrences.len()];
    let counts = counts.into_iter().chain(lists.map(Vec::len));
    if counts.max() > Some(SAID_LIMIT) {
        let wants = format!("at most {SAID_LIMIT} things of a kind");
        return Err(Problem::invalid("known", wants));
    }
    for held in &said.held {
        let scope = &held.scope;
        let names = [
            &scope.data,
            &scope.purposes,
            &scope.recipients,
            &scope.actors,
            &scope.lines,
        ];
        let names = || names.into_iter().flatten();
        if names().count() > SCOPE_LIMIT || names().any(|name| name.len() > NAME_LIMIT_BYTES) {
            let wants =
                format!("at most {SCOPE_LIMIT} names of at most {NAME_LIMIT_BYTES} bytes each");
            return Err(Problem::invalid("known.held.scope", wants));
        }
    }
    Ok(())
}

/// Every name in what a caller says is one of the policy: one that is not would be passed over, and the answer would be
/// one to something else.
pub(super) fn known_names(policy: &Policy, said: &Known) -> Result<(), Problem> {
    let nouns = &policy.nouns;
    let every = |kind, field, names: &[String]| {
        let mut names = names.iter();
        names.try_for_each(|name| find(nouns, kind, field, name).map(drop))
    };
    for held in &said.held {
        let (kind, field, name) = match &held.matter {
            KnownMatter::Fact(name) => (Kind::Fact, "known.held.fact", name),
            KnownMatter::Right(name) => (Kind::Right, "known.held.right", name),
        };
        find(nouns, kind, field, name)?;
        let scope = &held.scope;
        every(Kind::Data, "known.held.scope.data", &scope.data)?;
        every(Kind::Purpose, "known.held.scope.purposes", &scope.purposes)?;
        let recipients = &scope.recipients;
        every(Kind::Recipient, "known.held.scope.recipients", recipients)?;
    }
    for happened in &said.occurrences {
        find(nouns, Kind::Event, "known.occurrences", &happened.event)?;
    }
    every(Kind::Signal, "known.signals", &said.signals)?;
    every(Kind::People, "known.relations", &said.relations)?;
    every(Kind::People, "known.subject.people", &said.subject.people)?;
    match &said.subject.residence {
        Some(place) => find(nouns, Kind::Place, "known.subject.residence", place).map(drop),
        None => Ok(()),
    }
}

/// What a caller claims of a subject may not stand in for what is recorded.
pub(super) fn claims(policy: &Policy, said: &Known) -> Result<(), Problem> {
    if said.held.iter().all(|held| may_claim(policy, held)) {
        return Ok(());
    }
    Err(Problem::invalid(
        "known.held",
        "no consent, contract or right of a named subject: record them first, at `/v1/consents` or `/v1/register`",
    ))
}

fn may_claim(policy: &Policy, held: &Held) -> bool {
    let KnownMatter::Fact(name) = &held.matter else {
        return false;
    };
    let nouns = &policy.nouns;
    nouns.find(Kind::Fact, name).is_some_and(|fact| {
        !sources(nouns, fact)
            .iter()
            .any(|source| RECORDED.contains(&source.as_str()))
    })
}

/// Where a fact is known from: what its own lines say, else what those of the wider ones do.
fn sources(nouns: &Nouns, fact: NounId) -> Vec<String> {
    let mut at = vec![fact];
    let mut seen = 0;
    while let Some(id) = at.get(seen).copied() {
        seen += 1;
        let noun = nouns.get(id);
        let texts: Vec<String> = noun.texts(Slot::From).map(str::to_owned).collect();
        if !texts.is_empty() {
            return texts;
        }
        for wider in &noun.is {
            if !at.contains(&wider.id) {
                at.push(wider.id);
            }
        }
    }
    Vec::new()
}

impl InForce {
    /// Refuses a name that the policy does not declare.
    pub fn knows(&self, kind: Kind, field: &'static str, name: &str) -> Result<(), Problem> {
        find(&self.policy().nouns, kind, field, name).map(drop)
    }
}

impl Decider {
    /// Adds to a choice what the policy in force knows: its version, and the clauses that wait for the fact. Names that
    /// the policy does not have are refused, unless the subject says no: that is recorded whatever a policy says.
    pub fn complete(&self, choice: &mut Choice, policy: Option<&str>) -> Result<(), Problem> {
        let state = self.state();
        let found = state.policy(policy);
        let is_yes = choice.state.holds() == Some(true) && matches!(choice.matter, Matter::Fact(_));
        let policy = match found {
            Ok(policy) => policy,
            Err(problem) if is_yes => return Err(problem),
            Err(_) => return Ok(()),
        };
        if is_yes {
            names(policy.policy(), choice)?;
        }
        choice.policy = Some(policy.hash().to_owned());
        choice.clauses = clauses(policy, choice);
        Ok(())
    }
}

/// Every name in a choice is one of the policy.
fn names(policy: &Policy, choice: &Choice) -> Result<(), Problem> {
    let (kind, field, name) = match &choice.matter {
        Matter::Fact(name) => (Kind::Fact, "fact", name),
        Matter::Right(name) => (Kind::Right, "right", name),
    };
    find(&policy.nouns, kind, field, name)?;
    for (kind, field, names) in [
        (Kind::Data, "scope.data", &choice.scope.data),
        (Kind::Purpose, "scope.purposes", &choice.scope.purposes),
        (
            Kind::Recipient,
            "scope.recipients",
            &choice.scope.recipients,
        ),
    ] {
        for name in names {
            find(&policy.nouns, kind, field, name)?;
        }
    }
    for line in &choice.scope.lines {
        let is_line = |norm: &abide_policy::model::Norm| {
            norm.id == *line || norm.clauses.iter().any(|clause| clause.value == *line)
        };
        if !policy.norms.iter().any(is_line) {
            return Err(Problem::invalid("scope.lines", "clauses of the policy"));
        }
    }
    Ok(())
}

/// What the caller wrote is shown only where it is a slip away from a name of the policy.
fn find(nouns: &Nouns, kind: Kind, field: &'static str, name: &str) -> Result<NounId, Problem> {
    nouns.find(kind, name).ok_or_else(|| {
        let known = nouns.iter().filter(|(_, noun)| noun.kind == kind);
        match closest(name, known.map(|(_, noun)| noun.name.as_ref())) {
            Some(likely) => Problem::invalid(
                field,
                format!("names of the policy, and `{name}` is none; did you mean `{likely}`?"),
            ),
            None => Problem::invalid(field, "names that the policy declares"),
        }
    })
}

/// The clauses of the permissions that wait for this fact, for one of these purposes.
fn clauses(policy: &InForce, choice: &Choice) -> Vec<String> {
    let policy = policy.policy();
    let Matter::Fact(fact) = &choice.matter else {
        return Vec::new();
    };
    let purposes: Vec<NounId> = choice
        .scope
        .purposes
        .iter()
        .filter_map(|name| policy.nouns.find(Kind::Purpose, name))
        .collect();
    let waits = |norm: &&abide_policy::model::Norm| {
        norm.mode == Mode::May
            && norm.conditions.iter().any(|condition| {
                condition.polarity == Polarity::If
                    && condition
                        .facts
                        .iter()
                        .any(|used| used.name.as_ref() == fact)
            })
            && (purposes.is_empty()
                || purposes
                    .iter()
                    .any(|purpose| norm.region.purpose.overlaps(policy.nouns.set(*purpose))))
    };
    let mut clauses: Vec<String> = policy
        .norms
        .iter()
        .filter(waits)
        .flat_map(|norm| norm.clauses.iter().map(|clause| clause.value.clone()))
        .collect();
    clauses.sort();
    clauses.dedup();
    // A public part names at most as many as fit on a page.
    clauses.truncate(64);
    clauses
}

/// What a question's refusal may show of what the caller wrote: a name that is a slip away from one of the policy.
pub(crate) fn refusal(refusal: &abide_policy::decide::Refusal) -> String {
    use abide_policy::decide::Refusal;
    match refusal {
        Refusal::UnknownName {
            slot,
            kind,
            nearest: None,
            ..
        } => {
            format!("no {kind} of the policy has the name in `{slot}`")
        }
        other => other.to_string(),
    }
}
