//! Sealing with XChaCha20-Poly1305: random nonces of 24 bytes in front, and bound to tenant, purpose and id, so that a
//! sealed value opens only where it was put. Never keeps a plaintext.

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::error::StoreError;
use crate::keys::Secret;
use crate::random::random;

const NONCE_BYTES: usize = 24;

/// What a sealed value is bound to.
pub(crate) struct Place<'a> {
    /// Whose records.
    pub(crate) tenant: &'a str,
    /// Which column.
    pub(crate) purpose: &'a str,
    /// Which row.
    pub(crate) id: &'a [u8],
}

impl Place<'_> {
    /// Each part behind its length, so that no two places give the same bytes.
    fn bytes(&self) -> Vec<u8> {
        let parts = [self.tenant.as_bytes(), self.purpose.as_bytes(), self.id];
        let mut bytes = Vec::with_capacity(64);
        for part in parts {
            bytes.extend((part.len() as u64).to_be_bytes());
            bytes.extend(part);
        }
        bytes
    }
}

/// Seals `plain` for one place.
pub(crate) fn seal(key: &Secret, place: &Place<'_>, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
    let nonce: [u8; NONCE_BYTES] = random()?;
    let aad = place.bytes();
    let payload = Payload {
        msg: plain,
        aad: &aad,
    };
    let sealed = XChaCha20Poly1305::new(key.bytes().into())
        .encrypt(XNonce::from_slice(&nonce), payload)
        .map_err(|_| {
            StoreError::Keys(format!(
                "cannot seal this {}: it is too long",
                place.purpose
            ))
        })?;
    Ok([nonce.as_slice(), &sealed].concat())
}

/// Opens what [`seal`] gave for the same key and place.
pub(crate) fn open(
    key: &Secret,
    place: &Place<'_>,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    let refused = || {
        StoreError::Keys(format!(
            "a stored {} does not open under its key; check that key file and store belong together",
            place.purpose
        ))
    };
    let (nonce, text) = sealed.split_at_checked(NONCE_BYTES).ok_or_else(refused)?;
    let aad = place.bytes();
    let payload = Payload {
        msg: text,
        aad: &aad,
    };
    XChaCha20Poly1305::new(key.bytes().into())
        .decrypt(XNonce::from_slice(nonce), payload)
        .map(Zeroizing::new)
        .map_err(|_| refused())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_value_opens_only_where_it_was_put() {
        let key = Secret::new([7; 32]);
        let place = |purpose, id| Place {
            tenant: "a",
            purpose,
            id,
        };
        let sealed = seal(&key, &place("entry", b"1"), b"secret").unwrap();
        assert_eq!(
            open(&key, &place("entry", b"1"), &sealed)
                .unwrap()
                .as_slice(),
            b"secret"
        );
        for (other, purpose, id) in [(7, "entry", b"2"), (7, "actor", b"1"), (8, "entry", b"1")] {
            assert!(open(&Secret::new([other; 32]), &place(purpose, id), &sealed).is_err());
        }
        assert!(open(&key, &place("entry", b"1"), &sealed[..10]).is_err());
        let mut flipped = sealed.clone();
        flipped[30] ^= 1;
        assert!(open(&key, &place("entry", b"1"), &flipped).is_err());
    }
}
