//! The gate of what devices and logs send. Never takes in what no line names.

use super::{Control, Grade, Ground, acts, decided};

pub(super) const CONTROL: Control = Control {
    name: "device-gate",
    does: "refuses what devices and logs send that no line declares",
    gives: &["auto-data-filter"],
    keeps: acts,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 31,
    recognises: decided,
};
