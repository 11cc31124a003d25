//! Successors. Never transfers anything.

use super::{Control, Grade, Ground, any, decided};

pub(super) const CONTROL: Control = Control {
    name: "succession-gate",
    does: "refuses a successor until what was promised is there",
    gives: &["ma-transfer"],
    keeps: any,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 400,
    recognises: decided,
};
