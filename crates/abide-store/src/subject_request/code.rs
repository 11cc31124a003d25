//! Codes that prove an address of a request: stored as keyed hashes, with few tries and a short life. Never stores a code.

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::SubjectRequest;
use crate::error::{Refusal, StoreError};
use crate::keys::KeyKind;
use crate::random::random;
use crate::statement::Statement;
use crate::{EntryId, Store, WriteTx};

/// What came of trying a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeAnswer {
    /// It is the one that was sent.
    Right,
    /// It is not; so many tries are left.
    Wrong {
        /// How many.
        tries_left: u32,
    },
    /// No code of this address counts: none was sent, its time is over, or it was tried too often.
    Over,
}

impl WriteTx {
    /// Keeps the hash of a code that is sent to an address of a request, by its place among what the request names. An
    /// earlier one counts no more.
    pub fn keep_code(
        &mut self,
        request: EntryId,
        address: u32,
        code: &str,
        tries: u32,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let store = self.store();
        let keys = store.keys();
        let hash = keys
            .current(KeyKind::Token)?
            .secret
            .mac(&parts(store, request, address, code).each());
        let params = vec![
            store.tenant().into(),
            request.into(),
            i64::from(address).into(),
            hash.into(),
            i64::from(tries).into(),
            expires_at.as_millisecond().into(),
        ];
        self.push(Statement::new(
            "INSERT INTO request_codes (tenant, request_id, address, code_hash, tries_left, expires_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, request_id, address) DO UPDATE SET code_hash = excluded.code_hash, tries_left = excluded.tries_left, expires_at = excluded.expires_at",
            params,
        ));
        Ok(())
    }

    /// Forgets the code of an address: it was used. The write is refused if another one used it first.
    pub fn use_code(&mut self, request: &SubjectRequest, address: u32) {
        let params = vec![
            self.store().tenant().into(),
            request.id.into(),
            i64::from(address).into(),
        ];
        self.push(
            Statement::new(
                "DELETE FROM request_codes WHERE tenant = $1 AND request_id = $2 AND address = $3",
                params,
            )
            .or_refuse(Refusal::Changed),
        );
    }
}

impl Store {
    /// Tries a code. The try is counted before it is looked at, so that many at once are not more than few.
    pub async fn try_code(
        &self,
        request: EntryId,
        address: u32,
        code: &str,
        now: Timestamp,
    ) -> Result<CodeAnswer, StoreError> {
        let about = || {
            vec![
                self.tenant().into(),
                request.into(),
                i64::from(address).into(),
            ]
        };
        let mut params = about();
        params.push(now.as_millisecond().into());
        let mut tx = self.begin_housekeeping(now)?;
        tx.push(
            Statement::new(
                "UPDATE request_codes SET tries_left = tries_left - 1 WHERE tenant = $1 AND request_id = $2 AND address = $3 AND expires_at > $4 AND tries_left > 0",
                params,
            )
            .or_refuse(Refusal::NotThere),
        );
        match tx.commit().await {
            Ok(_) => {}
            Err(StoreError::Refused(Refusal::NotThere)) => return Ok(CodeAnswer::Over),
            Err(error) => return Err(error),
        }
        let sql = "SELECT code_hash, tries_left FROM request_codes WHERE tenant = $1 AND request_id = $2 AND address = $3";
        let row = self.engine().row("reading a code", sql, about()).await?;
        let Some(row) = row else {
            return Ok(CodeAnswer::Over);
        };
        let (hash, keys) = (row.bytes(0)?, self.keys());
        let parts = parts(self, request, address, code);
        let is_right = keys
            .all(KeyKind::Token)
            .any(|key| key.secret.checks(&parts.each(), &hash));
        Ok(match is_right {
            true => CodeAnswer::Right,
            false => CodeAnswer::Wrong {
                tries_left: u32::try_from(row.int(1)?).unwrap_or(0),
            },
        })
    }
}

/// What a code's hash is over.
struct Parts {
    tenant: String,
    request: EntryId,
    address: [u8; 4],
    code: String,
}

impl Parts {
    fn each(&self) -> [&[u8]; 5] {
        [
            b"request code",
            self.tenant.as_bytes(),
            &self.request.0,
            &self.address,
            self.code.as_bytes(),
        ]
    }
}

fn parts(store: &Store, request: EntryId, address: u32, code: &str) -> Parts {
    Parts {
        tenant: store.tenant().to_owned(),
        request,
        address: address.to_be_bytes(),
        // Typed from a letter: spaces and dashes are not part of it.
        code: code.chars().filter(char::is_ascii_alphanumeric).collect(),
    }
}

/// A code nobody can guess in few tries: eight letters and digits without those that look alike, 39 bits.
pub fn fresh_code() -> Result<Zeroizing<String>, StoreError> {
    const ALPHABET: &[u8; 30] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";
    const LENGTH: usize = 8;
    // Bytes from here on would make some letters likelier than others.
    const FAIR: u8 = 240;
    let mut code = Zeroizing::new(String::with_capacity(LENGTH));
    while code.len() < LENGTH {
        let bytes: [u8; 16] = random()?;
        let fair = bytes.into_iter().filter(|byte| *byte < FAIR);
        let letters = fair.filter_map(|byte| ALPHABET.get(usize::from(byte) % ALPHABET.len()));
        let missing = LENGTH - code.len();
        code.extend(letters.take(missing).map(|letter| char::from(*letter)));
    }
    Ok(code)
}
