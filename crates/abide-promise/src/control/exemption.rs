//! Exemptions from consent. Never invents one.

use super::{Control, Grade, Ground, decided};

pub(super) const CONTROL: Control = Control {
    name: "exemption-gate",
    does: "refuses what needs a recorded exemption and has none",
    gives: &["consent-exemption"],
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 31,
    recognises: decided,
};
