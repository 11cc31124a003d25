//! The gate in front of what leaves. Never sends anything.

use super::{Control, Grade, Ground, any, decided};

pub(super) const CONTROL: Control = Control {
    name: "egress-gate",
    does: "refuses recipients that no line declares",
    gives: &["egress-gate"],
    keeps: any,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 31,
    recognises: decided,
};
