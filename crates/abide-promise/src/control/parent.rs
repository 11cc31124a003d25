//! The gate of parental consent. Never takes a parent's silence for a yes.

use super::{Control, Grade, Ground, decided, waits_or_acts};

pub(super) const CONTROL: Control = Control {
    name: "parent-gate",
    does: "refuses what waits for a parent until the parent agrees",
    gives: &["parent-consent"],
    keeps: waits_or_acts,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 31,
    recognises: decided,
};
