//! The certificate: whether it can be served, and for how long it is valid. Plain HTTP is for this machine only.

use jiff::Timestamp;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use super::certificate::not_after;
use super::line::Line;
use crate::config::{Config, Tls};

const WHAT: &str = "TLS";
/// Days before the end in which to renew.
const RENEWAL_DAYS: i64 = 21;
const DAY_SECONDS: i64 = 24 * 60 * 60;

/// Looks at the certificate that is configured, or at where plain HTTP is spoken.
pub fn examine(config: &Config, now: Timestamp) -> Line {
    if let Some(tls) = &config.tls {
        return certificate(tls, now);
    }
    let listen = [config.listen.public, config.listen.internal];
    match listen.iter().find(|address| !address.ip().is_loopback()) {
        None => Line::ok(WHAT, "none; both listeners are on this machine only"),
        Some(address) => Line::warning(
            WHAT,
            format!("none, and `{address}` can be reached from elsewhere"),
            "set `tls`, or put a proxy that ends TLS in front and keep the network between them private",
        ),
    }
}

fn certificate(tls: &Tls, now: Timestamp) -> Line {
    let path = tls.certificate.display();
    if let Err(error) = crate::http::tls::Certificates::load(tls) {
        return Line::error(
            WHAT,
            format!("{error:#}"),
            "name a PEM certificate and its own private key",
        );
    }
    let first = CertificateDer::from_pem_file(&tls.certificate).ok();
    let Some(end) = first.and_then(|certificate| not_after(&certificate)) else {
        return Line::warning(
            WHAT,
            format!("the dates in `{path}` cannot be read"),
            "look at it with `openssl x509 -dates`",
        );
    };
    let days = (end.as_second() - now.as_second()).div_euclid(DAY_SECONDS);
    let seen = format!("`{path}` is valid until {end}");
    match days {
        ..0 => Line::error(
            WHAT,
            format!("`{path}` was valid until {end}"),
            "renew it: clients refuse it",
        ),
        0..RENEWAL_DAYS => {
            Line::warning(WHAT, seen, "renew it; the server reads it again on SIGHUP")
        }
        RENEWAL_DAYS.. => Line::ok(WHAT, seen),
    }
}
