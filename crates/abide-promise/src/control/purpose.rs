//! The gate in front of every use. Never runs a query itself.

use super::{Control, Grade, Ground, any, decided};

pub(super) const CONTROL: Control = Control {
    name: "purpose-gate",
    does: "refuses a use that no line declares",
    gives: &["purpose-gate", "new-purpose"],
    keeps: any,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 31,
    recognises: decided,
};
