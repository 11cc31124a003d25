//! Sweeps of other people's databases: which were begun and not settled. Never says what was swept; that is the evidence's.

use crate::Store;
use crate::error::{Refusal, StoreError};
use crate::evidence::{EntryId, Evidence};
use crate::statement::Statement;

impl Store {
    /// Records that a sweep of a source is about to begin, with its evidence; on disk when it answers. The answer is what
    /// its markers in the source are called by.
    pub async fn begin_sweep(
        &self,
        source: &str,
        evidence: Evidence,
    ) -> Result<EntryId, StoreError> {
        let at = evidence.now.as_millisecond();
        let mut tx = self.begin(evidence)?;
        let id = tx.entry_id();
        tx.push(Statement::new(
            "INSERT INTO sweeps (tenant, sweep_id, source, at) VALUES ($1, $2, $3, $4)",
            vec![self.tenant().into(), id.into(), source.into(), at.into()],
        ));
        tx.commit().await?;
        Ok(id)
    }

    /// Records what came of a sweep, with its evidence, once: one that somebody else has settled is refused as
    /// [`Refusal::Changed`], so that no batch is told twice.
    pub async fn settle_sweep(&self, id: EntryId, evidence: Evidence) -> Result<(), StoreError> {
        let mut tx = self.begin(evidence)?;
        let params = vec![self.tenant().into(), id.into()];
        tx.push(
            Statement::new(
                "DELETE FROM sweeps WHERE tenant = $1 AND sweep_id = $2",
                params,
            )
            .or_refuse(Refusal::Changed),
        );
        tx.commit().await?;
        Ok(())
    }

    /// The sweeps of a source that were begun and not settled, oldest first.
    pub async fn open_sweeps(&self, source: &str) -> Result<Vec<EntryId>, StoreError> {
        let sql = "SELECT sweep_id FROM sweeps WHERE tenant = $1 AND source = $2 ORDER BY sweep_id";
        let params = vec![self.tenant().into(), source.into()];
        let rows = self.engine().rows("reading sweeps", sql, params).await?;
        rows.iter().map(|row| row.array(0).map(EntryId)).collect()
    }
}
