//! Randomness from the system: ids, salts, nonces and keys. Never a generator of our own.

use crate::error::StoreError;

/// `N` random bytes.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| StoreError::Keys(format!("the system gives no randomness: {error}")))?;
    Ok(bytes)
}
