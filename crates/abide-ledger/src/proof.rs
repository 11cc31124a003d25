//! Proofs that an entry is in a tree and that one tree grew from another, made and checked.
//! Never trusts a size, an index or a hash that stands only in the proof.

use crate::error::LedgerError;
use crate::hash::{Hash, node_hash};
use crate::tree::{HashReader, Position, check_size, complete_subtrees, range_hash};

/// The proof that leaf `index` is in the tree of the first `size` leaves: RFC 6962 §2.1.1, from the leaf's sibling to the
/// root's child.
pub fn inclusion_proof(
    index: u64,
    size: u64,
    reader: &impl HashReader,
) -> Result<Vec<Hash>, LedgerError> {
    hashes(inclusion_ranges(index, size)?, reader)
}

/// The stored hashes that [`inclusion_proof`] will read: what to fetch for it.
pub fn inclusion_positions(index: u64, size: u64) -> Result<Vec<Position>, LedgerError> {
    Ok(positions(inclusion_ranges(index, size)?))
}

/// The proof that the tree of the first `new` leaves begins with the tree of the first `old`: RFC 6962 §2.1.2.
pub fn consistency_proof(
    old: u64,
    new: u64,
    reader: &impl HashReader,
) -> Result<Vec<Hash>, LedgerError> {
    hashes(consistency_ranges(old, new)?, reader)
}

/// The stored hashes that [`consistency_proof`] will read: what to fetch for it.
pub fn consistency_positions(old: u64, new: u64) -> Result<Vec<Position>, LedgerError> {
    Ok(positions(consistency_ranges(old, new)?))
}

/// Whether the leaf with this hash is number `index` of the tree with this size and root.
/// The algorithm is RFC 9162 §2.1.3.2, over the same tree.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    root: &Hash,
    proof: &[Hash],
) -> Result<(), LedgerError> {
    check_size(size)?;
    if index >= size {
        return Err(LedgerError::OutOfRange { asked: index, size });
    }
    let wrong_length = LedgerError::ProofLength { found: proof.len() };
    let (mut at, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in proof {
        if last == 0 {
            return Err(wrong_length);
        }
        if at & 1 == 1 || at == last {
            hash = node_hash(sibling, &hash);
            // A node alone at the right edge moves up until it has a left sibling.
            let up = at.trailing_zeros();
            (at, last) = (at >> up, last >> up);
        } else {
            hash = node_hash(&hash, sibling);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    if last != 0 {
        return Err(wrong_length);
    }
    same_root(&hash, root, size)
}

/// Whether the tree with `new` leaves and `new_root` begins with the tree with `old` leaves and `old_root`.
/// The algorithm is RFC 9162 §2.1.4.2. An empty old tree is an error: every tree begins with it, so it proves nothing.
pub fn verify_consistency(
    old: u64,
    new: u64,
    old_root: &Hash,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), LedgerError> {
    check_size(new)?;
    check_consistency_sizes(old, new)?;
    let wrong_length = LedgerError::ProofLength { found: proof.len() };
    if old == new {
        return match proof {
            [] => same_root(old_root, new_root, new),
            _ => Err(wrong_length),
        };
    }
    // An old tree that is one complete subtree is its own first hash, and left out of the proof.
    let (first, rest) = match (old.is_power_of_two(), proof.split_first()) {
        (true, _) => (old_root, proof),
        (false, Some(split)) => split,
        (false, None) => return Err(wrong_length),
    };
    let up = (old - 1).trailing_ones();
    let (mut at, mut last) = ((old - 1) >> up, (new - 1) >> up);
    let (mut old_hash, mut new_hash) = (*first, *first);
    for sibling in rest {
        if last == 0 {
            return Err(wrong_length);
        }
        if at & 1 == 1 || at == last {
            old_hash = node_hash(sibling, &old_hash);
            new_hash = node_hash(sibling, &new_hash);
            let up = at.trailing_zeros();
            (at, last) = (at >> up, last >> up);
        } else {
            new_hash = node_hash(&new_hash, sibling);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    if last != 0 {
        return Err(wrong_length);
    }
    same_root(&old_hash, old_root, old)?;
    same_root(&new_hash, new_root, new)
}

/// The ranges of leaves whose hashes make up an inclusion proof, in the proof's order.
fn inclusion_ranges(index: u64, size: u64) -> Result<Vec<(u64, u64)>, LedgerError> {
    check_size(size)?;
    if index >= size {
        return Err(LedgerError::OutOfRange { asked: index, size });
    }
    let (mut begin, mut end, mut ranges) = (0, size, Vec::new());
    while end - begin > 1 {
        let middle = begin + left_half(end - begin);
        if index < middle {
            ranges.push((middle, end));
            end = middle;
        } else {
            ranges.push((begin, middle));
            begin = middle;
        }
    }
    ranges.reverse();
    Ok(ranges)
}

/// The ranges of leaves whose hashes make up a consistency proof, in the proof's order.
fn consistency_ranges(old: u64, new: u64) -> Result<Vec<(u64, u64)>, LedgerError> {
    check_size(new)?;
    check_consistency_sizes(old, new)?;
    let (mut begin, mut end, mut ranges) = (0, new, Vec::new());
    while end != old {
        let middle = begin + left_half(end - begin);
        if old <= middle {
            ranges.push((middle, end));
            end = middle;
        } else {
            ranges.push((begin, middle));
            begin = middle;
        }
    }
    // Whoever checks knows the old root, so it is left out where it is one subtree of the new tree.
    if begin != 0 {
        ranges.push((begin, end));
    }
    ranges.reverse();
    Ok(ranges)
}

fn check_consistency_sizes(old: u64, new: u64) -> Result<(), LedgerError> {
    if old == 0 || old > new {
        return Err(LedgerError::OutOfRange {
            asked: old,
            size: new,
        });
    }
    Ok(())
}

/// Leaves in the left half of a tree with more than one: the largest power of two below its size.
fn left_half(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

fn positions(ranges: Vec<(u64, u64)>) -> Vec<Position> {
    ranges
        .into_iter()
        .flat_map(|(begin, end)| complete_subtrees(begin, end))
        .collect()
}

fn hashes(ranges: Vec<(u64, u64)>, reader: &impl HashReader) -> Result<Vec<Hash>, LedgerError> {
    ranges
        .into_iter()
        .map(|(begin, end)| range_hash(begin, end, reader))
        .collect()
}

fn same_root(found: &Hash, root: &Hash, size: u64) -> Result<(), LedgerError> {
    if found != root {
        return Err(LedgerError::WrongRoot { size });
    }
    Ok(())
}
