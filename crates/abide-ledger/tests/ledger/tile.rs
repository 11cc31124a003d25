//! Tiles: paths, widths and contents as the C2SP text describes them.

use std::collections::BTreeMap;

use abide_ledger::{
    Frontier, HashReader, LedgerError, MAX_SIZE, Position, Tile, TileKind, TileSet,
    consistency_proof, entries_from_bytes, entries_to_bytes, inclusion_proof,
};
use proptest::prelude::*;

use crate::slow::{leaves, stored};

/// Every tile of a tree of hashes, as a reader would fetch them.
fn tiles(size: u64, reader: &impl HashReader) -> TileSet {
    let mut set = TileSet::new();
    for tile in Tile::all(size).filter(|tile| tile.kind() != TileKind::Entries) {
        set.insert(tile, &tile.read(reader).unwrap()).unwrap();
    }
    set
}

/// Full and partial tiles of a kind, with the width of the partial one.
fn count(size: u64, kind: TileKind) -> (usize, Option<u16>) {
    let all: Vec<Tile> = Tile::all(size).filter(|tile| tile.kind() == kind).collect();
    let full = all.iter().filter(|tile| tile.width() == 256).count();
    let partial = all.last().map(Tile::width).filter(|width| *width < 256);
    (full, partial)
}

#[test]
fn a_tree_has_the_tiles_of_the_standards_examples() {
    assert_eq!(count(70_000, TileKind::Hashes(0)), (273, Some(112)));
    assert_eq!(count(70_000, TileKind::Hashes(1)), (1, Some(17)));
    assert_eq!(count(70_000, TileKind::Hashes(2)), (0, Some(1)));
    assert_eq!(count(70_000, TileKind::Hashes(3)), (0, None));
    assert_eq!(count(70_000, TileKind::Entries), (273, Some(112)));
    assert_eq!(count(256, TileKind::Hashes(0)), (1, None));
    assert_eq!(count(256, TileKind::Hashes(1)), (0, Some(1)));
    assert_eq!(Tile::all(0).count(), 0);
}

#[test]
fn paths_are_those_of_the_standard() {
    let path = |kind, index, size| Tile::of(kind, index, size).unwrap().to_string();
    assert_eq!(
        path(TileKind::Hashes(0), 1_234_067, MAX_SIZE),
        "tile/0/x001/x234/067"
    );
    assert_eq!(path(TileKind::Hashes(1), 1, 70_000), "tile/1/001.p/17");
    assert_eq!(path(TileKind::Entries, 0, 7), "tile/entries/000.p/7");
    assert_eq!(
        path(TileKind::Entries, 1000, MAX_SIZE),
        "tile/entries/x001/000"
    );
    for tile in [
        "tile/0/000",
        "tile/7/x999/999.p/255",
        "tile/entries/x001/x000/000.p/1",
    ] {
        assert_eq!(tile.parse::<Tile>().unwrap().to_string(), tile);
    }
    for path in [
        "",
        "tile",
        "tile/0",
        "tile/0/0",
        "tile/0/0000",
        "tile/00/000",
        "tile/8/000",
        "tile/-1/000",
        "tile/data/000",
        "tile/0/x000/001",
        "tile/0/001/001",
        "tile/0/x001",
        "tile/0/+01",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000/",
        "/tile/0/000",
        "tile/0/xx01/000",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
        "tile/0/x999/x999/x999/x999/x999/x999/x999/x999/999",
    ] {
        assert!(path.parse::<Tile>().is_err(), "{path}");
    }
}

#[test]
fn each_hash_comes_from_the_one_tile_that_holds_it() {
    let (_, nodes) = stored(&leaves(1000));
    let set = tiles(1000, &nodes);
    for (position, hash) in &nodes {
        assert_eq!(set.hash_at(*position), Some(*hash), "{position:?}");
        let tile = Tile::holding(*position, 1000).unwrap();
        assert!(tile.width() == 256 || tile.index() == 1000 >> (8 + position.level / 8 * 8));
        let mut alone = TileSet::new();
        alone.insert(tile, &tile.read(&nodes).unwrap()).unwrap();
        assert_eq!(alone.hash_at(*position), Some(*hash), "{position:?}");
    }
    for (level, index) in [(0, 1000), (9, 1), (10, 0), (63, 0)] {
        assert_eq!(set.hash_at(Position { level, index }), None);
    }
}

#[test]
fn proofs_are_made_from_tiles_alone() {
    let (frontier, nodes) = stored(&leaves(66_000));
    let set = tiles(66_000, &nodes);
    assert_eq!(Frontier::read(66_000, &set).unwrap(), frontier);
    for index in [0, 256, 65_535, 65_999] {
        let proof = inclusion_proof(index, 66_000, &set);
        assert_eq!(proof, inclusion_proof(index, 66_000, &nodes));
        let proof = consistency_proof(index + 1, 66_000, &set);
        assert_eq!(proof, consistency_proof(index + 1, 66_000, &nodes));
    }
}

#[test]
fn contents_out_of_form_are_refused() {
    let mut set = TileSet::new();
    let tile = |path: &str| path.parse::<Tile>().unwrap();
    assert!(set.insert(tile("tile/0/000.p/2"), &[0; 63]).is_err());
    assert!(set.insert(tile("tile/entries/000.p/1"), &[0; 32]).is_err());
    let missing = LedgerError::MissingHash { level: 0, index: 0 };
    assert_eq!(tile("tile/0/000").read(&BTreeMap::new()), Err(missing));
    assert!(entries_to_bytes([&[0; 65_536][..]]).is_err());
    assert!(entries_from_bytes(&[0]).is_err());
    assert!(entries_from_bytes(&[0, 2, 1]).is_err());
    assert_eq!(
        entries_from_bytes(&[0, 0, 0, 1, 7]).unwrap(),
        [&[][..], &[7]]
    );
}

proptest! {
    #[test]
    fn entries_come_back_as_they_were(entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..10)) {
        let bytes = entries_to_bytes(entries.iter().map(Vec::as_slice)).unwrap();
        prop_assert_eq!(entries_from_bytes(&bytes).unwrap(), entries);
    }

    #[test]
    fn paths_come_back_as_they_were(level in 0_u8..8, index in 0_u64..2_000_000_000, width in 1_u64..=256) {
        let size = u128::from(index * 256 + width) << (8 * level);
        if size <= MAX_SIZE.into() {
            let tile = Tile::of(TileKind::Hashes(level), index, size as u64).unwrap();
            prop_assert_eq!(tile.to_string().parse::<Tile>(), Ok(tile));
        }
    }

    #[test]
    fn any_path_is_a_tile_or_refused(path in ".{0,30}|tile/[0-9e]{1,2}(/x?[0-9]{1,4}){0,8}(\\.p/[0-9]{0,4})?") {
        if let Ok(tile) = path.parse::<Tile>() {
            prop_assert_eq!(tile.to_string(), path);
            prop_assert!(tile.positions().count() <= 256);
        }
    }

    #[test]
    fn any_bytes_are_entries_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        if let Ok(entries) = entries_from_bytes(&bytes) {
            prop_assert_eq!(entries_to_bytes(entries).unwrap(), bytes);
        }
    }
}
