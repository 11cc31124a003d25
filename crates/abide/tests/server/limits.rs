//! What is not there, comes too often, too slowly or in the wrong form.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::harness::Running;

#[test]
fn both_listeners_say_that_they_are_alive() {
    let running = Running::start("alive");
    assert_eq!(running.get("/healthz").body, "ok\n");
    assert_eq!(running.get_public("/healthz").body, "ok\n");
}

#[test]
fn what_is_not_there_is_a_problem_document() {
    let running = Running::start("nothing");
    for reply in [running.get("/nothing"), running.get_public("/metrics")] {
        assert_eq!(reply.status, 404);
        assert_eq!(reply.header("content-type"), "application/problem+json");
        assert_eq!(reply.json()["type"], "urn:abide:problem:not-found");
    }
}

#[test]
fn every_answer_carries_the_headers_that_protect_people() {
    let running = Running::start("headers");
    for reply in [running.get("/healthz"), running.get_public("/nothing")] {
        assert!(
            reply
                .header("content-security-policy")
                .starts_with("default-src 'none'")
        );
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("cache-control"), "no-store");
    }
}

#[test]
fn requests_are_counted_by_route() {
    let running = Running::start("metrics");
    running.get("/healthz");
    let page = running.get("/metrics").body;
    assert!(
        page.contains("abide_requests_total{route=\"/healthz\",status=\"2xx\"} 1"),
        "{page}"
    );
}

#[test]
fn a_public_address_that_asks_too_often_has_to_wait() {
    let running = Running::with("often", |config| config.limits.per_address = 1);
    let replies: Vec<_> = (0..4).map(|_| running.get_public("/healthz")).collect();
    let last = replies.last().unwrap();
    assert_eq!(last.status, 429);
    assert_eq!(last.header("retry-after"), "1");
    assert_eq!(running.get("/healthz").status, 200);
}

#[test]
fn a_client_that_never_finishes_its_head_is_cut() {
    let running = Running::with("slow", |config| {
        config.limits.header = Duration::from_millis(200);
    });
    let mut stream = TcpStream::connect(running.public).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n")
        .unwrap();
    let mut rest = Vec::new();
    // The other side closes the connection, with or without a last word.
    let _ = stream.read_to_end(&mut rest);
    assert!(!String::from_utf8_lossy(&rest).contains("200 OK"));
    assert_eq!(running.get_public("/healthz").status, 200);
}

#[test]
fn a_client_that_says_nothing_or_half_a_greeting_is_cut() {
    let running = Running::with("silent", |config| {
        config.limits.header = Duration::from_millis(200);
    });
    for greeting in [&b""[..], b"P", b"PRI * HTTP/2.0\r\n"] {
        let mut stream = TcpStream::connect(running.public).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        stream.write_all(greeting).unwrap();
        let mut rest = Vec::new();
        let read = stream.read_to_end(&mut rest);
        assert!(
            !matches!(&read, Err(error) if error.kind() == std::io::ErrorKind::WouldBlock),
            "{read:?}"
        );
    }
    assert_eq!(running.get_public("/healthz").status, 200);
}

#[test]
fn a_client_that_never_finishes_its_body_is_answered_and_cut() {
    let running = Running::with("slow-body", |config| {
        config.limits.request = Duration::from_millis(300);
    });
    let mut stream = TcpStream::connect(running.internal).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let head = format!(
        "POST /v1/decide HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nAuthorization: Bearer {}\r\nContent-Length: 100\r\n\r\n{{",
        running.key
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    let reply = String::from_utf8_lossy(&rest);
    assert!(reply.starts_with("HTTP/1.1 408"), "{reply}");
    assert_eq!(running.get("/healthz").status, 200);
}

#[test]
fn a_request_that_is_being_answered_is_finished_when_the_server_stops() {
    let mut running = Running::start("stop");
    let mut stream = TcpStream::connect(running.internal).unwrap();
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        .unwrap();
    let mut first = [0_u8; 15];
    stream.read_exact(&mut first).unwrap();
    running.stop();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    assert!(rest.ends_with("ok\n"), "{rest}");
}
