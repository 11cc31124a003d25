//! The gate of what people are told first. Never counts what nobody was told.

use super::{Control, Grade, Ground, decided, told_first};

pub(super) const CONTROL: Control = Control {
    name: "told-gate",
    does: "refuses what people have to be told first until they were",
    gives: &["field-notice", "change-notice"],
    keeps: told_first,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 31,
    recognises: decided,
};
