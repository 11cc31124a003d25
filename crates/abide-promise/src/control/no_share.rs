//! Data that never leaves. Never makes an exception.

use super::{Control, Grade, Ground, any, decided};

pub(super) const CONTROL: Control = Control {
    name: "no-share",
    does: "refuses to let out what never leaves",
    gives: &["no-share"],
    keeps: any,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 31,
    recognises: decided,
};
