//! A second program, `tlog_tiles`, reads our tiles, checks our proofs and makes the same ones. Never compares our code
//! with itself.

use std::collections::BTreeMap;

use abide_ledger::{
    Hash, Position, Tile, TileKind, consistency_proof, inclusion_proof, leaf_hash, node_hash,
};
use tlog_tiles::{HashReader as _, TileHashReader, TileReader};

use crate::note::{checkpoint, signer};
use crate::slow::{leaves, stored};

const SIZE: u64 = 70_001;

/// Serves our tiles to the other program.
struct Ours(BTreeMap<Position, Hash>);

impl TileReader for Ours {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[tlog_tiles::Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        let read = |theirs: &tlog_tiles::Tile| {
            let size =
                (theirs.level_index() * 256 + u64::from(theirs.width())) << (8 * theirs.level());
            let ours =
                Tile::of(TileKind::Hashes(theirs.level()), theirs.level_index(), size).unwrap();
            // The other program writes the height of tiles into their paths; the standard fixes it.
            assert_eq!(
                theirs.path(),
                ours.to_string().replacen("tile/", "tile/8/", 1)
            );
            ours.read(&self.0).unwrap()
        };
        Ok(tiles.iter().map(read).collect())
    }

    fn save_tiles(&self, _: &[tlog_tiles::Tile], _: &[Vec<u8>]) {}
}

fn theirs(hash: Hash) -> tlog_tiles::Hash {
    tlog_tiles::Hash(hash.0)
}

fn all_theirs(hashes: Vec<Hash>) -> Vec<tlog_tiles::Hash> {
    hashes.into_iter().map(theirs).collect()
}

#[test]
fn it_hashes_the_same() {
    assert_eq!(
        tlog_tiles::record_hash(b"a leaf"),
        theirs(leaf_hash(b"a leaf"))
    );
    let (left, right) = (leaf_hash(b"left"), leaf_hash(b"right"));
    assert_eq!(
        tlog_tiles::node_hash(theirs(left), theirs(right)),
        theirs(node_hash(&left, &right))
    );
}

#[test]
fn it_reads_our_tiles_and_makes_and_checks_the_same_proofs() {
    let all = leaves(SIZE);
    let (frontier, nodes) = stored(&all);
    let root = theirs(frontier.root());
    let ours = Ours(nodes.clone());
    // This reader refuses tiles that do not lead to the root.
    let reader = TileHashReader::new(SIZE, root, &ours);
    assert_eq!(tlog_tiles::tree_hash(SIZE, &reader).unwrap(), root);
    for index in [0, 1, 255, 256, 65_535, 65_536, 69_999, SIZE - 1] {
        let proof = all_theirs(inclusion_proof(index, SIZE, &nodes).unwrap());
        let leaf = theirs(all[index as usize]);
        tlog_tiles::check_record(&proof, SIZE, root, index, leaf).unwrap();
        assert_eq!(
            tlog_tiles::prove_record(SIZE, index, &reader).unwrap(),
            proof
        );
        let position = tlog_tiles::stored_hash_index(0, index);
        assert_eq!(reader.read_hashes(&[position]).unwrap(), [leaf]);
    }
    for old in [1, 2, 255, 256, 257, 65_536, 65_537, 70_000, SIZE] {
        let proof = all_theirs(consistency_proof(old, SIZE, &nodes).unwrap());
        let old_root = tlog_tiles::tree_hash(old, &reader).unwrap();
        assert_eq!(
            old_root,
            theirs(abide_ledger::Frontier::read(old, &nodes).unwrap().root())
        );
        tlog_tiles::check_tree(&proof, SIZE, root, old, old_root).unwrap();
        assert_eq!(tlog_tiles::prove_tree(SIZE, old, &reader).unwrap(), proof);
    }
}

#[test]
fn it_reads_our_checkpoints() {
    let ours = checkpoint(9);
    let note = ours.sign(&[&signer(0)]).unwrap().to_string();
    let read = tlog_tiles::Checkpoint::from_reader(&mut note.as_bytes(), false).unwrap();
    assert_eq!(read.origin(), ours.origin);
    assert_eq!(read.size(), ours.size);
    assert_eq!(*read.hash(), theirs(ours.root));
    assert_eq!(
        String::from_utf8(read.to_bytes()).unwrap(),
        ours.to_string()
    );
}
