//! Bad input over real HTTP: thousands of spoiled requests, and a fuzzer that reads the API's own description. Whatever is
//! sent, the server answers, loses nothing and leaks nothing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod breakage;
#[expect(dead_code, reason = "the server's own tests use more of it")]
#[path = "../server/harness.rs"]
mod harness;
mod malformed;
mod random;
mod sample;
mod schemathesis;
mod wire;
