//! Evidence that anyone can check offline: entries, the Merkle tree they stand in, checkpoints that sign it, and proofs.
//! Does no IO, reads no clock, uses no async and makes no randomness: salts, seeds and days are arguments.
//!
//! From the inside out:
//!
//! - an [`Entry`] is a public part and a salted commitment to a private part; its leaf data is three lines of text;
//! - a [`Frontier`] grows the tree over leaf hashes and says which hashes to store;
//! - a [`Checkpoint`] states size and root of a log, signed as a [`Note`] by a [`Signer`] and checked by a [`Verifier`];
//! - [`inclusion_proof`] and [`consistency_proof`] read stored hashes; [`verify_inclusion`] and [`verify_consistency`]
//!   need nothing but the proof.
//!
//! Hashing follows RFC 6962; checkpoints, notes, proofs and tiles follow C2SP (<https://c2sp.org>), so that programs
//! which know nothing of Abide can check its logs.

mod checkpoint;
mod day;
mod entry;
mod error;
mod hash;
mod note;
mod proof;
mod text;
mod tree;

pub use checkpoint::{Checkpoint, Continuation};
pub use day::Day;
pub use entry::{Commitment, Entry, LEAF_FORMAT, MAX_LEAF_BYTES, Public, Salt, commit};
pub use error::LedgerError;
pub use hash::{Hash, leaf_hash, node_hash};
pub use note::{Note, Signature, Signer, Verifier};
pub use proof::{
    consistency_positions, consistency_proof, inclusion_positions, inclusion_proof,
    verify_consistency, verify_inclusion,
};
pub use tree::{Frontier, HashReader, MAX_SIZE, Node, Position, audit};
