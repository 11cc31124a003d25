//! Load over HTTP/1.1: connections that stay open, each with one request under way at a time. Knows just enough of HTTP
//! to find the end of an answer, so that it takes little from the server it shares the machine with.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// No single answer may take longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// One connection that stays open.
pub struct Connection {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Connection {
    /// # Errors
    /// Says that nobody listens there.
    pub fn open(address: SocketAddr) -> Result<Self, String> {
        let stream = TcpStream::connect(address)
            .and_then(|stream| {
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                Ok(stream)
            })
            .map_err(|error| format!("connecting to `{address}`: {error}"))?;
        Ok(Self {
            stream,
            answer: Vec::with_capacity(16 * 1024),
        })
    }

    /// Send a whole request and wait for the whole answer; gives its body.
    ///
    /// # Errors
    /// Says what went wrong, or what was answered instead of success.
    pub fn ask(&mut self, request: &[u8]) -> Result<&[u8], String> {
        self.stream
            .write_all(request)
            .map_err(|error| format!("sending a request: {error}"))?;
        self.answer.clear();
        loop {
            let mut chunk = [0; 16 * 1024];
            let length = self
                .stream
                .read(&mut chunk)
                .map_err(|error| format!("reading an answer: {error}"))?;
            if length == 0 {
                return Err("the server hung up".to_owned());
            }
            self.answer.extend_from_slice(&chunk[..length]);
            if let Some(body) = whole(&self.answer)? {
                return Ok(&self.answer[body..]);
            }
        }
    }
}

/// Where the body begins, once all of it is there.
fn whole(answer: &[u8]) -> Result<Option<usize>, String> {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = String::from_utf8_lossy(&answer[..end]);
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().ok())?
    });
    let length: usize = length.ok_or_else(|| format!("an answer without a length: {head}"))?;
    if answer.len() < end + 4 + length {
        return Ok(None);
    }
    if !head.starts_with("HTTP/1.1 2") {
        return Err(format!(
            "{}: {}",
            head.lines().next().unwrap_or_default(),
            String::from_utf8_lossy(&answer[end + 4..])
        ));
    }
    Ok(Some(end + 4))
}

/// A request with a JSON body.
pub fn post(path: &str, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Let each of `clients` connections send `count` requests.
///
/// # Errors
/// The first answer that is no success.
pub fn repeat(
    address: SocketAddr,
    clients: usize,
    count: u64,
    request: &(dyn Fn(usize, u64) -> Vec<u8> + Sync),
) -> Result<(), String> {
    let send = |client: usize| {
        let mut connection = Connection::open(address)?;
        (0..count).try_for_each(|number| connection.ask(&request(client, number)).map(drop))
    };
    thread::scope(|scope| {
        let running: Vec<_> = (0..clients)
            .map(|client| scope.spawn(move || send(client)))
            .collect();
        running.into_iter().try_for_each(joined)
    })
}

fn joined<T>(thread: thread::ScopedJoinHandle<'_, Result<T, String>>) -> Result<T, String> {
    thread
        .join()
        .unwrap_or_else(|_| Err("a client broke off".to_owned()))
}

/// Keep `clients` connections busy for `length` and give the answers per second. `request(client, number)` makes each
/// client's requests, numbered from 0.
///
/// # Errors
/// The first answer that is no success: a server that refuses is not measured.
pub fn drive(
    address: SocketAddr,
    clients: usize,
    length: Duration,
    request: &(dyn Fn(usize, u64) -> Vec<u8> + Sync),
) -> Result<f64, String> {
    let mut connections = (0..clients)
        .map(|_| Connection::open(address))
        .collect::<Result<Vec<_>, _>>()?;
    let over = AtomicBool::new(false);
    let start = now();
    let counts: Result<Vec<u64>, String> = thread::scope(|scope| {
        let running: Vec<_> = connections
            .iter_mut()
            .enumerate()
            .map(|(client, connection)| {
                let over = &over;
                scope.spawn(move || {
                    let mut number = 0;
                    while !over.load(Ordering::Relaxed) {
                        if let Err(problem) = connection.ask(&request(client, number)) {
                            over.store(true, Ordering::Relaxed);
                            return Err(problem);
                        }
                        number += 1;
                        if start.elapsed() >= length {
                            over.store(true, Ordering::Relaxed);
                        }
                    }
                    Ok(number)
                })
            })
            .collect();
        running.into_iter().map(joined).collect()
    });
    Ok(counts?.iter().sum::<u64>() as f64 / start.elapsed().as_secs_f64())
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn now() -> Instant {
    Instant::now()
}
