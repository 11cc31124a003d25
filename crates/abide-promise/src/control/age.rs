//! The gate of age. Never guesses an age.

use super::{Control, Grade, Ground, any, decided};

pub(super) const CONTROL: Control = Control {
    name: "age-gate",
    does: "refuses whom age keeps out, and asks where the age is not known",
    gives: &["age-gate"],
    keeps: any,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 31,
    recognises: decided,
};
