//! Old terms: whoever has not agreed to a weaker version is decided under the one agreed to as well, and the stricter
//! answer counts. Knows no person; what somebody agreed to is an argument.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use super::decision::{Decision, Effect, Missing, Needed};
use super::known::Known;
use super::question::Question;
use super::refusal::Refusal;
use super::tables::Tables;
use crate::diff::{Judgement, Source, compare};
use crate::library::Library;
use crate::model::{Norm, Polarity, Policy};
use crate::source::SourceFile;
use crate::vocabulary::{Action, Kind, Mode};

/// A version of a policy with the files that it was read from.
#[derive(Debug)]
pub struct Version {
    /// The policy, ready for decisions.
    pub tables: Arc<Tables>,
    /// Its files, in the order given to the compiler.
    pub files: Vec<SourceFile>,
    /// Whether the current version takes something from people that this one gave, though it promised not to.
    keeps_terms: bool,
}

/// The version in force, and those that people may still live under.
#[derive(Debug)]
pub struct Versions {
    current: Arc<Tables>,
    older: Vec<Version>,
}

/// An answer, and the version that gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The answer.
    pub decision: Decision,
    /// The date of the version whose answer it is; none for a policy without one.
    pub version: Option<Date>,
}

impl Versions {
    /// The version in force with its files, and older ones. All are policies without errors.
    pub fn new(
        library: &Library,
        current: (Arc<Tables>, &[SourceFile]),
        older: Vec<(Arc<Tables>, Vec<SourceFile>)>,
    ) -> Self {
        let (tables, files) = current;
        let new = Source {
            policy: tables.policy(),
            files,
        };
        let older = older.into_iter().map(|(tables, files)| {
            let old = Source {
                policy: tables.policy(),
                files: &files,
            };
            let keeps_terms = promises_no_weaker(old.policy) && {
                let judgement = compare(library, &old, &new).judgement();
                matches!(judgement, Judgement::Weaker | Judgement::Mixed)
            };
            Version {
                tables,
                files,
                keeps_terms,
            }
        });
        let older = older.collect();
        Self {
            current: tables,
            older,
        }
    }

    /// The version in force.
    pub fn current(&self) -> &Arc<Tables> {
        &self.current
    }

    /// The version that somebody's terms are still those of, who agreed to the version of that date and no later one:
    /// `None` if the version in force counts for them alone.
    pub fn terms(&self, agreed: Date) -> Option<&Arc<Tables>> {
        let date = |version: &&Version| version_of(version.tables.policy());
        self.older
            .iter()
            .filter(|version| date(version).is_some_and(|date| date <= agreed))
            .max_by_key(date)
            .filter(|version| version.keeps_terms)
            .filter(|_| version_of(self.current.policy()).is_some_and(|date| agreed < date))
            .map(|version| &version.tables)
    }

    /// May this be done to somebody who agreed to the version of that date, if to any? Whoever agreed to none, or of
    /// whom nobody knows, is under the version in force.
    ///
    /// # Errors
    /// A question that the version in force refuses.
    pub fn decide(
        &self,
        question: &Question,
        known: &Known,
        agreed: Option<Date>,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let answer = |tables: &Tables, decision: Decision| Answer {
            decision,
            version: version_of(tables.policy()),
        };
        let current = answer(&self.current, self.current.decide(question, known, now)?);
        let Some(terms) = agreed.and_then(|agreed| self.terms(agreed)) else {
            return Ok(current);
        };
        let old = match terms.decide(question, known, now) {
            Ok(decision) => answer(terms, decision),
            Err(refusal) => answer(terms, unheard_of(&refusal)),
        };
        Ok(if old.decision.effect > current.decision.effect {
            old
        } else {
            current
        })
    }
}

/// The answer of a version that does not even know what is asked about: nothing in it permits that.
pub fn unheard_of(refusal: &Refusal) -> Decision {
    let missing = match refusal {
        Refusal::UnknownName { kind, name, .. } => vec![Missing {
            needed: Needed::Line(format!("{kind} {name}")),
            line: None,
        }],
        Refusal::MissingSlot { .. } | Refusal::TooLarge => Vec::new(),
    };
    Decision {
        effect: Effect::Deny,
        lines: Vec::new(),
        missing,
        obligations: Vec::new(),
        grounds: Vec::new(),
    }
}

fn version_of(policy: &Policy) -> Option<Date> {
    policy.version.as_ref().map(|version| version.value)
}

/// Whether a policy says `never change weaker unless=…`.
fn promises_no_weaker(policy: &Policy) -> bool {
    let weaker = policy.nouns.find(Kind::Event, "weaker");
    let says = |norm: &Norm| {
        norm.mode == Mode::Never
            && norm.action == Action::Change
            && (norm.any_object
                || weaker.is_some_and(|weaker| {
                    norm.objects.iter().any(|object| {
                        policy
                            .nouns
                            .set(object.id)
                            .contains(policy.nouns.set(weaker))
                    })
                }))
            && norm
                .conditions
                .iter()
                .any(|condition| condition.polarity == Polarity::Unless)
    };
    policy.norms.iter().any(says)
}
