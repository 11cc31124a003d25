//! Exemptions from consent. Never invents one.

use super::{Control, Grade, Ground, any, decided};

pub(super) const CONTROL: Control = Control {
    name: "exemption-gate",
    does: "refuses what needs a recorded exemption and has none",
    gives: &["consent-exemption"],
    keeps: any,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 31,
    recognises: decided,
};
