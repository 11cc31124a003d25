//! The gate of publishing. Never publishes for somebody.

use super::{Control, Grade, Ground, acts, decided};

pub(super) const CONTROL: Control = Control {
    name: "post-gate",
    does: "refuses to publish what the person did not post",
    gives: &["public-posts"],
    keeps: acts,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 31,
    recognises: decided,
};
