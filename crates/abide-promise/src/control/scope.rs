//! The gate of scope. Never permits what the policy says it does not cover.

use super::{Control, Grade, Ground, decided, leaves_out};

pub(super) const CONTROL: Control = Control {
    name: "scope-gate",
    does: "refuses what the policy says it does not cover",
    gives: &["scope-map"],
    keeps: leaves_out,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 31,
    recognises: decided,
};
