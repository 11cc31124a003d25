//! One entry's place in a signed log as a text file, after C2SP `tlog-proof`: index, hashes, checkpoint.
//! Never believes its own extra data: that is not signed.

use std::fmt;
use std::str::FromStr;

use crate::checkpoint::Checkpoint;
use crate::error::LedgerError;
use crate::hash::Hash;
use crate::keyring::KeyRing;
use crate::note::{Note, Verifier};
use crate::proof::verify_inclusion;
use crate::text::{parse_base64, parse_decimal, to_base64};

/// First line of every proof.
pub(crate) const PROOF_FORMAT: &str = "c2sp.org/tlog-proof@v1";

/// That an entry stands in a log, with everything that it takes to check it but the entry and a trusted key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogProof {
    /// Number of the entry in the log.
    pub index: u64,
    /// Further bytes, not signed; our logs put the leaf data here where a proof is to stand alone.
    pub extra: Option<Vec<u8>>,
    /// The inclusion proof, from the leaf's sibling to the root's child.
    pub hashes: Vec<Hash>,
    /// The signed checkpoint whose tree holds the entry.
    pub checkpoint: Note,
}

impl TlogProof {
    /// Whether the leaf with this hash stands at the index, under a checkpoint that a key of the ring vouches for.
    /// Gives the checkpoint and the keys.
    pub fn verify<'a>(
        &self,
        leaf: &Hash,
        ring: &'a KeyRing,
    ) -> Result<(Checkpoint, Vec<&'a Verifier>), LedgerError> {
        self.check_place(leaf)?;
        ring.open(&self.checkpoint)
    }

    /// Whether the hashes lead from the leaf to the root that the checkpoint states, whoever signed it.
    pub(crate) fn check_place(&self, leaf: &Hash) -> Result<Checkpoint, LedgerError> {
        let checkpoint: Checkpoint = self.checkpoint.text().parse()?;
        let Checkpoint { size, root, .. } = &checkpoint;
        verify_inclusion(leaf, self.index, *size, root, &self.hashes)?;
        Ok(checkpoint)
    }
}

impl fmt::Display for TlogProof {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{PROOF_FORMAT}")?;
        if let Some(extra) = &self.extra {
            writeln!(out, "extra {}", to_base64(extra))?;
        }
        writeln!(out, "index {}", self.index)?;
        self.hashes
            .iter()
            .try_for_each(|hash| writeln!(out, "{hash}"))?;
        write!(out, "\n{}", self.checkpoint)
    }
}

impl FromStr for TlogProof {
    type Err = LedgerError;

    fn from_str(text: &str) -> Result<Self, LedgerError> {
        let wrong = |why: &str| LedgerError::malformed("proof", why);
        let (head, checkpoint) = text
            .split_once("\n\n")
            .ok_or_else(|| wrong("no empty line before the checkpoint"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(PROOF_FORMAT) {
            return Err(wrong("its first line is not `c2sp.org/tlog-proof@v1`"));
        }
        let extra = lines
            .next_if(|line| line.starts_with("extra "))
            .map(|line| parse_base64("proof", "extra data", &line["extra ".len()..]))
            .transpose()?;
        let index = lines
            .next()
            .and_then(|line| line.strip_prefix("index "))
            .ok_or_else(|| wrong("it has no line `index`"))?;
        let checkpoint = Note::parse(checkpoint)?;
        checkpoint.text().parse::<Checkpoint>()?;
        Ok(Self {
            index: parse_decimal("proof", index)?,
            extra,
            hashes: lines.map(Hash::from_base64).collect::<Result<_, _>>()?,
            checkpoint,
        })
    }
}
