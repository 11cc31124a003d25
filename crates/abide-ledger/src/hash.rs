//! The two hashes of the tree, after RFC 6962 §2.1. Never hashes a leaf and a node alike: that would let one pass as the other.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use crate::error::LedgerError;

/// A SHA-256 hash: of a leaf, of a subtree or of a whole tree. Shown and stored in JSON as base64, as checkpoints do;
/// `Debug` is hex.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; Hash::BYTES]);

impl Hash {
    /// Length in bytes.
    pub const BYTES: usize = 32;

    /// The root of a tree without entries: the hash of nothing (RFC 6962 §2.1).
    pub fn of_empty_tree() -> Self {
        Self(Sha256::digest([]).into())
    }

    /// Standard base64 with padding, 44 characters.
    pub fn to_base64(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// Reads [`Hash::to_base64`] back; any other spelling is an error.
    pub fn from_base64(text: &str) -> Result<Self, LedgerError> {
        let mut bytes = [0; Self::BYTES + 1];
        match STANDARD.decode_slice(text, &mut bytes) {
            Ok(Self::BYTES) => Self::try_from(&bytes[..Self::BYTES]),
            _ => Err(LedgerError::malformed(
                "hash",
                "expected 32 bytes in base64, 44 characters",
            )),
        }
    }
}

impl TryFrom<&[u8]> for Hash {
    type Error = LedgerError;

    fn try_from(bytes: &[u8]) -> Result<Self, LedgerError> {
        match bytes.try_into() {
            Ok(bytes) => Ok(Self(bytes)),
            Err(_) => Err(LedgerError::malformed(
                "hash",
                format!("expected 32 bytes, found {}", bytes.len()),
            )),
        }
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.to_base64())
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_base64())
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_base64(&text).map_err(serde::de::Error::custom)
    }
}

/// The hash of one leaf: `SHA-256(0x00 ‖ data)`, RFC 6962 §2.1.
pub fn leaf_hash(data: &[u8]) -> Hash {
    Hash(
        Sha256::new()
            .chain_update([0])
            .chain_update(data)
            .finalize()
            .into(),
    )
}

/// The hash of a subtree from those of its halves: `SHA-256(0x01 ‖ left ‖ right)`, RFC 6962 §2.1.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut data = [1; 1 + 2 * Hash::BYTES];
    data[1..=Hash::BYTES].copy_from_slice(&left.0);
    data[1 + Hash::BYTES..].copy_from_slice(&right.0);
    Hash(Sha256::digest(data).into())
}
