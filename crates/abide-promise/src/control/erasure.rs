//! Erasure on request. Never certifies what was not looked at.

use super::{Control, Grade, Ground, any, settled};

pub(super) const CONTROL: Control = Control {
    name: "erasure",
    does: "erases a person from every source and looks again",
    gives: &["erase"],
    keeps: any,
    grade: Grade::Blocks,
    ground: Ground::Sources,
    days: 400,
    recognises: settled,
};
