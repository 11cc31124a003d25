//! What we are measured against. A peer is used as its own manual shows, with everything prepared that can be.

pub mod by_hand;
pub mod cedar;
pub mod chain;
pub mod insert;
pub mod rego;
pub mod sha;
