//! Compares a catalogue of clauses with the policies that should state them: which clauses are stated, by a line that
//! can mean them, with every number, place and party readable. Never changes a policy's meaning.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::library::Library;
use crate::model::Policy;
use crate::readable::{Readable, Statement, statements};

mod kinds;

/// One clause of a catalogue: a promise of a real policy, as a person found it there.
#[derive(Debug, Clone, Deserialize)]
pub struct Clause {
    /// Its id, `HB-001`.
    pub id: String,
    /// What kind of promise it is: a key of the kind table.
    pub kind: String,
    /// Its facts by name: text, or a list of texts.
    #[serde(default)]
    pub facts: BTreeMap<String, Texts>,
}

/// A text or several.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Texts {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl Texts {
    /// The texts.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let texts = match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::Many(texts) => texts.as_slice(),
        };
        texts.iter().map(String::as_str)
    }
}

/// The comparison. Every list is sorted by clause id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Coverage {
    /// Clauses that a line states.
    pub stated: Vec<String>,
    /// Clauses that no line states.
    pub missing: Vec<String>,
    /// Ids in the policies that the catalogue does not have.
    pub unknown: Vec<String>,
    /// Facts of a clause that cannot be read from its lines.
    pub facts_missing: Vec<FactMissing>,
    /// Clauses stated only by lines that cannot mean them.
    pub wrong_kind: Vec<WrongKind>,
}

/// A fact that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct FactMissing {
    /// The clause.
    pub clause: String,
    /// The fact's name in the catalogue.
    pub fact: String,
    /// What was looked for.
    pub wanted: String,
}

/// A clause whose lines do not fit its kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct WrongKind {
    /// The clause.
    pub clause: String,
    /// Its kind.
    pub kind: String,
    /// What its lines are.
    pub found: Vec<String>,
}

impl Coverage {
    /// Whether every clause is stated, by lines that fit, with all facts.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty()
            && self.unknown.is_empty()
            && self.facts_missing.is_empty()
            && self.wrong_kind.is_empty()
    }
}

/// Compares the clauses with the policies. Only catalogue clauses whose prefix (the id up to its last `-`) occurs in the
/// policies are looked for, so that one policy can be checked against a catalogue of many.
pub fn compare(clauses: &[Clause], policies: &[Policy], library: &Library) -> Coverage {
    let mut lines: HashMap<String, Vec<(usize, Statement<'_>)>> = HashMap::new();
    for (index, policy) in policies.iter().enumerate() {
        for (id, statement) in statements(policy) {
            lines
                .entry(id.to_owned())
                .or_default()
                .push((index, statement));
        }
    }
    let prefixes: BTreeSet<&str> = lines.keys().map(|id| prefix(id)).collect();
    let known: BTreeSet<&str> = clauses.iter().map(|clause| clause.id.as_str()).collect();
    let mut coverage = Coverage {
        unknown: lines
            .keys()
            .filter(|id| !known.contains(id.as_str()))
            .cloned()
            .collect(),
        ..Coverage::default()
    };
    coverage.unknown.sort();
    for clause in clauses
        .iter()
        .filter(|clause| prefixes.contains(prefix(&clause.id)))
    {
        match lines.get(&clause.id) {
            None => coverage.missing.push(clause.id.clone()),
            Some(found) => {
                coverage.stated.push(clause.id.clone());
                examine(clause, found, policies, library, &mut coverage);
            }
        }
    }
    coverage.stated.sort();
    coverage.missing.sort();
    coverage.facts_missing.sort();
    coverage.wrong_kind.sort();
    coverage
}

fn prefix(id: &str) -> &str {
    id.rsplit_once('-').map_or(id, |(prefix, _)| prefix)
}

fn examine(
    clause: &Clause,
    found: &[(usize, Statement<'_>)],
    policies: &[Policy],
    library: &Library,
    coverage: &mut Coverage,
) {
    if !found
        .iter()
        .any(|(_, statement)| kinds::fits(&clause.kind, *statement))
    {
        let found = found
            .iter()
            .map(|(_, statement)| statement.words())
            .collect::<BTreeSet<_>>();
        coverage.wrong_kind.push(WrongKind {
            clause: clause.id.clone(),
            kind: clause.kind.clone(),
            found: found.into_iter().collect(),
        });
    }
    let mut readable = Readable::default();
    for (index, statement) in found {
        if let Some(policy) = policies.get(*index) {
            readable.add(*statement, policy, library);
        }
    }
    for (fact, texts) in &clause.facts {
        for wanted in texts.iter().flat_map(|text| readable.lacks(fact, text)) {
            coverage.facts_missing.push(FactMissing {
                clause: clause.id.clone(),
                fact: fact.clone(),
                wanted,
            });
        }
    }
}
