//! The server over real HTTP: each test starts one of its own on ports that are free.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod ask;
mod audience;
mod bundle;
mod chance;
mod consents;
mod decide;
mod harness;
mod limits;
mod nodes;
mod openapi;
mod pages;
mod planted;
mod policies;
mod raw;
mod register;
mod requests;
mod sign_in;
mod stop;
mod tls;
mod together;
mod trouble;
