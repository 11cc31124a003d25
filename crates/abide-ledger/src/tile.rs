//! The tree cut into files that never change, after C2SP `tlog-tiles`: 256 hashes a tile, and the entries under them.
//! Never says where the files lie: only what they are called and what is in them.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::error::LedgerError;
use crate::hash::Hash;
use crate::text::{parse_decimal, shortened};
use crate::tree::{Frontier, HashReader, Position};

/// Levels of the tree that one tile spans.
const HEIGHT: u8 = 8;

/// Hashes in a full tile, and entries in a full bundle.
pub const TILE_WIDTH: u16 = 256;

/// The highest level of tiles that a tree can have: 256 to the eighth is beyond any.
const MAX_LEVEL: u8 = 7;

/// The largest index of a tile, given that no tree is larger than [`crate::MAX_SIZE`].
const MAX_INDEX: u64 = crate::MAX_SIZE >> HEIGHT;

/// What a tile holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TileKind {
    /// Hashes of subtrees of `256^level` leaves each; level 0 holds leaf hashes.
    Hashes(u8),
    /// The entries themselves.
    Entries,
}

/// Which tile: what it holds, its number from the left, and how full it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    kind: TileKind,
    index: u64,
    width: u16,
}

impl Tile {
    /// The tile with this number in a tree of `size` entries, full or partial; `None` where that tree has none.
    pub fn of(kind: TileKind, index: u64, size: u64) -> Option<Self> {
        let level = match kind {
            TileKind::Hashes(level) => level,
            TileKind::Entries => 0,
        };
        if level > MAX_LEVEL || index > MAX_INDEX {
            return None;
        }
        let hashes = size >> (level * HEIGHT);
        let begin = index * u64::from(TILE_WIDTH);
        let width = hashes.saturating_sub(begin).min(TILE_WIDTH.into()) as u16;
        (width > 0).then_some(Self { kind, index, width })
    }

    /// The tile from which the hash at `position` is read, in a tree of `size` entries.
    pub fn holding(position: Position, size: u64) -> Option<Self> {
        let inside = position.level % HEIGHT;
        let index = position.index >> (HEIGHT - inside);
        Self::of(TileKind::Hashes(position.level / HEIGHT), index, size)
    }

    /// Every tile of a tree of `size` entries: hashes from level 0 upwards, then entries.
    pub fn all(size: u64) -> impl Iterator<Item = Self> {
        let kinds = (0..=MAX_LEVEL)
            .map(TileKind::Hashes)
            .chain([TileKind::Entries]);
        kinds.flat_map(move |kind| (0..).map_while(move |index| Self::of(kind, index, size)))
    }

    /// What it holds.
    pub fn kind(&self) -> TileKind {
        self.kind
    }

    /// Its number among the tiles of its kind, from the left.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// How many hashes or entries it holds: 1 to 256.
    pub fn width(&self) -> u16 {
        self.width
    }

    /// Where the hashes stand that it consists of, in order. For a bundle of entries: those of its leaves.
    pub fn positions(&self) -> impl Iterator<Item = Position> {
        let level = match self.kind {
            TileKind::Hashes(level) => level * HEIGHT,
            TileKind::Entries => 0,
        };
        let begin = self.index * u64::from(TILE_WIDTH);
        (begin..begin + u64::from(self.width)).map(move |index| Position { level, index })
    }

    /// The content of a tile of hashes, from stored hashes.
    pub fn read(&self, reader: &impl HashReader) -> Result<Vec<u8>, LedgerError> {
        let mut bytes = Vec::with_capacity(usize::from(self.width) * Hash::BYTES);
        for Position { level, index } in self.positions() {
            let hash = reader.hash_at(Position { level, index });
            bytes.extend(hash.ok_or(LedgerError::MissingHash { level, index })?.0);
        }
        Ok(bytes)
    }
}

/// The path under the log's address: `tile/0/x001/234`, `tile/entries/000.p/7`.
impl fmt::Display for Tile {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Hashes(level) => write!(out, "tile/{level}")?,
            TileKind::Entries => out.write_str("tile/entries")?,
        }
        let groups = self.index.checked_ilog(1000).unwrap_or(0);
        for group in (1..=groups).rev() {
            write!(out, "/x{:03}", self.index / 1000_u64.pow(group) % 1000)?;
        }
        write!(out, "/{:03}", self.index % 1000)?;
        if self.width < TILE_WIDTH {
            write!(out, ".p/{}", self.width)?;
        }
        Ok(())
    }
}

impl FromStr for Tile {
    type Err = LedgerError;

    fn from_str(path: &str) -> Result<Self, LedgerError> {
        let wrong = || {
            let why = format!(
                "`{}` is not spelled like `tile/0/x001/234.p/5`",
                shortened(path)
            );
            LedgerError::malformed("tile path", why)
        };
        let rest = path.strip_prefix("tile/").ok_or_else(wrong)?;
        let (kind, rest) = rest.split_once('/').ok_or_else(wrong)?;
        let kind = match kind {
            "entries" => TileKind::Entries,
            level => {
                let level = parse_decimal("tile path", level)?;
                let level = u8::try_from(level).ok().filter(|level| *level <= MAX_LEVEL);
                TileKind::Hashes(level.ok_or_else(wrong)?)
            }
        };
        let (index, width) = match rest.split_once(".p/") {
            Some((index, width)) => (index, parse_decimal("tile path", width)?),
            None => (rest, TILE_WIDTH.into()),
        };
        let index = index.split('/').try_fold(0_u64, |index, group| {
            let group: u64 = group.strip_prefix('x').unwrap_or(group).parse().ok()?;
            index.checked_mul(1000)?.checked_add(group)
        });
        let tile = Self {
            kind,
            index: index
                .filter(|index| *index <= MAX_INDEX)
                .ok_or_else(wrong)?,
            width: u16::try_from(width).map_err(|_| wrong())?,
        };
        // Many wrong spellings get this far; the one that is written is the only right one.
        if tile.width == 0 || tile.to_string() != path {
            return Err(wrong());
        }
        Ok(tile)
    }
}

/// Tiles of hashes that are at hand, as a source of hashes.
#[derive(Clone, Debug, Default)]
pub struct TileSet {
    tiles: BTreeMap<(u8, u64), Vec<Hash>>,
}

impl TileSet {
    /// No tiles.
    pub fn new() -> Self {
        Self::default()
    }

    /// Add a tile of hashes. Its content is not checked against anything: check what is computed from it.
    pub fn insert(&mut self, tile: Tile, bytes: &[u8]) -> Result<(), LedgerError> {
        let TileKind::Hashes(level) = tile.kind else {
            return Err(LedgerError::malformed(
                "tile",
                "it holds entries, not hashes",
            ));
        };
        if bytes.len() != usize::from(tile.width) * Hash::BYTES {
            let why = format!("`{tile}` has {} bytes, 32 a hash are expected", bytes.len());
            return Err(LedgerError::malformed("tile", why));
        }
        let hashes = bytes.chunks_exact(Hash::BYTES).map(Hash::try_from);
        let hashes = hashes.collect::<Result<_, _>>()?;
        self.tiles.insert((level, tile.index), hashes);
        Ok(())
    }
}

impl HashReader for TileSet {
    fn hash_at(&self, position: Position) -> Option<Hash> {
        let inside = position.level % HEIGHT;
        let per_tile = HEIGHT - inside;
        let tile = (position.level / HEIGHT, position.index >> per_tile);
        let begin = ((position.index & ((1 << per_tile) - 1)) << inside) as usize;
        let hashes = self.tiles.get(&tile)?.get(begin..begin + (1 << inside))?;
        let mut subtree = Frontier::new();
        hashes.iter().for_each(|hash| subtree.append(*hash));
        Some(subtree.root())
    }
}

/// The content of a bundle of entries: before each its length in two bytes, big-endian.
pub fn entries_to_bytes<'a>(
    entries: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Vec<u8>, LedgerError> {
    let mut bytes = Vec::new();
    for entry in entries {
        let length = u16::try_from(entry.len())
            .map_err(|_| LedgerError::malformed("entry", "it is longer than 65535 bytes"))?;
        bytes.extend(length.to_be_bytes());
        bytes.extend(entry);
    }
    Ok(bytes)
}

/// The entries of a bundle, in order.
pub fn entries_from_bytes(mut bytes: &[u8]) -> Result<Vec<&[u8]>, LedgerError> {
    let mut entries = Vec::new();
    while !bytes.is_empty() {
        let entry = bytes
            .split_first_chunk()
            .and_then(|(length, rest)| rest.split_at_checked(u16::from_be_bytes(*length).into()));
        let (entry, rest) = entry.ok_or_else(|| {
            LedgerError::malformed("bundle of entries", "it breaks off inside an entry")
        })?;
        entries.push(entry);
        bytes = rest;
    }
    Ok(entries)
}
