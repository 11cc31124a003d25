//! The whole log for an auditor, as lines. Never holds a private part.

use std::collections::BTreeSet;

use abide_ledger::{BundleHeader, KeyRing, Note, bundle_line};

use crate::Store;
use crate::error::StoreError;
use crate::keys::KeyKind;
use crate::sequencer::signer;
use crate::tile::int;

/// How many checkpoints are read at a time.
const AT_ONCE: u32 = 1000;

impl Store {
    /// The first line of a bundle, and how many entries follow: those that the last checkpoint covers.
    pub async fn bundle_header(&self) -> Result<(String, u64), StoreError> {
        let mut checkpoints = Vec::new();
        let mut size = 0;
        loop {
            let page = self.checkpoints(checkpoints.len() as u64, AT_ONCE).await?;
            if page.is_empty() {
                break;
            }
            for signed in page {
                size = signed.checkpoint.size;
                checkpoints.push(signed.note);
            }
        }
        let ring = self.key_ring().await?;
        let vkeys = ring.verifiers().map(ToString::to_string).collect();
        let rotations = self
            .rotations()
            .await?
            .iter()
            .map(Note::to_string)
            .collect();
        let header = BundleHeader::new(vkeys, rotations, checkpoints);
        Ok((header.to_line()?, size))
    }

    /// Lines of the entries from number `first` on, at most `limit` and below `size`.
    pub async fn bundle_lines(
        &self,
        first: u64,
        limit: u32,
        size: u64,
    ) -> Result<Vec<String>, StoreError> {
        let limit = u64::from(limit).min(size.saturating_sub(first));
        let leaves = self
            .leaf_data(first, u32::try_from(limit).unwrap_or(u32::MAX))
            .await?;
        leaves
            .iter()
            .map(|leaf| Ok(bundle_line(&abide_ledger::Entry::parse(leaf)?)))
            .collect()
    }

    /// Signs a text with the log's current key, under the name of its origin. The text says by its first line what it is, so
    /// that it is never taken for a checkpoint.
    pub async fn sign(&self, text: &str) -> Result<Note, StoreError> {
        let origin = self.origins().await?.pop();
        let origin = origin.ok_or_else(|| StoreError::corrupt("log", "it has no name"))?;
        let keys = self.keys();
        let signer = signer(&origin, keys.current(KeyKind::Signing)?)?;
        Ok(Note::sign(text, &[&signer])?)
    }

    /// The log's own keys, under the names of every origin that it has had.
    pub async fn key_ring(&self) -> Result<KeyRing, StoreError> {
        let mut ring = KeyRing::new();
        for origin in self.origins().await? {
            for key in self.keys().all(KeyKind::Signing) {
                ring.trust(signer(&origin, key)?.verifier().clone());
            }
        }
        Ok(ring)
    }

    /// The log's origin, behind those that it continues.
    pub async fn origins(&self) -> Result<Vec<String>, StoreError> {
        let rows = self
            .engine()
            .rows(
                "reading the log",
                "SELECT origin, min(number) FROM checkpoints WHERE tenant = $1 GROUP BY origin UNION ALL SELECT origin, $2 FROM logs WHERE tenant = $1 ORDER BY 2",
                vec![self.tenant().into(), int(u64::MAX).into()],
            )
            .await?;
        let mut origins = Vec::new();
        let mut known = BTreeSet::new();
        for row in rows {
            let origin = row.text(0)?;
            if known.insert(origin.clone()) {
                origins.push(origin);
            }
        }
        Ok(origins)
    }
}
