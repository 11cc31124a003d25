//! Our engine with the scene's rules and subjects, asked as an application in the same process would.

use std::collections::HashMap;
use std::sync::Arc;

use abide_policy::decide::{
    Deed, Effect, Facts, Held, Known, Matter, Prepared, Question, Questions, Scope,
    Subject as Person, Tables, YearsOfAge, decide,
};
use abide_policy::source::SourceFile;
use abide_policy::{Library, compile};
use jiff::Timestamp;

use crate::scene::{self, Asked, PURPOSES, Subject};

/// A policy in force, everybody's facts, and the questions asked so far.
pub struct Ours {
    pub tables: Tables,
    pub now: Timestamp,
    people: Vec<Facts>,
    ready: Vec<Arc<Prepared>>,
    /// Places among the people, by token.
    places: HashMap<u128, u32>,
    kept: Questions,
    questions: Vec<Question>,
}

impl Ours {
    /// With a rule for each purpose and each of `items` kinds of data.
    ///
    /// # Errors
    /// What the policy got wrong.
    pub fn new(items: usize, subjects: &[Subject]) -> Result<Self, String> {
        let source = SourceFile::new("scene.kdl", scene::policy(items));
        let compiled = compile(Library::standard(), &[source], None);
        let wrong = compiled
            .findings
            .iter()
            .find(|finding| finding.code < "P0300");
        if let Some(finding) = wrong {
            return Err(format!("{} {}", finding.code, finding.message));
        }
        let policy = compiled.policies.first().ok_or("the scene has no policy")?;
        let tables = Tables::new(policy, Library::standard());
        let now: Timestamp = "2026-06-15T12:00:00Z"
            .parse()
            .map_err(|error| format!("{error}"))?;
        let people = subjects
            .iter()
            .map(|subject| Facts::new(&tables, &known(*subject), now))
            .collect();
        let places = (0..subjects.len()).map(token).zip(0..).collect();
        let questions: Vec<Question> = (0..PURPOSES).map(question).collect();
        let mut ours = Self {
            tables,
            now,
            people,
            ready: Vec::new(),
            places,
            kept: Questions::new(questions.len()),
            questions,
        };
        ours.ready = (0..PURPOSES)
            .map(|number| ours.prepared(number))
            .collect::<Result<_, _>>()?;
        Ok(ours)
    }

    /// The question for a purpose.
    ///
    /// # Errors
    /// That the policy does not know the names of the scene.
    pub fn prepared(&self, purpose: usize) -> Result<Arc<Prepared>, String> {
        let question = &self.questions[purpose];
        let prepared = self.kept.get(&self.tables, question);
        prepared.map_err(|refusal| refusal.to_string())
    }

    /// Whether it is permitted, by a question that is ready and a person's number: what is asked of a peer is ready too.
    pub fn permits(&self, asked: Asked) -> bool {
        let ready = &self.ready[asked.purpose];
        let decided = decide(ready, &self.people[asked.subject], self.now);
        decided.is_ok_and(|verdict| verdict.effect == Effect::Permit)
    }

    /// The same by names: finds the question among those asked before, and the person by a token.
    pub fn permits_by_name(&self, asked: Asked) -> bool {
        let question = &self.questions[asked.purpose];
        let Some(place) = self.places.get(&token(asked.subject)) else {
            return false;
        };
        let facts = &self.people[*place as usize];
        let decided = self.kept.decide(&self.tables, question, facts, self.now);
        matches!(decided, Ok(Ok(verdict)) if verdict.effect == Effect::Permit)
    }

    /// Everybody's facts.
    pub fn people(&self) -> &[Facts] {
        &self.people
    }

    /// On average.
    pub fn bytes_a_subject(&self) -> usize {
        self.people.iter().map(Facts::bytes).sum::<usize>() / self.people.len().max(1)
    }
}

/// A subject's token: as unordered as the keyed hash that it stands for.
fn token(number: usize) -> u128 {
    let mut random = crate::random::Random::new(number as u64);
    u128::from(random.next()) << 64 | u128::from(random.next())
}

fn question(purpose: usize) -> Question {
    Question {
        action: Deed::Use,
        data: vec!["item-0".to_owned()],
        purpose: Some(scene::purpose(purpose)),
        recipient: None,
        place: None,
        origin: Vec::new(),
        form: None,
        actor: Vec::new(),
        point: Vec::new(),
        channel: Vec::new(),
        events: Vec::new(),
    }
}

fn known(subject: Subject) -> Known {
    let age = u32::from(subject.age);
    let consent = |purpose| Held {
        matter: Matter::Fact("consent".to_owned()),
        holds: true,
        scope: Scope {
            purposes: vec![scene::purpose(purpose)],
            ..Scope::default()
        },
        since: Timestamp::UNIX_EPOCH,
        until: None,
    };
    Known {
        subject: Person {
            age: YearsOfAge {
                at_least: Some(age),
                below: Some(age + 1),
                ..YearsOfAge::default()
            },
            ..Person::default()
        },
        held: subject.purposes().map(consent).collect(),
        ..Known::default()
    }
}
