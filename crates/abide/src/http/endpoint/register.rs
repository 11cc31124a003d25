//! The register: contracts with recipients, and facts that hold for everyone. What stands here need not be told with each
//! question.

pub mod read;
pub mod write;
