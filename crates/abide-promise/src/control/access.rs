//! Access to everything held. Never leaves a mapped row out.

use super::{Control, Grade, Ground, answered, any};

pub(super) const CONTROL: Control = Control {
    name: "access",
    does: "gives a person everything that the sources hold",
    gives: &["access-report"],
    keeps: any,
    grade: Grade::Blocks,
    ground: Ground::Sources,
    days: 400,
    recognises: answered,
};
