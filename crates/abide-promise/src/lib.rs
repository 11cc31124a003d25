//! Which controls keep which promises, and what the evidence says of each promise. Does no IO, reads no clock, uses no
//! async: entries and the day are arguments, so that an auditor computes the same board from the same log.

pub mod bind;
pub mod board;
pub mod capability;
pub mod control;
pub mod facts;
pub mod proof;
pub mod said;
pub mod status;

pub use bind::{Binding, Bindings};
pub use board::{Board, ClauseStatus, board};
pub use control::{CONTROLS, Control, Grade, Ground};
pub use facts::{Facts, Look};
pub use proof::{Head, PROOF_FORMAT, Seal, is_proof, seal_text, verify_proof, version_of};
pub use status::Status;

/// The kind of the entry that says what a look at a control came to.
pub const CHECKED: &str = "control.checked";
/// The kind of the entry of a person's word for a clause.
pub const ATTESTED: &str = "clause.attested";

/// The rights that people use by a request: what the desk of requests knows.
pub const ASKED_FOR: &[&str] = &[
    "know",
    "access",
    "copy",
    "portability",
    "correct",
    "supplement",
    "erase",
    "close-account",
    "restrict",
    "object",
    "anonymise",
    "withdraw",
    "optout-sale",
    "optout-sharing",
    "limit-sensitive",
    "stop-marketing",
    "disclosures",
    "complain-to-us",
];
