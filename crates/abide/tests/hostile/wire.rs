//! One request on one connection, byte for byte as given. Refuses to mend anything.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

/// Far longer than any answer takes: reaching it means that the server hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a client does once it has sent everything.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Waits for the answer.
    Waits,
    /// Ends its side of the stream: what it sent may promise more than there is.
    HangsUp,
}

/// What came back.
pub struct Raw {
    pub status: u16,
    pub text: String,
}

/// Send the bytes and read whatever comes. `None` when the server hung up without an answer, which is its right when a client
/// does so or sends what is no HTTP.
pub fn send(address: SocketAddr, bytes: &[u8], ending: Ending) -> Option<Raw> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    // The server may refuse before it has read everything.
    let _ = stream.write_all(bytes);
    if ending == Ending::HangsUp {
        let _ = stream.shutdown(Shutdown::Write);
    }
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        Err(error) => panic!("no answer: {error}"),
    }
    let text = String::from_utf8_lossy(&answer).into_owned();
    let status = text.split(' ').nth(1)?.parse().ok()?;
    Some(Raw { status, text })
}
