//! Signatures of letters: RFC 6376 with relaxed headers and body, by RSA or Ed25519 (RFC 8463). Reads no clock and sends
//! nothing.

use std::path::Path;

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject;
use sha2::{Digest, Sha256};

use crate::config::Dkim;

/// Headers that are signed where they stand.
const SIGNED: [&str; 11] = [
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "content-language",
    "auto-submitted",
    "list-unsubscribe",
    "list-unsubscribe-post",
];

/// Headers that are signed once more than they stand, so that nobody can add another.
const SEALED: [&str; 3] = ["from", "to", "subject"];

/// How long a line of a signature is, about.
const LINE: usize = 72;

/// What letters are signed with.
pub struct Signer {
    selector: String,
    domain: String,
    key: SigningKey,
}

enum SigningKey {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

/// Hides the key.
impl std::fmt::Debug for Signer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Signer({} {} …)", self.selector, self.domain)
    }
}

impl Signer {
    /// Reads the key. An error names the file and what it should hold.
    pub fn load(dkim: &Dkim) -> Result<Self> {
        Ok(Self {
            selector: dkim.selector.clone(),
            domain: dkim.domain.clone(),
            key: SigningKey::load(&dkim.key)?,
        })
    }

    /// The record of the DNS that tells others the public key: its name and its text.
    pub fn record(&self) -> (String, String) {
        let (kind, public) = match &self.key {
            SigningKey::Rsa(pair) => ("rsa", public_key_info(pair.public_key().as_ref())),
            SigningKey::Ed25519(pair) => ("ed25519", pair.public_key().as_ref().to_vec()),
        };
        (
            format!("{}._domainkey.{}", self.selector, self.domain),
            format!("v=DKIM1; k={kind}; p={}", STANDARD.encode(public)),
        )
    }

    /// The message with the header of its signature in front. Lines of the message end with CRLF.
    pub fn sign(&self, message: &[u8], now: Timestamp) -> Result<Vec<u8>> {
        let (head, body) = split(message);
        let headers = unfold(head);
        let names = signed_names(&headers);
        let unsigned = format!(
            "v=1; a={}; c=relaxed/relaxed; d={}; s={};\r\n\tt={}; bh={};\r\n\th={};\r\n\tb=",
            self.key.algorithm(),
            self.domain,
            self.selector,
            now.as_second(),
            STANDARD.encode(Sha256::digest(relaxed_body(body))),
            names.join(":\r\n\t "),
        );
        let mut signed = hashed_headers(&headers, &names);
        signed.push_str("dkim-signature:");
        signed.push_str(&relaxed_value(&unsigned));
        let signature = self.key.sign(signed.as_bytes())?;
        let mut out = format!("DKIM-Signature: {unsigned}{}\r\n", fold(&signature)).into_bytes();
        out.extend_from_slice(message);
        Ok(out)
    }
}

impl SigningKey {
    fn load(path: &Path) -> Result<Self> {
        let wants = || {
            let path = path.display();
            format!("`{path}` holds no private key: a PEM file of RSA or Ed25519 is wanted")
        };
        let key = PrivateKeyDer::from_pem_file(path).with_context(wants)?;
        let rsa = match &key {
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()).ok(),
            PrivateKeyDer::Pkcs8(der) => {
                let der = der.secret_pkcs8_der();
                if let Ok(pair) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der) {
                    return Ok(Self::Ed25519(Box::new(pair)));
                }
                RsaKeyPair::from_pkcs8(der).ok()
            }
            _ => None,
        };
        match rsa {
            Some(pair) => Ok(Self::Rsa(Box::new(pair))),
            None => bail!("{}; RSA of 2048 bits or more", wants()),
        }
    }

    fn algorithm(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "rsa-sha256",
            Self::Ed25519(_) => "ed25519-sha256",
        }
    }

    fn sign(&self, data: &[u8]) -> Result<String> {
        let signature = match self {
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                let random = SystemRandom::new();
                if pair
                    .sign(&RSA_PKCS1_SHA256, &random, data, &mut signature)
                    .is_err()
                {
                    bail!("a letter cannot be signed with the key of `dkim`");
                }
                signature
            }
            // RFC 8463 §3: the hash is what is signed.
            Self::Ed25519(pair) => pair.sign(&Sha256::digest(data)).as_ref().to_vec(),
        };
        Ok(STANDARD.encode(signature))
    }
}

/// A header: its name in lower case, and its value as it stands.
type Header<'a> = (String, &'a str);

/// Head and body, without the empty line between them.
fn split(message: &[u8]) -> (&[u8], &[u8]) {
    let end = message.windows(4).position(|four| four == b"\r\n\r\n");
    match end {
        Some(at) => (&message[..at + 2], &message[at + 4..]),
        None => (message, &[]),
    }
}

/// The headers, each with the lines that go on with it. What is not ASCII is none of ours and is left out.
fn unfold(head: &[u8]) -> Vec<Header<'_>> {
    let head = std::str::from_utf8(head).unwrap_or_default();
    let mut headers = Vec::new();
    let mut rest = head;
    while let Some((name, value)) = rest.split_once(':') {
        let mut end = 0;
        for line in value.split_inclusive("\r\n") {
            if end > 0 && !line.starts_with([' ', '\t']) {
                break;
            }
            end += line.len();
        }
        headers.push((name.trim().to_ascii_lowercase(), &value[..end]));
        rest = &value[end..];
    }
    headers
}

/// The names that are signed, in the order in which they are hashed.
fn signed_names<'a>(headers: &[Header<'_>]) -> Vec<&'a str> {
    let stands = |name: &&str| headers.iter().any(|(known, _)| known == *name);
    let standing = SIGNED.iter().copied().filter(stands);
    standing.chain(SEALED).collect()
}

/// RFC 6376 §3.4.2 and §3.7: a name that is signed more often than it stands adds nothing.
fn hashed_headers(headers: &[Header<'_>], names: &[&str]) -> String {
    let mut hashed = String::new();
    let mut left: Vec<&Header<'_>> = headers.iter().collect();
    for name in names {
        if let Some(at) = left.iter().rposition(|(known, _)| known == name) {
            let (name, value) = left.remove(at);
            hashed.push_str(&format!("{name}:{}\r\n", relaxed_value(value)));
        }
    }
    hashed
}

/// RFC 6376 §3.4.2: on one line, white space as one space, none at either end.
fn relaxed_value(value: &str) -> String {
    let words = value.split([' ', '\t', '\r', '\n']);
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// RFC 6376 §3.4.4: white space in a line as one space, none at its end, no empty lines at the end of the body.
fn relaxed_body(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + 2);
    for line in body.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let mut is_in_space = false;
        for byte in line.trim_ascii_end() {
            match byte {
                b' ' | b'\t' => is_in_space = true,
                byte => {
                    if std::mem::take(&mut is_in_space) {
                        out.push(b' ');
                    }
                    out.push(*byte);
                }
            }
        }
        out.extend_from_slice(b"\r\n");
    }
    while out.ends_with(b"\r\n\r\n") {
        out.truncate(out.len() - 2);
    }
    match out.as_slice() {
        b"\r\n" => Vec::new(),
        _ => out,
    }
}

fn fold(signature: &str) -> String {
    let chars: Vec<char> = signature.chars().collect();
    let lines: Vec<String> = chars
        .chunks(LINE)
        .map(|line| line.iter().collect())
        .collect();
    lines.join("\r\n\t ")
}

/// An RSA key as others read it: RFC 5280 `SubjectPublicKeyInfo` around RFC 8017 `RSAPublicKey`.
fn public_key_info(key: &[u8]) -> Vec<u8> {
    const RSA_ENCRYPTION: [u8; 15] = [
        0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
    ];
    let bits = der(0x03, &[&[0], key].concat());
    der(0x30, &[&RSA_ENCRYPTION, bits.as_slice()].concat())
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut out = vec![tag];
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            let bytes = length.to_be_bytes();
            let bytes: Vec<u8> = bytes.into_iter().skip_while(|byte| *byte == 0).collect();
            // A length has eight bytes at most.
            out.push(0x80 | u8::try_from(bytes.len()).unwrap_or_default());
            out.extend(bytes);
        }
    }
    out.extend_from_slice(content);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_and_body_are_relaxed_as_the_standard_shows() {
        // The example of RFC 6376 §3.4.5.
        let headers = unfold(b"A: X\r\nB : Y\t\r\n\tZ  \r\n");
        let names = ["a", "b"];
        assert_eq!(hashed_headers(&headers, &names), "a:X\r\nb:Y Z\r\n");
        let body = b" C \r\nD \t E\r\n\r\n\r\n";
        assert_eq!(relaxed_body(body), b" C\r\nD E\r\n");
        assert_eq!(relaxed_body(b"\r\n\r\n"), b"");
        assert_eq!(relaxed_body(b""), b"");
        assert_eq!(relaxed_body(b"no end"), b"no end\r\n");
    }

    #[test]
    fn what_stands_twice_is_hashed_from_below() {
        let headers = unfold(b"To: one\r\nTo: two\r\n");
        assert_eq!(hashed_headers(&headers, &["to"]), "to:two\r\n");
        assert_eq!(
            hashed_headers(&headers, &["to", "to", "to"]),
            "to:two\r\nto:one\r\n"
        );
    }
}
