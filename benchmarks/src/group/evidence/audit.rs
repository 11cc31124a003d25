//! An audit of a whole log against bare hashing of the same leaves and as many nodes.

use std::hint::black_box;

use abide_ledger::{Day, Entry, Public, Salt, audit, leaf_hash};

use crate::peer::sha;
use crate::ratio;

const ENTRIES: u64 = 1_000_000;

/// Print `audit-vs-sha2`.
pub fn run() -> Result<(), String> {
    let leaves = (0..ENTRIES)
        .map(leaf_data)
        .collect::<Result<Vec<_>, String>>()?;
    let turns = ratio::take_turns(
        || {
            let hashes = leaves.iter().map(|leaf| leaf_hash(leaf.as_bytes()));
            black_box(audit(hashes));
        },
        || {
            black_box(sha::hash_all(leaves.iter().map(|leaf| leaf.as_bytes())));
        },
    );
    ratio::at_most(
        "audit-vs-sha2",
        turns.ours.as_secs_f64() / turns.theirs.as_secs_f64(),
        1.3,
    );
    ratio::also("audit of a million entries", format!("{:.2?}", turns.ours));
    Ok(())
}

/// An entry such as recording a consent leaves; each differs by its commitment.
pub(super) fn leaf_data(number: u64) -> Result<String, String> {
    let day = Day::new(2026, 11, 22).map_err(|error| error.to_string())?;
    let mut public = Public::new("consent.recorded", day);
    public.clauses = vec!["HB-009".to_owned()];
    public.policy = Some("a".repeat(64));
    public.outcome = Some("ConsentGiven".to_owned());
    let mut salt = [0; 32];
    salt[..8].copy_from_slice(&number.to_be_bytes());
    let entry = Entry::new(public, &Salt::new(salt), b"{}").map_err(|error| error.to_string())?;
    Ok(entry.leaf_data().to_owned())
}
