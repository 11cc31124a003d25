//! Ownership and plans, run for real: what people own and see, and what is left after an erasure. Never trusts the text of
//! a statement: only what a database did with it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod desk;
mod engines;
mod evaluator;
mod held;
mod k9db;
mod moments;
#[allow(dead_code, reason = "the other suite of this crate uses all of it")]
#[path = "../suite/place.rs"]
mod place;
mod random;
mod rules;
mod world;
