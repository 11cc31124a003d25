//! TLS from PEM files, read again on demand. Never shows a private key.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use anyhow::{Context, Result, bail};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;

use crate::config::Tls;

/// Certificates in use.
pub struct Certificates {
    files: Tls,
    settings: RwLock<Arc<ServerConfig>>,
}

impl std::fmt::Debug for Certificates {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Certificates")
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}

impl Certificates {
    /// Reads the files. An error says which and why.
    pub fn load(files: &Tls) -> Result<Self> {
        Ok(Self {
            settings: RwLock::new(read(files)?),
            files: files.clone(),
        })
    }

    /// Reads the files again. What was in use stays in use if they cannot be read.
    pub fn reload(&self) -> Result<()> {
        let fresh = read(&self.files)?;
        *self
            .settings
            .write()
            .unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// What the next connection is met with.
    pub fn acceptor(&self) -> TlsAcceptor {
        let settings = self.settings.read().unwrap_or_else(PoisonError::into_inner);
        TlsAcceptor::from(Arc::clone(&settings))
    }
}

fn read(files: &Tls) -> Result<Arc<ServerConfig>> {
    let certificates = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| unreadable("certificate", &files.certificate))?;
    if certificates.is_empty() {
        bail!("{}", unreadable("certificate", &files.certificate));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .with_context(|| unreadable("private key", &files.key))?;
    let mut settings = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .with_context(|| {
            let (certificate, key) = (files.certificate.display(), files.key.display());
            format!("`{certificate}` and `{key}` do not belong together")
        })?;
    settings.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(settings))
}

fn unreadable(what: &str, path: &Path) -> String {
    format!(
        "cannot read a {what} from `{}`; it has to be a PEM file",
        path.display()
    )
}
