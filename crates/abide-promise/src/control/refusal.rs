//! Grounds to refuse. Never refuses without one that policy or law gives.

use super::{Control, Grade, Ground, any, denied};

pub(super) const CONTROL: Control = Control {
    name: "refusal-ground",
    does: "refuses a request only on a ground that policy or law gives, and writes why",
    gives: &["refusal"],
    keeps: any,
    grade: Grade::Blocks,
    ground: Ground::Requests,
    days: 400,
    recognises: denied,
};
