//! Bare SHA-256 over what a tree of those leaves hashes: every leaf and as many nodes, in no order and with no tree.

use sha2::{Digest as _, Sha256};

/// Hash each leaf, and one node less than there are leaves (RFC 6962 §2.1).
pub fn hash_all<'a>(leaves: impl IntoIterator<Item = &'a [u8]>) -> [u8; 32] {
    let mut count = 0;
    let mut last = [0; 32];
    for leaf in leaves {
        let mut hash = Sha256::new();
        hash.update([0]);
        hash.update(leaf);
        last = hash.finalize().into();
        count += 1;
    }
    for _ in 1..count {
        let mut hash = Sha256::new();
        hash.update([1]);
        hash.update(last);
        hash.update(last);
        last = hash.finalize().into();
    }
    last
}
