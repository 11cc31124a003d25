//! Recent decisions, kept so that another version of a policy can be previewed against them. Never evidence: they are
//! pruned by age, and an erasure takes a subject's away at once.

use jiff::Timestamp;

use crate::error::StoreError;
use crate::random::random;
use crate::statement::{Statement, Value};
use crate::subject::SubjectToken;
use crate::{Store, moment};

/// How many decisions share one write.
const AT_ONCE: usize = 512;

/// A decision that was given.
#[derive(Clone, PartialEq, Eq)]
pub struct PastDecision {
    /// When.
    pub at: Timestamp,
    /// About whom.
    pub subject: Option<SubjectToken>,
    /// The question as JSON, without anything that identifies.
    pub question: String,
    /// What was answered.
    pub effect: String,
    /// What would have been answered, had the policy been enforced.
    pub would: Option<String>,
    /// Hash of the policy version.
    pub policy: String,
}

/// Where a reading of decisions goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionCursor {
    at: i64,
    id: Vec<u8>,
}

impl DecisionCursor {
    /// The oldest decision given at `since` or later.
    pub fn since(since: Timestamp) -> Self {
        Self {
            at: since.as_millisecond(),
            id: Vec::new(),
        }
    }
}

impl Store {
    /// Keeps decisions for a preview.
    pub async fn keep_decisions(
        &self,
        decisions: &[PastDecision],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        for chunk in decisions.chunks(AT_ONCE) {
            let mut tx = self.begin_housekeeping(now)?;
            for decision in chunk {
                tx.push(Statement::new(
                    "INSERT INTO decisions (tenant, at, id, subject, question, effect, would, policy) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                    vec![
                        self.tenant().into(),
                        decision.at.as_millisecond().into(),
                        random::<16>()?.into(),
                        Value::Bytes(decision.subject.map(|subject| subject.0.to_vec())),
                        (&decision.question).into(),
                        (&decision.effect).into(),
                        decision.would.clone().into(),
                        (&decision.policy).into(),
                    ],
                ));
            }
            tx.commit().await?;
        }
        Ok(())
    }

    /// At most `limit` decisions from `cursor` on, oldest first, and where to go on; an empty list is the end.
    pub async fn decisions(
        &self,
        cursor: &DecisionCursor,
        limit: u32,
    ) -> Result<(Vec<PastDecision>, DecisionCursor), StoreError> {
        let rows = self
            .engine()
            .rows(
                "reading decisions",
                "SELECT at, id, subject, question, effect, would, policy FROM decisions WHERE tenant = $1 AND (at, id) > ($2, $3) ORDER BY at, id LIMIT $4",
                vec![
                    self.tenant().into(),
                    cursor.at.into(),
                    cursor.id.clone().into(),
                    i64::from(limit).into(),
                ],
            )
            .await?;
        let mut next = cursor.clone();
        let mut decisions = Vec::with_capacity(rows.len());
        for row in rows {
            next = DecisionCursor {
                at: row.int(0)?,
                id: row.bytes(1)?,
            };
            decisions.push(PastDecision {
                at: moment(next.at)?,
                subject: SubjectToken::from_row(row.maybe_bytes(2)?)?,
                question: row.text(3)?,
                effect: row.text(4)?,
                would: row.maybe_text(5)?,
                policy: row.text(6)?,
            });
        }
        Ok((decisions, next))
    }

    /// Forgets decisions given before `before`.
    pub async fn forget_decisions(
        &self,
        before: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin_housekeeping(now)?;
        tx.push(Statement::new(
            "DELETE FROM decisions WHERE tenant = $1 AND at < $2",
            vec![self.tenant().into(), before.as_millisecond().into()],
        ));
        tx.commit().await.map(drop)
    }
}
