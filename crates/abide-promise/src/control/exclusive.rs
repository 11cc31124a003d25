//! Data that serves one thing only. Never widens.

use super::{Control, Grade, Ground, decided};

pub(super) const CONTROL: Control = Control {
    name: "exclusive-use",
    does: "refuses any use beside the one that is declared",
    gives: &["exclusive-vault"],
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 31,
    recognises: decided,
};
