//! The endpoints, one file each. `router.rs` says at which path each answers.

pub mod audience;
pub mod cases;
pub mod consents;
pub mod decide;
pub mod docs;
pub mod healthz;
pub mod ledger;
pub mod messages;
pub mod metrics;
pub mod notice;
pub mod occurrences;
pub mod openapi;
pub mod policies;
pub mod readyz;
pub mod register;
pub mod requests;
pub mod subjects;
