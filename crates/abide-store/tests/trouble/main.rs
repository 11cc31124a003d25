//! Trouble for the store: processes killed at any moment, power cuts, full and read-only disks, crashed servers, frozen
//! nodes, clocks that go back, many writers at once. Never trusts what a process said of itself: it looks at what is stored.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod audit;
mod backup;
mod bad_disk;
mod chance;
mod clock;
mod concurrent;
mod connection;
mod disk;
mod forgetting_disk;
mod join;
mod journal;
mod kill;
mod process;
mod repeat;
mod sequencer;
mod server;
mod stage;
mod worker;
