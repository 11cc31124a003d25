//! The gate of forms. Never lets out with a name what leaves only without one.

use super::{Control, Grade, Ground, acts, decided};

pub(super) const CONTROL: Control = Control {
    name: "form-gate",
    does: "refuses to use or let out with identity what goes only without",
    gives: &["deident"],
    keeps: acts,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 31,
    recognises: decided,
};
