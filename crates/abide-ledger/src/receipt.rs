//! What a person takes along: an entry, its place in the log, and the means to open it.
//! Never shows private part, salt or what was shown in a message or by `Debug`.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::checkpoint::Checkpoint;
use crate::entry::{Commitment, Entry, Public, Salt};
use crate::error::LedgerError;
use crate::keyring::KeyRing;
use crate::text::{json_error, to_base64, to_hex};
use crate::tlog_proof::TlogProof;

/// What a receipt says it is.
pub const RECEIPT_FORMAT: &str = "abide-receipt/v1";

/// A receipt as a JSON file. With `private` and `salt` it is the person's copy; without them anyone may have it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// [`RECEIPT_FORMAT`].
    format: String,
    /// The public part of the entry.
    public: Public,
    /// The commitment of the entry.
    commitment: Commitment,
    /// The private part, to the byte.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    private: Option<String>,
    /// The salt that opens the commitment.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "salt_text")]
    salt: Option<Salt>,
    /// What the person was shown when it happened, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shown: Option<String>,
    /// The place in the log, as the text of a [`TlogProof`].
    proof: String,
}

/// What a receipt proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The checkpoint that covers the entry.
    pub checkpoint: Checkpoint,
    /// Number of the entry in the log.
    pub index: u64,
    /// The keys that vouch for the checkpoint, as vkeys.
    pub signers: Vec<String>,
    /// Whether the private part was opened.
    pub opening: Opening,
    /// Whether what was shown is part of what the log sealed.
    pub shown: Shown,
}

/// What a receipt says of its private part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// Private part and salt are there and fit.
    Opened,
    /// At least one of them is not there.
    Withheld,
}

/// What a receipt says of what was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Nothing.
    Absent,
    /// The opened private part names the hash of this very text.
    Sealed,
    /// A text that nothing in the log answers for.
    Unsealed,
}

impl Receipt {
    /// A receipt that anyone may see.
    pub fn new(entry: &Entry, proof: &TlogProof) -> Self {
        Self {
            format: RECEIPT_FORMAT.to_owned(),
            public: entry.public().clone(),
            commitment: entry.commitment(),
            private: None,
            salt: None,
            shown: None,
            proof: proof.to_string(),
        }
    }

    /// The person's own copy, which opens the private part.
    pub fn opening(mut self, private: &str, salt: Salt) -> Self {
        (self.private, self.salt) = (Some(private.to_owned()), Some(salt));
        self
    }

    /// The receipt together with the text that the person was shown. It counts as sealed if the private part is a JSON
    /// object whose `shown` is [`shown_seal`] of this text.
    pub fn showing(mut self, shown: &str) -> Self {
        self.shown = Some(shown.to_owned());
        self
    }

    /// The entry that it is about.
    pub fn entry(&self) -> Result<Entry, LedgerError> {
        Entry::from_parts(self.public.clone(), self.commitment)
    }

    /// The place in the log.
    pub fn proof(&self) -> Result<TlogProof, LedgerError> {
        self.proof.parse()
    }

    /// The file's content: JSON, indented, ended by a line break.
    pub fn to_json(&self) -> Result<String, LedgerError> {
        let json = serde_json::to_string_pretty(self);
        json.map(|json| json + "\n")
            .map_err(|error| json_error("receipt", &error))
    }

    /// Reads a file's content. Nothing in it is checked but its form.
    pub fn from_json(json: &str) -> Result<Self, LedgerError> {
        let receipt: Self =
            serde_json::from_str(json).map_err(|error| json_error("receipt", &error))?;
        if receipt.format != RECEIPT_FORMAT {
            let why = format!("its format is not `{RECEIPT_FORMAT}`");
            return Err(LedgerError::malformed("receipt", why));
        }
        Ok(receipt)
    }

    /// Whether commitment, place and signature hold, offline.
    pub fn verify(&self, ring: &KeyRing) -> Result<Verified, LedgerError> {
        let (opening, shown) = self.check_opening()?;
        let proof = self.proof()?;
        let (checkpoint, signers) = proof.verify(&self.entry()?.leaf_hash(), ring)?;
        Ok(Verified {
            checkpoint,
            index: proof.index,
            signers: signers.iter().map(ToString::to_string).collect(),
            opening,
            shown,
        })
    }

    /// Whether private part and salt open the commitment, and whether the private part seals what was shown.
    pub(crate) fn check_opening(&self) -> Result<(Opening, Shown), LedgerError> {
        let unsealed = self
            .shown
            .as_ref()
            .map_or(Shown::Absent, |_| Shown::Unsealed);
        let (Some(private), Some(salt)) = (&self.private, &self.salt) else {
            return Ok((Opening::Withheld, unsealed));
        };
        self.entry()?.opens(salt, private.as_bytes())?;
        let shown = match (&self.shown, sealed_text(private)) {
            (Some(shown), Some(seal)) if shown_seal(shown) == seal => Shown::Sealed,
            (Some(_), Some(_)) => return Err(LedgerError::WrongShown),
            _ => unsealed,
        };
        Ok((Opening::Opened, shown))
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Receipt({:?}, {:?})", self.public, self.commitment)
    }
}

/// How a private part names what was shown: `sha256:` and the hash of the text in hex.
pub fn shown_seal(shown: &str) -> String {
    format!("sha256:{}", to_hex(&Sha256::digest(shown)))
}

/// The seal that a private part holds.
fn sealed_text(private: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Sealing {
        shown: String,
    }
    serde_json::from_str(private)
        .map(|sealing: Sealing| sealing.shown)
        .ok()
}

/// A salt as base64 in JSON. Only here: nothing but a receipt may write a salt down.
mod salt_text {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    use super::{Salt, Zeroizing, to_base64};
    use crate::hash::Hash;

    pub(super) fn serialize<S: Serializer>(
        salt: &Option<Salt>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match salt {
            Some(salt) => serializer.serialize_str(&Zeroizing::new(to_base64(salt.bytes()))),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Salt>, D::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)?.map(Zeroizing::new) else {
            return Ok(None);
        };
        let bytes = Hash::from_base64(&text)
            .map_err(|_| D::Error::custom("a salt is 32 bytes in base64"))?;
        Ok(Some(Salt::new(bytes.0)))
    }
}
