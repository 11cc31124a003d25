//! The ledger as its users see it. Each chapter holds it against something written apart from it: a slow tree, values
//! computed by other programs, or arbitrary bytes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod bundle;
mod entry;
mod keyring;
mod manual;
mod note;
mod receipt;
mod second;
mod slow;
mod tile;
mod tree;
mod vectors;
