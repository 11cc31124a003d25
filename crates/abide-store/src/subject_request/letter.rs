//! Letters to people: address and text sealed, kept until somebody has sent them. Never sends one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::sealing;
use crate::engine::Row;
use crate::error::{Refusal, StoreError};
use crate::evidence::EntryId;
use crate::mailing::Mailing;
use crate::statement::{Statement, Value};
use crate::write::Step;
use crate::{Store, WriteTx, Written, moment};

/// What a letter's sealed part is bound to.
pub(crate) const LETTER: &str = "letter";

/// What [`Store::read_letter`] reads, of `letters l`.
pub(crate) const LETTER_COLUMNS: &str =
    "l.letter_id, l.request_id, l.kind, l.lang, l.queued_at, l.key_id, l.sealed";

/// A letter before it is sent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// What kind of address it goes to: `email`, `phone` or `post`.
    pub channel: String,
    /// The address.
    pub to: String,
    /// What it is about, in a line.
    pub subject: String,
    /// The text.
    pub text: String,
}

/// Hides everything.
impl std::fmt::Debug for Letter {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Letter({} …)", self.channel)
    }
}

/// A letter that waits.
#[derive(Clone, Debug)]
pub struct QueuedLetter {
    /// Which.
    pub id: EntryId,
    /// Of which request.
    pub request: EntryId,
    /// What it is for, in one word.
    pub kind: String,
    /// Language tag.
    pub lang: String,
    /// Since when.
    pub queued_at: Timestamp,
    /// The letter itself; nothing once its request is forgotten.
    pub letter: Option<Letter>,
}

impl WriteTx {
    /// Puts a letter of a request among those to be sent.
    pub fn queue_letter(
        &mut self,
        request: EntryId,
        kind: &str,
        lang: &str,
        letter: &Letter,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let id = EntryId::random(now)?;
        let plain =
            serde_json::to_vec(letter).map_err(|error| StoreError::corrupt("letter", error))?;
        let statement = Statement::new(
            "INSERT INTO letters (tenant, letter_id, request_id, kind, lang, sealed, key_id, queued_at, sent_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            vec![
                self.store().tenant().into(),
                id.into(),
                request.into(),
                kind.into(),
                lang.into(),
                Value::Bytes(None),
                Value::Bytes(None),
                now.as_millisecond().into(),
                None::<i64>.into(),
            ],
        );
        let sealing = sealing(request, Some(6), 5, LETTER, id.0.to_vec(), &plain);
        self.push_step(Step::sealed(statement, sealing));
        Ok(())
    }
}

impl Store {
    /// Letters of requests that wait, oldest first behind `after`, at most `limit`.
    pub async fn letters(
        &self,
        after: Option<EntryId>,
        limit: u32,
    ) -> Result<Vec<QueuedLetter>, StoreError> {
        let sql = crate::engine::Sql::from(format!(
            "SELECT {LETTER_COLUMNS} FROM letters l WHERE l.tenant = $1 AND l.sent_at IS NULL AND l.letter_id > $2 AND NOT EXISTS (SELECT 1 FROM messages n WHERE n.tenant = l.tenant AND n.message_id = l.letter_id) ORDER BY l.letter_id LIMIT $3"
        ));
        let after = after.map_or(Vec::new(), |id| id.0.to_vec());
        let params = vec![self.tenant().into(), after.into(), i64::from(limit).into()];
        let mut letters = Vec::new();
        for row in self.engine().rows("reading letters", sql, params).await? {
            letters.push(self.read_letter(&row).await?);
        }
        Ok(letters)
    }

    /// Reads a row that begins with [`LETTER_COLUMNS`].
    pub(crate) async fn read_letter(&self, row: &Row) -> Result<QueuedLetter, StoreError> {
        let id = EntryId(row.array(0)?);
        let plain = self
            .open_sealed(&row.bytes(5)?, LETTER, &id.0, &row.bytes(6)?)
            .await?;
        let read = |plain: zeroize::Zeroizing<Vec<u8>>| {
            serde_json::from_slice(&plain)
                .map_err(|_| StoreError::corrupt("letter", "it cannot be read"))
        };
        Ok(QueuedLetter {
            id,
            request: EntryId(row.array(1)?),
            kind: row.text(2)?,
            lang: row.text(3)?,
            queued_at: moment(row.int(4)?)?,
            letter: plain.map(read).transpose()?,
        })
    }

    /// Records that a letter was sent by hand, once: a second time is refused as [`Refusal::Changed`]. Its text is gone
    /// from here on.
    pub async fn letter_sent(
        &self,
        letter: &QueuedLetter,
        actor: &str,
        now: Timestamp,
    ) -> Result<Written, StoreError> {
        let mut evidence = crate::Evidence::new("request.letter-sent", actor, now);
        evidence.outcome = Some(letter.kind.clone());
        evidence.private = serde_json::json!({ "request": letter.request.to_string() });
        self.end_letter(letter.id, evidence).await
    }

    /// The same for one that a mail server took. The evidence holds the hash of what was sent, sealed as everything that
    /// could tell of a person.
    pub async fn letter_mailed(
        &self,
        mailing: &Mailing,
        posted: &Posted<'_>,
        actor: &str,
        now: Timestamp,
    ) -> Result<Written, StoreError> {
        let mut evidence = crate::Evidence::new(&mailing.event("sent"), actor, now);
        evidence.outcome = Some(mailing.queued.kind.clone());
        evidence.private = serde_json::json!({
            "request": mailing.queued.request.to_string(),
            "message-id": posted.message_id,
            "sha256": posted.sha256,
            "tries": mailing.tries,
        });
        self.end_letter(mailing.queued.id, evidence).await
    }

    async fn end_letter(
        &self,
        letter: EntryId,
        evidence: crate::Evidence,
    ) -> Result<Written, StoreError> {
        let now = evidence.now;
        let mut tx = self.begin(evidence)?;
        let params = vec![
            self.tenant().into(),
            letter.into(),
            now.as_millisecond().into(),
            Vec::new().into(),
        ];
        tx.push(
            Statement::new(
                "UPDATE letters SET sent_at = $3, sealed = $4 WHERE tenant = $1 AND letter_id = $2 AND sent_at IS NULL",
                params,
            )
            .or_refuse(Refusal::Changed),
        );
        // It stays: whoever read the letter before it was sent cannot claim it any more.
        tx.push(Statement::new(
            "UPDATE mailings SET next_at = NULL, failure = NULL WHERE tenant = $1 AND letter_id = $2",
            vec![self.tenant().into(), letter.into()],
        ));
        tx.commit().await
    }
}

/// What went to a mail server.
#[derive(Clone, Copy, Debug)]
pub struct Posted<'a> {
    /// Its Message-ID, the same however often it is sent.
    pub message_id: &'a str,
    /// SHA-256 of the message, in hex.
    pub sha256: &'a str,
}
