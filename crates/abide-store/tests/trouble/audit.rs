//! Reads a store's tables as they lie in the database and recomputes the log from scratch: own hashing, own tree, plain
//! SQL. Never asks the store whether it is right.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use sqlx::postgres::PgRow;
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{ConnectOptions as _, Connection as _, FromRow, PgConnection, SqliteConnection};

type Hash = [u8; 32];

/// A connection past the store.
pub(crate) enum Database {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Database {
    pub(crate) async fn open(url: &str) -> Self {
        match url.strip_prefix("sqlite:") {
            Some(path) => {
                let options = SqliteConnectOptions::new().filename(path);
                Self::Sqlite(options.connect().await.unwrap())
            }
            None => Self::Postgres(PgConnection::connect(url).await.unwrap()),
        }
    }

    pub(crate) async fn rows<T>(&mut self, sql: &'static str) -> Vec<T>
    where
        T: Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>,
    {
        match self {
            Self::Sqlite(it) => sqlx::query_as(sql).fetch_all(it).await.unwrap(),
            Self::Postgres(it) => sqlx::query_as(sql).fetch_all(it).await.unwrap(),
        }
    }

    pub(crate) async fn execute(&mut self, sql: impl Into<String>) {
        let sql = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.into()));
        match self {
            Self::Sqlite(it) => drop(sql.execute(it).await.unwrap()),
            Self::Postgres(it) => drop(sql.execute(it).await.unwrap()),
        }
    }
}

/// What an audit found in order.
pub(crate) struct Audited {
    /// Entries by id, in hex.
    pub(crate) entries: BTreeSet<String>,
    /// How many of them are numbered.
    pub(crate) numbered: usize,
    /// Checkpoints signed.
    pub(crate) checkpoints: usize,
}

/// Check everything that must hold of a store's one log whatever has happened, and fail the test otherwise.
pub(crate) async fn audit(url: &str) -> Audited {
    audit_log(url, 1).await
}

/// The same for a log that was restored and went on under an origin of its own.
pub(crate) async fn audit_restored(url: &str) -> Audited {
    audit_log(url, 2).await
}

async fn audit_log(url: &str, most_origins: usize) -> Audited {
    let mut database = Database::open(url).await;
    if let Database::Sqlite(connection) = &mut database {
        let answer: String = sqlx::query_scalar("PRAGMA integrity_check")
            .fetch_one(connection)
            .await
            .unwrap();
        assert_eq!(answer, "ok");
    }
    let leaves = numbered_leaves(&mut database).await;
    let checkpoints = check_checkpoints(&mut database, &leaves, most_origins).await;
    check_tiles(&mut database, &leaves).await;
    let entries = check_entries(&mut database).await;
    Audited {
        entries,
        numbered: leaves.len(),
        checkpoints,
    }
}

/// The leaf hashes in order; numbers run from 0 without a gap, and each is the hash of its entry.
async fn numbered_leaves(database: &mut Database) -> Vec<Hash> {
    let rows: Vec<(i64, Vec<u8>, String, Vec<u8>)> = database
        .rows(
            "SELECT s.seq, s.leaf_hash, e.public, e.commitment FROM sequence s
             JOIN evidence e ON e.tenant = s.tenant AND e.id = s.entry_id ORDER BY s.seq",
        )
        .await;
    let count: Vec<(i64,)> = database.rows("SELECT count(*) FROM sequence").await;
    assert_eq!(count[0].0, rows.len() as i64, "a numbered entry is gone");
    rows.into_iter()
        .enumerate()
        .map(|(expected, (number, stored, public, commitment))| {
            assert_eq!(number, expected as i64, "numbers run without a gap");
            let commitment = STANDARD.encode(commitment);
            let data = format!("abide-evidence/v1\n{public}\n{commitment}\n");
            let leaf = sha256(&[&[0], data.as_bytes()]);
            assert_eq!(stored, leaf, "entry {number} is what was hashed");
            leaf
        })
        .collect()
}

/// Every checkpoint ever signed is the root of the leaves up to its size, and sizes only grow: there is no fork.
async fn check_checkpoints(database: &mut Database, leaves: &[Hash], most_origins: usize) -> usize {
    let rows: Vec<(String, i64, String)> = database
        .rows("SELECT origin, size, note FROM checkpoints ORDER BY number")
        .await;
    let origins: BTreeSet<&String> = rows.iter().map(|row| &row.0).collect();
    assert!(origins.len() <= most_origins, "too many logs: {origins:?}");
    let mut tree = Tree::default();
    let mut last = -1;
    for (origin, size, note) in &rows {
        assert!(*size > last, "size {size} was signed after {last}");
        last = *size;
        let end = usize::try_from(*size).unwrap();
        assert!(end <= leaves.len(), "signed {end} of {}", leaves.len());
        for leaf in &leaves[tree.size..end] {
            tree.add(*leaf);
        }
        let root = STANDARD.encode(tree.root());
        let start = format!("{origin}\n{size}\n{root}\n");
        assert!(note.starts_with(&start), "checkpoint {size} is not {root}");
    }
    let logs: Vec<(i64,)> = database.rows("SELECT size FROM logs").await;
    if let Some((size,)) = logs.first() {
        assert_eq!(*size, leaves.len() as i64, "the log knows its size");
        assert_eq!(last.max(0), *size, "what is numbered is signed");
    }
    rows.len()
}

/// The tiles hold the hashes of the tree, no more and no less.
async fn check_tiles(database: &mut Database, leaves: &[Hash]) {
    let rows: Vec<(i64, i64, Vec<u8>)> = database
        .rows("SELECT level, number, hashes FROM tiles ORDER BY level, number")
        .await;
    let mut stored: BTreeMap<i64, Vec<u8>> = BTreeMap::new();
    for (level, number, hashes) in rows {
        let whole = stored.entry(level).or_default();
        assert_eq!(whole.len() as i64, number * 256 * 32, "tiles have no gap");
        whole.extend(hashes);
    }
    let mut hashes = leaves.to_vec();
    for level in 0.. {
        let stored = stored.remove(&level).unwrap_or_default();
        assert_eq!(stored, hashes.concat(), "tiles of level {level}");
        if hashes.len() < 256 {
            break;
        }
        hashes = hashes
            .chunks_exact(256)
            .map(|tile| {
                let mut tree = Tree::default();
                tile.iter().for_each(|hash| tree.add(*hash));
                tree.root()
            })
            .collect();
    }
    assert!(stored.is_empty(), "tiles above the tree");
}

/// Each entry is numbered or waits, never both and never neither, and each choice has its entry.
async fn check_entries(database: &mut Database) -> BTreeSet<String> {
    let rows: Vec<(Vec<u8>, i64, i64)> = database
        .rows(
            "SELECT e.id,
                (SELECT count(*) FROM sequence s WHERE s.tenant = e.tenant AND s.entry_id = e.id),
                (SELECT count(*) FROM pending p WHERE p.tenant = e.tenant AND p.entry_id = e.id)
             FROM evidence e",
        )
        .await;
    for (id, numbered, waiting) in &rows {
        let (id, places) = (hex(id), numbered + waiting);
        assert_eq!(places, 1, "{id}: numbered {numbered}, waiting {waiting}");
    }
    let orphans: Vec<(i64,)> = database
        .rows(
            "SELECT count(*) FROM choices c WHERE NOT EXISTS
                (SELECT 1 FROM evidence e WHERE e.tenant = c.tenant AND e.id = c.entry_id)",
        )
        .await;
    assert_eq!(orphans[0].0, 0, "a choice without its evidence");
    rows.iter().map(|(id, ..)| hex(id)).collect()
}

/// A Merkle tree as RFC 6962 §2.1 defines it, kept as its complete subtrees from large to small.
#[derive(Default)]
struct Tree {
    size: usize,
    complete: Vec<Hash>,
}

impl Tree {
    fn add(&mut self, leaf: Hash) {
        let mut hash = leaf;
        // As many complete subtrees merge as the old size has trailing ones.
        for _ in 0..self.size.trailing_ones() {
            hash = node(&self.complete.pop().unwrap(), &hash);
        }
        self.complete.push(hash);
        self.size += 1;
    }

    fn root(&self) -> Hash {
        let mut subtrees = self.complete.iter().rev();
        let Some(first) = subtrees.next() else {
            return sha256(&[]);
        };
        subtrees.fold(*first, |right, left| node(left, &right))
    }
}

fn node(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[1], left, right])
}

fn sha256(parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().into()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
