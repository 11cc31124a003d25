//! Signed notes after C2SP `signed-note`: text, an empty line, signature lines. Ed25519 only.
//! Never takes text for signed before a trusted key has been found to fit.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

use crate::error::LedgerError;
use crate::text::{is_key_name, parse_base64, shortened, to_base64};

/// What begins a signature line: an em dash and a space.
const SIGNATURE_MARK: &str = "— ";

/// The byte that says Ed25519 in key ids and key texts.
const ED25519: u8 = 1;

/// The most signatures that are read; the standard asks for 16 at least.
const MAX_SIGNATURES: usize = 64;

/// A key that signs. Its secret leaves memory when it is dropped, and is never shown.
pub struct Signer {
    verifier: Verifier,
    key: SigningKey,
}

impl Signer {
    /// The key made from a secret of 32 random bytes (RFC 8032 §5.1.5). `name` has neither spaces nor a plus; the origin of
    /// the log is the best name.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, LedgerError> {
        let key = SigningKey::from_bytes(seed);
        let verifier = Verifier::new(name, key.verifying_key())?;
        Ok(Self { verifier, key })
    }

    /// The public half.
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    fn sign(&self, text: &str) -> Signature {
        Signature {
            name: self.verifier.name.clone(),
            id: self.verifier.id,
            bytes: self.key.sign(text.as_bytes()).to_bytes().to_vec(),
        }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Signer({})", self.verifier)
    }
}

/// A public key with the name it signs under. As text it is `name+id+key`: a vkey.
#[derive(Clone, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    id: u32,
    key: VerifyingKey,
}

impl Verifier {
    fn new(name: &str, key: VerifyingKey) -> Result<Self, LedgerError> {
        if !is_key_name(name) {
            return Err(wrong_key(
                "a key's name is not empty and has neither spaces nor `+`",
            ));
        }
        // A weak key lets anyone sign.
        if key.is_weak() {
            return Err(wrong_key("the key is one of the weak ones"));
        }
        let hash = Sha256::new()
            .chain_update(name)
            .chain_update([b'\n', ED25519])
            .chain_update(key.as_bytes())
            .finalize();
        let id = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]);
        let name = name.to_owned();
        Ok(Self { name, id, key })
    }

    /// The name that stands in its signature lines.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first four bytes of the hash of name and key; with the name it identifies the key.
    pub fn id(&self) -> u32 {
        self.id
    }

    fn signed(&self, signature: &Signature) -> bool {
        signature.name == self.name && signature.id == self.id
    }

    fn check(&self, text: &str, signature: &Signature) -> Result<(), LedgerError> {
        ed25519_dalek::Signature::from_slice(&signature.bytes)
            .and_then(|signature| self.key.verify_strict(text.as_bytes(), &signature))
            .map_err(|_| LedgerError::BadSignature {
                key: self.name.clone(),
            })
    }
}

impl FromStr for Verifier {
    type Err = LedgerError;

    fn from_str(vkey: &str) -> Result<Self, LedgerError> {
        // The key itself may hold a plus, being base64; name and id cannot.
        let mut fields = vkey.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (fields.next(), fields.next(), fields.next())
        else {
            return Err(wrong_key("expected `name+id+key`"));
        };
        let bytes = parse_base64("key", "key itself", key)?;
        let bytes: &[u8; 32] = match bytes.split_first() {
            Some((&ED25519, bytes)) => bytes
                .try_into()
                .map_err(|_| wrong_key("an Ed25519 key has 32 bytes"))?,
            _ => return Err(wrong_key("it is not an Ed25519 key")),
        };
        let key = VerifyingKey::from_bytes(bytes)
            .map_err(|_| wrong_key("the bytes are not an Ed25519 key"))?;
        let verifier = Self::new(name, key)?;
        if format!("{:08x}", verifier.id) != id {
            return Err(wrong_key("its id does not fit name and key"));
        }
        Ok(verifier)
    }
}

fn wrong_key(why: &str) -> LedgerError {
    LedgerError::malformed("key", why)
}

impl fmt::Display for Verifier {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[ED25519][..], self.key.as_bytes()].concat();
        write!(out, "{}+{:08x}+{}", self.name, self.id, to_base64(&key))
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Verifier({self})")
    }
}

/// One signature line, of whatever algorithm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Name of the key.
    pub name: String,
    /// Id of the key.
    pub id: u32,
    /// The signature itself.
    pub bytes: Vec<u8>,
}

/// A text and the signatures under it. Nothing is known of who signed until [`Note::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

impl Note {
    /// Sign a text that ends in a line break. More than one signer is how a log changes its key without a gap.
    pub fn sign(text: &str, signers: &[&Signer]) -> Result<Self, LedgerError> {
        check_text(text)?;
        if signers.is_empty() {
            return Err(LedgerError::UntrustedKeys { keys: Vec::new() });
        }
        let signatures = signers.iter().map(|signer| signer.sign(text)).collect();
        let text = text.to_owned();
        Ok(Self { text, signatures })
    }

    /// Read a note. The signatures are not checked.
    pub fn parse(note: &str) -> Result<Self, LedgerError> {
        let wrong = |why: &str| LedgerError::malformed("signed note", why);
        let end = note
            .rfind("\n\n")
            .ok_or_else(|| wrong("no empty line before the signatures"))?;
        let (text, lines) = (&note[..=end], &note[end + 2..]);
        check_text(text)?;
        let lines = lines.strip_suffix('\n').ok_or_else(|| {
            wrong("no signature line, or the last one does not end in a line break")
        })?;
        let signatures: Vec<Signature> = lines
            .split('\n')
            .take(MAX_SIGNATURES + 1)
            .map(parse_signature)
            .collect::<Result<_, _>>()?;
        if signatures.len() > MAX_SIGNATURES {
            return Err(wrong("it has more than 64 signatures"));
        }
        let text = text.to_owned();
        Ok(Self { text, signatures })
    }

    /// The text, which ends in a line break. Trust it only after [`Note::verify`].
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines, in order.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Which of the `trusted` keys signed, at least one. Signatures of other keys are ignored; one that bears the name
    /// and id of a trusted key and does not fit is an error whatever else is there.
    pub fn verify<'a>(
        &self,
        trusted: impl IntoIterator<Item = &'a Verifier>,
    ) -> Result<Vec<&'a Verifier>, LedgerError> {
        let mut signers = Vec::new();
        for verifier in trusted {
            let mut own = self
                .signatures
                .iter()
                .filter(|signature| verifier.signed(signature))
                .peekable();
            if own.peek().is_some() {
                own.try_for_each(|signature| verifier.check(&self.text, signature))?;
                signers.push(verifier);
            }
        }
        if signers.is_empty() {
            let names = self
                .signatures
                .iter()
                .map(|signature| signature.name.clone());
            return Err(LedgerError::UntrustedKeys {
                keys: names.collect(),
            });
        }
        Ok(signers)
    }
}

impl fmt::Display for Note {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}", self.text)?;
        for Signature { name, id, bytes } in &self.signatures {
            let signature = [&id.to_be_bytes(), bytes.as_slice()].concat();
            writeln!(out, "{SIGNATURE_MARK}{name} {}", to_base64(&signature))?;
        }
        Ok(())
    }
}

fn check_text(text: &str) -> Result<(), LedgerError> {
    let wrong = |why: &str| LedgerError::malformed("signed note", why);
    if !text.ends_with('\n') {
        return Err(wrong("its text does not end in a line break"));
    }
    if text.bytes().any(|byte| byte < b' ' && byte != b'\n') {
        return Err(wrong("it holds a control character"));
    }
    Ok(())
}

fn parse_signature(line: &str) -> Result<Signature, LedgerError> {
    let wrong = || {
        let why = format!("`{}` is not a signature line", shortened(line));
        LedgerError::malformed("signed note", why)
    };
    let (name, signature) = line
        .strip_prefix(SIGNATURE_MARK)
        .and_then(|rest| rest.split_once(' '))
        .ok_or_else(wrong)?;
    let bytes = parse_base64("signed note", "signature", signature)?;
    match bytes.split_first_chunk() {
        Some((id, bytes)) if is_key_name(name) && !bytes.is_empty() => Ok(Signature {
            name: name.to_owned(),
            id: u32::from_be_bytes(*id),
            bytes: bytes.to_vec(),
        }),
        _ => Err(wrong()),
    }
}
