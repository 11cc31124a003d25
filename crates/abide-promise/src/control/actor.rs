//! The gate of who acts. Never lets in whom no line lets in.

use super::{Control, Grade, Ground, acts, decided};

pub(super) const CONTROL: Control = Control {
    name: "actor-gate",
    does: "refuses a use by whom no line lets near the data",
    gives: &["need-to-know"],
    keeps: acts,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 31,
    recognises: decided,
};
