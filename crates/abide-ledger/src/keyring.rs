//! The keys that a reader trusts, and how trust passes from a key to its successor.
//! Never trusts a key because a file names it: only the reader or a trusted key can.

use std::fmt;
use std::str::FromStr;

use crate::checkpoint::Checkpoint;
use crate::error::LedgerError;
use crate::note::{Note, Signer, Verifier};
use crate::text::parse_decimal;

/// First line of a rotation statement. No checkpoint can be mistaken for one: its second line is a number.
pub(crate) const ROTATION_FORMAT: &str = "abide-key-rotation/v1";

/// A key's word for its successor. As text, four lines: the format, `from` and the key, `to` and the successor, and
/// `retire` with the largest size that the key may sign. Without the last line both keys go on signing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// The key that gives its word and must sign the statement.
    pub from: Verifier,
    /// Its successor.
    pub to: Verifier,
    /// The largest tree that `from` may sign, if it stops.
    pub retire_at: Option<u64>,
}

impl Rotation {
    /// The statement, signed by the key that it is `from`.
    pub fn sign(&self, from: &Signer) -> Result<Note, LedgerError> {
        if *from.verifier() != self.from {
            return Err(wrong("only the key that it is from can sign it"));
        }
        Note::sign(&self.to_string(), &[from])
    }
}

impl fmt::Display for Rotation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{ROTATION_FORMAT}\nfrom {}\nto {}", self.from, self.to)?;
        match self.retire_at {
            Some(size) => writeln!(out, "retire {size}"),
            None => Ok(()),
        }
    }
}

impl FromStr for Rotation {
    type Err = LedgerError;

    fn from_str(text: &str) -> Result<Self, LedgerError> {
        let lines: Vec<&str> = text.split('\n').take(6).collect();
        let (from, to, retire_at) = match lines[..] {
            [ROTATION_FORMAT, from, to, ""] => (from, to, None),
            [ROTATION_FORMAT, from, to, retire, ""] => (from, to, Some(retire)),
            _ => {
                return Err(wrong(
                    "expected the format, `from`, `to` and perhaps `retire`",
                ));
            }
        };
        let field = |line: &str, name: &str| {
            let value = line.strip_prefix(name).map(str::to_owned);
            value.ok_or_else(|| wrong(&format!("a line does not begin with `{}`", name.trim_end())))
        };
        let retire_at = retire_at
            .map(|line| parse_decimal("rotation statement", &field(line, "retire ")?))
            .transpose()?;
        let (from, to) = (field(from, "from ")?.parse()?, field(to, "to ")?.parse()?);
        if from == to {
            return Err(wrong("a key cannot succeed itself"));
        }
        Ok(Self {
            from,
            to,
            retire_at,
        })
    }
}

fn wrong(why: &str) -> LedgerError {
    LedgerError::malformed("rotation statement", why)
}

/// A key, and the largest size that it may sign if it is retired.
#[derive(Clone, Debug, PartialEq, Eq)]
struct TrustedKey {
    verifier: Verifier,
    retired_at: Option<u64>,
}

/// The keys that a reader trusts for one log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyRing {
    keys: Vec<TrustedKey>,
}

impl KeyRing {
    /// A ring that trusts nobody.
    pub fn new() -> Self {
        Self::default()
    }

    /// The ring that grows from one key by its rotation statements, oldest first.
    pub fn follow<'a>(
        root: Verifier,
        statements: impl IntoIterator<Item = &'a Note>,
    ) -> Result<Self, LedgerError> {
        let mut ring = Self::new();
        ring.trust(root);
        statements
            .into_iter()
            .try_for_each(|statement| ring.accept(statement).map(drop))?;
        Ok(ring)
    }

    /// Trust a key on the reader's own word.
    pub fn trust(&mut self, verifier: Verifier) {
        if !self.holds(&verifier) {
            self.keys.push(TrustedKey {
                verifier,
                retired_at: None,
            });
        }
    }

    /// Trust the successor that a trusted key names in a signed [`Rotation`]. A key that is retired has no successors
    /// but those it named before: whoever finds it later cannot extend the chain.
    pub fn accept(&mut self, statement: &Note) -> Result<Rotation, LedgerError> {
        let rotation: Rotation = statement.text().parse()?;
        let Some(at) = self
            .keys
            .iter()
            .position(|key| key.verifier == rotation.from)
        else {
            return Err(LedgerError::UntrustedKeys {
                keys: vec![rotation.from.to_string()],
            });
        };
        statement.verify([&rotation.from])?;
        if let Some(size) = self.keys[at].retired_at {
            let repeated = rotation.retire_at == Some(size) && self.holds(&rotation.to);
            if !repeated {
                let why =
                    format!("its key was retired at size {size} and names no further successor");
                return Err(wrong(&why));
            }
        }
        self.keys[at].retired_at = rotation.retire_at;
        self.trust(rotation.to.clone());
        Ok(rotation)
    }

    /// The keys, in the order in which they came to be trusted.
    pub fn verifiers(&self) -> impl Iterator<Item = &Verifier> {
        self.keys.iter().map(|key| &key.verifier)
    }

    /// Whether this key is trusted, retired or not.
    pub fn holds(&self, verifier: &Verifier) -> bool {
        self.verifiers().any(|known| known == verifier)
    }

    /// The checkpoint in a note, and the trusted keys that vouch for it: at least one that may sign this size.
    pub fn open(&self, note: &Note) -> Result<(Checkpoint, Vec<&Verifier>), LedgerError> {
        let signers = note.verify(self.verifiers())?;
        let checkpoint: Checkpoint = note.text().parse()?;
        let retired = |verifier: &Verifier| {
            let key = self.keys.iter().find(|key| key.verifier == *verifier)?;
            key.retired_at.filter(|at| checkpoint.size > *at)
        };
        let (able, unable): (Vec<_>, Vec<_>) = signers
            .into_iter()
            .partition(|verifier| retired(verifier).is_none());
        match unable.first() {
            Some(verifier) if able.is_empty() => Err(LedgerError::RetiredKey {
                key: verifier.to_string(),
                at: retired(verifier).unwrap_or_default(),
            }),
            _ => Ok((checkpoint, able)),
        }
    }
}
