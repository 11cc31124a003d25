//! The gate in front of advertising. Never picks an advertisement.

use super::{Control, Grade, Ground, any, decided};

pub(super) const CONTROL: Control = Control {
    name: "advertising-gate",
    does: "refuses advertising with what may not serve it",
    gives: &["ad-control"],
    keeps: any,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 31,
    recognises: decided,
};
