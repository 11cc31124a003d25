//! Stamps: short texts that leave with a page and come back, such as the age of a form or a link that ends, and that only
//! this installation can have written. Never seals anything: whoever holds a stamped text can read it.

use crate::Store;
use crate::error::StoreError;
use crate::keys::KeyKind;

impl Store {
    /// The stamp of a text for one purpose, in hex: HMAC-SHA256 under the current token key.
    pub fn stamp(&self, purpose: &str, text: &str) -> Result<String, StoreError> {
        let keys = self.keys();
        let secret = &keys.current(KeyKind::Token)?.secret;
        Ok(crate::hex::encode(
            &secret.mac(&self.stamped(purpose, text)),
        ))
    }

    /// Whether a stamp is that of a text for a purpose, under any token key; takes the same time whatever is wrong with it.
    pub fn is_stamp(&self, purpose: &str, text: &str, stamp: &str) -> bool {
        let Some(stamp) = crate::hex::decode::<32>(stamp) else {
            return false;
        };
        let keys = self.keys();
        let parts = self.stamped(purpose, text);
        keys.all(KeyKind::Token).fold(false, |found, key| {
            key.secret.checks(&parts, &stamp) | found
        })
    }

    fn stamped<'a>(&'a self, purpose: &'a str, text: &'a str) -> [&'a [u8]; 4] {
        [
            b"stamp",
            self.tenant().as_bytes(),
            purpose.as_bytes(),
            text.as_bytes(),
        ]
    }
}
