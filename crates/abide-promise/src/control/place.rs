//! The gate of places. Never takes a place for allowed because nobody named it.

use super::{Control, Grade, Ground, acts, decided};

pub(super) const CONTROL: Control = Control {
    name: "place-gate",
    does: "refuses to send, use or hold data in a place that no line names",
    gives: &["region"],
    keeps: acts,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 31,
    recognises: decided,
};
