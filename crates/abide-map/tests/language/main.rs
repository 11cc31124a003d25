//! The language of maps: what is written reads back, nothing makes the reader give up, and every example of the manual is
//! true.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod against;
mod any_map;
mod drawing;
mod fixture;
mod manual;
mod promising;
mod reading;
mod statements;
mod undo;
