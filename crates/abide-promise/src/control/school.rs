//! The gate of schools. Never lets a pupil's data serve anything else.

use super::{Control, Grade, Ground, acts, decided};

pub(super) const CONTROL: Control = Control {
    name: "school-gate",
    does: "refuses to use pupils' data for anything but education, and without the school",
    gives: &["school"],
    keeps: acts,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 31,
    recognises: decided,
};
