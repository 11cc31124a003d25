//! The gate in front of advertising. Never picks an advertisement.

use super::{Control, Grade, Ground, decided};

pub(super) const CONTROL: Control = Control {
    name: "advertising-gate",
    does: "refuses advertising with what may not serve it",
    gives: &["ad-control"],
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 31,
    recognises: decided,
};
