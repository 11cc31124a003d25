//! Data to take elsewhere. Never a picture of data.

use super::{Control, Grade, Ground, answered, any};

pub(super) const CONTROL: Control = Control {
    name: "portability",
    does: "gives it in a form that other programs read",
    gives: &["portability"],
    keeps: any,
    grade: Grade::Blocks,
    ground: Ground::Sources,
    days: 400,
    recognises: answered,
};
