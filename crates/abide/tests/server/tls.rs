//! TLS from certificate files, for both versions of HTTP.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use abide::config::Tls;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::harness::Running;

fn certify(folder: &Path, name: &str) {
    let made = Command::new("openssl")
        .current_dir(folder)
        .args("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout a.key -out a.pem".split(' '))
        .args(["-subj", &format!("/CN={name}")])
        .args(["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"])
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
}

fn encrypted(name: &str) -> Running {
    let folder = std::env::temp_dir().join(format!("abide-tls-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    certify(&folder, "first");
    let running = Running::with(name, |config| {
        config.tls = Some(Tls {
            certificate: folder.join("a.pem"),
            key: folder.join("a.key"),
        });
    });
    std::fs::rename(&folder, running.folder.join("tls")).unwrap();
    running
}

/// A connection that speaks one protocol, if the server does too.
fn connect(
    address: SocketAddr,
    certificate: &Path,
    protocol: &str,
) -> std::io::Result<StreamOwned<ClientConnection, TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(certificate).unwrap())
        .unwrap();
    let mut settings = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    settings.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(settings), name).unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(address)?);
    stream.conn.complete_io(&mut stream.sock)?;
    Ok(stream)
}

#[test]
fn both_listeners_speak_tls() {
    let running = encrypted("tls-old");
    let certificate = running.folder.join("tls/a.pem");
    for address in [running.public, running.internal] {
        let mut stream = connect(address, &certificate, "http/1.1").unwrap();
        stream
            .write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            .unwrap();
        let mut reply = String::new();
        // The other side may close without saying so in TLS.
        let _ = stream.read_to_string(&mut reply);
        assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
        assert!(
            reply.contains("strict-transport-security: max-age="),
            "{reply}"
        );
        // In the clear there is no answer.
        let mut plain = TcpStream::connect(address).unwrap();
        plain
            .write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            .unwrap();
        let mut bytes = Vec::new();
        let _ = plain.read_to_end(&mut bytes);
        assert!(!String::from_utf8_lossy(&bytes).contains("200 OK"));
    }
}

/// The bytes are those of RFC 9113 (frames) and RFC 7541 (headers from the static table).
#[test]
fn the_second_version_of_http_is_spoken() {
    let running = encrypted("tls-two");
    let certificate = running.folder.join("tls/a.pem");
    let mut stream = connect(running.public, &certificate, "h2").unwrap();
    assert_eq!(stream.conn.alpn_protocol(), Some(&b"h2"[..]));
    let mut headers = vec![0x82, 0x87, 0x04, 8];
    headers.extend(b"/healthz");
    headers.extend([0x01, 9]);
    headers.extend(b"localhost");
    let mut sent = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    sent.extend([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    sent.extend([0, 0, u8::try_from(headers.len()).unwrap(), 1, 5, 0, 0, 0, 1]);
    sent.extend(&headers);
    stream.write_all(&sent).unwrap();
    loop {
        let mut head = [0_u8; 9];
        stream.read_exact(&mut head).unwrap();
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut content = vec![0; length as usize];
        stream.read_exact(&mut content).unwrap();
        if head[3] == 1 {
            assert_eq!(content.first(), Some(&0x88), "status 200");
            break;
        }
    }
}

#[test]
fn a_certificate_that_was_renewed_is_used_without_a_restart() {
    let running = encrypted("tls-renewed");
    let folder = running.folder.join("tls");
    connect(running.public, &folder.join("a.pem"), "h2").unwrap();
    std::fs::copy(folder.join("a.pem"), folder.join("old.pem")).unwrap();
    // The server reads the path it was given.
    let given = std::env::temp_dir().join(format!("abide-tls-tls-renewed-{}", std::process::id()));
    std::fs::create_dir_all(&given).unwrap();
    certify(&given, "second");
    running.wait(running.server().reload()).unwrap();
    connect(running.public, &given.join("a.pem"), "h2").unwrap();
    assert!(connect(running.public, &folder.join("old.pem"), "h2").is_err());
    // One that cannot be read leaves the other in use.
    std::fs::write(given.join("a.key"), "nothing").unwrap();
    assert!(running.wait(running.server().reload()).is_err());
    connect(running.public, &given.join("a.pem"), "h2").unwrap();
    std::fs::remove_dir_all(given).unwrap();
}
