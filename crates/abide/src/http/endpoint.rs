//! The endpoints, one file each. `router.rs` says at which path each answers.

pub mod docs;
pub mod healthz;
pub mod metrics;
pub mod openapi;
pub mod readyz;
