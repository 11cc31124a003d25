//! The tree as it is stored: C2SP tiles of up to 256 hashes. Never changes a hash once it is stored; a tile only grows.

use std::collections::{BTreeMap, BTreeSet};

use abide_ledger::{Frontier, Hash, Node, Position, TILE_WIDTH, Tile, TileKind, TileSet};

use crate::Store;
use crate::engine::Transaction;
use crate::error::StoreError;
use crate::statement::Value;

/// Levels of the tree in one tile.
const LEVELS: u8 = TILE_WIDTH.trailing_zeros() as u8;

/// The right edge of a tree while it grows: the tiles that are not full yet, and those that become full.
pub(crate) struct Edge(BTreeMap<(u8, u64), Vec<u8>>);

impl Edge {
    /// Reads the partial tiles of a tree of this size.
    pub(crate) async fn read(
        transaction: &mut Transaction,
        tenant: &str,
        size: u64,
    ) -> Result<Self, StoreError> {
        let mut tiles = BTreeMap::new();
        for tile in partial_tiles(size) {
            let (level, number) = id(tile);
            let row = transaction.rows(READ, &key(tenant, level, number)).await?;
            let bytes = row.first().map(|row| row.bytes(0)).transpose()?;
            let bytes =
                bytes.filter(|bytes| bytes.len() == usize::from(tile.width()) * Hash::BYTES);
            let bytes = bytes.ok_or_else(|| {
                StoreError::corrupt(
                    "tile",
                    format!("`{tile}` does not fit a log of {size} entries"),
                )
            })?;
            tiles.insert((level, number), bytes);
        }
        Ok(Self(tiles))
    }

    /// Takes up a subtree that became complete, if it is one that tiles hold.
    pub(crate) fn keep(&mut self, node: &Node) {
        let Position { level, index } = node.position;
        if level.is_multiple_of(LEVELS) {
            let tile = (level / LEVELS, index / u64::from(TILE_WIDTH));
            self.0.entry(tile).or_default().extend(node.hash.0);
        }
    }

    /// Stores the tiles, each in the place of its shorter self.
    pub(crate) async fn write(
        self,
        transaction: &mut Transaction,
        tenant: &str,
    ) -> Result<(), StoreError> {
        let rows = self.0.into_iter().map(|((level, number), bytes)| {
            let mut row = key(tenant, level, number);
            row.push(bytes.into());
            row
        });
        let rows: Vec<Vec<Value>> = rows.collect();
        let rows: Vec<&[Value]> = rows.iter().map(Vec::as_slice).collect();
        let head = "INSERT INTO tiles (tenant, level, number, hashes)";
        let tail = " ON CONFLICT (tenant, level, number) DO UPDATE SET hashes = excluded.hashes";
        transaction.insert(head, tail, &rows).await.map(drop)
    }
}

const READ: &str = "SELECT hashes FROM tiles WHERE tenant = $1 AND level = $2 AND number = $3";

fn key(tenant: &str, level: u8, number: u64) -> Vec<Value> {
    vec![tenant.into(), i64::from(level).into(), int(number).into()]
}

fn id(tile: Tile) -> (u8, u64) {
    match tile.kind() {
        TileKind::Hashes(level) => (level, tile.index()),
        TileKind::Entries => (0, tile.index()),
    }
}

fn partial_tiles(size: u64) -> impl Iterator<Item = Tile> {
    (0..u64::BITS as u8 / LEVELS).filter_map(move |level| {
        let hashes = size >> (LEVELS * level);
        let tile = Tile::of(
            TileKind::Hashes(level),
            hashes / u64::from(TILE_WIDTH),
            size,
        )?;
        (tile.width() < TILE_WIDTH).then_some(tile)
    })
}

impl Store {
    /// The tiles that hold the hashes at these positions, as they were in a tree of `size` entries.
    pub(crate) async fn tiles(
        &self,
        positions: &[Position],
        size: u64,
    ) -> Result<TileSet, StoreError> {
        let tiles: BTreeSet<Tile> = positions
            .iter()
            .filter_map(|position| Tile::holding(*position, size))
            .collect();
        let mut set = TileSet::new();
        for tile in tiles {
            if let Some(bytes) = self.tile_bytes(tile).await? {
                set.insert(tile, &bytes)?;
            }
        }
        Ok(set)
    }

    /// A tile of hashes as wide as asked for, however far it has grown.
    pub(crate) async fn tile_bytes(&self, tile: Tile) -> Result<Option<Vec<u8>>, StoreError> {
        let (level, number) = id(tile);
        let params = key(self.tenant(), level, number);
        let row = self.engine().row("reading the tree", READ, params).await?;
        let Some(row) = row else { return Ok(None) };
        let mut bytes = row.bytes(0)?;
        let wanted = usize::from(tile.width()) * Hash::BYTES;
        bytes.truncate(wanted);
        Ok((bytes.len() == wanted).then_some(bytes))
    }

    /// The root of the first `size` entries, from stored tiles.
    pub async fn root_at(&self, size: u64) -> Result<Hash, StoreError> {
        let tiles = self.tiles(&Frontier::positions(size), size).await?;
        Ok(Frontier::read(size, &tiles)?.root())
    }
}

/// As SQL's integers; no tree comes near their end.
pub(crate) fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
