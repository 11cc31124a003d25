//! The gate in front of joining. Never joins.

use super::{Control, Grade, Ground, any, decided};

pub(super) const CONTROL: Control = Control {
    name: "link-gate",
    does: "refuses to join what must stand apart",
    gives: &["link-guard"],
    keeps: any,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 31,
    recognises: decided,
};
