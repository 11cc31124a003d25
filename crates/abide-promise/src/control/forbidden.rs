//! Columns that hold what must not be there. Never looks at rows.

use super::{Control, Grade, Ground, any, never};

pub(super) const CONTROL: Control = Control {
    name: "forbidden-fields",
    does: "finds columns that hold what is never kept",
    gives: &["forbidden-fields"],
    keeps: any,
    grade: Grade::Watches,
    ground: Ground::Sources,
    days: 2,
    recognises: never,
};
