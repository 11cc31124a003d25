//! Erasing a subject: its keys, identifier, profile and everything that leads to it go; entries and choices stay and say
//! nothing of anyone. Never erases without leaving word in the journal first, where there is one.

use jiff::Timestamp;

use crate::error::StoreError;
use crate::evidence::Evidence;
use crate::journal::Journal;
use crate::statement::Statement;
use crate::subject::SubjectToken;
use crate::{Store, WriteTx, Written};

/// What goes first, of everyone to be erased: whatever a write under way holds on to. The write comes before all of
/// this, or after all of it.
const HELD: [&str; 2] = [
    "DELETE FROM subjects WHERE tenant = $1 AND token = $2",
    "DELETE FROM data_keys WHERE tenant = $1 AND subject = $2",
];

/// What goes then. A write with a fresh key may commit between any two of these: what belongs to a key that exists came
/// after the erasure and stays.
const REST: [&str; 11] = [
    "DELETE FROM subjects WHERE tenant = $1 AND token = $2 AND key_id NOT IN (SELECT key_id FROM data_keys WHERE tenant = $1 AND subject = $2)",
    "UPDATE evidence SET subject = NULL WHERE tenant = $1 AND subject = $2 AND key_id NOT IN (SELECT key_id FROM data_keys WHERE tenant = $1 AND subject = $2)",
    "UPDATE choices SET subject = NULL, actor_ref = NULL WHERE tenant = $1 AND subject = $2 AND NOT EXISTS (SELECT 1 FROM evidence e WHERE e.tenant = $1 AND e.id = choices.entry_id AND e.subject = $2)",
    "DELETE FROM occurrences WHERE tenant = $1 AND subject = $2 AND NOT EXISTS (SELECT 1 FROM evidence e WHERE e.tenant = $1 AND e.id = occurrences.entry_id AND e.subject = $2)",
    "DELETE FROM links WHERE tenant = $1 AND token = $2 AND NOT EXISTS (SELECT 1 FROM evidence e WHERE e.tenant = $1 AND e.id = links.entry_id AND e.subject IS NOT NULL)",
    "DELETE FROM links WHERE tenant = $1 AND into_token = $2 AND NOT EXISTS (SELECT 1 FROM evidence e WHERE e.tenant = $1 AND e.id = links.entry_id AND e.subject IS NOT NULL)",
    "DELETE FROM decisions WHERE tenant = $1 AND subject = $2",
    "DELETE FROM letters WHERE tenant = $1 AND sent_at IS NULL AND letter_id IN (SELECT message_id FROM messages WHERE tenant = $1 AND subject = $2) AND key_id NOT IN (SELECT key_id FROM data_keys WHERE tenant = $1 AND subject = $2)",
    "DELETE FROM mailings WHERE tenant = $1 AND letter_id IN (SELECT message_id FROM messages WHERE tenant = $1 AND subject = $2) AND NOT EXISTS (SELECT 1 FROM letters l WHERE l.tenant = $1 AND l.letter_id = mailings.letter_id)",
    "UPDATE messages SET subject = NULL WHERE tenant = $1 AND subject = $2 AND NOT EXISTS (SELECT 1 FROM evidence e WHERE e.tenant = $1 AND e.id = messages.message_id AND e.subject = $2)",
    "UPDATE subject_requests SET subject = NULL, sole = NULL WHERE tenant = $1 AND subject = $2 AND NOT EXISTS (SELECT 1 FROM evidence e WHERE e.tenant = $1 AND e.id = subject_requests.request_id AND e.subject = $2)",
];

impl Store {
    /// Erases a subject and everyone joined into it. Erasing one that is not known is recorded all the same, so that
    /// nobody learns from the answer who is known.
    pub async fn erase_subject(
        &self,
        subject: SubjectToken,
        clauses: &[String],
        actor: &str,
        now: Timestamp,
    ) -> Result<Written, StoreError> {
        self.begin_erasure(subject, clauses, actor, now)
            .await?
            .commit()
            .await
    }

    /// Begins to erase a subject. The journal has word of it from here on, so that it will be gone from whatever is
    /// restored, also if the write fails.
    pub async fn begin_erasure(
        &self,
        subject: SubjectToken,
        clauses: &[String],
        actor: &str,
        now: Timestamp,
    ) -> Result<WriteTx, StoreError> {
        let family = self.family(subject).await?;
        if let Some(journal) = self.journal() {
            let at = now.max(self.last_created(&family).await?);
            journal.append(self.tenant(), &family, at).await?;
        }
        self.erase_family(&family, clauses, actor, now)
    }

    /// When the youngest of them became known. An erasure comes after that, whatever a clock that went back says: else a
    /// restored store would take them for someone who had come back.
    async fn last_created(&self, family: &[SubjectToken]) -> Result<Timestamp, StoreError> {
        let mut last = Timestamp::MIN;
        for token in family {
            let row = self
                .engine()
                .row(
                    "reading a subject",
                    "SELECT created_at FROM subjects WHERE tenant = $1 AND token = $2",
                    vec![self.tenant().into(), (*token).into()],
                )
                .await?;
            if let Some(row) = row {
                last = last.max(crate::moment(row.int(0)?)?);
            }
        }
        Ok(last)
    }

    fn erase_family(
        &self,
        family: &[SubjectToken],
        clauses: &[String],
        actor: &str,
        now: Timestamp,
    ) -> Result<WriteTx, StoreError> {
        let mut evidence = Evidence::new("subject.erased", actor, now);
        evidence.clauses = clauses.to_vec();
        let mut tx = self.begin(evidence)?;
        let entry_id = tx.entry_id();
        // In the order in which writes take them, so that nobody waits in a circle.
        let mut family = family.to_vec();
        family.sort_unstable();
        let about = |token: SubjectToken| vec![self.tenant().into(), token.into()];
        for sql in HELD {
            for token in &family {
                tx.push(Statement::new(sql, about(*token)));
            }
        }
        for token in &family {
            for sql in REST {
                tx.push(Statement::new(sql, about(*token)));
            }
            tx.push(Statement::new(
                "INSERT INTO erased_lately (tenant, entry_id, subject, at) VALUES ($1, $2, $3, $4)",
                vec![
                    self.tenant().into(),
                    entry_id.into(),
                    (*token).into(),
                    now.as_millisecond().into(),
                ],
            ));
            tx.destroys(*token);
        }
        Ok(tx)
    }

    /// Forgets the tokens of subjects erased before `before`. A node that hears of such an erasure later than that reads
    /// everyone again. Decisions about someone just erased that were on their way to the store are forgotten too.
    pub async fn forget_erased(&self, before: Timestamp, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.begin_housekeeping(now)?;
        tx.push(Statement::new(
            "DELETE FROM decisions WHERE tenant = $1 AND subject IN (SELECT subject FROM erased_lately WHERE tenant = $1)",
            vec![self.tenant().into()],
        ));
        tx.push(Statement::new(
            "DELETE FROM erased_lately WHERE tenant = $1 AND at < $2",
            vec![self.tenant().into(), before.as_millisecond().into()],
        ));
        tx.commit().await.map(drop)
    }

    /// Forgets what the journal says of erasures in months that ended before `before`. For when no backup is older.
    pub async fn forget_journal(&self, before: Timestamp) -> Result<(), StoreError> {
        match self.journal() {
            Some(journal) => journal.forget_before(before).await,
            None => Ok(()),
        }
    }

    /// Erases again whatever a restored store still has of those in the journal; gives how many. A subject that came back
    /// after its erasure stays.
    pub async fn replay(&self, journal: &Journal, now: Timestamp) -> Result<u64, StoreError> {
        let erased = journal.read().await?;
        let (mut after, mut count) = (Vec::new(), 0);
        loop {
            let rows = self
                .engine()
                .rows(
                    "replaying erasures",
                    "SELECT token, max(created_at) FROM (SELECT token, created_at FROM subjects WHERE tenant = $1 AND token > $2 UNION ALL SELECT subject, -1 FROM data_keys WHERE tenant = $1 AND subject > $2) known GROUP BY token ORDER BY token LIMIT 1000",
                    vec![self.tenant().into(), after.clone().into()],
                )
                .await?;
            let Some(last) = rows.last() else {
                return Ok(count);
            };
            after = last.bytes(0)?;
            for row in rows {
                let (token, created_at) = (SubjectToken(row.array(0)?), row.int(1)?);
                if erased
                    .last_erasure(self.tenant(), token)
                    .is_some_and(|at| created_at <= at)
                {
                    self.erase_family(&[token], &[], "replay", now)?
                        .commit()
                        .await?;
                    count += 1;
                }
            }
        }
    }
}
