//! Recording and reading what subjects said, one file for each way.

pub mod history;
pub mod import;
pub mod record;
