//! An evidence entry: a public part that anyone may read, and a commitment to a private part that only its salt opens.
//! Invariant: personal data never stands in the public part, and erasing salt and private part leaves the tree valid.

use std::collections::BTreeMap;
use std::fmt;

use hmac::{Hmac, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::{Zeroize as _, ZeroizeOnDrop};

use crate::day::Day;
use crate::error::LedgerError;
use crate::hash::{Hash, leaf_hash};
use crate::text::json_error;

/// First line of every leaf.
pub const LEAF_FORMAT: &str = "abide-evidence/v1";

/// The longest leaf data in bytes: what the length before an entry of a C2SP entry bundle can say.
pub const MAX_LEAF_BYTES: usize = u16::MAX as usize;

/// The longest word of a public part in bytes.
const MAX_WORD_BYTES: usize = 128;

/// What anyone may read of an entry: enough to check the status of a clause, and never a subject.
///
/// Every text is a word of at most 128 bytes, of letters, digits and `._:/-`: neither a sentence nor an e-mail address
/// fits in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Public {
    /// What happened, such as `consent.recorded`.
    pub kind: String,
    /// The clauses that it carries out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clauses: Vec<String>,
    /// The control that was at work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<String>,
    /// SHA-256 of the policy version that was in force, in hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// The day it happened.
    pub day: Day,
    /// How it ended, such as `permitted`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// How many of what, such as rows erased.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub counts: BTreeMap<String, u64>,
}

impl Public {
    /// A public part with nothing but what happened and when; set the other fields as needed.
    pub fn new(kind: &str, day: Day) -> Self {
        Self {
            kind: kind.to_owned(),
            clauses: Vec::new(),
            control: None,
            policy: None,
            day,
            outcome: None,
            counts: BTreeMap::new(),
        }
    }

    /// The one JSON spelling: fields in the order of this type, no spaces, absent and empty fields left out.
    pub fn to_canonical_json(&self) -> Result<String, LedgerError> {
        self.check_words()?;
        serde_json::to_string(self).map_err(|error| json_error("entry", &error))
    }

    /// Reads [`Public::to_canonical_json`] back; any other spelling is an error.
    pub fn from_canonical_json(json: &str) -> Result<Self, LedgerError> {
        let public: Self =
            serde_json::from_str(json).map_err(|error| json_error("entry", &error))?;
        if public.to_canonical_json()? != json {
            return Err(wrong("the public part is not in its one spelling"));
        }
        Ok(public)
    }

    /// A message names the field and never the word: what does not belong here may be about a person.
    fn check_words(&self) -> Result<(), LedgerError> {
        let each = |field: &'static str, words: Vec<&String>| {
            let out = words.into_iter().find(|word| !is_word(word));
            out.map(|_| field)
        };
        let misplaced = each("kind", vec![&self.kind])
            .or_else(|| each("clauses", self.clauses.iter().collect()))
            .or_else(|| each("control", self.control.iter().collect()))
            .or_else(|| each("policy", self.policy.iter().collect()))
            .or_else(|| each("outcome", self.outcome.iter().collect()))
            .or_else(|| each("counts", self.counts.keys().collect()));
        match misplaced {
            Some(field) => Err(wrong(format!(
                "`{field}` holds something else than words of up to {MAX_WORD_BYTES} bytes of letters, digits and \
                 `._:/-`; put it into the private part"
            ))),
            None => Ok(()),
        }
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= MAX_WORD_BYTES
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || "._:/-".contains(c))
}

/// The key of one entry's commitment: 32 random bytes, used once. Whoever destroys it makes the entry say nothing about
/// anyone. It leaves memory when dropped, and is never shown.
#[derive(Clone, PartialEq, Eq, ZeroizeOnDrop)]
pub struct Salt([u8; 32]);

impl Salt {
    /// A salt of these bytes, which must be random and never used before.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, to store them encrypted.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Salt(…)")
    }
}

/// What ties an entry to its private part without telling anything of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Commitment(pub Hash);

/// The commitment to `private`: `HMAC-SHA256(key = salt, private)`. An entry without a private part commits to no bytes,
/// with a salt all the same, so that nobody can tell the two apart.
pub fn commit(salt: &Salt, private: &[u8]) -> Commitment {
    // RFC 2104 §2: a key shorter than the block of 64 bytes is filled up with zeros.
    let mut key = [0; 64];
    key[..32].copy_from_slice(&salt.0);
    let mut mac = Hmac::<Sha256>::new(&key.into());
    key.zeroize();
    mac.update(private);
    Commitment(Hash(mac.finalize().into_bytes().into()))
}

/// One entry of the log: a public part and a commitment, with the leaf data that the tree hashes.
///
/// Leaf data is three lines of text, each ended by a line break: [`LEAF_FORMAT`], the public part as canonical JSON, the
/// commitment in base64.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    public: Public,
    commitment: Commitment,
    leaf_data: String,
}

impl Entry {
    /// An entry of this public part that commits to `private` under `salt`.
    pub fn new(public: Public, salt: &Salt, private: &[u8]) -> Result<Self, LedgerError> {
        Self::from_parts(public, commit(salt, private))
    }

    /// An entry of a public part and a commitment made elsewhere.
    pub fn from_parts(public: Public, commitment: Commitment) -> Result<Self, LedgerError> {
        let json = public.to_canonical_json()?;
        let leaf_data = format!("{LEAF_FORMAT}\n{json}\n{}\n", commitment.0);
        if leaf_data.len() > MAX_LEAF_BYTES {
            return Err(wrong(format!(
                "it has {} bytes, at most {MAX_LEAF_BYTES}; name fewer clauses",
                leaf_data.len()
            )));
        }
        Ok(Self {
            public,
            commitment,
            leaf_data,
        })
    }

    /// Reads leaf data back; any spelling but the one of [`Entry::leaf_data`] is an error.
    pub fn parse(leaf_data: &str) -> Result<Self, LedgerError> {
        let lines: Vec<&str> = leaf_data.split('\n').take(5).collect();
        match lines[..] {
            [LEAF_FORMAT, public, commitment, ""] => Self::from_parts(
                Public::from_canonical_json(public)?,
                Commitment(Hash::from_base64(commitment)?),
            ),
            _ => Err(wrong(format!(
                "expected `{LEAF_FORMAT}`, the public part and the commitment, one a line"
            ))),
        }
    }

    /// What anyone may read.
    pub fn public(&self) -> &Public {
        &self.public
    }

    /// What ties the entry to its private part.
    pub fn commitment(&self) -> Commitment {
        self.commitment
    }

    /// The bytes that stand in the tree.
    pub fn leaf_data(&self) -> &str {
        &self.leaf_data
    }

    /// The hash of the leaf data.
    pub fn leaf_hash(&self) -> Hash {
        leaf_hash(self.leaf_data.as_bytes())
    }

    /// Whether salt and private part are those that this entry commits to.
    pub fn opens(&self, salt: &Salt, private: &[u8]) -> Result<(), LedgerError> {
        if commit(salt, private) != self.commitment {
            return Err(LedgerError::WrongOpening);
        }
        Ok(())
    }
}

fn wrong(why: impl Into<String>) -> LedgerError {
    LedgerError::malformed("entry", why)
}
