//! Evidence: appending by many writers against a table with a hash-chain trigger, and an audit of a whole log against
//! bare hashing.

mod append;
mod audit;

/// Print `evidence-append` and `audit-vs-sha2`.
pub fn run() -> Result<(), String> {
    append::run()?;
    audit::run()
}
