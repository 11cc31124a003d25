//! Requests to the byte, as no client of good manners would send them.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

/// What came back, if anything did.
#[derive(Debug)]
pub struct Raw {
    pub status: u16,
    pub text: String,
}

/// Whether the client waits for an answer after it has sent everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// It does.
    Waits,
    /// It says that it will send no more, which servers take for its leaving.
    Leaves,
}

/// Sends the bytes and reads all that comes back. Nothing if the other side hung up without a word.
pub fn exchange(address: SocketAddr, bytes: &[u8], patience: Patience) -> Option<Raw> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    // The server may answer and hang up before it has read everything.
    let _ = stream.write_all(bytes);
    if patience == Patience::Leaves {
        let _ = stream.shutdown(Shutdown::Write);
    }
    let mut reply = Vec::new();
    let _ = stream.read_to_end(&mut reply);
    let text = String::from_utf8_lossy(&reply).into_owned();
    let status = text.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    Some(Raw { status, text })
}

/// A request whose length is said.
pub fn request(head: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!(
        "{head}\r\nhost: a\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    bytes
}
