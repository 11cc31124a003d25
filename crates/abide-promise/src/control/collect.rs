//! The gate in front of what comes in. Never stores anything.

use super::{Control, Grade, Ground, any, decided};

pub(super) const CONTROL: Control = Control {
    name: "collect-gate",
    does: "refuses to take in what no line declares",
    gives: &["collect-gate"],
    keeps: any,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 31,
    recognises: decided,
};
