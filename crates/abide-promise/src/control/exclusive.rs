//! Data that serves one thing only. Never widens.

use super::{Control, Grade, Ground, any, decided};

pub(super) const CONTROL: Control = Control {
    name: "exclusive-use",
    does: "refuses any use beside the one that is declared",
    gives: &["exclusive-vault"],
    keeps: any,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 31,
    recognises: decided,
};
