//! Subjects: who a record is about, as a keyed token and a sealed identifier, joined without losing history.
//! Never prints an identifier, and never keeps one after an erasure.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::Store;
use crate::error::{Refusal, StoreError};
use crate::evidence::{EntryId, Evidence};
use crate::keys::KeyKind;
use crate::statement::{Statement, Value};
use crate::write::{SealedPart, Sealing, Step, WriteTx, Written};

/// The longest identifier.
const MAX_IDENTIFIER_BYTES: usize = 1024;

/// What a sealed identifier is bound to.
const IDENTIFIER: &str = "identifier";

/// What someone is known by: a kind such as `account`, `email`, `phone`, `device` or `cookie`, and a value of that kind.
#[derive(Clone, PartialEq, Eq)]
pub struct Identifier {
    kind: String,
    value: Zeroizing<String>,
}

impl Identifier {
    /// An identifier in its one spelling: without spaces around it, mail addresses in lower case, phone numbers without
    /// punctuation.
    pub fn new(kind: &str, value: &str) -> Result<Self, StoreError> {
        let value = value.trim();
        let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if kind.is_empty() || kind.len() > 32 || !kind.chars().all(word) {
            return Err(StoreError::Setting(
                "an identifier's kind is a word such as `account` or `email`".into(),
            ));
        }
        let value = match kind {
            "email" => value.to_lowercase(),
            // The zero of a number as it is dialled at home: `+44 (0)20 …`.
            "phone" => value
                .replace("(0)", "")
                .chars()
                .filter(|c| c.is_ascii_digit() || *c == '+')
                .collect(),
            _ => value.to_owned(),
        };
        if value.is_empty() || value.len() > MAX_IDENTIFIER_BYTES {
            return Err(StoreError::Setting(format!(
                "an identifier has between 1 and {MAX_IDENTIFIER_BYTES} bytes"
            )));
        }
        Ok(Self {
            kind: kind.to_owned(),
            value: Zeroizing::new(value),
        })
    }

    /// The kind.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The value itself: a person's data.
    pub fn value(&self) -> &str {
        &self.value
    }
}

/// Hides the value.
impl fmt::Debug for Identifier {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Identifier({} …)", self.kind)
    }
}

/// A subject, as a keyed hash of an identifier.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubjectToken(pub [u8; 16]);

impl SubjectToken {
    /// 32 hex digits. Whoever holds the token key can tell whose it is, so this is a person's data.
    pub fn to_hex(self) -> String {
        crate::hex::encode(&self.0)
    }

    pub(crate) fn from_row(bytes: Option<Vec<u8>>) -> Result<Option<Self>, StoreError> {
        let Some(bytes) = bytes else { return Ok(None) };
        match bytes.try_into() {
            Ok(bytes) => Ok(Some(Self(bytes))),
            Err(_) => Err(StoreError::corrupt("subject", "it has not 16 bytes")),
        }
    }
}

/// Shows four digits, enough to tell two apart in a test.
impl fmt::Debug for SubjectToken {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "SubjectToken({}…)", crate::hex::encode(&self.0[..2]))
    }
}

impl From<SubjectToken> for Value {
    fn from(token: SubjectToken) -> Self {
        token.0.into()
    }
}

/// What decisions need to know of a subject besides choices. Says nothing that identifies; an erasure clears it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Profile {
    /// Place of residence, as a place of the policy.
    pub residence: Option<String>,
    /// Birth as precisely as known: `2012`, `2012-05` or `2012-05-03`.
    pub birth: Option<String>,
    /// Age band where no birth is known.
    pub age_band: Option<String>,
    /// Classes of people that the subject belongs to.
    pub people: Vec<String>,
    /// Hash of the policy version whose terms the subject agreed to.
    pub terms: Option<String>,
    /// Signals that the subject's browser or device sends.
    pub signals: Vec<String>,
    /// Purposes whose use is restricted at the subject's request; empty with `restricted-all` unset means none.
    pub restricted: Vec<String>,
    /// Every use is restricted.
    pub restricted_all: bool,
    /// Legal holds that name the subject.
    pub holds: Vec<String>,
}

impl Store {
    /// The token of an identifier. A subject that an older token key named keeps that token.
    pub async fn subject(&self, identifier: &Identifier) -> Result<SubjectToken, StoreError> {
        let tokens = self.tokens(identifier)?;
        for old in &tokens[..tokens.len() - 1] {
            if self.is_known(*old).await? {
                return Ok(*old);
            }
        }
        tokens.last().copied().ok_or(StoreError::Closed)
    }

    /// The identifier's tokens under every token key, oldest first; never empty.
    pub(crate) fn tokens(&self, identifier: &Identifier) -> Result<Vec<SubjectToken>, StoreError> {
        let keys = self.keys();
        keys.current(KeyKind::Token)?;
        let tokens = keys.all(KeyKind::Token).map(|key| {
            let parts = [self.tenant(), identifier.kind(), identifier.value()];
            let mac = key.secret.mac(&parts.map(str::as_bytes));
            let mut token = [0; 16];
            token.copy_from_slice(&mac[..16]);
            SubjectToken(token)
        });
        Ok(tokens.collect())
    }

    /// Whether records of this subject exist.
    pub async fn is_known(&self, token: SubjectToken) -> Result<bool, StoreError> {
        let row = self
            .engine()
            .row(
                "reading a subject",
                "SELECT 1 FROM subjects WHERE tenant = $1 AND token = $2",
                vec![self.tenant().into(), token.into()],
            )
            .await?;
        Ok(row.is_some())
    }

    /// The subject that this one turned out to be, or itself: the last link counts.
    pub async fn resolve(&self, token: SubjectToken) -> Result<SubjectToken, StoreError> {
        let mut chain: Vec<(SubjectToken, i64)> = Vec::new();
        let mut at = token;
        loop {
            let row = self
                .engine()
                .row(
                    "reading a subject",
                    "SELECT into_token, arrival FROM links WHERE tenant = $1 AND token = $2 ORDER BY arrival DESC LIMIT 1",
                    vec![self.tenant().into(), at.into()],
                )
                .await?;
            let Some(row) = row else { return Ok(at) };
            chain.push((at, row.int(1)?));
            at = SubjectToken(row.array(0)?);
            // Joins that were made at the same time can close a circle. Its first link gives way, so that all on it
            // resolve to one subject.
            if let Some(start) = chain.iter().position(|(before, _)| *before == at) {
                let circle = &chain[start..];
                let first = circle.iter().min_by_key(|(_, arrival)| *arrival);
                return Ok(first.map_or(at, |(token, _)| *token));
            }
        }
    }

    /// The subject that this one resolves to, first, and everyone else who resolves to it: nobody belongs to two.
    pub async fn family(&self, token: SubjectToken) -> Result<Vec<SubjectToken>, StoreError> {
        let root = self.resolve(token).await?;
        let rows = self
            .engine()
            .rows(
                "reading a subject",
                "WITH RECURSIVE family (token) AS (SELECT into_token FROM links WHERE tenant = $1 AND into_token = $2 UNION SELECT l.token FROM links l JOIN family f ON l.into_token = f.token WHERE l.tenant = $1 AND NOT EXISTS (SELECT 1 FROM links later WHERE later.tenant = l.tenant AND later.token = l.token AND later.arrival > l.arrival)) SELECT token FROM family",
                vec![self.tenant().into(), root.into()],
            )
            .await?;
        let mut family = vec![root];
        for row in rows {
            let token = SubjectToken(row.array(0)?);
            if token != root {
                family.push(token);
            }
        }
        Ok(family)
    }

    /// What decisions know of the subject; empty for one that is not known.
    pub async fn profile(&self, token: SubjectToken) -> Result<Profile, StoreError> {
        let root = self.resolve(token).await?;
        let row = self
            .engine()
            .row(
                "reading a subject",
                "SELECT profile FROM subjects WHERE tenant = $1 AND token = $2",
                vec![self.tenant().into(), root.into()],
            )
            .await?;
        let json = row.map(|row| row.maybe_text(0)).transpose()?.flatten();
        json.map_or_else(|| Ok(Profile::default()), |json| parse_profile(&json))
    }

    /// The identifier behind a token, while its key exists.
    pub async fn identifier(&self, token: SubjectToken) -> Result<Option<Identifier>, StoreError> {
        let row = self
            .engine()
            .row(
                "reading a subject",
                "SELECT kind, sealed_identifier, key_id FROM subjects WHERE tenant = $1 AND token = $2",
                vec![self.tenant().into(), token.into()],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        let plain = self
            .open_sealed(&row.bytes(2)?, IDENTIFIER, &token.0, &row.bytes(1)?)
            .await?;
        let Some(plain) = plain else { return Ok(None) };
        let value = std::str::from_utf8(&plain)
            .map_err(|error| StoreError::corrupt("identifier", error))?;
        Identifier::new(&row.text(0)?, value).map(Some)
    }

    /// Joins a device or cookie into someone known. From here on both are one subject, with both histories. A device that
    /// several people share belongs to whom it was joined into last, with all that was said on it.
    pub async fn join(
        &self,
        device: SubjectToken,
        known: SubjectToken,
        actor: &str,
        now: Timestamp,
    ) -> Result<Written, StoreError> {
        self.begin_join(device, known, actor, now)
            .await?
            .commit()
            .await
    }

    /// Begins to join a device or cookie into someone known; refused as [`Refusal::AlreadyThere`] if they are one already.
    pub async fn begin_join(
        &self,
        device: SubjectToken,
        known: SubjectToken,
        actor: &str,
        now: Timestamp,
    ) -> Result<WriteTx, StoreError> {
        let root = self.resolve(known).await?;
        if root == self.resolve(device).await? {
            return Err(Refusal::AlreadyThere.into());
        }
        let mut evidence = Evidence::new("subject.joined", actor, now);
        evidence.subject = Some(root);
        evidence.private = serde_json::json!({ "joined": device.to_hex() });
        let mut tx = self.begin(evidence)?;
        let entry_id = tx.entry_id();
        tx.push(
            Statement::new(
                "INSERT INTO links (tenant, token, into_token, entry_id, arrival, at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, token, into_token) DO UPDATE SET entry_id = excluded.entry_id, arrival = excluded.arrival, at = excluded.at",
                vec![
                    self.tenant().into(),
                    device.into(),
                    root.into(),
                    entry_id.into(),
                    Value::Arrival(None),
                    now.as_millisecond().into(),
                ],
            ),
        );
        Ok(tx)
    }
}

impl WriteTx {
    /// Keeps the identifier, sealed, unless it is kept already. One that is kept is written again as it is, which holds it
    /// until the commit: an erasure comes before or after this write.
    pub fn register(&mut self, token: SubjectToken, identifier: &Identifier, now: Timestamp) {
        // PostgreSQL does not write a row twice in one statement.
        if self.registers(token) {
            return;
        }
        let statement = Statement::new(
            "INSERT INTO subjects (tenant, token, kind, sealed_identifier, key_id, profile, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant, token) DO UPDATE SET kind = excluded.kind",
            vec![
                self.store().tenant().into(),
                token.into(),
                identifier.kind().into(),
                Value::Bytes(None),
                Value::Bytes(None),
                Value::Text(None),
                now.as_millisecond().into(),
            ],
        );
        let plain = Zeroizing::new(identifier.value().as_bytes().to_vec());
        let sealing = Sealing {
            subject: Some(token),
            key_at: Some(4),
            parts: vec![SealedPart {
                at: 3,
                purpose: IDENTIFIER,
                id: token.0.to_vec(),
                plain,
            }],
        };
        self.push_step(Step::sealed(statement, sealing).registering(token));
    }

    /// Sets what decisions know of a registered subject. The write is refused if there is no such subject.
    pub fn set_profile(
        &mut self,
        token: SubjectToken,
        profile: &Profile,
    ) -> Result<(), StoreError> {
        let json = serde_json::to_string(profile)
            .map_err(|error| StoreError::corrupt("profile", error))?;
        let params = vec![self.store().tenant().into(), token.into(), json.into()];
        self.push(
            Statement::new(
                "UPDATE subjects SET profile = $3 WHERE tenant = $1 AND token = $2",
                params,
            )
            .or_refuse(Refusal::NotThere),
        );
        Ok(())
    }

    /// What the write is known by, for other rows that belong to it.
    pub fn entry_id(&self) -> EntryId {
        self.first_entry()
    }
}

pub(crate) fn parse_profile(json: &str) -> Result<Profile, StoreError> {
    serde_json::from_str(json).map_err(|_| StoreError::corrupt("profile", "it is not a profile"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_number_has_one_spelling() {
        for written in ["+442079460010", "+44 20 7946 0010", "+44 (0)20 7946-0010"] {
            let phone = Identifier::new("phone", written).unwrap();
            assert_eq!(phone.value(), "+442079460010", "{written}");
        }
    }
}
