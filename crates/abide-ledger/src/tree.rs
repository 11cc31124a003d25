//! The tree over leaf hashes, kept as its right edge: grows by appending and knows its root at any moment.
//! Never holds more than one hash a level, and never changes a hash it has given out.

use std::collections::BTreeMap;

use crate::error::LedgerError;
use crate::hash::{Hash, node_hash};

/// The largest tree: far beyond any log, and small enough that no sum of places overflows or leaves SQL's integers.
pub const MAX_SIZE: u64 = 1 << 62;

/// The place of a complete subtree: `2^level` leaves, beginning at leaf `index * 2^level`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Height; 0 is a leaf.
    pub level: u8,
    /// Number among the subtrees of this height, from the left.
    pub index: u64,
}

/// A complete subtree and its hash. It never changes, however the tree grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// Where it stands.
    pub position: Position,
    /// Its hash.
    pub hash: Hash,
}

/// Where the hashes of complete subtrees are read from.
pub trait HashReader {
    /// The hash of the complete subtree at `position`, if it is at hand.
    fn hash_at(&self, position: Position) -> Option<Hash>;
}

impl HashReader for BTreeMap<Position, Hash> {
    fn hash_at(&self, position: Position) -> Option<Hash> {
        self.get(&position).copied()
    }
}

/// A tree as its size and the hashes of the complete subtrees that it splits into, largest first: all that appending
/// and the root need (RFC 6962 §2.1; also called a compact range).
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// A tree without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Append one leaf hash.
    pub fn append(&mut self, leaf: Hash) {
        self.append_with(leaf, |_| ());
    }

    /// Append one leaf hash and hand each subtree that becomes complete to `keep`: the leaf first, then upwards.
    /// A log stores these; those at levels 0, 8, 16 … are enough, see [`crate::Tile`].
    pub fn append_with(&mut self, leaf: Hash, mut keep: impl FnMut(Node)) {
        let (mut hash, mut level, mut index) = (leaf, 0, self.size);
        let node = |level, index, hash| Node {
            position: Position { level, index },
            hash,
        };
        keep(node(level, index, hash));
        // Each trailing one bit of the size is a complete left neighbour.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                hash = node_hash(&left, &hash);
                level += 1;
                index >>= 1;
                keep(node(level, index, hash));
            }
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The root of the tree: RFC 6962's `MTH`.
    pub fn root(&self) -> Hash {
        fold(&self.peaks).unwrap_or_else(Hash::of_empty_tree)
    }

    /// Where the hashes stand that a frontier of `size` consists of: what to fetch for [`Frontier::read`].
    pub fn positions(size: u64) -> Vec<Position> {
        complete_subtrees(0, size.min(MAX_SIZE)).collect()
    }

    /// The frontier of the first `size` leaves, from stored hashes.
    pub fn read(size: u64, reader: &impl HashReader) -> Result<Self, LedgerError> {
        check_size(size)?;
        let peaks = complete_subtrees(0, size)
            .map(|position| read(reader, position))
            .collect::<Result<_, _>>()?;
        Ok(Self { size, peaks })
    }

    /// Size, big-endian, then the hashes, largest subtree first.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.size.to_be_bytes().to_vec();
        bytes.extend(self.peaks.iter().flat_map(|peak| peak.0));
        bytes
    }

    /// Reads [`Frontier::to_bytes`] back. The hashes are not checked against anything: compare the root.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LedgerError> {
        let wrong = |why: &str| LedgerError::malformed("frontier", why);
        let (size, hashes) = bytes
            .split_first_chunk()
            .ok_or_else(|| wrong("it is shorter than its size field"))?;
        let size = u64::from_be_bytes(*size);
        check_size(size)?;
        if hashes.len() != size.count_ones() as usize * Hash::BYTES {
            return Err(wrong("the number of hashes does not fit the size"));
        }
        let peaks = hashes
            .chunks_exact(Hash::BYTES)
            .map(Hash::try_from)
            .collect::<Result<_, _>>()?;
        Ok(Self { size, peaks })
    }
}

/// The root over these leaf hashes, in one pass and without keeping them. For an auditor who holds every entry.
pub fn audit(leaves: impl IntoIterator<Item = Hash>) -> Hash {
    let mut frontier = Frontier::new();
    for leaf in leaves {
        frontier.append(leaf);
    }
    frontier.root()
}

/// The complete subtrees that leaves `begin..end` split into, from the left. `begin` is a multiple of the largest
/// power of two that fits the range, as it is for every range of a proof.
pub(crate) fn complete_subtrees(begin: u64, end: u64) -> impl Iterator<Item = Position> {
    let mut at = begin;
    std::iter::from_fn(move || {
        let level = (end - at).checked_ilog2()?;
        let index = at >> level;
        at += 1 << level;
        Some(Position {
            level: level as u8,
            index,
        })
    })
}

/// The hash of leaves `begin..end` from stored hashes; see [`complete_subtrees`] for what `begin` may be.
pub(crate) fn range_hash(
    begin: u64,
    end: u64,
    reader: &impl HashReader,
) -> Result<Hash, LedgerError> {
    let peaks: Vec<Hash> = complete_subtrees(begin, end)
        .map(|position| read(reader, position))
        .collect::<Result<_, _>>()?;
    Ok(fold(&peaks).unwrap_or_else(Hash::of_empty_tree))
}

/// One hash from those of neighbouring subtrees, largest first: the small ones on the right join first.
fn fold(peaks: &[Hash]) -> Option<Hash> {
    let (last, rest) = peaks.split_last()?;
    Some(
        rest.iter()
            .rev()
            .fold(*last, |right, left| node_hash(left, &right)),
    )
}

fn read(reader: &impl HashReader, position: Position) -> Result<Hash, LedgerError> {
    let Position { level, index } = position;
    reader
        .hash_at(position)
        .ok_or(LedgerError::MissingHash { level, index })
}

/// An error for a size that no log of ours can have.
pub(crate) fn check_size(size: u64) -> Result<(), LedgerError> {
    if size > MAX_SIZE {
        return Err(LedgerError::malformed(
            "tree size",
            format!("{size} is beyond the largest tree"),
        ));
    }
    Ok(())
}
