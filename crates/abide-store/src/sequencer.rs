//! Gives entries their numbers, grows the tree and signs it. One holder at a time by a lease, and whoever it is: a size
//! is signed once, because state, tiles, numbers and checkpoint change in one transaction or not at all.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use abide_ledger::{Checkpoint, Frontier, Hash, Note, Rotation, Signer};
use jiff::Timestamp;

use crate::Store;
use crate::disk::write_private;
use crate::engine::{Row, Transaction};
use crate::error::StoreError;
use crate::keys::{Key, KeyKind};
use crate::random::random;
use crate::restore::store_rotation;
use crate::statement::Value;
use crate::tile::{Edge, int};

/// The most entries that one step numbers.
const MAX_STEP: i64 = 4096;

/// How long a holder keeps the log without a sign of life, in milliseconds.
const LEASE_MILLISECONDS: i64 = 3_000;

/// How long a round waits for word of a write before it looks for itself: other nodes write too.
const POLL: Duration = Duration::from_millis(200);

/// The least time between rounds, so that many writes share one checkpoint.
const PACE: Duration = Duration::from_millis(50);

/// Numbers the entries of one log, as one of however many nodes would.
pub struct Sequencer {
    store: Store,
    holder: String,
    /// The lease of another as it was first seen, and when by our own clock.
    seen: Option<(i64, i64, Timestamp)>,
    /// Whether the last step failed.
    failing: bool,
}

/// A checkpoint as it is signed.
struct Signed {
    note: String,
    /// Id of the key.
    signer: String,
    /// The word of the key before for this one.
    rotation: Option<String>,
}

/// The row of a log.
struct LogState {
    origin: String,
    size: u64,
    frontier: Frontier,
    continues: Option<String>,
    signer: String,
    epoch: i64,
}

impl Sequencer {
    /// A sequencer of the store's log.
    pub fn new(store: &Store) -> Result<Self, StoreError> {
        Ok(Self {
            store: store.clone(),
            holder: crate::hex::encode(&random::<8>()?),
            seen: None,
            failing: false,
        })
    }

    /// Numbers what is waiting. Gives the checkpoint if there was something and the log is ours to sequence.
    ///
    /// Safe to call from anywhere at any time, also with a clock that goes back: times only decide who tries.
    pub async fn step(&mut self, now: Timestamp) -> Result<Option<Checkpoint>, StoreError> {
        if !self.has_work().await? {
            return Ok(None);
        }
        let mut transaction = self.store.engine().begin("sequencing").await?;
        let Some(log) = self.take_lease(&mut transaction, now).await? else {
            transaction.rollback().await?;
            self.observe(now).await?;
            return Ok(None);
        };
        let pending = take_pending(&mut transaction, self.store.tenant()).await?;
        if pending.is_empty() {
            transaction.commit().await?;
            return Ok(None);
        }
        let (checkpoint, note) = self.extend(&mut transaction, log, &pending, now).await?;
        transaction.commit().await?;
        self.hand_over(&note).await?;
        Ok(Some(checkpoint))
    }

    /// Steps whenever there is work, until `shutdown`, and once more then. A failed step is logged and tried again.
    pub async fn run(
        mut self,
        clock: impl Fn() -> Timestamp + Send,
        shutdown: impl Future<Output = ()> + Send,
    ) {
        let mut shutdown = pin!(shutdown);
        loop {
            let written = tokio::time::timeout(POLL, self.store.evidence_written());
            let stopping = tokio::select! {
                () = &mut shutdown => true,
                _ = written => false,
            };
            self.drain(&clock).await;
            if stopping {
                return self.release().await;
            }
            tokio::time::sleep(PACE).await;
        }
    }

    /// Steps until nothing waits. An outage is said once, when it begins, and once more when it is over.
    async fn drain(&mut self, clock: &(impl Fn() -> Timestamp + Send)) {
        loop {
            let stepped = self.step(clock()).await;
            match &stepped {
                Ok(_) if self.failing => tracing::info!("the log is extended again"),
                Err(error) if !self.failing => {
                    tracing::warn!(%error, "the log could not be extended, and will be tried again");
                }
                _ => {}
            }
            self.failing = stepped.is_err();
            if !matches!(stepped, Ok(Some(_))) {
                return;
            }
        }
    }

    /// Lets go of the log, so that another node need not wait until the lease is over.
    pub async fn release(&self) {
        let params = [self.store.tenant().into(), (&self.holder).into()];
        let released = async {
            let mut transaction = self.store.engine().begin("sequencing").await?;
            let sql = "UPDATE logs SET holder = '' WHERE tenant = $1 AND holder = $2";
            transaction.execute(sql, &params).await?;
            transaction.commit().await
        };
        if let Err(error) = released.await {
            tracing::debug!(%error, "the log could not be let go; its lease ends by itself");
        }
    }

    /// Read without a transaction, so that an idle log costs no writes.
    async fn has_work(&self) -> Result<bool, StoreError> {
        let params = vec![self.store.tenant().into()];
        let sql = "SELECT 1 FROM pending WHERE tenant = $1 LIMIT 1";
        Ok(self
            .store
            .engine()
            .row("sequencing", sql, params)
            .await?
            .is_some())
    }

    /// Takes or keeps the lease, and with it the row's lock: whoever else tries waits for this transaction.
    async fn take_lease(
        &self,
        transaction: &mut Transaction,
        now: Timestamp,
    ) -> Result<Option<LogState>, StoreError> {
        let now_ms = now.as_millisecond();
        let rows = transaction
            .rows(
                "UPDATE logs SET epoch = CASE WHEN holder = $2 THEN epoch ELSE epoch + 1 END, holder = $2, lease_until = $3 WHERE tenant = $1 AND (holder = $2 OR holder = '' OR lease_until <= $4 OR (epoch = $5 AND lease_until = $6)) RETURNING origin, size, frontier, continues, signer, epoch",
                &[
                    self.store.tenant().into(),
                    (&self.holder).into(),
                    (now_ms + LEASE_MILLISECONDS).into(),
                    now_ms.into(),
                    self.stuck(now).map(|(epoch, _)| epoch).into(),
                    self.stuck(now).map(|(_, until)| until).into(),
                ],
            )
            .await?;
        rows.first().map(LogState::read).transpose()
    }

    /// The lease of another that has not moved for a whole lease by our own clock, whatever time it names: its holder's
    /// clock may have been ahead of ours.
    fn stuck(&self, now: Timestamp) -> Option<(i64, i64)> {
        let (epoch, until, since) = self.seen?;
        let waited = now.as_millisecond() - since.as_millisecond();
        (waited >= LEASE_MILLISECONDS).then_some((epoch, until))
    }

    /// Remembers another's lease and since when it has stood so.
    async fn observe(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let params = vec![self.store.tenant().into()];
        let sql = "SELECT epoch, lease_until FROM logs WHERE tenant = $1";
        let row = self.store.engine().row("sequencing", sql, params).await?;
        let Some(row) = row else { return Ok(()) };
        let lease = (row.int(0)?, row.int(1)?);
        match self.seen {
            // A clock that went back starts the wait again.
            Some((epoch, until, since)) if (epoch, until) == lease && since <= now => {}
            _ => self.seen = Some((lease.0, lease.1, now)),
        }
        Ok(())
    }

    /// Numbers the entries behind those that have numbers, grows tree and tiles, and stores the signed checkpoint.
    async fn extend(
        &self,
        transaction: &mut Transaction,
        log: LogState,
        pending: &[Pending],
        now: Timestamp,
    ) -> Result<(Checkpoint, String), StoreError> {
        let tenant = self.store.tenant();
        let last = last_checkpoint(transaction, tenant).await?;
        log.check(last.as_ref())?;
        let mut frontier = log.frontier.clone();
        let mut edge = Edge::read(transaction, tenant, log.size).await?;
        let mut rows: Vec<Vec<Value>> = Vec::with_capacity(pending.len());
        for (seq, entry) in (log.size..).zip(pending) {
            frontier.append_with(entry.leaf_hash, |node| edge.keep(&node));
            rows.push(vec![
                tenant.into(),
                int(seq).into(),
                entry.id.clone().into(),
                entry.leaf_hash.0.into(),
            ]);
        }
        let rows: Vec<&[Value]> = rows.iter().map(Vec::as_slice).collect();
        let head = "INSERT INTO sequence (tenant, seq, entry_id, leaf_hash)";
        transaction.insert(head, "", &rows).await?;
        edge.write(transaction, tenant).await?;
        let checkpoint = Checkpoint {
            origin: log.origin.clone(),
            size: frontier.size(),
            root: frontier.root(),
            extensions: log.continues.iter().cloned().collect(),
        };
        let signed = self.sign(&checkpoint, &log.signer)?;
        if let Some(statement) = &signed.rotation {
            store_rotation(transaction, tenant, statement, now).await?;
        }
        let number = last.map_or(0, |last| last.number + 1);
        log.store_checkpoint(transaction, tenant, &checkpoint, number, &signed.note, now)
            .await?;
        log.advance(transaction, tenant, &frontier, &signed.signer)
            .await?;
        Ok((checkpoint, signed.note))
    }

    /// Signs with the current key. The first checkpoint after a rotation bears both signatures, and with it goes the old
    /// key's word for its successor.
    fn sign(&self, checkpoint: &Checkpoint, last: &str) -> Result<Signed, StoreError> {
        let keys = self.store.keys();
        let current = keys.current(KeyKind::Signing)?;
        let successor = signer(&checkpoint.origin, current)?;
        if last == current.id {
            return Ok(Signed {
                note: checkpoint.sign(&[&successor])?.to_string(),
                signer: current.id.clone(),
                rotation: None,
            });
        }
        // A node that missed a rotation must not sign with a key that is retired.
        let previous = keys.find(KeyKind::Signing, last).ok_or_else(|| {
            StoreError::Keys(format!(
                "the log is signed with key `{last}`, which this key file lacks; use the key file of the other nodes"
            ))
        })?;
        let previous = signer(&checkpoint.origin, previous)?;
        let rotation = Rotation {
            from: previous.verifier().clone(),
            to: successor.verifier().clone(),
            retire_at: Some(checkpoint.size),
        };
        Ok(Signed {
            note: checkpoint.sign(&[&previous, &successor])?.to_string(),
            signer: current.id.clone(),
            rotation: Some(rotation.sign(&previous)?.to_string()),
        })
    }

    /// Leaves the checkpoint beside the keys, from where a store that was lost and restored takes it up.
    async fn hand_over(&self, note: &str) -> Result<(), StoreError> {
        let Some(path) = self.store.last_checkpoint().cloned() else {
            return Ok(());
        };
        let note = note.to_owned();
        let wrote =
            tokio::task::spawn_blocking(move || write_private(&path, note.as_bytes())).await;
        match wrote {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::warn!(%error, "the last checkpoint could not be left beside the keys")
            }
            Err(_) => return Err(StoreError::Closed),
        }
        Ok(())
    }
}

/// The signer of a log: named by its origin, as C2SP `tlog-checkpoint` advises.
pub(crate) fn signer(origin: &str, key: &Key) -> Result<Signer, StoreError> {
    Ok(Signer::from_seed(origin, key.secret.bytes())?)
}

/// An entry that waits for its number.
struct Pending {
    arrival: i64,
    id: Vec<u8>,
    leaf_hash: Hash,
}

/// Takes the oldest entries out of the set of those without a number.
async fn take_pending(
    transaction: &mut Transaction,
    tenant: &str,
) -> Result<Vec<Pending>, StoreError> {
    let rows = transaction
        .rows(
            "DELETE FROM pending WHERE tenant = $1 AND arrival IN (SELECT arrival FROM pending WHERE tenant = $1 ORDER BY arrival LIMIT $2) RETURNING arrival, entry_id, leaf_hash",
            &[tenant.into(), MAX_STEP.into()],
        )
        .await?;
    let pending = rows.iter().map(|row| {
        Ok(Pending {
            arrival: row.int(0)?,
            id: row.bytes(1)?,
            leaf_hash: Hash(row.array(2)?),
        })
    });
    let mut pending = pending.collect::<Result<Vec<_>, StoreError>>()?;
    pending.sort_unstable_by_key(|entry| entry.arrival);
    Ok(pending)
}

/// A checkpoint as stored.
struct LastCheckpoint {
    number: i64,
    checkpoint: Checkpoint,
}

async fn last_checkpoint(
    transaction: &mut Transaction,
    tenant: &str,
) -> Result<Option<LastCheckpoint>, StoreError> {
    let rows = transaction
        .rows(
            "SELECT number, note FROM checkpoints WHERE tenant = $1 ORDER BY number DESC LIMIT 1",
            &[tenant.into()],
        )
        .await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    Ok(Some(LastCheckpoint {
        number: row.int(0)?,
        checkpoint: Note::parse(&row.text(1)?)?.text().parse()?,
    }))
}

impl LogState {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            origin: row.text(0)?,
            size: row.size(1)?,
            frontier: Frontier::from_bytes(&row.bytes(2)?)?,
            continues: row.maybe_text(3)?,
            signer: row.text(4)?,
            epoch: row.int(5)?,
        })
    }

    /// What is read is held against what was signed before anything more is signed.
    fn check(&self, last: Option<&LastCheckpoint>) -> Result<(), StoreError> {
        let signed = last
            .map(|last| &last.checkpoint)
            .filter(|last| last.origin == self.origin);
        let fits = signed
            .is_none_or(|signed| signed.size == self.size && signed.root == self.frontier.root());
        if self.frontier.size() != self.size || !fits {
            return Err(StoreError::Corrupt(
                "the stored tree is not the one that was signed last; restore a backup".into(),
            ));
        }
        Ok(())
    }

    async fn store_checkpoint(
        &self,
        transaction: &mut Transaction,
        tenant: &str,
        checkpoint: &Checkpoint,
        number: i64,
        note: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        transaction
            .execute(
                "INSERT INTO checkpoints (tenant, number, origin, size, note, signed_at) VALUES ($1, $2, $3, $4, $5, $6)",
                &[
                    tenant.into(),
                    number.into(),
                    (&checkpoint.origin).into(),
                    int(checkpoint.size).into(),
                    note.into(),
                    now.as_millisecond().into(),
                ],
            )
            .await
            .map(drop)
    }

    /// Invariant: a log is never forked. The row must still have the size, origin and epoch that were read.
    async fn advance(
        &self,
        transaction: &mut Transaction,
        tenant: &str,
        frontier: &Frontier,
        signer: &str,
    ) -> Result<(), StoreError> {
        let changed = transaction
            .execute(
                "UPDATE logs SET size = $2, frontier = $3, signer = $4 WHERE tenant = $1 AND size = $5 AND origin = $6 AND epoch = $7",
                &[
                    tenant.into(),
                    int(frontier.size()).into(),
                    frontier.to_bytes().into(),
                    signer.into(),
                    int(self.size).into(),
                    (&self.origin).into(),
                    self.epoch.into(),
                ],
            )
            .await?;
        if changed == 1 {
            Ok(())
        } else {
            Err(StoreError::Contention)
        }
    }
}

impl Store {
    /// Makes the tenant's log, under an origin that no other log has, unless there is one.
    pub(crate) async fn ensure_log(&self) -> Result<(), StoreError> {
        let doing = "making the log";
        let sql = "SELECT 1 FROM logs WHERE tenant = $1";
        let params = vec![Value::from(self.tenant())];
        if self.engine().row(doing, sql, params).await?.is_some() {
            return Ok(());
        }
        let mut transaction = self.engine().begin(doing).await?;
        let signer = self.keys().current(KeyKind::Signing)?.id.clone();
        transaction
            .execute(
                "INSERT INTO logs (tenant, origin, size, frontier, continues, signer, holder, epoch, lease_until) VALUES ($1, $2, 0, $3, NULL, $4, '', 0, 0) ON CONFLICT DO NOTHING",
                &[
                    self.tenant().into(),
                    fresh_origin(self.tenant())?.into(),
                    Frontier::new().to_bytes().into(),
                    signer.into(),
                ],
            )
            .await?;
        transaction.commit().await
    }
}

/// An origin that no other log has.
pub(crate) fn fresh_origin(tenant: &str) -> Result<String, StoreError> {
    let random = crate::hex::encode(&random::<8>()?);
    Ok(format!("abide/{tenant}/{random}"))
}
