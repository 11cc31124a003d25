//! The gate of origins. Never takes data in from whom no line names.

use super::{Control, Grade, Ground, acts, decided};

pub(super) const CONTROL: Control = Control {
    name: "origin-gate",
    does: "refuses data from whom no line lets it come",
    gives: &["provenance"],
    keeps: acts,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 31,
    recognises: decided,
};
