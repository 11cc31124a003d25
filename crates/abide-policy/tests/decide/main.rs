//! Decisions as text: a policy, a question and what is known go in, the answer with its reasons comes out.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod chapter;
mod engine;
mod policies;
mod scenario;
mod text;
