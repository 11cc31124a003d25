//! Evidence that anyone can check offline: entries, the Merkle tree they stand in, checkpoints that sign it, and proofs.
//! Does no IO, reads no clock, uses no async and makes no randomness: salts, seeds and days are arguments.
//!
//! From the inside out:
//!
//! - an [`Entry`] is a public part and a salted commitment to a private part; its leaf data is three lines of text;
//! - a [`Frontier`] grows the tree over leaf hashes and says which hashes to store;
//! - a [`Checkpoint`] states size and root of a log, signed as a [`Note`] by a [`Signer`] and checked by a [`Verifier`];
//! - [`inclusion_proof`] and [`consistency_proof`] read stored hashes; [`verify_inclusion`] and [`verify_consistency`]
//!   need nothing but the proof;
//! - a [`Tile`] names a piece of the tree that never changes, for serving a log as plain files;
//! - a [`KeyRing`] holds the keys that a reader trusts and follows a [`Rotation`] from a key to its successor;
//! - a [`TlogProof`] and a [`Receipt`] show one entry's place, a bundle shows them all, and [`verify_file`] checks any of
//!   these files.
//!
//! Hashing follows RFC 6962; checkpoints, notes, proofs and tiles follow C2SP (<https://c2sp.org>), so that programs
//! which know nothing of Abide can check its logs.

mod bundle;
mod bundle_audit;
mod checkpoint;
mod day;
mod entry;
mod error;
mod hash;
mod keyring;
mod note;
mod proof;
mod receipt;
mod report;
mod text;
mod tile;
mod tlog_proof;
mod tree;
mod verify;

pub use bundle::{BUNDLE_FORMAT, BundleHeader, bundle_line, entry_of_line};
pub use bundle_audit::verify_bundle;
pub use checkpoint::{Checkpoint, Continuation};
pub use day::Day;
pub use entry::{Commitment, Entry, LEAF_FORMAT, MAX_LEAF_BYTES, Public, Salt, commit};
pub use error::LedgerError;
pub use hash::{Hash, leaf_hash, node_hash};
pub use keyring::{KeyRing, Rotation};
pub use note::{Note, Signature, Signer, Verifier};
pub use proof::{
    consistency_positions, consistency_proof, inclusion_positions, inclusion_proof,
    verify_consistency, verify_inclusion,
};
pub use receipt::{Opening, RECEIPT_FORMAT, Receipt, Shown, Verified, shown_seal};
pub use report::{FileKind, Problem, Report, Verdict, Vouched};
pub use tile::{TILE_WIDTH, Tile, TileKind, TileSet, entries_from_bytes, entries_to_bytes};
pub use tlog_proof::TlogProof;
pub use tree::{Frontier, HashReader, MAX_SIZE, Node, Position, audit};
pub use verify::verify_file;
