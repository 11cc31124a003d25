//! Contracts before data. Never reads a contract.

use super::{Control, Grade, Ground, any, contracted};

pub(super) const CONTROL: Control = Control {
    name: "contract-gate",
    does: "refuses a recipient whose contract is not recorded",
    gives: &["contract-first"],
    keeps: any,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 31,
    recognises: contracted,
};
