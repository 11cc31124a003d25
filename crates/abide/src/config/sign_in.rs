//! `sign-in { … }`: how the company's own login says who somebody is. Never holds a key: it is named by where it is.

use std::path::{Path, PathBuf};

use abide_policy::syntax::Statement;
use anyhow::{Context, Result, bail};
use rustls_pki_types::SubjectPublicKeyInfoDer;
use rustls_pki_types::pem::PemObject;
use zeroize::Zeroizing;

use super::value::{self, Reader};
use crate::http::pages::AssertionKey;

/// The shortest secret, as long as the hash: RFC 7518 §3.2.
const SECRET_BYTES: usize = 32;

/// The company's own login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// Where people sign in; it is called with `nonce` and `return`.
    pub url: String,
    /// What the login calls itself: `iss`.
    pub issuer: String,
    /// What it calls us: `aud`.
    pub audience: String,
    /// The kind of identifier that its names for people are.
    pub subject: String,
    /// Where its key is.
    pub key: KeyPlace,
}

/// Where the key is that assertions are checked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyPlace {
    /// A PEM file with a public key of P-256 (`ES256`) or Ed25519 (`EdDSA`).
    Public(PathBuf),
    /// A file with a secret that both sides hold (`HS256`).
    Shared(PathBuf),
}

impl SignIn {
    pub(super) fn read(statements: &[Statement], reader: &mut Reader<'_>) -> Option<Self> {
        let section = value::find(statements, "sign-in")?;
        let inner = &section.children;
        let public = reader.path(inner, "public-key").map(KeyPlace::Public);
        let shared = reader.path(inner, "secret-file").map(KeyPlace::Shared);
        if public.is_some() && shared.is_some() {
            let help = "keep `public-key` where the login has a key pair, else `secret-file`";
            reader.refused(section, "there are two keys to check the login with", help);
            return None;
        }
        let (url, issuer) = (reader.text(inner, "url"), reader.text(inner, "issuer"));
        let wants = "url \"https://…\"; issuer \"https://…\"; and `public-key \"…\"` or `secret-file \"…\"`";
        let (Some(url), Some(issuer), Some(key)) = (url, issuer, public.or(shared)) else {
            reader.lacking(section, "sign-in", wants);
            return None;
        };
        if !is_address(&url) {
            let help = "people are sent there; write `https://…`";
            reader.refused(section, "the url is no address of a web page", help);
            return None;
        }
        let text = |reader: &mut Reader<'_>, key, default: &str| {
            reader
                .text(inner, key)
                .unwrap_or_else(|| default.to_owned())
        };
        Some(Self {
            url,
            issuer,
            audience: text(reader, "audience", "abide"),
            subject: text(reader, "subject", "account"),
            key,
        })
    }

    /// Makes the path of a file in `folder` a path from here.
    pub(super) fn resolve(&mut self, folder: &Path) {
        let (KeyPlace::Public(path) | KeyPlace::Shared(path)) = &mut self.key;
        *path = folder.join(&*path);
    }

    /// Reads the key. An error names the file and what it should hold.
    pub fn assertion_key(&self) -> Result<AssertionKey> {
        match &self.key {
            KeyPlace::Public(path) => {
                let wants = || {
                    let path = path.display();
                    format!(
                        "`{path}` holds no public key: a PEM file of P-256 or Ed25519 is wanted"
                    )
                };
                let der = SubjectPublicKeyInfoDer::from_pem_file(path).with_context(wants)?;
                AssertionKey::of_der(&der).with_context(wants)
            }
            KeyPlace::Shared(path) => {
                let bytes = std::fs::read(path)
                    .with_context(|| format!("cannot read `{}`", path.display()))?;
                let bytes = Zeroizing::new(bytes);
                let secret = Zeroizing::new(bytes.trim_ascii().to_vec());
                if secret.len() < SECRET_BYTES {
                    let path = path.display();
                    bail!(
                        "the secret in `{path}` is shorter than {SECRET_BYTES} bytes, which can be guessed"
                    );
                }
                Ok(AssertionKey::Shared(secret))
            }
        }
    }
}

/// Whether it can stand in a page as the address of another.
pub(super) fn is_address(url: &str) -> bool {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty())
        && url
            .chars()
            .all(|c| c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>'))
}
