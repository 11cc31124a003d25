//! The gate of sign-in services. Never takes over more than was agreed.

use super::{Control, Grade, Ground, acts, decided};

pub(super) const CONTROL: Control = Control {
    name: "sign-in-gate",
    does: "refuses what was not agreed of an account elsewhere",
    gives: &["sso-import"],
    keeps: acts,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 31,
    recognises: decided,
};
