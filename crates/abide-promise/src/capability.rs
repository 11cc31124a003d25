//! The capabilities that promises need, one table: what each is and which statements need it. Names no company: a rule
//! asks for modes, actions, slots and nouns of the standard vocabulary.

mod change;
mod collect;
mod consent;
mod disclose;
mod keep;
mod message;
mod notice;
mod people;
mod purpose;
mod right;

use crate::said::Said;

/// Something that a program must be able to do for a promise to be kept.
pub struct Capability {
    /// Its name, `purpose-gate`.
    pub name: &'static str,
    /// What it does, in a few words.
    pub does: &'static str,
    /// Whether a statement needs it.
    pub needed: fn(&Said<'_>) -> bool,
}

/// Every capability, in the order of a notice.
pub const CAPABILITIES: &[&[Capability]] = &[
    notice::ALL,
    collect::ALL,
    consent::ALL,
    purpose::ALL,
    disclose::ALL,
    keep::ALL,
    right::ALL,
    message::ALL,
    people::ALL,
    change::ALL,
];

/// Every capability in one row.
pub fn capabilities() -> impl Iterator<Item = &'static Capability> {
    CAPABILITIES.iter().copied().flatten()
}

/// A row of the table.
const fn row(name: &'static str, does: &'static str, needed: fn(&Said<'_>) -> bool) -> Capability {
    Capability { name, does, needed }
}
