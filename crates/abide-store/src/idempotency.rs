//! Answers kept with the writes they answer, so that a request sent twice does its work once. The first writer wins, in
//! the same transaction as its write. Never keeps an answer without the write.

use jiff::Timestamp;

use crate::Store;
use crate::error::{Refusal, StoreError};
use crate::statement::Statement;
use crate::write::WriteTx;

/// A request that its sender may repeat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepeatableRequest {
    /// The idempotency key, made unique among senders by whoever receives it.
    pub key: String,
    /// Method and route.
    pub route: String,
    /// SHA-256 of the body.
    pub body_hash: [u8; 32],
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
    /// The answer to the same request, if it was given before. A key that was used with another route or body is refused.
    pub async fn kept_answer(
        &self,
        request: &RepeatableRequest,
    ) -> Result<Option<KeptAnswer>, StoreError> {
        let row = self
            .engine()
            .row(
                "reading an answer",
                "SELECT route, body_hash, status, response FROM idempotency WHERE tenant = $1 AND key = $2",
                vec![self.tenant().into(), (&request.key).into()],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        if row.text(0)? != request.route || row.bytes(1)? != request.body_hash {
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
        let params = vec![
            self.store().tenant().into(),
            (&request.key).into(),
            (&request.route).into(),
            request.body_hash.into(),
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
