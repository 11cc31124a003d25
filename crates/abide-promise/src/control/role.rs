//! The gate of roles. Never lets a processor act beyond its instruction.

use super::{Control, Grade, Ground, decided, in_a_role};

pub(super) const CONTROL: Control = Control {
    name: "role-gate",
    does: "refuses what is done in another role than the one that is stated",
    gives: &["roles"],
    keeps: in_a_role,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 31,
    recognises: decided,
};
