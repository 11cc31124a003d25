//! The fast evaluator as a server uses it: a question made ready once, a person's facts kept from one moment to the next.

use abide_policy::Library;
use abide_policy::decide::{Decision, Facts, Known, Prepared, Question, Stale, Tables, decide};
use abide_policy::model::Policy;
use jiff::Timestamp;

pub struct Fast {
    tables: Tables,
}

impl Fast {
    pub fn new(policy: &Policy, library: &Library) -> Self {
        Self {
            tables: Tables::new(policy, library),
        }
    }

    /// A question made ready.
    pub fn prepare(&self, question: &Question) -> Result<Prepared, String> {
        let prepared = self.tables.prepare(question);
        prepared.map_err(|refusal| format!("{refusal:?}"))
    }

    /// What is known of a person, made ready.
    pub fn facts(&self, known: &Known, now: Timestamp) -> Facts {
        Facts::new(&self.tables, known, now)
    }

    /// The answer at a moment. What is out of date is made again, as its owner is told to.
    pub fn answer(
        &self,
        (question, prepared): (&Question, &mut Prepared),
        (known, facts): (&Known, &mut Facts),
        now: Timestamp,
    ) -> Decision {
        for _ in 0..3 {
            match prepared.explain(&self.tables, facts, now) {
                Ok(decision) => {
                    let verdict = decide(prepared, facts, now).unwrap();
                    assert_eq!(verdict.effect, decision.effect, "verdict and explanation");
                    return decision;
                }
                Err(Stale::Tables) => panic!("one policy has one set of tables"),
                Err(stale) => {
                    if matches!(stale, Stale::Facts) {
                        *facts = self.facts(known, now);
                    } else {
                        *prepared = self.prepare(question).unwrap();
                    }
                }
            }
        }
        panic!("what was made again is still out of date");
    }

    /// The answer to one question alone, with facts made at an earlier moment.
    pub fn alone(
        &self,
        question: &Question,
        known: &Known,
        made: Timestamp,
        now: Timestamp,
    ) -> Result<Decision, String> {
        let mut prepared = self.prepare(question)?;
        let mut facts = self.facts(known, made);
        Ok(self.answer((question, &mut prepared), (known, &mut facts), now))
    }

    /// The answer in one step.
    pub fn at_once(
        &self,
        question: &Question,
        known: &Known,
        now: Timestamp,
    ) -> Result<Decision, String> {
        let decision = self.tables.decide(question, known, now);
        decision.map_err(|refusal| format!("{refusal:?}"))
    }
}
