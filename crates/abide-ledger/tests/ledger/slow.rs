//! A tree straight from the definition in RFC 6962 §2.1, slow and plain. Never uses the tree under test.

use std::collections::BTreeMap;

use abide_ledger::{Frontier, Hash, Position, leaf_hash, node_hash};

/// Leaf data `leaf 0`, `leaf 1` and so on.
pub(crate) fn leaves(count: u64) -> Vec<Hash> {
    (0..count)
        .map(|number| leaf_hash(format!("leaf {number}").as_bytes()))
        .collect()
}

/// `MTH`: the root over leaf hashes.
pub(crate) fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::of_empty_tree(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node_hash(&root(left), &root(right))
        }
    }
}

/// `PATH`: the inclusion proof of a leaf.
pub(crate) fn path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() < 2 {
        return Vec::new();
    }
    let middle = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(middle);
    let (mut proof, sibling) = if index < middle {
        (path(index, left), root(right))
    } else {
        (path(index - middle, right), root(left))
    };
    proof.push(sibling);
    proof
}

/// `SUBPROOF`: the consistency proof from the first `old` leaves.
pub(crate) fn subproof(old: usize, leaves: &[Hash], whole: Whole) -> Vec<Hash> {
    if old == leaves.len() {
        return match whole {
            Whole::Yes => Vec::new(),
            Whole::No => vec![root(leaves)],
        };
    }
    let middle = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(middle);
    let (mut proof, other) = if old <= middle {
        (subproof(old, left, whole), root(right))
    } else {
        (subproof(old - middle, right, Whole::No), root(left))
    };
    proof.push(other);
    proof
}

/// Whether the old tree's root is known because it is this whole subtree.
#[derive(Clone, Copy)]
pub(crate) enum Whole {
    Yes,
    No,
}

/// What a log stores after appending these leaves.
pub(crate) fn stored(leaves: &[Hash]) -> (Frontier, BTreeMap<Position, Hash>) {
    let (mut frontier, mut nodes) = (Frontier::new(), BTreeMap::new());
    for leaf in leaves {
        frontier.append_with(*leaf, |node| {
            assert!(nodes.insert(node.position, node.hash).is_none());
        });
    }
    (frontier, nodes)
}
