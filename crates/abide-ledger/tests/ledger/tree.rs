//! The tree and its proofs against the slow tree.

use abide_ledger::{
    Frontier, Hash, LedgerError, MAX_SIZE, audit, consistency_positions, consistency_proof,
    inclusion_positions, inclusion_proof, verify_consistency, verify_inclusion,
};
use proptest::prelude::*;

use crate::slow::{self, Whole, leaves, stored};

/// Roots over `leaf 0`, `leaf 1` …, computed by a program in another language.
const ROOTS: &[(u64, &str)] = &[
    (
        0,
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ),
    (
        1,
        "1bb97dcc21635d47e2663efdfd0a174686d98dd701352dd2cd06e8b43fd3d305",
    ),
    (
        2,
        "fc5f6b88ff8554f75bb2f9e6f39c31b1936d44b69276edf7b1205a955b9761e3",
    ),
    (
        3,
        "d4f92c8fbb89720eb3b55677c7d7efaddfeb10d11a1a84a0ba8f1a23337faa95",
    ),
    (
        4,
        "4f631084a157c54f54fcfb23ff5eb8650c4ba160c295bb13a9832b109d52677e",
    ),
    (
        5,
        "341515982d650e23520dbd54d7fcf0afa1b70cc3a16a411d464dc9c1ac96c301",
    ),
    (
        6,
        "8363c3821ce41ebb46222116a42cc83dba753984b23cfca26aaad0a6867336ea",
    ),
    (
        7,
        "5a61fc2b54f9cfa71774f2432143dd40c6cb2b11947faf65a7d3da5cb65199c8",
    ),
    (
        8,
        "c5c2c820ed342fdda8ce896b6b9cf5b8c00a21cc4b20714cc6e5d3c05c35240b",
    ),
    (
        9,
        "7447cadc6862b30dedcb28c4b329909366b3bd338f6a90fefadcc4b2a8a2b948",
    ),
    (
        255,
        "d71592a219d4067663eede247f9b54c3f9e0290682d55de09b495b07f1de41c9",
    ),
    (
        256,
        "cf5effdb11d0927a2edf53b0e73c7837f659414e00537da5d90eb5c4c49ff274",
    ),
    (
        257,
        "855b936aa00cb98b5114484249ad39d78a6be93623e26c01e8e487dc02184a5a",
    ),
    (
        300,
        "e7afc82d38944fc7930545328091d45823288c1f734cbdac06396713ebd4b5d5",
    ),
];

#[test]
fn roots_are_those_of_another_program() {
    for (size, expected) in ROOTS {
        assert_eq!(
            format!("{:?}", audit(leaves(*size))),
            *expected,
            "{size} leaves"
        );
    }
}

#[test]
fn the_frontier_knows_its_root_at_every_size() {
    let all = leaves(130);
    let mut frontier = Frontier::new();
    for size in 0..all.len() {
        assert_eq!(frontier.root(), slow::root(&all[..size]));
        assert_eq!(
            Frontier::from_bytes(&frontier.to_bytes()).unwrap(),
            frontier
        );
        frontier.append(all[size]);
    }
}

#[test]
fn every_stored_hash_is_that_of_its_leaves() {
    let all = leaves(100);
    let (_, nodes) = stored(&all);
    // 100 leaves hold 50 + 25 + 12 + 6 + 3 + 1 complete subtrees above them.
    assert_eq!(nodes.len(), 197);
    for (position, hash) in nodes {
        let (begin, width) = (
            (position.index << position.level) as usize,
            1 << position.level,
        );
        assert_eq!(hash, slow::root(&all[begin..begin + width]), "{position:?}");
    }
}

#[test]
fn every_small_proof_is_that_of_the_definition() {
    let all = leaves(40);
    let (_, nodes) = stored(&all);
    for size in 1..=all.len() {
        let tree = &all[..size];
        let root = slow::root(tree);
        for (index, leaf) in tree.iter().enumerate() {
            let proof = inclusion_proof(index as u64, size as u64, &nodes).unwrap();
            assert_eq!(proof, slow::path(index, tree));
            verify_inclusion(leaf, index as u64, size as u64, &root, &proof).unwrap();
        }
        for old in 1..=size {
            let proof = consistency_proof(old as u64, size as u64, &nodes).unwrap();
            assert_eq!(proof, slow::subproof(old, tree, Whole::Yes));
            let old_root = slow::root(&all[..old]);
            verify_consistency(old as u64, size as u64, &old_root, &root, &proof).unwrap();
        }
    }
}

#[test]
fn what_to_fetch_is_enough() {
    let (_, nodes) = stored(&leaves(97));
    let only = |positions: Vec<_>| -> std::collections::BTreeMap<_, _> {
        positions
            .into_iter()
            .map(|position| (position, nodes[&position]))
            .collect()
    };
    for old in 1..97 {
        inclusion_proof(old, 97, &only(inclusion_positions(old, 97).unwrap())).unwrap();
        consistency_proof(old, 97, &only(consistency_positions(old, 97).unwrap())).unwrap();
        let read = Frontier::read(old, &only(Frontier::positions(old))).unwrap();
        assert_eq!(read.root(), audit(leaves(old)));
    }
}

#[test]
fn places_outside_the_tree_are_named() {
    let (_, nodes) = stored(&leaves(3));
    let out = |asked, size| LedgerError::OutOfRange { asked, size };
    assert_eq!(inclusion_proof(3, 3, &nodes), Err(out(3, 3)));
    assert_eq!(consistency_proof(4, 3, &nodes), Err(out(4, 3)));
    assert_eq!(consistency_proof(0, 3, &nodes), Err(out(0, 3)));
    let missing = LedgerError::MissingHash { level: 2, index: 0 };
    assert_eq!(inclusion_proof(4, 5, &nodes), Err(missing.clone()));
    assert_eq!(
        missing.to_string(),
        "the stored tree lacks the hash at level 2, index 0; rebuild it from the entries"
    );
    assert!(inclusion_positions(0, MAX_SIZE + 1).is_err());
    assert!(Frontier::from_bytes(&u64::MAX.to_be_bytes()).is_err());
}

#[test]
fn the_largest_tree_overflows_nothing() {
    let last = MAX_SIZE - 1;
    assert_eq!(inclusion_positions(last, MAX_SIZE).unwrap().len(), 62);
    assert!(consistency_positions(last, MAX_SIZE).unwrap().len() >= 62);
    let zero = Hash([0; 32]);
    let proof = [zero; 62];
    assert_eq!(
        verify_inclusion(&zero, last, MAX_SIZE, &zero, &proof),
        Err(LedgerError::WrongRoot { size: MAX_SIZE })
    );
}

/// A size, and a place in the tree of that size.
fn places() -> impl Strategy<Value = (usize, usize)> {
    (1_usize..600).prop_flat_map(|size| (Just(size), 0..size))
}

proptest! {
    #[test]
    fn proofs_of_any_tree_verify((size, index) in places()) {
        let all = leaves(size as u64);
        let (frontier, nodes) = stored(&all);
        let root = slow::root(&all);
        prop_assert_eq!(frontier.root(), root);
        let (index, size) = (index as u64, size as u64);
        let proof = inclusion_proof(index, size, &nodes).unwrap();
        verify_inclusion(&all[index as usize], index, size, &root, &proof).unwrap();
        let old = index + 1;
        let proof = consistency_proof(old, size, &nodes).unwrap();
        let old_root = slow::root(&all[..old as usize]);
        verify_consistency(old, size, &old_root, &root, &proof).unwrap();
    }

    #[test]
    fn a_changed_proof_fails((size, index) in places(), at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let all = leaves(size as u64);
        let (_, nodes) = stored(&all);
        let (root, index, size) = (slow::root(&all), index as u64, size as u64);
        let leaf = all[index as usize];
        let proof = inclusion_proof(index, size, &nodes).unwrap();
        let mut bytes: Vec<u8> = [leaf, root].iter().chain(&proof).flat_map(|hash| hash.0).collect();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let changed: Vec<Hash> = bytes.chunks_exact(32).map(|hash| hash.try_into().unwrap()).collect();
        prop_assert!(verify_inclusion(&changed[0], index, size, &changed[1], &changed[2..]).is_err());

        let old = index + 1;
        let old_root = slow::root(&all[..old as usize]);
        let proof = consistency_proof(old, size, &nodes).unwrap();
        let mut bytes: Vec<u8> = [old_root, root].iter().chain(&proof).flat_map(|hash| hash.0).collect();
        let at = at % bytes.len();
        bytes[at] ^= 1 << bit;
        let changed: Vec<Hash> = bytes.chunks_exact(32).map(|hash| hash.try_into().unwrap()).collect();
        prop_assert!(verify_consistency(old, size, &changed[0], &changed[1], &changed[2..]).is_err());
    }

    #[test]
    fn a_proof_of_another_place_fails((size, index) in places(), other in any::<prop::sample::Index>()) {
        let all = leaves(size as u64);
        let (_, nodes) = stored(&all);
        let other = other.index(size);
        prop_assume!(other != index);
        let root = slow::root(&all);
        let proof = inclusion_proof(index as u64, size as u64, &nodes).unwrap();
        prop_assert!(verify_inclusion(&all[index], other as u64, size as u64, &root, &proof).is_err());
        prop_assert!(verify_inclusion(&all[other], index as u64, size as u64, &root, &proof).is_err());
    }

    #[test]
    fn any_frontier_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        if let Ok(frontier) = Frontier::from_bytes(&bytes) {
            prop_assert_eq!(frontier.to_bytes(), bytes);
        }
    }
}
