//! The gate that waits for consent. Never takes silence for it.

use super::{Control, Grade, Ground, any, decided};

pub(super) const CONTROL: Control = Control {
    name: "consent-gate",
    does: "refuses what waits for a consent that is not there",
    gives: &["consent-gate"],
    keeps: any,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 31,
    recognises: decided,
};
