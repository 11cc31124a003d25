//! What another version of a policy would have answered to recent questions, with what is known of the subjects at this
//! moment. Changes nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use abide_policy::Library;
use abide_policy::decide::{Held, Question, Tables};
use abide_policy::model::Policy;
use abide_store::{DecisionCursor, PastDecision, Store, StoreError, SubjectToken};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::recent::word;
use super::{Decider, knowledge};

/// Decisions read at once.
const PAGE: u32 = 1000;
/// Differences that are shown one by one.
const SHOWN: usize = 100;

/// What would be different.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Preview {
    /// The version that was tried: SHA-256 over names and texts of its files, in hex.
    pub version: String,
    /// How many recent decisions were answered again.
    pub decisions: u64,
    /// How many would be answered alike.
    pub same: u64,
    /// The most frequent differences first.
    pub differences: Vec<Difference>,
    /// Questions that the version could not be asked, and how often they were.
    pub refused: u64,
}

/// A question that would be answered otherwise.
#[derive(Debug, Serialize, ToSchema)]
pub struct Difference {
    /// The question.
    #[schema(schema_with = crate::http::openapi::question)]
    pub question: Question,
    /// What it was answered.
    pub before: String,
    /// What it would be answered.
    pub after: String,
    /// How often.
    pub count: u64,
}

impl Decider {
    /// Answers the questions of the time that lies `back` again.
    pub async fn preview(
        &self,
        store: &Store,
        policy: &Policy,
        version: String,
        back: Duration,
        now: Timestamp,
    ) -> Result<Preview, StoreError> {
        let tables = Tables::new(policy, Library::standard());
        let known_versions: Vec<String> = store
            .versions(&policy.name)
            .await?
            .into_iter()
            .map(|version| version.hash)
            .collect();
        let register =
            knowledge::of_register(&store.contracts().await?, &store.global_facts().await?);
        let since = SignedDuration::try_from(back)
            .ok()
            .and_then(|back| now.checked_sub(back).ok())
            .unwrap_or(Timestamp::UNIX_EPOCH);
        let mut cursor = DecisionCursor::since(since);
        let mut tally = Tally::default();
        loop {
            let (page, next) = store.decisions(&cursor, PAGE).await?;
            if page.is_empty() {
                return Ok(tally.preview(version));
            }
            for past in page
                .iter()
                .filter(|past| known_versions.contains(&past.policy))
            {
                let after = self.again(store, &tables, &register, past, now).await?;
                tally.count(past, after);
            }
            cursor = next;
        }
    }

    async fn again(
        &self,
        store: &Store,
        tables: &Tables,
        register: &[Held],
        past: &PastDecision,
        now: Timestamp,
    ) -> Result<Option<&'static str>, StoreError> {
        let Ok(question) = serde_json::from_str::<Question>(&past.question) else {
            return Ok(None);
        };
        let mut known = self.known_of(store, past.subject, now).await?;
        known.held.extend_from_slice(register);
        let decision = tables.decide(&question, &known, now).ok();
        Ok(decision.map(|decision| word(decision.effect)))
    }

    async fn known_of(
        &self,
        store: &Store,
        subject: Option<SubjectToken>,
        now: Timestamp,
    ) -> Result<abide_policy::decide::Known, StoreError> {
        Ok(match subject {
            None => knowledge::of_stranger(&self.assume),
            Some(subject) => {
                let state = store.subject_state(subject, now).await?;
                knowledge::of_subject(&state, &self.assume, now)
            }
        })
    }
}

/// What was counted so far.
#[derive(Default)]
struct Tally {
    decisions: u64,
    same: u64,
    refused: u64,
    differences: BTreeMap<(String, String, &'static str), u64>,
}

impl Tally {
    fn count(&mut self, past: &PastDecision, after: Option<&'static str>) {
        self.decisions += 1;
        let before = past.would.as_ref().unwrap_or(&past.effect);
        match after {
            None => self.refused += 1,
            Some(after) if after == before => self.same += 1,
            Some(after) => {
                let key = (past.question.clone(), before.clone(), after);
                *self.differences.entry(key).or_default() += 1;
            }
        }
    }

    fn preview(self, version: String) -> Preview {
        let mut differences: Vec<Difference> = self
            .differences
            .into_iter()
            .filter_map(|((question, before, after), count)| {
                Some(Difference {
                    question: serde_json::from_str(&question).ok()?,
                    before,
                    after: after.to_owned(),
                    count,
                })
            })
            .collect();
        differences.sort_by_key(|difference| std::cmp::Reverse(difference.count));
        differences.truncate(SHOWN);
        Preview {
            version,
            decisions: self.decisions,
            same: self.same,
            differences,
            refused: self.refused,
        }
    }
}
