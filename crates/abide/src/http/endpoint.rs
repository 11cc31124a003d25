//! The endpoints, one file each. `router.rs` says at which path each answers.

pub mod consents;
pub mod decide;
pub mod docs;
pub mod healthz;
pub mod ledger;
pub mod metrics;
pub mod openapi;
pub mod readyz;
pub mod subjects;
