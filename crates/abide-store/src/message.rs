//! What applications ask to be sent: each with why it may go, and the letter itself sealed under the key of whom it goes to.
//! Never says anything about a person in clear.

use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::error::StoreError;
use crate::evidence::{EntryId, Evidence};
use crate::mailing::MessageFacts;
use crate::statement::{Statement, Value};
use crate::subject::{Identifier, SubjectToken};
use crate::subject_request::{LETTER, Letter};
use crate::write::{SealedPart, Sealing, Step};
use crate::{Store, WriteTx, moment};

/// What a message is for, in the outbox.
const KIND: &str = "message";

/// A message before it has an id.
#[derive(Debug)]
pub struct NewMessage<'a> {
    /// Whom it goes to.
    pub subject: SubjectToken,
    /// What that subject is known by.
    pub identifier: &'a Identifier,
    /// In which stream it goes, by its word.
    pub class: &'a str,
    /// The channel.
    pub channel: &'a str,
    /// The purpose, or what has to be told.
    pub purpose: &'a str,
    /// The policy that decided, by name,
    pub policy: &'a str,
    /// and by the hash of its version.
    pub version: &'a str,
    /// The clauses that decided.
    pub clauses: &'a [String],
    /// Language tag.
    pub lang: &'a str,
    /// The letter; nothing if it is not sent.
    pub letter: Option<&'a Letter>,
}

/// How a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageState {
    /// It waits to be sent.
    Queued,
    /// It was sent.
    Sent,
    /// It was not sent: what is promised to the person does not let it, or the person is erased.
    Suppressed,
    /// The mail server refused it.
    Refused,
}

impl MessageState {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Suppressed => "suppressed",
            Self::Refused => "refused",
        }
    }
}

/// A message as it is stored.
#[derive(Clone, Debug)]
pub struct Message {
    /// Which; also the entry that anchors that it was asked for.
    pub id: EntryId,
    /// What is known of it.
    pub facts: MessageFacts,
    /// How it stands.
    pub state: MessageState,
    /// When it was asked for.
    pub queued_at: Timestamp,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
}

impl Store {
    /// Begins to record that a message is to be sent, or that it is not; its id is that of the write.
    pub fn begin_message(
        &self,
        message: &NewMessage<'_>,
        actor: &str,
        now: Timestamp,
    ) -> Result<WriteTx, StoreError> {
        let state = match message.letter {
            Some(_) => MessageState::Queued,
            None => MessageState::Suppressed,
        };
        let mut evidence = Evidence::new(&format!("message.{}", state.word()), actor, now);
        evidence.subject = Some(message.subject);
        evidence.clauses = message.clauses.to_vec();
        evidence.policy = Some(message.version.to_owned());
        evidence.outcome = Some(message.class.to_owned());
        evidence.private =
            serde_json::json!({ "channel": message.channel, "purpose": message.purpose });
        let mut tx = self.begin(evidence)?;
        let id = tx.entry_id();
        tx.register(message.subject, message.identifier, now);
        tx.push(Statement::new(
            "INSERT INTO messages (tenant, message_id, subject, class, channel, purpose, policy, outcome, queued_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            vec![
                self.tenant().into(),
                id.into(),
                message.subject.into(),
                message.class.into(),
                message.channel.into(),
                message.purpose.into(),
                message.policy.into(),
                state.word().into(),
                now.as_millisecond().into(),
            ],
        ));
        if let Some(letter) = message.letter {
            tx.push_message_letter(id, message, letter, now)?;
        }
        Ok(tx)
    }

    /// The message.
    pub async fn message(&self, id: EntryId) -> Result<Option<Message>, StoreError> {
        let sql = "SELECT n.subject, n.class, n.channel, n.purpose, n.policy, n.outcome, n.queued_at, l.sent_at, m.tries, m.next_at, l.queued_at FROM messages n LEFT JOIN letters l ON l.tenant = n.tenant AND l.letter_id = n.message_id LEFT JOIN mailings m ON m.tenant = n.tenant AND m.letter_id = n.message_id WHERE n.tenant = $1 AND n.message_id = $2";
        let params = vec![self.tenant().into(), id.into()];
        let row = self.engine().row("reading a message", sql, params).await?;
        let Some(row) = row else { return Ok(None) };
        let sent_at = row.maybe_int(7)?.map(moment).transpose()?;
        let is_over = row.maybe_int(8)?.is_some() && row.maybe_int(9)?.is_none();
        // Whoever is erased takes the text along that waits for them.
        let has_letter = row.maybe_int(10)?.is_some();
        Ok(Some(Message {
            id,
            facts: MessageFacts {
                subject: SubjectToken::from_row(row.maybe_bytes(0)?)?,
                class: row.text(1)?,
                channel: row.text(2)?,
                purpose: row.text(3)?,
                policy: row.text(4)?,
            },
            state: match (row.text(5)?.as_str(), sent_at) {
                (_, Some(_)) => MessageState::Sent,
                ("suppressed", _) => MessageState::Suppressed,
                _ if !has_letter => MessageState::Suppressed,
                _ if is_over => MessageState::Refused,
                _ => MessageState::Queued,
            },
            queued_at: moment(row.int(6)?)?,
            sent_at,
        }))
    }

    /// Begins to record that a message that waits is not sent, with why, in a word. Its text goes. The evidence names the
    /// message and not the person, who may be erased by then.
    pub fn begin_suppression(
        &self,
        id: EntryId,
        facts: &MessageFacts,
        why: &str,
        actor: &str,
        now: Timestamp,
    ) -> Result<WriteTx, StoreError> {
        let mut evidence = Evidence::new("message.suppressed", actor, now);
        evidence.outcome = Some(facts.class.clone());
        evidence.private = serde_json::json!({ "message": id.to_string(), "why": why });
        let mut tx = self.begin(evidence)?;
        let about = || vec![self.tenant().into(), id.into()];
        tx.push(
            Statement::new(
                "DELETE FROM letters WHERE tenant = $1 AND letter_id = $2 AND sent_at IS NULL",
                about(),
            )
            .or_refuse(crate::Refusal::Changed),
        );
        tx.push(Statement::new(
            "DELETE FROM mailings WHERE tenant = $1 AND letter_id = $2",
            about(),
        ));
        tx.push(Statement::new(
            "UPDATE messages SET outcome = 'suppressed' WHERE tenant = $1 AND message_id = $2",
            about(),
        ));
        Ok(tx)
    }
}

impl WriteTx {
    fn push_message_letter(
        &mut self,
        id: EntryId,
        message: &NewMessage<'_>,
        letter: &Letter,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let plain =
            serde_json::to_vec(letter).map_err(|error| StoreError::corrupt("letter", error))?;
        let statement = Statement::new(
            "INSERT INTO letters (tenant, letter_id, request_id, kind, lang, sealed, key_id, queued_at, sent_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            vec![
                self.store().tenant().into(),
                id.into(),
                id.into(),
                KIND.into(),
                message.lang.into(),
                Value::Bytes(None),
                Value::Bytes(None),
                now.as_millisecond().into(),
                None::<i64>.into(),
            ],
        );
        let sealing = Sealing {
            subject: Some(message.subject),
            key_at: Some(6),
            parts: vec![SealedPart {
                at: 5,
                purpose: LETTER,
                id: id.0.to_vec(),
                plain: Zeroizing::new(plain),
            }],
        };
        self.push_step(Step::sealed(statement, sealing));
        Ok(())
    }
}
