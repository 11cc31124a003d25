//! How the sending of letters goes: which may be tried, who holds one to send it, what came of it. Never sends one, and keeps
//! no word of a mail server's that may name a person.
//!
//! Invariant: a letter is tried by one sender at a time, waits again when that sender's time is over, and is never dropped
//! because of a sender that died.

use jiff::Timestamp;

use crate::engine::Row;
use crate::error::{Refusal, StoreError};
use crate::evidence::{EntryId, Evidence};
use crate::statement::Statement;
use crate::subject_request::{LETTER_COLUMNS, QueuedLetter};
use crate::{Store, Written, moment};

/// Why a letter is not sent by mail: its address is of another kind, and somebody sends it by hand.
pub const BY_HAND: &str = "by-hand";

/// A letter that may be tried.
#[derive(Clone, Debug)]
pub struct Mailing {
    /// The letter.
    pub queued: QueuedLetter,
    /// How often it was tried, this time included once it is claimed.
    pub tries: i64,
    /// What it belongs to where an application asked for it.
    pub message: Option<MessageFacts>,
}

/// What is known of a message that an application asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageFacts {
    /// Whom it goes to; nothing once the person is erased.
    pub subject: Option<crate::SubjectToken>,
    /// In which stream it goes, by its word.
    pub class: String,
    /// The channel.
    pub channel: String,
    /// The purpose.
    pub purpose: String,
    /// The policy that decides about it, by name.
    pub policy: String,
}

/// How the sending of a letter stands, without the letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailingState {
    /// Which letter.
    pub id: EntryId,
    /// What it is for, in one word.
    pub kind: String,
    /// Language tag.
    pub lang: String,
    /// Since when it waits.
    pub queued_at: Timestamp,
    /// How often it was tried.
    pub tries: i64,
    /// When it is tried next; nothing if nobody tries it again, or if it was never tried.
    pub next_at: Option<Timestamp>,
    /// Why it was not taken last.
    pub failure: Option<String>,
}

impl MailingState {
    /// Whether nobody tries it again.
    pub fn is_refused(&self) -> bool {
        self.tries > 0 && self.next_at.is_none() && !self.is_by_hand()
    }

    /// Whether somebody has to send it by hand.
    pub fn is_by_hand(&self) -> bool {
        self.failure.as_deref() == Some(BY_HAND)
    }
}

/// How many letters wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MailHealth {
    /// How many wait to be sent by mail.
    pub waiting: u64,
    /// Since when the first of them does.
    pub oldest: Option<Timestamp>,
    /// How many were refused for good.
    pub refused: u64,
    /// How many are to be sent by hand.
    pub by_hand: u64,
}

impl Store {
    /// Letters that may be tried at `now`, oldest first, at most `limit`.
    pub async fn due_letters(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Mailing>, StoreError> {
        let sql = crate::engine::Sql::from(format!(
            "SELECT {LETTER_COLUMNS}, m.tries, n.subject, n.class, n.channel, n.purpose, n.policy FROM letters l LEFT JOIN mailings m ON m.tenant = l.tenant AND m.letter_id = l.letter_id LEFT JOIN messages n ON n.tenant = l.tenant AND n.message_id = l.letter_id WHERE l.tenant = $1 AND l.sent_at IS NULL AND (m.letter_id IS NULL OR m.next_at <= $2) ORDER BY l.letter_id LIMIT $3"
        ));
        let params = vec![
            self.tenant().into(),
            now.as_millisecond().into(),
            i64::from(limit).into(),
        ];
        let mut due = Vec::new();
        for row in self.engine().rows("reading letters", sql, params).await? {
            due.push(Mailing {
                queued: self.read_letter(&row).await?,
                tries: row.maybe_int(7)?.unwrap_or(0),
                message: read_message(&row)?,
            });
        }
        Ok(due)
    }

    /// Takes letters to send them: until then nobody else tries. Gives those that nobody else took.
    pub async fn claim_letters(
        &self,
        due: Vec<Mailing>,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Mailing>, StoreError> {
        let all: Vec<&Mailing> = due.iter().collect();
        match self.claim(&all, until, now).await {
            Ok(()) => return Ok(due.into_iter().map(Mailing::claimed).collect()),
            Err(StoreError::Refused(Refusal::Changed)) => {}
            Err(error) => return Err(error),
        }
        let mut ours = Vec::new();
        for mailing in due {
            match self.claim(&[&mailing], until, now).await {
                Ok(()) => ours.push(mailing.claimed()),
                Err(StoreError::Refused(Refusal::Changed)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(ours)
    }

    async fn claim(
        &self,
        due: &[&Mailing],
        until: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin_housekeeping(now)?;
        for mailing in due {
            let params = vec![
                self.tenant().into(),
                mailing.queued.id.into(),
                (mailing.tries + 1).into(),
                until.as_millisecond().into(),
                None::<String>.into(),
            ];
            tx.push(
                Statement::new(
                    "INSERT INTO mailings (tenant, letter_id, tries, next_at, failure) SELECT $1, $2, $3, $4, $5 FROM letters WHERE tenant = $1 AND letter_id = $2 AND sent_at IS NULL ON CONFLICT (tenant, letter_id) DO UPDATE SET tries = excluded.tries, next_at = excluded.next_at WHERE mailings.tries = excluded.tries - 1 AND mailings.next_at IS NOT NULL",
                    params,
                )
                .or_refuse(Refusal::Changed),
            );
        }
        tx.commit().await.map(drop)
    }

    /// Records that a claimed letter was not sent and is tried again at `next_at`. Says nothing if somebody else took it.
    pub async fn put_letter_off(
        &self,
        mailing: &Mailing,
        failure: &str,
        next_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin_housekeeping(now)?;
        tx.push(Statement::new(
            "UPDATE mailings SET next_at = $4, failure = $5 WHERE tenant = $1 AND letter_id = $2 AND tries = $3",
            vec![
                self.tenant().into(),
                mailing.queued.id.into(),
                mailing.tries.into(),
                next_at.as_millisecond().into(),
                failure.into(),
            ],
        ));
        tx.commit().await.map(drop)
    }

    /// Records that a claimed letter goes by another way than mail.
    pub async fn leave_letter_by_hand(
        &self,
        mailing: &Mailing,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin_housekeeping(now)?;
        tx.push(self.end(mailing, BY_HAND));
        tx.commit().await.map(drop)
    }

    /// Records that a claimed letter was refused for good, with evidence; refused as [`Refusal::Changed`] if somebody else
    /// took it.
    pub async fn letter_refused(
        &self,
        mailing: &Mailing,
        failure: &str,
        actor: &str,
        now: Timestamp,
    ) -> Result<Written, StoreError> {
        let mut evidence = Evidence::new(&mailing.event("refused"), actor, now);
        evidence.outcome = Some(mailing.queued.kind.clone());
        evidence.private = serde_json::json!({
            "request": mailing.queued.request.to_string(),
            "failure": failure,
        });
        let mut tx = self.begin(evidence)?;
        tx.push(self.end(mailing, failure).or_refuse(Refusal::Changed));
        tx.commit().await
    }

    fn end(&self, mailing: &Mailing, failure: &str) -> Statement {
        Statement::new(
            "UPDATE mailings SET next_at = NULL, failure = $4 WHERE tenant = $1 AND letter_id = $2 AND tries = $3",
            vec![
                self.tenant().into(),
                mailing.queued.id.into(),
                mailing.tries.into(),
                failure.into(),
            ],
        )
    }

    /// Lets a letter that was refused be tried again; refused as [`Refusal::NotThere`] if none of this id was.
    pub async fn try_letter_again(&self, id: EntryId, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.begin_housekeeping(now)?;
        tx.push(
            Statement::new(
                "UPDATE mailings SET next_at = $3 WHERE tenant = $1 AND letter_id = $2 AND next_at IS NULL AND failure <> $4",
                vec![
                    self.tenant().into(),
                    id.into(),
                    now.as_millisecond().into(),
                    BY_HAND.into(),
                ],
            )
            .or_refuse(Refusal::NotThere),
        );
        tx.commit().await.map(drop)
    }

    /// How the sending of every letter stands that is not sent, oldest first behind `after`, at most `limit`.
    pub async fn mailings(
        &self,
        after: Option<EntryId>,
        limit: u32,
    ) -> Result<Vec<MailingState>, StoreError> {
        let sql = "SELECT l.letter_id, l.kind, l.lang, l.queued_at, m.tries, m.next_at, m.failure FROM letters l LEFT JOIN mailings m ON m.tenant = l.tenant AND m.letter_id = l.letter_id WHERE l.tenant = $1 AND l.sent_at IS NULL AND l.letter_id > $2 ORDER BY l.letter_id LIMIT $3";
        let after = after.map_or(Vec::new(), |id| id.0.to_vec());
        let params = vec![self.tenant().into(), after.into(), i64::from(limit).into()];
        let rows = self.engine().rows("reading letters", sql, params).await?;
        let read = |row: &Row| {
            Ok(MailingState {
                id: EntryId(row.array(0)?),
                kind: row.text(1)?,
                lang: row.text(2)?,
                queued_at: moment(row.int(3)?)?,
                tries: row.maybe_int(4)?.unwrap_or(0),
                next_at: row.maybe_int(5)?.map(moment).transpose()?,
                failure: row.maybe_text(6)?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// How many letters wait, and how many were refused.
    pub async fn mail(&self) -> Result<MailHealth, StoreError> {
        health(self.engine(), self.tenant()).await
    }
}

impl Mailing {
    fn claimed(mut self) -> Self {
        self.tries += 1;
        self
    }

    /// What happened to it, as a kind of evidence.
    pub(crate) fn event(&self, what: &str) -> String {
        match self.message {
            Some(_) => format!("message.{what}"),
            None => format!("request.letter-{what}"),
        }
    }
}

fn read_message(row: &Row) -> Result<Option<MessageFacts>, StoreError> {
    let Some(class) = row.maybe_text(9)? else {
        return Ok(None);
    };
    Ok(Some(MessageFacts {
        subject: crate::SubjectToken::from_row(row.maybe_bytes(8)?)?,
        class,
        channel: row.text(10)?,
        purpose: row.text(11)?,
        policy: row.text(12)?,
    }))
}

pub(crate) async fn health(engine: &crate::Engine, tenant: &str) -> Result<MailHealth, StoreError> {
    let sql = "SELECT COUNT(CASE WHEN m.letter_id IS NULL OR m.next_at IS NOT NULL THEN 1 END), MIN(CASE WHEN m.letter_id IS NULL OR m.next_at IS NOT NULL THEN l.queued_at END), COUNT(CASE WHEN m.letter_id IS NOT NULL AND m.next_at IS NULL AND m.failure <> $2 THEN 1 END), COUNT(CASE WHEN m.next_at IS NULL AND m.failure = $2 THEN 1 END) FROM letters l LEFT JOIN mailings m ON m.tenant = l.tenant AND m.letter_id = l.letter_id WHERE l.tenant = $1 AND l.sent_at IS NULL";
    let params = vec![tenant.into(), BY_HAND.into()];
    let row = engine.row("looking at letters", sql, params).await?;
    let Some(row) = row else {
        return Ok(MailHealth::default());
    };
    Ok(MailHealth {
        waiting: row.size(0)?,
        oldest: row.maybe_int(1)?.map(moment).transpose()?,
        refused: row.size(2)?,
        by_hand: row.size(3)?,
    })
}
