//! Abide as a library: the server in one's own process, its configuration, and everything the binary does. Never reads
//! the clock outside `clock.rs`, and never decides an HTTP status outside `http/problem.rs`.

pub mod background;
pub mod client;
pub mod clock;
pub mod command;
pub mod config;
pub mod decider;
pub mod files;
pub mod housekeeping;
pub mod http;
pub mod installation;
pub mod log;
pub mod mail;
pub mod mapped;
pub mod output;
pub mod policies;
pub mod prove;
pub mod requests;
pub mod samples;
pub mod server;
pub mod sources;
