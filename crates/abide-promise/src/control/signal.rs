//! Signals of browsers. Never reads a page.

use super::{Control, Grade, Ground, any, decided};

pub(super) const CONTROL: Control = Control {
    name: "signal-gate",
    does: "counts a browser signal as the choice that the policy says it is",
    gives: &["dnt"],
    keeps: any,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 31,
    recognises: decided,
};
