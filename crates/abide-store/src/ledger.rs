//! Reading the log: checkpoints, tiles, proofs and receipts. Serves only what was signed and stored.

use abide_ledger::{
    Checkpoint, Hash, Note, Receipt, Rotation, Tile, TileKind, TlogProof, consistency_positions,
    consistency_proof, entries_to_bytes, inclusion_positions, inclusion_proof,
};

use crate::Store;
use crate::error::{Refusal, StoreError};
use crate::evidence::EntryId;
use crate::statement::Value;
use crate::subject::SubjectToken;
use crate::tile::int;

/// A signed checkpoint as it is stored and served.
#[derive(Clone, Debug)]
pub struct SignedCheckpoint {
    /// What it states.
    pub checkpoint: Checkpoint,
    /// The note, to the byte.
    pub note: String,
}

impl Store {
    /// The last checkpoint, if anything has a number yet.
    pub async fn checkpoint(&self) -> Result<Option<SignedCheckpoint>, StoreError> {
        let row = self
            .engine()
            .row(
                "reading the log",
                "SELECT note FROM checkpoints WHERE tenant = $1 ORDER BY number DESC LIMIT 1",
                vec![self.tenant().into()],
            )
            .await?;
        row.map(|row| parse_checkpoint(row.text(0)?)).transpose()
    }

    /// Every checkpoint there is, oldest first, `limit` of them from `number` on.
    pub async fn checkpoints(
        &self,
        number: u64,
        limit: u32,
    ) -> Result<Vec<SignedCheckpoint>, StoreError> {
        let rows = self
            .engine()
            .rows(
                "reading the log",
                "SELECT note FROM checkpoints WHERE tenant = $1 AND number >= $2 ORDER BY number LIMIT $3",
                vec![self.tenant().into(), int(number).into(), i64::from(limit).into()],
            )
            .await?;
        rows.iter()
            .map(|row| parse_checkpoint(row.text(0)?))
            .collect()
    }

    /// The number of an entry, once it has one.
    pub async fn number_of(&self, id: EntryId) -> Result<Option<u64>, StoreError> {
        let row = self
            .engine()
            .row(
                "reading the log",
                "SELECT seq FROM sequence WHERE tenant = $1 AND entry_id = $2",
                vec![self.tenant().into(), id.into()],
            )
            .await?;
        row.map(|row| row.size(0)).transpose()
    }

    /// The entries from number `first` on, at most `limit`, in order.
    pub async fn entries(&self, first: u64, limit: u32) -> Result<Vec<EntryId>, StoreError> {
        let rows = self
            .engine()
            .rows(
                "reading the log",
                "SELECT entry_id FROM sequence WHERE tenant = $1 AND seq >= $2 ORDER BY seq LIMIT $3",
                vec![self.tenant().into(), int(first).into(), i64::from(limit).into()],
            )
            .await?;
        rows.iter().map(|row| row.array(0).map(EntryId)).collect()
    }

    /// The content of a tile: hashes, or the entries under it. Nothing where the last checkpoint has no such tile.
    pub async fn tile(&self, tile: Tile) -> Result<Option<Vec<u8>>, StoreError> {
        let size = self
            .checkpoint()
            .await?
            .map_or(0, |last| last.checkpoint.size);
        let there = Tile::of(tile.kind(), tile.index(), size);
        if there.is_none_or(|there| there.width() < tile.width()) {
            return Ok(None);
        }
        match tile.kind() {
            TileKind::Hashes(_) => self.tile_bytes(tile).await,
            TileKind::Entries => self.entry_bundle(tile).await.map(Some),
        }
    }

    async fn entry_bundle(&self, tile: Tile) -> Result<Vec<u8>, StoreError> {
        let leaves = self
            .leaf_data(tile.index() * 256, tile.width().into())
            .await?;
        Ok(entries_to_bytes(leaves.iter().map(String::as_bytes))?)
    }

    /// Leaf data of the entries from number `first` on, at most `limit`, in order.
    pub async fn leaf_data(&self, first: u64, limit: u32) -> Result<Vec<String>, StoreError> {
        let rows = self
            .engine()
            .rows(
                "reading the log",
                "SELECT e.public, e.commitment FROM sequence s JOIN evidence e ON e.tenant = s.tenant AND e.id = s.entry_id WHERE s.tenant = $1 AND s.seq >= $2 ORDER BY s.seq LIMIT $3",
                vec![self.tenant().into(), int(first).into(), i64::from(limit).into()],
            )
            .await?;
        rows.iter()
            .map(|row| {
                // Put together rather than parsed: an audit checks it against the tree.
                let commitment = Hash(row.array(1)?);
                Ok(format!(
                    "{}\n{}\n{commitment}\n",
                    abide_ledger::LEAF_FORMAT,
                    row.text(0)?
                ))
            })
            .collect()
    }

    /// The proof that entry `index` is in the tree of `size` entries.
    pub async fn inclusion(&self, index: u64, size: u64) -> Result<Vec<Hash>, StoreError> {
        self.check_signed(size).await?;
        let positions = inclusion_positions(index, size).map_err(|_| Refusal::NotThere)?;
        let tiles = self.tiles(&positions, size).await?;
        Ok(inclusion_proof(index, size, &tiles)?)
    }

    /// The proof that the tree of `new` entries begins with the tree of `old`.
    pub async fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, StoreError> {
        self.check_signed(new).await?;
        let positions = consistency_positions(old, new).map_err(|_| Refusal::NotThere)?;
        let tiles = self.tiles(&positions, new).await?;
        Ok(consistency_proof(old, new, &tiles)?)
    }

    /// Nothing is said of entries that no checkpoint covers.
    async fn check_signed(&self, size: u64) -> Result<(), StoreError> {
        let signed = self
            .checkpoint()
            .await?
            .map_or(0, |last| last.checkpoint.size);
        if size > signed {
            return Err(Refusal::NotThere.into());
        }
        Ok(())
    }

    /// The receipt of an entry, once it has a number: with private part, salt and what was shown for as long as the
    /// subject's key exists. For the subject's own eyes; [`Store::public_receipt`] is for anyone's.
    pub async fn receipt(&self, id: EntryId) -> Result<Option<Receipt>, StoreError> {
        let Some(receipt) = self.public_receipt(id).await? else {
            return Ok(None);
        };
        let opened = self.entry(id).await?.and_then(|entry| entry.opened);
        let Some((salt, private)) = opened else {
            return Ok(Some(receipt));
        };
        let private =
            std::str::from_utf8(&private).map_err(|error| StoreError::corrupt("entry", error))?;
        let receipt = receipt.opening(private, salt);
        Ok(Some(match self.shown_in(id).await? {
            Some(text) => receipt.showing(&text),
            None => receipt,
        }))
    }

    /// The receipt of an entry without anything private.
    pub async fn public_receipt(&self, id: EntryId) -> Result<Option<Receipt>, StoreError> {
        let (Some(index), Some(last)) = (self.number_of(id).await?, self.checkpoint().await?)
        else {
            return Ok(None);
        };
        // The number was read before the checkpoint, so the checkpoint covers it.
        let size = last.checkpoint.size;
        let Some(entry) = self.entry(id).await? else {
            return Ok(None);
        };
        let proof = TlogProof {
            index,
            extra: None,
            hashes: self.inclusion(index, size).await?,
            checkpoint: Note::parse(&last.note)?,
        };
        Ok(Some(Receipt::new(&entry.entry, &proof)))
    }

    /// The entries about a subject and everyone joined into it, oldest first.
    pub async fn receipts(&self, subject: SubjectToken) -> Result<Vec<EntryId>, StoreError> {
        let mut found = Vec::new();
        for token in self.family(subject).await? {
            let rows = self
                .engine()
                .rows(
                    "reading evidence",
                    "SELECT arrival, id FROM evidence WHERE tenant = $1 AND subject = $2 ORDER BY arrival",
                    vec![self.tenant().into(), token.into()],
                )
                .await?;
            for row in rows {
                found.push((row.int(0)?, EntryId(row.array(1)?)));
            }
        }
        found.sort_unstable();
        Ok(found.into_iter().map(|(_, id)| id).collect())
    }

    /// Statements by which signing keys named their successors, oldest first.
    pub async fn rotations(&self) -> Result<Vec<Note>, StoreError> {
        let sql = "SELECT statement FROM key_rotations WHERE tenant = $1 ORDER BY number";
        let params: Vec<Value> = vec![self.tenant().into()];
        let rows = self.engine().rows("reading the log", sql, params).await?;
        rows.iter()
            .map(|row| {
                let note = Note::parse(&row.text(0)?)?;
                note.text().parse::<Rotation>()?;
                Ok(note)
            })
            .collect()
    }
}

fn parse_checkpoint(note: String) -> Result<SignedCheckpoint, StoreError> {
    let checkpoint = Note::parse(&note)?.text().parse()?;
    Ok(SignedCheckpoint { checkpoint, note })
}
