//! The gate in front of sales. Never asks for a reason.

use super::{Control, Grade, Ground, any, decided};

pub(super) const CONTROL: Control = Control {
    name: "sale-gate",
    does: "refuses a sale to whoever has not said no, or not said yes",
    gives: &["sale-optout", "minor-sale"],
    keeps: any,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 31,
    recognises: decided,
};
