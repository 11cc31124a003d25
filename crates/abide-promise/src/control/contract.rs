//! Contracts before data. Never reads a contract.

use super::{Control, Grade, Ground, contracted};

pub(super) const CONTROL: Control = Control {
    name: "contract-gate",
    does: "refuses a recipient whose contract is not recorded",
    gives: &["contract-first"],
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 31,
    recognises: contracted,
};
