//! The gate of equal treatment. Never lets a used right change price or service.

use super::{Control, Grade, Ground, acts, decided};

pub(super) const CONTROL: Control = Control {
    name: "fairness-gate",
    does: "refuses to let a used right change price or service",
    gives: &["nondiscrim"],
    keeps: acts,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 31,
    recognises: decided,
};
