//! The installation's keys, in a file of their own or an environment variable. Never shows a secret, and never drops a
//! key that something stored still needs.

use std::fmt;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::disk::write_private;
use crate::error::StoreError;
use crate::random::random;

/// First line of a key file.
const FORMAT: &str = "abide-keys/v1";

/// 32 secret bytes. They leave memory when dropped, and are never shown.
#[derive(Clone, PartialEq, Eq, ZeroizeOnDrop)]
pub struct Secret([u8; 32]);

impl Secret {
    /// A secret of these bytes.
    pub(crate) fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// 32 random bytes.
    pub(crate) fn random() -> Result<Self, StoreError> {
        random().map(Self)
    }

    /// The bytes.
    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// HMAC-SHA256 over these parts, each behind its length.
    pub(crate) fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        self.mac_of(parts).finalize().into_bytes().into()
    }

    /// Whether `mac` is [`Secret::mac`] of these parts; takes the same time whatever the answer.
    pub(crate) fn checks(&self, parts: &[&[u8]], mac: &[u8]) -> bool {
        self.mac_of(parts).verify_slice(mac).is_ok()
    }

    fn mac_of(&self, parts: &[&[u8]]) -> Hmac<Sha256> {
        // RFC 2104 §2: a key shorter than the block of 64 bytes is filled up with zeros.
        let mut block = Zeroizing::new([0; 64]);
        block[..32].copy_from_slice(&self.0);
        let mut mac = Hmac::<Sha256>::new((&*block).into());
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(…)")
    }
}

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyKind {
    /// Wraps the data keys.
    Master,
    /// Turns identifiers into subject tokens. Old ones stay in use for the subjects they named.
    Token,
    /// Signs checkpoints.
    Signing,
    /// Hashes the keys of the server's interface.
    Api,
    /// Hashes tokens in the erasure journal, for one period.
    Journal,
}

impl KeyKind {
    const ALL: [Self; 5] = [
        Self::Master,
        Self::Token,
        Self::Signing,
        Self::Api,
        Self::Journal,
    ];

    /// The word in the key file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Master => "master",
            Self::Token => "token",
            Self::Signing => "signing",
            Self::Api => "api",
            Self::Journal => "journal",
        }
    }

    /// The kind with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A key with its kind and id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// What it is for.
    pub kind: KeyKind,
    /// Its id: eight hex digits, or the period of a journal key.
    pub id: String,
    /// The secret itself.
    pub(crate) secret: Secret,
}

impl Key {
    /// Its line in a key file.
    pub(crate) fn line(&self) -> Zeroizing<String> {
        let secret = Zeroizing::new(STANDARD.encode(self.secret.0));
        Zeroizing::new(format!("{} {} {}\n", self.kind.word(), self.id, *secret))
    }
}

/// All keys of an installation, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys(Vec<Key>);

impl Keys {
    /// Fresh keys of every kind but the journal's, which come with their periods.
    pub fn generate() -> Result<Self, StoreError> {
        let mut keys = Self(Vec::new());
        for kind in [
            KeyKind::Master,
            KeyKind::Token,
            KeyKind::Signing,
            KeyKind::Api,
        ] {
            keys = keys.with_fresh(kind)?;
        }
        Ok(keys)
    }

    /// These keys and a fresh one of `kind`, which is the current one. Nothing is dropped.
    pub fn with_fresh(&self, kind: KeyKind) -> Result<Self, StoreError> {
        let id = crate::hex::encode(&random::<4>()?);
        self.with(Key {
            kind,
            id,
            secret: Secret::random()?,
        })
    }

    /// These keys and one more.
    pub(crate) fn with(&self, key: Key) -> Result<Self, StoreError> {
        if self.find(key.kind, &key.id).is_some() {
            return Err(wrong(format!(
                "there are two {} keys `{}`",
                key.kind.word(),
                key.id
            )));
        }
        let mut keys = self.0.clone();
        keys.push(key);
        Ok(Self(keys))
    }

    /// These keys without one: it can never be used again.
    pub fn without(&self, kind: KeyKind, id: &str) -> Self {
        let keys = self.0.iter().filter(|key| key.kind != kind || key.id != id);
        Self(keys.cloned().collect())
    }

    /// Reads [`Keys::render`] back.
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        let mut lines = text.lines();
        if lines.next().map(str::trim) != Some(FORMAT) {
            return Err(wrong(format!("its first line is not `{FORMAT}`")));
        }
        let mut keys = Self(Vec::new());
        for (index, line) in lines.enumerate() {
            let line = line.trim();
            if !line.is_empty() && !line.starts_with('#') {
                keys = keys.with(parse_line(line, index + 2)?)?;
            }
        }
        for kind in &KeyKind::ALL[..4] {
            keys.current(*kind)?;
        }
        Ok(keys)
    }

    /// The key file's text.
    pub fn render(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(format!("{FORMAT}\n"));
        self.0.iter().for_each(|key| text.push_str(&key.line()));
        text
    }

    /// Reads a key file that only its owner may read.
    pub fn load(path: &Path) -> Result<Self, StoreError> {
        let unreadable = |error: std::io::Error| {
            StoreError::Keys(format!("key file `{}`: {error}", path.display()))
        };
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(path)
                .map_err(unreadable)?
                .permissions()
                .mode();
            if mode & 0o077 != 0 {
                return Err(StoreError::Keys(format!(
                    "key file `{0}` can be read by others; run `chmod 600 {0}`",
                    path.display()
                )));
            }
        }
        let text = Zeroizing::new(std::fs::read_to_string(path).map_err(unreadable)?);
        Self::parse(&text)
    }

    /// Writes the key file whole or not at all, readable by its owner alone.
    pub fn save(&self, path: &Path) -> Result<(), StoreError> {
        write_private(path, self.render().as_bytes())
            .map_err(|error| {
                StoreError::Keys(format!(
                    "cannot write the key file `{}`, which needs a folder that is there and may be written: {error}",
                    path.display()
                ))
            })
    }

    /// Kinds and ids, without secrets, oldest first.
    pub fn list(&self) -> impl Iterator<Item = (KeyKind, &str)> {
        self.0.iter().map(|key| (key.kind, key.id.as_str()))
    }

    /// The key of this kind that is used from here on.
    pub(crate) fn current(&self, kind: KeyKind) -> Result<&Key, StoreError> {
        self.all(kind).last().ok_or_else(|| {
            wrong(format!(
                "it has no {} key; run `abide keys init`",
                kind.word()
            ))
        })
    }

    /// The key of this kind with this id.
    pub(crate) fn find(&self, kind: KeyKind, id: &str) -> Option<&Key> {
        self.all(kind).find(|key| key.id == id)
    }

    /// All keys of a kind, oldest first.
    pub(crate) fn all(&self, kind: KeyKind) -> impl DoubleEndedIterator<Item = &Key> {
        self.0.iter().filter(move |key| key.kind == kind)
    }
}

pub(crate) fn parse_line(line: &str, number: usize) -> Result<Key, StoreError> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let [word, id, secret] = fields[..] else {
        return Err(wrong(format!("line {number} is not `KIND ID SECRET`")));
    };
    let kind = KeyKind::from_word(word)
        .ok_or_else(|| wrong(format!("line {number} begins with an unknown kind of key")))?;
    let mut bytes = Zeroizing::new([0; 33]);
    match STANDARD.decode_slice(secret, &mut *bytes) {
        Ok(32) => {
            let mut secret = [0; 32];
            secret.copy_from_slice(&bytes[..32]);
            Ok(Key {
                kind,
                id: id.to_owned(),
                secret: Secret(secret),
            })
        }
        _ => Err(wrong(format!(
            "the secret on line {number} is not 32 bytes in base64"
        ))),
    }
}

fn wrong(why: String) -> StoreError {
    StoreError::Keys(format!("the key file cannot be used: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_reads_back_and_hides_its_secrets() {
        let keys = Keys::generate().unwrap();
        let keys = keys.with_fresh(KeyKind::Master).unwrap();
        let text = keys.render();
        assert_eq!(Keys::parse(&text).unwrap(), keys);
        assert_eq!(keys.all(KeyKind::Master).count(), 2);
        let secret = text.lines().nth(1).unwrap().rsplit(' ').next().unwrap();
        assert!(!format!("{keys:?}").contains(secret));
    }

    #[test]
    fn a_bad_key_file_says_where_without_the_secret() {
        let keys = Keys::generate().unwrap();
        let text = keys.render();
        for (bad, said) in [
            (text.replace("abide-keys/v1", "abide-keys/v2"), "first line"),
            (text.replace("token ", "tokens "), "line 3"),
            (text.replace("=\n", "\n"), "line 2"),
            (
                text.lines().take(3).collect::<Vec<_>>().join("\n"),
                "no signing key",
            ),
            (
                format!("{}{}", *text, text.lines().nth(1).unwrap()),
                "two master keys",
            ),
        ] {
            let error = Keys::parse(&bad).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
            let secret = text.lines().nth(1).unwrap().rsplit(' ').next().unwrap();
            assert!(!error.contains(secret));
        }
    }
}
