//! The map of data. Never guesses what a column holds.

use super::{Control, Grade, Ground, any, never};

pub(super) const CONTROL: Control = Control {
    name: "data-map",
    does: "holds the map of each database against schema and policy",
    gives: &["data-map"],
    keeps: any,
    grade: Grade::Watches,
    ground: Ground::Sources,
    days: 2,
    recognises: never,
};
