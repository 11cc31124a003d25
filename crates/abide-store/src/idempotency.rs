//! Answers kept with the writes they answer, so that a request sent twice does its work once. The first writer wins, in
//! the same transaction as its write. Never keeps an answer without the write, nor anything of the request but keyed
//! hashes: its path and body may name a person.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::Store;
use crate::error::{Refusal, StoreError};
use crate::keys::{KeyKind, Secret};
use crate::statement::Statement;
use crate::write::WriteTx;

/// A request that its sender may repeat, as hashes under every token key, oldest first. Without the keys it says nothing of
/// who sent what.
#[derive(Clone, PartialEq, Eq)]
pub struct RepeatableRequest(Vec<Hashed>);

/// One request under one key.
#[derive(Clone, PartialEq, Eq)]
struct Hashed {
    key: [u8; 32],
    route: [u8; 32],
    body: [u8; 32],
}

impl std::fmt::Debug for RepeatableRequest {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("RepeatableRequest(…)")
    }
}

impl RepeatableRequest {
    /// The same request's part of this number, for work that takes several writes. Part 0 is the request itself, so that its
    /// key is taken for anything else.
    pub(crate) fn part(&self, number: usize) -> Self {
        let mut parts = self.clone();
        if number > 0 {
            for hashed in &mut parts.0 {
                let key = Sha256::new().chain_update(hashed.key);
                hashed.key = key
                    .chain_update((number as u64).to_be_bytes())
                    .finalize()
                    .into();
            }
        }
        parts
    }
}

impl Hashed {
    fn new(secret: &Secret, tenant: &str, [key, route, body]: [&[u8]; 3]) -> Self {
        let hash = |what: &str, text: &[u8]| {
            secret.mac(&[b"repeatable", tenant.as_bytes(), what.as_bytes(), text])
        };
        Self {
            key: hash("key", key),
            route: hash("route", route),
            body: hash("body", body),
        }
    }
}

/// An answer as it was given.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// HTTP status.
    pub status: u16,
    /// The body, to the byte.
    pub body: Vec<u8>,
}

impl std::fmt::Debug for KeptAnswer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "KeptAnswer({}, {} bytes)",
            self.status,
            self.body.len()
        )
    }
}

impl Store {
    /// A request that may come again: its idempotency key, made unique among senders by whoever received it, its method and
    /// path, and its body.
    pub fn repeatable(
        &self,
        key: &str,
        route: &str,
        body: &[u8],
    ) -> Result<RepeatableRequest, StoreError> {
        let keys = self.keys();
        keys.current(KeyKind::Token)?;
        let request = [key.as_bytes(), route.as_bytes(), body];
        let under = |key: &crate::keys::Key| Hashed::new(&key.secret, self.tenant(), request);
        Ok(RepeatableRequest(
            keys.all(KeyKind::Token).map(under).collect(),
        ))
    }

    /// The answer to the same request, if it was given before. A key that was used with another route or body is refused.
    pub async fn kept_answer(
        &self,
        request: &RepeatableRequest,
    ) -> Result<Option<KeptAnswer>, StoreError> {
        // Also under older keys: the request may have come before they were changed.
        for hashed in request.0.iter().rev() {
            if let Some(kept) = self.kept_under(hashed).await? {
                return Ok(Some(kept));
            }
        }
        Ok(None)
    }

    async fn kept_under(&self, hashed: &Hashed) -> Result<Option<KeptAnswer>, StoreError> {
        let row = self
            .engine()
            .row(
                "reading an answer",
                "SELECT route, body_hash, status, response FROM idempotency WHERE tenant = $1 AND key = $2",
                vec![self.tenant().into(), crate::hex::encode(&hashed.key).into()],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        if row.text(0)? != crate::hex::encode(&hashed.route) || row.bytes(1)? != hashed.body {
            return Err(Refusal::IdempotencyMismatch.into());
        }
        let status = u16::try_from(row.int(2)?)
            .map_err(|_| StoreError::corrupt("answer", "its status is none"))?;
        let body = row.bytes(3)?;
        Ok(Some(KeptAnswer { status, body }))
    }

    /// Forgets answers given before `before`; how old they get is the caller's promise to its clients.
    pub async fn forget_answers(
        &self,
        before: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin_housekeeping(now)?;
        tx.push(Statement::new(
            "DELETE FROM idempotency WHERE tenant = $1 AND at < $2",
            vec![self.tenant().into(), before.as_millisecond().into()],
        ));
        tx.commit().await.map(drop)
    }
}

impl WriteTx {
    /// Keeps the answer to the request that this write serves. If another write with the same key was quicker, this one is
    /// refused as [`Refusal::IdempotencyTaken`] and [`Store::kept_answer`] has the answer.
    pub fn keep_answer(
        &mut self,
        request: &RepeatableRequest,
        answer: &KeptAnswer,
        now: Timestamp,
    ) {
        // There is always a token key: a request is made with one.
        let Some(hashed) = request.0.last() else {
            return;
        };
        let params = vec![
            self.store().tenant().into(),
            crate::hex::encode(&hashed.key).into(),
            crate::hex::encode(&hashed.route).into(),
            hashed.body.into(),
            i64::from(answer.status).into(),
            answer.body.clone().into(),
            now.as_millisecond().into(),
        ];
        self.push(
            Statement::new(
                "INSERT INTO idempotency (tenant, key, route, body_hash, status, response, at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
                params,
            )
            .or_refuse(Refusal::IdempotencyTaken),
        );
    }
}
