//! What the company's own login says of a person: a JSON Web Token (RFC 7519) signed as RFC 7515 has it, short-lived and for
//! one sign-in. Pure: the time is an argument. Never reads an algorithm out of the token: the configuration names it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{ECDSA_P256_SHA256_FIXED, ED25519, UnparsedPublicKey};
use serde::Deserialize;

/// The longest token.
const BYTES: usize = 4096;
/// The longest time between the making of a token and its end.
const LIFE_SECONDS: i64 = 300;
/// How far two clocks may be apart.
const LEEWAY_SECONDS: i64 = 30;

/// With what tokens are signed.
#[derive(Clone)]
pub enum AssertionKey {
    /// `ES256`: a point of P-256, uncompressed.
    P256(Vec<u8>),
    /// `EdDSA`: an Ed25519 key.
    Ed25519(Vec<u8>),
    /// `HS256`: a secret that both sides hold.
    Shared(zeroize::Zeroizing<Vec<u8>>),
}

/// Hides the key.
impl std::fmt::Debug for AssertionKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "AssertionKey({})", self.algorithm())
    }
}

/// SubjectPublicKeyInfo of P-256 up to the point, RFC 5480 §2.
const P256_PREFIX: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
/// The same of Ed25519, RFC 8410 §4.
const ED25519_PREFIX: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

impl AssertionKey {
    /// A public key as the DER of a SubjectPublicKeyInfo, which is what stands in a PEM file.
    pub fn of_der(der: &[u8]) -> Option<Self> {
        if let Some(point) = der.strip_prefix(&P256_PREFIX) {
            return (point.len() == 65).then(|| Self::P256(point.to_vec()));
        }
        let key = der.strip_prefix(&ED25519_PREFIX)?;
        (key.len() == 32).then(|| Self::Ed25519(key.to_vec()))
    }

    /// What a token's header has to say.
    fn algorithm(&self) -> &'static str {
        match self {
            Self::P256(_) => "ES256",
            Self::Ed25519(_) => "EdDSA",
            Self::Shared(_) => "HS256",
        }
    }

    fn signed(&self, text: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::P256(key) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key)
                .verify(text, signature)
                .is_ok(),
            Self::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key)
                .verify(text, signature)
                .is_ok(),
            Self::Shared(secret) => {
                let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret);
                ring::hmac::verify(&key, text, signature).is_ok()
            }
        }
    }
}

/// Who may say it, and to whom.
#[derive(Debug, Clone)]
pub struct Expected<'a> {
    /// The company's login.
    pub issuer: &'a str,
    /// This privacy centre.
    pub audience: &'a str,
    /// The number that this sign-in began with.
    pub nonce: &'a str,
    /// The present moment, in seconds since 1970.
    pub now_seconds: i64,
}

/// Who it is, and what makes the token this one.
#[derive(PartialEq, Eq)]
pub struct Asserted {
    /// The company's own name for the person.
    pub subject: String,
    /// The token's id: it is taken once.
    pub id: String,
}

/// Hides who it is.
impl std::fmt::Debug for Asserted {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Asserted(…)")
    }
}

/// Why a token is not taken. Tells the log, and never the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It is not a token of three parts.
    Form,
    /// It names another algorithm than the key's.
    Algorithm,
    /// The signature is not of the key.
    Signature,
    /// It is from or for somebody else.
    Parties,
    /// It is over, not yet valid, or valid for too long.
    Time,
    /// It belongs to another sign-in.
    Nonce,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    sub: String,
    jti: String,
    nonce: String,
    iat: i64,
    exp: i64,
    #[serde(default)]
    nbf: Option<i64>,
}

/// RFC 7519 §4.1.3: one name or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn is_for(&self, audience: &str) -> bool {
        match self {
            Self::One(name) => name == audience,
            Self::Several(names) => names.iter().any(|name| name == audience),
        }
    }
}

/// Takes a token or says why not. Nothing in it is believed before its signature is checked.
pub fn check(
    token: &str,
    key: &AssertionKey,
    expected: &Expected<'_>,
) -> Result<Asserted, Refused> {
    if token.len() > BYTES {
        return Err(Refused::Form);
    }
    let (text, signature) = token.rsplit_once('.').ok_or(Refused::Form)?;
    let (header, claims) = text.split_once('.').ok_or(Refused::Form)?;
    let header: Header = decode(header)?;
    // RFC 8725 §3.1: the algorithm is the reader's to choose. RFC 7515 §4.1.11: an extension that we do not know.
    if header.alg != key.algorithm() || header.crit.is_some() {
        return Err(Refused::Algorithm);
    }
    let signature = URL_SAFE_NO_PAD
        .decode(signature)
        .map_err(|_| Refused::Form)?;
    if !key.signed(text.as_bytes(), &signature) {
        return Err(Refused::Signature);
    }
    let claims: Claims = decode(claims)?;
    claims.check(expected)?;
    Ok(Asserted {
        subject: claims.sub,
        id: claims.jti,
    })
}

fn decode<T: serde::de::DeserializeOwned>(part: &str) -> Result<T, Refused> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| Refused::Form)?;
    serde_json::from_slice(&bytes).map_err(|_| Refused::Form)
}

impl Claims {
    fn check(&self, expected: &Expected<'_>) -> Result<(), Refused> {
        if self.iss != expected.issuer || !self.aud.is_for(expected.audience) {
            return Err(Refused::Parties);
        }
        let now = expected.now_seconds;
        let begins = self.nbf.unwrap_or(self.iat).max(self.iat);
        let is_over = now >= self.exp.saturating_add(LEEWAY_SECONDS);
        let is_early = now < begins.saturating_sub(LEEWAY_SECONDS);
        if is_over || is_early || self.exp.saturating_sub(self.iat) > LIFE_SECONDS {
            return Err(Refused::Time);
        }
        if expected.nonce.is_empty() || self.nonce != expected.nonce {
            return Err(Refused::Nonce);
        }
        match self.sub.is_empty() || self.jti.is_empty() || self.jti.len() > 256 {
            true => Err(Refused::Form),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
#[path = "assertion_tests.rs"]
mod tests;
